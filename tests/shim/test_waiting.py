"""What the shim does while `go install` runs, whose programs get shims behind it."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import island
from tests.machine import SHELLS, Machine

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
# A go that tells of the signals that it gets, and ends with the number of the last of so many.
_CAREFUL = f"""#!{sys.executable} -ISB
import signal, sys
signals = {{1, 2, 3, 15}}
signal.pthread_sigmask(signal.SIG_BLOCK, signals)
print("ready", flush=True)
for _ in range(COUNT):
    number = signal.sigwait(signals)
    print("caught", number.value, flush=True)
sys.exit(number.value)
"""
PLAIN = """#!/bin/sh
echo ready
exec sleep 100
"""
TELLS_IGNORED = """#!/bin/sh
grep SigIgn /proc/self/status
"""


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.add("1.22.6")
    machine.root.default.write_text("golang 1.22.6\n")
    return machine


def start(machine: Machine, shell: str, go: str) -> subprocess.Popen[str]:
    """Start `go install`, and wait until go is at work."""
    (machine.root.versions / "1.22.6/bin/go").write_text(go)
    process = subprocess.Popen(
        [*SHELLS[shell], machine.root.shims / "go", "install", "x"],
        env=machine.environ,
        cwd=machine.home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("shell", SHELLS)
def test_passed_on(shell: str, number: signal.Signals, machine: Machine) -> None:
    """A signal to the shim reaches go, and go's exit status is the shim's."""
    with start(machine, shell, _CAREFUL.replace("COUNT", "1")) as process:
        process.send_signal(number)
        # Which ends when go has closed its output: no orphan holds it.
        told, errors = process.communicate(timeout=20)
    assert (process.returncode, told, errors) == (number, f"caught {number.value}\n", "")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("shell", SHELLS)
def test_killed(shell: str, number: signal.Signals, machine: Machine) -> None:
    """Where a signal ends go, it ends the shim too."""
    with start(machine, shell, PLAIN) as process:
        process.send_signal(number)
        told = process.communicate(timeout=20)
    assert (process.returncode, told) == (-number, ("", ""))


@pytest.mark.skipif(not island.is_possible(), reason="a PID namespace needs root")
def test_first_process(machine: Machine) -> None:
    """As the first process of a container, which no signal of its own ends, the shim tells of go's."""
    (machine.root.versions / "1.22.6/bin/go").write_text("#!/bin/sh\nkill -TERM $$\n")
    argv = ["unshare", "-pf", *SHELLS["dash"], machine.root.shims / "go", "install", "x"]
    assert machine.run(argv).returncode == 128 + signal.SIGTERM


@pytest.mark.skipif(not island.is_possible(), reason="private mounts need root")
def test_older_env(machine: Machine) -> None:
    """Where env cannot give signals back, go runs all the same."""
    (machine.root.versions / "1.22.6/bin/go").write_text("#!/bin/sh\necho ran\n")
    script = 'mount --bind /bin/false /usr/bin/env && exec "$@"'
    argv = [*SHELLS["dash"], machine.root.shims / "go", "install", "x"]
    done = machine.run(["unshare", "-m", "sh", "-c", script, "sh", *argv])
    assert (done.returncode, done.stdout, done.stderr) == (0, "ran\n", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_survived(shell: str, machine: Machine) -> None:
    """A signal that go survives does not end the shim."""
    with start(machine, shell, _CAREFUL.replace("COUNT", "4")) as process:
        assert process.stdout is not None
        for number in SIGNALS:
            process.send_signal(number)
            assert process.stdout.readline() == f"caught {number.value}\n"
        process.communicate(timeout=20)
    assert process.returncode == SIGNALS[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=lambda number: number.name)
@pytest.mark.parametrize("shell", [name for name in SHELLS if name != "zsh"])
def test_ignored(shell: str, number: signal.Signals, machine: Machine) -> None:
    """What the caller ignores, as a job in the background does, go ignores, and nothing else.

    zsh lets traps have what its caller ignores.
    """
    (machine.root.versions / "1.22.6/bin/go").write_text(TELLS_IGNORED)
    argv = [*SHELLS[shell], machine.root.shims / "go", "install"]
    script = 'trap "" "$1" && shift && exec "$@"'
    done = machine.run(["sh", "-c", script, "sh", number.name.removeprefix("SIG"), *argv])
    mask = int(done.stdout.split()[1], 16)
    assert [n for n in (signal.SIGINT, signal.SIGQUIT) if mask & 1 << n - 1] == [number]


STREAMS: Mapping[str, str] = {
    "input": "echo text | SHIM install",
    "closed input": "echo text >&-; SHIM install <&- ",
    "more descriptors": "echo text | SHIM install 3>three 9>nine",
    "all descriptors": "echo text | SHIM install 3>3 4>4 5>5 6>6 7>7 8>8 9>nine",
}


@pytest.mark.parametrize("script", STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("shell", SHELLS)
def test_streams(shell: str, script: str, machine: Machine) -> None:
    """While the shim waits, go has the caller's standard input and every other descriptor."""
    go = machine.root.versions / "1.22.6/bin/go"
    go.write_text(
        "#!/bin/sh\n[ -e /proc/self/fd/0 ] && cat\n[ ! -e /proc/self/fd/9 ] || echo nine >&9\n"
    )
    shim = " ".join([*SHELLS[shell], f"'{machine.root.shims}/go'"])
    done = machine.run(["bash", "-c", script.replace("SHIM", shim)])
    assert done.stdout == ("" if "<&-" in script else "text\n"), done.stderr
    if "9>" in script:
        assert (machine.home / "nine").read_text() == "nine\n"
