from __future__ import annotations

import ast
import signal
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from tests.faults import boundary, disk, inject, system
from tests.faults.scenes import SCENES
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A sample of the long form: parts, and every how manieth fault.
BY_DAY = [
    ("kill", "uninstall the newest", 9),
    ("kill", "activate", 24),
    ("refuse", "install the first", 61),
    ("power", "install the first", 41),
    ("network", "between two runs", 1),
    ("pypi", "a package index", 9),
    ("load", "one root", 12),
    ("signal", "threads", 4),
    ("signal", "removal", 4),
]
BY_NIGHT = [
    ("kill", "install the first", 13),
    ("kill", "activate, twice, then deactivate", 24),
    ("kill", "deactivate", 14),
    ("kill", "activate --system, then deactivate", 29),
    ("kill", "local", 2),
    ("kill", "local, hard-linked", 1),
    ("kill", "uninstall --all", 9),
    ("refuse", "reshim", 13),
    ("refuse", "local, mounted", 5),
    ("refuse", "global", 8),
    ("room", "install the first", 15),
    ("power", "reshim", 13),
    ("power", "activate --system", 97),
    ("network", "go.dev", 15),
    ("network", "a mirror that lists", 15),
    ("network", "one byte", 12),
]
# Many times what one takes; seconds.
_PATIENCE = 240


@pytest.fixture
def _in_time(request: pytest.FixtureRequest) -> Iterator[None]:
    """End a sample that hangs, with what it was doing in its traceback."""

    def end(*_: object) -> None:
        pytest.fail(f"{request.node.name} has not ended after {_PATIENCE} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(_PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("_in_time")
@pytest.mark.parametrize(
    ("kind", "part", "every"),
    [*BY_DAY, *(pytest.param(*sample, marks=pytest.mark.nightly) for sample in BY_NIGHT)],
)
def test_faults(kind: str, part: str, every: int, tmp_path: Path) -> None:
    """After a fault nothing is half done, it is told plainly, and the next run does the rest."""
    if kind in {"kill", "refuse", "power"} and not inject.is_possible():
        pytest.skip("strace cannot be used here")
    if part in SCENES and not system.is_possible_for(SCENES[part]):
        pytest.skip("needs root and private mounts")
    if kind == "power" and not disk.is_possible():
        pytest.skip("needs root and loop devices")
    results = list(import_module(f"tests.faults.{kind}").results(part, tmp_path, every=every))
    if part == "go.dev" and not results:
        pytest.skip("own networks need root and ip")
    assert results
    assert [str(result) for result in results if result.wrong] == []


@pytest.mark.parametrize("name", boundary.REGIONS)
def test_regions(name: str) -> None:
    """Each function between whose instructions signals are sent is there."""
    tree = ast.parse((CHECKOUT / "gvm" / name).read_text())
    there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert boundary.REGIONS[name] <= there
