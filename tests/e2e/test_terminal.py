from __future__ import annotations

import hashlib
import re
import shlex
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.goarchive import ARCH, archive
from tests.machine import CHECKOUT, Machine
from tests.server import Fault, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.skipif(not shutil.which("script"), reason="there is no script")

NAME = f"go1.22.6.linux-{ARCH}.tar.gz"
INSTALL = (sys.executable, "-m", "gvm", "install", "1.22.6", "--sha256")
# Two megabytes within two seconds.
SLOW = Fault(trickle=(50_000, 0.05), stays=True)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
HIDDEN, SHOWN = "\x1b[?25l", "\x1b[?25h"


@pytest.fixture
def server() -> Iterator[Server]:
    noise = hashlib.shake_128(b"noise").digest(2_000_000)
    files: dict[str, bytes | Path] = {f"/dl/{NAME}": archive("1.22.6", {"go/noise": noise})}
    with Server(files) as server:
        server.faults[f"/dl/{NAME}"] = [SLOW]
        yield server


@pytest.fixture
def machine(machine: Machine, server: Server) -> Machine:
    data = server.files
    assert isinstance(data, dict)
    machine.environ.update(
        GVM_MIRROR=f"{server.url}/dl", PYTHONPATH=str(CHECKOUT), TERM="xterm-256color"
    )
    return machine


def checksum(server: Server) -> str:
    data = server.find(f"/dl/{NAME}")
    assert isinstance(data, bytes)
    return hashlib.sha256(data).hexdigest()


def on_terminal(
    machine: Machine, *argv: str, interrupts: Server | None = None, **environ: str
) -> str:
    """All that a command shows on a terminal of 100 columns, and its exit code."""
    line = f"stty cols 100; trap : INT; {shlex.join(argv)}; echo code=$?"
    with subprocess.Popen(
        ["script", "-qec", line, "/dev/null"],
        cwd=machine.home,
        env={**machine.environ, **environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        typed = None
        if interrupts is not None:
            until = time.monotonic() + 20
            while not interrupts.requests and time.monotonic() < until:
                time.sleep(0.01)
            # For the bar to be shown.
            time.sleep(0.5)
            typed = b"\x03"
        shown, _ = process.communicate(typed, timeout=30)
    return shown.decode().replace("\r\n", "\n")


def test_bar(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """On a terminal a bar shows sizes, speed and the time left, and is gone in the end."""
    seen = on_terminal(machine, *INSTALL, checksum(server))
    plain = COLOUR.sub("", seen)
    assert re.search(r"\d\.\d/2\.\d MB +\d\.\d MB/s +0:00:0\d", plain), plain
    assert NAME in plain
    assert COLOUR.search(seen)
    # The cursor comes back, and the line of the bar is erased before what stays is told.
    assert seen.count(HIDDEN) == seen.count(SHOWN) == 1
    left = seen.split(SHOWN)[1]
    assert "MB/s" not in left
    assert "\x1b[2K" in left
    assert left.rpartition("\x1b[2K")[2] == snapshot


def test_no_color(machine: Machine, server: Server) -> None:
    """With NO_COLOR the bar has none."""
    seen = on_terminal(machine, *INSTALL, checksum(server), NO_COLOR="1")
    assert "MB/s" in seen
    assert [code for code in COLOUR.findall(seen) if code != "\x1b[0m"] == []


@pytest.mark.parametrize("how", ["-q", "TERM=dumb"])
def test_no_bar(how: str, machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """With -q nothing is shown at all; on a terminal that knows no cursor, plain lines."""
    if how == "-q":
        assert on_terminal(machine, *INSTALL, checksum(server), "-q") == "code=0\n"
    else:
        seen = on_terminal(machine, *INSTALL, checksum(server), TERM="dumb")
        assert "\x1b" not in seen
        assert "\r" not in seen
        assert seen == snapshot


def test_no_terminal(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Elsewhere there are plain lines, on stderr only."""
    done = machine.run([*INSTALL, checksum(server)])
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == snapshot


def test_interrupted(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Ctrl-C ends it with 130, a terminal in order and no toolchain; the next run goes on."""
    # A busy machine may take seconds to type it.
    server.faults[f"/dl/{NAME}"] = [Fault(trickle=(10_000, 0.1), stays=True)]
    seen = on_terminal(machine, *INSTALL, checksum(server), interrupts=server)
    before, _, after = seen.rpartition(SHOWN)
    assert before.endswith("\r\x1b[2K")
    assert after.endswith("\ncode=130\n")
    assert after == snapshot
    assert seen.count(HIDDEN) == seen.count(SHOWN) == 1
    assert machine.gvm("list").stdout == ""
    assert list(machine.root.staging.iterdir()) == []
    server.faults.clear()
    server.requests.clear()
    done = machine.run([*INSTALL, checksum(server)])
    assert done.returncode == 0, done.stderr
    (request,) = server.requests
    assert request.headers["range"].startswith("bytes=")
