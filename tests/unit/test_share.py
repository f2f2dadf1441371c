from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gvm.store.shared_files import FUNCTION
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from tests.machine import Machine


def test_share(machine: Machine) -> None:
    """What is shared is mended where it is wrong, not touched where it is right, and only its owner's to write."""
    share = machine.root.share
    umask = os.umask(0o002)
    try:
        machine.reshim()
    finally:
        os.umask(umask)
    assert [path for path in (share, *share.rglob("*")) if path.stat().st_mode & 0o022] == []
    before = {path: path.stat().st_ino for path in share.rglob("*")}
    machine.reshim()
    assert {path: path.stat().st_ino for path in share.rglob("*")} == before
    (share / FUNCTION).write_text("damaged")
    machine.reshim()
    assert (share / FUNCTION).read_text() == (CHECKOUT / "shims/gvm.sh").read_text()
