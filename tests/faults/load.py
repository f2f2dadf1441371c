"""Many processes at once that change one root, some of which are killed, while users run go."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.store.paths import SYSTEM_ROOT, Root
from tests.faults import opt
from tests.faults.result import Result
from tests.goarchive import ARCH, mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARTS = ("one root",)
_PROCESSES = 32
# Of no name, so that none must be made.
_ORDINARY = (65533, 65534)
# Installed before, and never taken away: whoever asks for it always gets it.
_STAYS = "1.22.6"
_OTHERS = ["1.22.12", "1.22.3", "1.23.1"]
_PATIENCE = 60
# Until there is a file "stop", or a minute has passed, go is run; each failure is told.
_LOOP = """
count=0
while [ ! -e "$2" ] && [ $count -lt 9999 ]; do
	told=$(GVM_GO_VERSION=1.22.6 "$1" version)
	[ "$told" = "go version go1.22.6 linux/@ARCH@" ] || echo "1.22.6 ended with $?: $told"
	told=$(GVM_GO_VERSION=1.22 "$1" version)
	case $told in *version*) ;; *) echo "1.22 ended with $?: $told" ;; esac
	count=$((count + 1))
done
echo "ran $count"
""".replace("@ARCH@", ARCH.arch)


@dataclass(frozen=True)
class _Place:
    """A root, which is changed by who is called with `words` before the command, and its users."""

    machine: Machine
    root: Root
    words: Sequence[str]
    users: Sequence[int]
    stop: Path


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Let many processes loose on a root, in rounds; every fourth process is killed on its way."""
    machine = Machine(base, patience=_PATIENCE)
    with ExitStack() as stack:
        place = _Place(machine, machine.root, (), (os.geteuid(),), machine.home / "stop")
        if opt.is_possible():
            stack.enter_context(opt.own(base))
            root = Root(SYSTEM_ROOT, machine.root.release)
            users = (os.geteuid(), *_ORDINARY)
            place = _Place(machine, root, ("--system",), users, SYSTEM_ROOT.with_name("stop"))
        _install(place, _STAYS)
        # As the real one, a program that runs on when its file is gone.
        program = {"go/bin/go": Path("/bin/echo").read_bytes()}
        with Server(mirror(_OTHERS, more=program)) as server:
            machine.environ |= _from(server)
            for number in range(max(1, 12 // every)):
                dice = random.Random(number)  # noqa: S311 - keeps no secret
                yield Result.of("load: 32 processes", f"{part}, {number}", _round(place, dice))


def _from(server: Server) -> dict[str, str]:
    return {"GVM_MIRROR": f"{server.url}/dl", "GVM_TRUST_MIRROR": "1"}


def _install(place: _Place, version: str) -> None:
    with Server(mirror([version])) as server:
        done = place.machine.gvm(*place.words, "install", version, environ=_from(server))
        assert done.returncode == 0, done.stderr


def _commands(dice: random.Random) -> list[Sequence[str]]:
    kinds = [
        ("install", "-q"), ("install", "-q", "--force"), ("uninstall", "-q", "-y"), ("global", "-q")
    ]  # fmt: skip
    commands = [(*dice.choice(kinds), dice.choice(_OTHERS)) for _ in range(_PROCESSES - 2)]
    return [*commands, ("reshim", "-q"), ("list",)]


def _round(place: _Place, dice: random.Random) -> Iterator[str]:
    with ExitStack() as stack:
        loops = [_loop(place, user, stack) for user in place.users]
        processes = [(command, _begun(place, command, stack)) for command in _commands(dice)]
        doomed = dice.sample(processes, _PROCESSES // 4)
        for _, process in doomed:
            time.sleep(dice.uniform(0, 0.1))
            process.kill()
        for command, process in processes:
            said = _end(process)
            yield from _complaints(command, process, said, was_killed=(command, process) in doomed)
        place.stop.touch()
        for process in loops:
            said = _end(process)
            if not said.startswith("ran ") or said == "ran 0\n":
                yield f"go, in a loop: {said or 'did not run'}"
        place.stop.unlink()
        yield from _afterwards(place)


def _loop(place: _Place, user: int, stack: ExitStack) -> subprocess.Popen[str]:
    become = [] if user == os.geteuid() else ["setpriv", f"--reuid={user}", "--clear-groups"]
    home = place.machine.home if user == os.geteuid() else place.stop.with_name(f"home-{user}")
    if not home.exists():
        home.mkdir()
        os.chown(home, user, -1)
    command = [*become, "sh", "-c", _LOOP, "sh", place.root.shims / "go", place.stop]
    return _started(command, home, {"HOME": str(home)}, place, stack)


def _begun(place: _Place, command: Sequence[str], stack: ExitStack) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "gvm", *place.words, *command]
    environ = {"PYTHONPATH": str(CHECKOUT)}
    return _started(words, place.machine.home, environ, place, stack)


def _started(
    command: Sequence[str | Path],
    home: Path,
    environ: dict[str, str],
    place: _Place,
    stack: ExitStack,
) -> subprocess.Popen[str]:
    """Start a process, which ends, with all that it starts, when the stack does."""
    process = subprocess.Popen(
        command,
        env={**place.machine.environ, **environ},
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    stack.callback(_kill, process)
    return process


def _kill(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _end(process: subprocess.Popen[str]) -> str:
    try:
        return process.communicate(timeout=_PATIENCE)[0]
    except subprocess.TimeoutExpired:
        _kill(process)
        return "it did not end"


def _complaints(
    command: Sequence[str], process: subprocess.Popen[str], said: str, *, was_killed: bool
) -> list[str]:
    """What is wrong with the end of a command: what another one took away first may be missing."""
    fine = {0, 4} if command[0] in {"uninstall", "global"} else {0}
    if was_killed or process.returncode in fine:
        return []
    return [f"gvm {' '.join(command)} ended with {process.returncode}: {said}"]


def _afterwards(place: _Place) -> Iterator[str]:
    """Tell what is wrong when all have ended: one more run tidies up, and all that is there works."""
    for command in (["install", "-q", *_OTHERS], ["reshim"]):
        done = place.machine.gvm(*place.words, *command)
        if done.returncode != 0:
            yield f"gvm {' '.join(command)} afterwards ended with {done.returncode}: {done.stderr}"
    for version in [_STAYS, *_OTHERS]:
        go = ["/bin/sh", place.root.shims / "go", "version"]
        ran = place.machine.run(go, environ={"GVM_GO_VERSION": version})
        if "version" not in ran.stdout:
            yield f"go of {version} ended with {ran.returncode}: {ran.stderr}"
    if rest := [file.name for file in place.root.staging.iterdir()]:
        yield f"staging has {rest}"
    if rest := list(place.root.path.rglob(".*.new")):
        yield f"there is {rest}"
