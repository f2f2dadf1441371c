"""Libraries that only some commands need, and that not every installation has."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gvm.errors import GvmError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def needed_for(what: str) -> Iterator[None]:
    """Say what an import that fails is needed for, and how to get it.

    Raises:
        GvmError: the library is not here.
    """
    try:
        yield
    except ImportError as error:
        raise GvmError(
            f"{what} needs the Python package {error.name}, which is not installed",
            hint=f"{sys.executable} -m pip install {error.name}",
        ) from error
