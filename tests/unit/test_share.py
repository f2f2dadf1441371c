from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gvm.share import FUNCTION, reshare
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path


def test_reshare(tmp_path: Path) -> None:
    """What is shared is mended where it is wrong, not touched where it is right, and only its owner's to write."""
    share = tmp_path / "share"
    umask = os.umask(0o002)
    try:
        reshare(share)
    finally:
        os.umask(umask)
    assert [path for path in (share, *share.rglob("*")) if path.stat().st_mode & 0o022] == []
    before = {path: path.stat().st_ino for path in share.rglob("*")}
    reshare(share)
    assert {path: path.stat().st_ino for path in share.rglob("*")} == before
    (share / FUNCTION).write_text("damaged")
    reshare(share)
    assert (share / FUNCTION).read_text() == (CHECKOUT / "shims/gvm.sh").read_text()
