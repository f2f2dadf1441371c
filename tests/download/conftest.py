from __future__ import annotations

import random
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from gvm.download.http import Client, client
from gvm.download.patience import Patience
from gvm.download.transfer import Downloaded, download
from tests.certificates import Certificates, certificates
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARCHIVE = b"\x1f\x8b" + random.Random(22).randbytes(3_000_000)  # noqa: S311 - the same every time
PATH = "/dl/go1.22.6.linux-amd64.tar.gz"
IMPATIENT = Patience(
    connect=2, stall=0.3, slowest=1000, window=0.5, text=1, backoff=0.002, longest_pause=0.3
)


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
