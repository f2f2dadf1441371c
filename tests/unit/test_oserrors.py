from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from gvm.fs.oserrors import explained

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

# What file systems answer, also those that know less than others.
ANSWERS = (
    "ENOSPC EDQUOT EROFS EIO ESTALE EBUSY ENOLCK EACCES EPERM ENAMETOOLONG EOPNOTSUPP ENOSYS EXDEV"
)


@pytest.mark.parametrize("name", ANSWERS.split())
def test_hint(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """An error of a file system comes with something to do, and not with the offer of a traceback."""
    code = getattr(errno, name)
    assert explained(OSError(code, os.strerror(code), str(tmp_path / "file"))) == snapshot
