from __future__ import annotations

import random
import re
import socket
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from gvm.net.download import Downloaded, download
from gvm.net.http import Client, client
from gvm.net.retry import Patience
from tests.certificates import Certificates, certificates
from tests.goarchive import ARCH
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARCHIVE = b"\x1f\x8b" + random.Random(22).randbytes(3_000_000)  # noqa: S311 - the same every time
PATH = f"/dl/go1.22.6.linux-{ARCH}.tar.gz"
# Long enough for a server of the same machine, however much else that does.
IMPATIENT = Patience(
    connect=20, stall=1, slowest=1000, window=1.5, text=2.5, backoff=0.002, longest_pause=0.3
)


def unmeasured(error: BaseException) -> str:
    """What an error says, without the bytes and the seconds that were counted."""
    return re.sub(r"(?<= )\d+(?= )", "<number>", str(error))


@contextmanager
def unheard() -> Iterator[str]:
    """The URL of a port that is held, and where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@dataclass
class Taken:
    """A sink that keeps what it is given."""

    data: bytearray = field(default_factory=bytearray)
    restarts: int = 0

    def write(self, chunk: bytes) -> None:
        self.data += chunk

    def restart(self) -> None:
        self.data.clear()
        self.restarts += 1


@dataclass
class Run:
    """Downloads `PATH` to one file, once or several times."""

    url: str
    file: Path
    client: Client
    limit: int = 1 << 30
    taken: Taken = field(default_factory=Taken)
    told: list[tuple[int, int | None]] = field(default_factory=list)

    def __call__(self) -> Downloaded:
        self.taken = Taken()
        return download(
            self.url,
            self.file,
            client=self.client,
            sink=self.taken,
            progress=lambda size, total: self.told.append((size, total)),
            limit=self.limit,
        )


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({PATH: ARCHIVE}) as server:
        yield server


@pytest.fixture
def http() -> Iterator[Client]:
    with closing(client({}, patience=IMPATIENT)) as made:
        yield made


@pytest.fixture
def run(server: Server, http: Client, tmp_path: Path) -> Run:
    return Run(server.url + PATH, tmp_path / "archive.part", http)


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"))
