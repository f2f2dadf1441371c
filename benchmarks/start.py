"""How long gvm takes to say something."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.table import Row, compared
from benchmarks.timing import Program, medians
from tests.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 40
_COMMANDS = ("current", "list", "root")


def rows(cache: Path, base: Path) -> Iterator[Row]:  # noqa: ARG001 - nothing is kept
    """Measure commands that only tell, in an empty directory."""
    machine = Machine(base)
    machine.add("1.21.13", "1.22.6")
    machine.write(".tool-versions", "golang 1.22.6\n")
    gvm = Path(sys.executable).with_name("gvm")
    programs = {name: Program([gvm, name], machine.environ, machine.home) for name in _COMMANDS}
    programs["click"] = Program(
        [sys.executable, "-c", "import click"], machine.environ, machine.home
    )
    runs = medians(programs, _ROUNDS)
    for name in _COMMANDS:
        yield compared(
            f"gvm {name}", runs[name].seconds, "python -c 'import click'", runs["click"].seconds
        )
