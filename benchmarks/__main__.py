"""Measures what is named, or everything, and prints one table; `run` calls it."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from benchmarks import install, login, many, shared, shim, start
from benchmarks.table import Row, printed

_ALL = {
    "shim": shim.rows,
    "shared": shared.rows,
    "start": start.rows,
    "many": many.rows,
    "login": login.rows,
    "install": install.rows,
}


def main() -> None:
    """Measure on memory-backed storage, so that the disk is not what is measured."""
    cache, *names = sys.argv[1:]
    with contextlib.suppress(PermissionError):
        # Only root may; it keeps whatever else the machine does out of the figures.
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    if unknown := set(names) - _ALL.keys():
        sys.exit(f"benchmarks/run: {', '.join(unknown)} is none of {', '.join(_ALL)}")
    found: list[Row] = []
    memory = Path("/dev/shm")  # noqa: S108 - the directories in it have names of their own
    for name in names or _ALL:
        with tempfile.TemporaryDirectory(
            dir=memory if os.access(memory, os.W_OK) else None
        ) as base:
            found += _ALL[name](Path(cache), Path(base))
            # Programs are run in directories that now go.
            os.chdir(cache)
    printed(found)
    if missed := [row.what for row in found if row.is_missed]:
        sys.exit(f"benchmarks/run: a target is missed: {'; '.join(missed)}")


main()
