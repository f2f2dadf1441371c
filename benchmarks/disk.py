"""A file system with a journal, in memory."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SIZE = 2_000_000_000


@contextmanager
def journalled(base: Path) -> Iterator[Path | None]:
    """Mount a new ext4 below `base`; None where that cannot be done."""
    image, place = base / "image", base / "ext4"
    place.mkdir()
    with image.open("wb") as opened:
        opened.truncate(_SIZE)
    if os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        yield None
        return
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    mounted = subprocess.run(
        ["mount", "-o", "loop", image, place], stderr=subprocess.DEVNULL, check=False
    )
    if mounted.returncode != 0:
        yield None
        return
    try:
        yield place
    finally:
        # Programs were run there.
        os.chdir(base)
        subprocess.run(["umount", place], check=True)
