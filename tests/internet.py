"""A network of a test's own, whose only hosts are the test's servers under the names of real ones."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import threading
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING

from tests.certificates import certificates
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

HOSTS = ("go.dev", "dl.google.com", "golang.google.cn")
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_SCRIPT = """
ip link set lo up && mount --bind "$1" /etc/hosts && echo here
while read -r line; do :; done
"""


@cache
def is_possible() -> bool:
    """Whether this process may have a network of its own."""
    programs = ("unshare", "nsenter", "ip", "openssl")
    if os.geteuid() != 0 or not all(map(shutil.which, programs)):
        return False
    command = ["unshare", "-m", "-n", "ip", "link", "set", "lo", "up"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


class Internet:
    """The network, as a context manager: `go.dev` and others, each at an address of its own."""

    def __init__(self, directory: Path) -> None:
        names = ",".join(f"DNS:{name}" for name in HOSTS)
        self._tls = certificates(directory, names)
        self._hosts = directory / "hosts"
        self._addresses = {name: f"127.0.1.{number}" for number, name in enumerate(HOSTS, 1)}
        lines = [f"{address} {name}\n" for name, address in self._addresses.items()]
        self._hosts.write_text("127.0.0.1 localhost\n" + "".join(lines))
        self._stack = ExitStack()
        # What a program needs in its environment to believe these servers.
        self.environ = {"SSL_CERT_FILE": str(self._tls.authority)}

    def __enter__(self) -> Self:
        self._holder = subprocess.Popen(
            ["unshare", "-m", "-n", "sh", "-c", _SCRIPT, "sh", str(self._hosts)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "here\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._holder.communicate()

    def serve(self, name: str, files: Mapping[str, bytes | Path], *, port: int = 443) -> Server:
        """Let a server be there under a name: with TLS on port 443, else without."""
        made: list[Server] = []

        def make() -> None:
            # A socket stays in the network in which it was made.
            fd = os.open(f"/proc/{self._holder.pid}/ns/net", os.O_RDONLY)
            assert ctypes.CDLL(None, use_errno=True).setns(fd, _NEW_NETWORK) == 0
            os.close(fd)
            tls = self._tls if port == 443 else None
            made.append(Server(files, tls, (self._addresses[name], port)))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        return self._stack.enter_context(made[0])

    def inside(self, argv: Sequence[str | Path]) -> list[str | Path]:
        """The command that runs another one in this network."""
        return ["nsenter", "-t", str(self._holder.pid), "-m", "-n", "--", *argv]
