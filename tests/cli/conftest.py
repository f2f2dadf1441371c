from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.goarchive import mirror
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A mirror of the VERSIONS that a module of tests names."""
    with Server(mirror(request.module.VERSIONS)) as server:
        yield server
