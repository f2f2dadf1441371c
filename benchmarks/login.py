"""What gvm costs a shell that starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.table import Row, limited
from benchmarks.timing import Program, medians
from gvm.activate.profiles import posix
from gvm.assets import asset
from gvm.store.paths import SYSTEM_ROOT
from gvm.store.shared_files import FUNCTION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROUNDS = 500
# So that what is measured is more than what a process's start varies by.
_TIMES = 20


def rows(cache: Path, base: Path) -> Iterator[Row]:  # noqa: ARG001 - nothing is kept
    """Measure sh with the machine's profile, against sh with an empty one."""
    (base / "share").mkdir()
    (base / "share" / FUNCTION).write_text(asset("shims/gvm.sh").read_text())
    text = posix(SYSTEM_ROOT / "shims").replace(f"{SYSTEM_ROOT}/share", f"{base}/share")
    (base / "gvm.sh").write_text(text)
    (base / "empty.sh").touch()
    environ = {"HOME": str(base), "PATH": "/usr/bin:/bin"}
    programs = {
        name: Program(["/bin/sh", "-c", f". {base}/{name}.sh;" * _TIMES], environ, base)
        for name in ("gvm", "empty")
    }
    runs = medians(programs, _ROUNDS)
    cost = (runs["gvm"].seconds - runs["empty"].seconds) / _TIMES
    yield limited("/etc/profile.d/gvm.sh, beyond an empty file", cost, 1e-4)
