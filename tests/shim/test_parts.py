"""The parts of the shim, as gvm finds them."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.machine import CHECKOUT, Machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

OWN = "gvm_own=''\n"


def replaced(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(old, new))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "missing": shutil.rmtree,
    "no place for the root": lambda parts: replaced(parts / "10-select.sh", OWN, ""),
    "two places for the root": lambda parts: (parts / "70.sh").write_text(OWN),
    "another default": lambda parts: replaced(parts / "10-select.sh", "'release'", "'shared'"),
    "failing": lambda parts: (parts / "00.sh").write_text("exit 1\n"),
    "silent": lambda parts: (parts / "60-print.sh").write_text("printf 'release=linux\\0'\n"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged(
    damage: Callable[[Path], object], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """A gvm with damaged parts says so, and writes no shim."""
    place = machine.base / "copy"
    for name in ("gvm", "shims"):
        shutil.copytree(CHECKOUT / name, place / name)
    damage(place / "shims/parts")
    done = machine.run([sys.executable, "-m", "gvm", "reshim"], environ={"PYTHONPATH": str(place)})
    assert done.returncode == 9
    assert done.stderr == snapshot
    assert not machine.root.shims.exists()
