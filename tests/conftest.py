from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from gvm.store.paths import SYSTEM_ROOT
from tests.faults import disk
from tests.machine import Machine, is_nightly
from tests.masks import masking

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

# How long an example takes is the machine's affair. What runs unattended is the same every time.
settings.register_profile("gvm", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("gvm")

# In the background or under nohup these are ignored, and so they would be by all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)


def pytest_configure(config: pytest.Config) -> None:
    """Hide the toolchains that this machine has for everybody; only root can."""
    config.addinivalue_line("markers", "nightly: takes long, and runs with tests/run --nightly")
    if SYSTEM_ROOT.exists() and os.geteuid() == 0:
        disk.have_own_mounts()
        disk.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", SYSTEM_ROOT.parent)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what takes long to the nightly form, and give whole machines more time."""
    for item in items:
        if item.path.parent.name in {"e2e", "faults"}:
            item.add_marker(pytest.mark.timeout(600))
        if item.get_closest_marker("nightly") and not is_nightly():
            item.add_marker(pytest.mark.skip(reason="runs with tests/run --nightly"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def snapshot(
    request: pytest.FixtureRequest, snapshot: SnapshotAssertion, tmp_path: Path
) -> SnapshotAssertion:
    """What gvm is to print, kept in __snapshots__; `tests/run --snapshot-update` writes it anew."""
    place = request.getfixturevalue("machine") if "machine" in request.fixturenames else None
    base = place.base if isinstance(place, Machine) else tmp_path
    return snapshot.with_defaults(matcher=masking(base))
