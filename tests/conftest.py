from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.machine import Machine

if TYPE_CHECKING:
    from pathlib import Path

# How long an example takes is the machine's affair. What runs unattended is the same every time.
settings.register_profile("gvm", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("gvm")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)
