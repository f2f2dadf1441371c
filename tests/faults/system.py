"""What `gvm --system` writes to, of a test's own: the machine's is left alone."""

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

    from tests.faults.scenes import Scene

TREES = ("etc", "opt", "usr/local/bin", "usr/local/share", "var/cache")
# What programs need of it, and files that gvm changes; the directories for its own are missing.
_ETC = ("group", "hosts", "ld.so.cache", "nsswitch.conf", "os-release", "passwd")
_SHELLS = {"bash.bashrc": b"alias ll='ls -l'\n", "fish/config.fish": b"", "zsh/zshenv": b"path+=(~/bin)"}  # fmt: skip


@cache
def is_possible() -> bool:
    """Whether this process may have it."""
    if os.geteuid() != 0:
        return False
    # In another process: only who needs it has mounts of its own.
    script = "import sys, pathlib; from tests.faults import system\nwith system.own(pathlib.Path(sys.argv[1])): pass"
    with tempfile.TemporaryDirectory() as base:
        done = subprocess.run(
            [sys.executable, "-c", script, base],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=False,
        )
    return done.returncode == 0


def is_possible_for(scene: Scene) -> bool:
    """Whether a scene can be played here."""
    return not (scene.is_system or scene.mounted) or is_possible()


@contextmanager
def own(base: Path, device: disk.Disk | None = None) -> Iterator[None]:
    """Have it: a small /etc, programs that are links to the machine's, and nothing else.

    Args:
        base: an empty directory.
        device: that holds it; memory does if None.
    """
    disk.have_own_mounts()
    etc = {name: Path("/etc", name).read_bytes() for name in _ETC if Path("/etc", name).exists()}
    programs = base / "programs"
    programs.mkdir()
    disk.run("mount", "--bind", "/usr/local/bin", programs)
    mounted = [programs]
    try:
        for tree in TREES:
            place = Path("/", tree)
            if device is not None:
                device.bind(place)
                continue
            disk.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", place)
            mounted.append(place)
        for name, content in {**etc, **_SHELLS}.items():
            file = Path("/etc", name)
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        for program in programs.iterdir():
            Path("/usr/local/bin", program.name).symlink_to(program)
        yield
    finally:
        for place in reversed(mounted):
            disk.run("umount", "-l", place)
