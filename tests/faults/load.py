"""Many processes at once that change one root, some of which are killed, while others run go."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.result import Result
from tests.goarchive import mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARTS = ("one root",)
_PROCESSES = 32
_NOBODY = 65534
# Installed before, and never taken away: whoever asks for it always gets it.
_STAYS = "1.22.6"
_OTHERS = ["1.22.12", "1.22.3", "1.23.1"]
_PATIENCE = 300
# Until there is a file "stop", go is run; each failure is told.
_LOOP = """
while [ ! -e "$2" ]; do
	GVM_GO_VERSION=1.22 "$1" version >/dev/null || echo "go ended with $?"
	GVM_GO_VERSION=1.22.6 "$1" version >/dev/null || echo "go ended with $?"
	echo ran
done
"""


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Let many processes loose on a root, in rounds; every fourth process is killed on its way."""
    machine = Machine(base, patience=_PATIENCE)
    base.chmod(0o755)
    # As the real one, a program that runs on when its file is gone.
    program = Path("/bin/echo").read_bytes()
    with Server(mirror([_STAYS, *_OTHERS], more={"go/bin/go": program})) as server:
        machine.environ |= {"GVM_MIRROR": f"{server.url}/dl", "GVM_TRUST_MIRROR": "1"}
        assert machine.gvm("install", _STAYS).returncode == 0
        for number in range(max(1, 12 // every)):
            dice = random.Random(number)  # noqa: S311 - keeps no secret
            yield Result.of("load: 32 processes", f"{part}, {number}", _round(machine, dice))


def _commands(dice: random.Random) -> list[Sequence[str]]:
    kinds = [
        ("install", "-q"), ("install", "-q", "--force"), ("uninstall", "-q", "-y"), ("global", "-q")
    ]  # fmt: skip
    commands = [(*dice.choice(kinds), dice.choice(_OTHERS)) for _ in range(_PROCESSES - 2)]
    return [*commands, ("reshim", "-q"), ("list",)]


def _round(machine: Machine, dice: random.Random) -> Iterator[str]:
    stop = machine.base / "stop"
    told: list[str] = []
    loops = [_loop(machine, stop, user) for user in _users()]
    processes = [(command, _begun(machine, command)) for command in _commands(dice)]
    doomed = dice.sample(processes, _PROCESSES // 4)
    for _, process in doomed:
        time.sleep(dice.uniform(0, 0.1))
        process.kill()
    for command, process in processes:
        said = _end(process)
        told += _complaints(command, process, said, was_killed=(command, process) in doomed)
    stop.touch()
    ran = [process.communicate(timeout=_PATIENCE)[0] for process in loops]
    stop.unlink()
    yield from told
    for output in ran:
        if "ran" not in output or "ended" in output:
            yield f"go, in a loop: {output.replace('ran', '').strip() or 'did not run'}"
    yield from _afterwards(machine)


def _users() -> list[int]:
    return [os.geteuid(), *([_NOBODY] if os.geteuid() == 0 else [])]


def _loop(machine: Machine, stop: Path, user: int) -> subprocess.Popen[str]:
    become = [] if user == os.geteuid() else ["setpriv", f"--reuid={user}", "--clear-groups"]
    go = machine.root.shims / "go"
    return subprocess.Popen(
        [*become, "sh", "-c", _LOOP, "sh", go, stop],
        env=machine.environ,
        cwd=machine.home,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _begun(machine: Machine, command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "gvm", *command],
        env={**machine.environ, "PYTHONPATH": str(CHECKOUT)},
        cwd=machine.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _end(process: subprocess.Popen[str]) -> str:
    try:
        return process.communicate(timeout=_PATIENCE)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        return "it did not end"


def _complaints(
    command: Sequence[str], process: subprocess.Popen[str], said: str, *, was_killed: bool
) -> list[str]:
    """What is wrong with the end of a command: what another one took away first may be missing."""
    fine = {0, 4} if command[0] in {"uninstall", "global"} else {0}
    if was_killed or process.returncode in fine:
        return []
    return [f"gvm {' '.join(command)} ended with {process.returncode}: {said}"]


def _afterwards(machine: Machine) -> Iterator[str]:
    """Tell what is wrong when all have ended: one more run tidies up, and all that is there works."""
    for command in (["install", "-q", *_OTHERS], ["reshim"]):
        done = machine.gvm(*command)
        if done.returncode != 0:
            yield f"gvm {' '.join(command)} afterwards ended with {done.returncode}: {done.stderr}"
    for version in [_STAYS, *_OTHERS]:
        ran = machine.shim("go", "version", environ={"GVM_GO_VERSION": version})
        if ran.stdout != "version\n":
            yield f"go of {version} ended with {ran.returncode}: {ran.stderr}"
    if rest := [file.name for file in machine.root.staging.iterdir()]:
        yield f"staging has {rest}"
    if rest := list(machine.home.rglob(".*.new")):
        yield f"there is {rest}"
