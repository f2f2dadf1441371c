"""How long gvm takes to say something."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.peers import mise, mise_environ
from benchmarks.table import Row, beyond, compared
from benchmarks.timing import Program, medians
from tests.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROUNDS = 40
# Milliseconds more than a shell that does nothing.
_ANSWERS = {"current": 3, "which": 3, "exec true": 3}
# Times what Python with click takes.
_COMMANDS = {"list": 2.5, "where": 2.5, "why": 2.5, "env": 2.5, "current --json": 2.5}
_VERSIONS = [f"1.{minor}.{patch}" for minor in range(20, 25) for patch in range(4)]


def rows(cache: Path, base: Path) -> Iterator[Row]:
    """Measure commands that only tell, in an empty directory, with 20 toolchains."""
    machine = Machine(base)
    machine.root.base.mkdir(parents=True)
    machine.root.venv.symlink_to(sys.prefix)
    machine.add(*_VERSIONS)
    machine.write(".tool-versions", "golang 1.22.3\n")
    environ, home = machine.environ, machine.home
    programs = {
        name: Program([machine.root.shims / "gvm", *name.split()], environ, home)
        for name in (*_ANSWERS, *_COMMANDS)
    }
    programs["sh"] = Program(["/bin/sh", "-c", ":"], environ, home)
    programs["click"] = Program([sys.executable, "-c", "import click"], environ, home)
    if (program := mise(cache)) is not None:
        own = {**environ, **mise_environ(base / "mise")}
        installs = base / "mise/data/installs"
        installs.mkdir(parents=True)
        (installs / "go").symlink_to(machine.root.versions)
        programs["mise"] = Program([program, "current", "go"], own, home)
    times = {name: run.seconds for name, run in medians(programs, _ROUNDS).items()}

    if "mise" in times:
        yield compared("gvm current", times["current"], "mise current go", times["mise"])
    for name, limit in _ANSWERS.items():
        yield beyond(f"gvm {name}", times[name], "sh -c :", times["sh"], limit / 1000)
    for name, ratio in _COMMANDS.items():
        yield compared(
            f"gvm {name}", times[name], "python -c 'import click'", times["click"], ratio
        )
