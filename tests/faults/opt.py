"""A /opt and a /var/cache of a test's own, over this machine's."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults import disk

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def is_possible() -> bool:
    """Whether this process may have one."""
    if os.geteuid() != 0:
        return False
    # In another process: only who needs it has mounts of its own.
    with tempfile.TemporaryDirectory() as base:
        script = "import sys, pathlib; from tests.faults import opt\nwith opt.own(pathlib.Path(sys.argv[1])): pass"
        command = [sys.executable, "-c", script, base]
        checkout = Path(__file__).parents[2]
        return (
            subprocess.run(command, cwd=checkout, capture_output=True, check=False).returncode == 0
        )


@contextmanager
def own(base: Path) -> Iterator[None]:
    """Have it, over memory that is mounted in a directory."""
    disk.have_own_mounts()
    layers = base / "opt"
    layers.mkdir()
    disk.run("mount", "-t", "tmpfs", "tmpfs", layers)
    try:
        (layers / "upper").mkdir(mode=0o755)
        (layers / "work").mkdir()
        options = f"lowerdir=/opt,upperdir={layers}/upper,workdir={layers}/work"
        disk.run("mount", "-t", "overlay", "-o", options, "overlay", "/opt")
        # Downloads of `gvm --system` go there.
        disk.run("mount", "-t", "tmpfs", "tmpfs", "/var/cache")
        try:
            yield
        finally:
            disk.run("umount", "/var/cache")
            disk.run("umount", "/opt")
    finally:
        disk.run("umount", layers)
