"""Output that leads nowhere, and interruptions at any time."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests.machine import CHECKOUT, Machine

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


GVM = [sys.executable, "-m", "gvm"]


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.add("1.21.13", "1.22.6")
    return machine


def sh(machine: Machine, script: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a script of bash, with a call of gvm as its arguments."""
    argv = ["bash", "-o", "pipefail", "-c", script, "bash", *GVM, *command]
    return machine.run(argv, environ={"PYTHONPATH": str(CHECKOUT)})


ANSWERS = [
    ["list"],
    ["list", "--json"],
    ["--version"],
    ["--help"],
    ["shell", "1.22.6"],
    ["root"],
    ["completions", "bash"],
]
CLOSED = ['"$@" >&-', '"$@" <&- >&- 2>&-', '"$@" | true', '"$@" | head -c1', '"$@" 2>/dev/full']


@pytest.mark.parametrize("command", [*ANSWERS, ["global", "1.22.6"]], ids=" ".join)
@pytest.mark.parametrize("script", CLOSED)
def test_nobody_reads(script: str, command: list[str], machine: Machine) -> None:
    """What is done is done, whether or not somebody reads the answer, or can."""
    done = sh(machine, script, *command)
    assert done.returncode == 0
    assert "rror" not in done.stderr


@pytest.mark.parametrize("command", ANSWERS, ids=" ".join)
@pytest.mark.parametrize("unbuffered", ["", "PYTHONUNBUFFERED=1 "])
def test_full(
    unbuffered: str, command: list[str], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """An answer that cannot be written is an error, and is told once."""
    done = sh(machine, f'{unbuffered}"$@" >/dev/full', *command)
    assert done.returncode == 1
    assert done.stderr == snapshot


def test_files_are_not_streams(machine: Machine) -> None:
    """Where all streams are closed, no file is taken for one of them."""
    assert sh(machine, '"$@" <&- >&- 2>&-', "local", "1.22.6").returncode == 0
    assert (machine.home / ".tool-versions").read_text() == "golang 1.22.6\n"


@pytest.mark.parametrize("module", ["enum", "click"])
def test_interrupted_at_the_start(module: str, machine: Machine) -> None:
    """Ctrl-C before gvm can answer to it ends it without a word."""
    text = "import time\nprint(flush=True)\ntime.sleep(20)\n"
    slow = machine.write(f"slow/{module}.py", text).parent
    environ = {**machine.environ, "PYTHONPATH": f"{slow}:{CHECKOUT}"}
    with subprocess.Popen(
        [*GVM, "list"], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.communicate()[1] == b""
    assert process.returncode == -signal.SIGINT


DEBUGGED = {
    "refused": (["install", "foo"], 2),
    "not installed": (["where", "1.99"], 4),
    "not foreseen": (["list"], 1),
}


@pytest.mark.parametrize(("command", "code"), DEBUGGED.values(), ids=DEBUGGED)
def test_debug(command: list[str], code: int, machine: Machine) -> None:
    """GVM_DEBUG adds a traceback, and changes nothing else."""
    if code == 1:
        command = [*command, "--json"]
        machine.environ["PYTHONSAFEPATH"] = "1"
        machine.write("broken/json.py", "raise ValueError('broken')\n")
        path = f"{machine.home}/broken:{CHECKOUT}"
    else:
        path = str(CHECKOUT)
    plain, debugged = (
        machine.run([*GVM, *command], environ={"PYTHONPATH": path, "GVM_DEBUG": debug})
        for debug in ("", "1")
    )
    assert (plain.returncode, debugged.returncode) == (code, code)
    assert debugged.stderr.startswith("Traceback")
    assert debugged.stderr.endswith(plain.stderr)


def test_few_open_files(machine: Machine) -> None:
    """Where too many files are open, that is told, and not how telling it failed."""
    done = sh(machine, 'ulimit -n 20; "$@"', "doctor")
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1}


# With 11, only a shim that is a file can have too few.
@pytest.mark.parametrize(
    ("command", "limit"),
    [*product(("list", "current", "root"), (5, 8, 10)), ("current", 11)],
)
def test_too_few_open_files(
    command: str, limit: int, machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """Where the shell has too few to run the shim, the shim is not told as damaged."""
    done = sh(machine, f'ulimit -n {limit}; "$@"', command)
    *_, told, hint = done.stderr.splitlines()
    assert (done.returncode, told.endswith("Too many open files")) == (1, True)
    assert hint == snapshot


def test_shim_that_is_ended(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Nor is one that is ended by a signal, as where memory is short."""
    (machine.root.shims / "gvm-shim").write_text("# gvm-shim:\nkill -9 $$\n")
    done = machine.gvm("current")
    assert done.returncode == 1
    assert done.stderr == snapshot
