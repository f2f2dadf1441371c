"""A disk of a test's own, whose power can be cut."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

_NEW_MOUNTS = 0x00020000  # CLONE_NEWNS
SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN
_MEGABYTES = 48
# What is in the journal's memory is lost, or just written: then names may come before contents.
FLAGS = {"journal lost": 2, "journal written": 1}
# As a distribution mounts it; and where the kernel does nothing for programs that do not sync.
OPTIONS = {"defaults": "defaults", "noauto_da_alloc": "noauto_da_alloc,commit=300"}


@cache
def is_possible() -> bool:
    """Whether this process may have such a disk."""
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4"):
        return False
    try:
        with tempfile.TemporaryDirectory() as base, Disk(Path(base), OPTIONS["defaults"]) as disk:
            disk.cut(FLAGS["journal lost"])
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


class Disk:
    """A journalled ext4 at `home` in a directory, as a context manager.

    From then on the thread has mounts of its own, which end with the process.

    Attributes:
        home: where it is.
    """

    def __init__(self, base: Path, options: str) -> None:
        self.home = base / "home"
        self._bound: list[Path] = []
        self._image = base / "disk"
        self._options = options

    def __enter__(self) -> Self:
        have_own_mounts()
        self.home.mkdir(exist_ok=True)
        with self._image.open("wb") as opened:
            opened.truncate(_MEGABYTES << 20)
        run("mkfs.ext4", "-q", "-F", self._image)
        self._mount()
        (self.home / "lost+found").rmdir()
        return self

    def __exit__(self, *_: object) -> None:
        self._unmount()

    def bind(self, place: Path) -> None:
        """Let an empty directory of the disk be at another place too."""
        self._bound.append(place)
        self._on_disk(place).mkdir(parents=True)
        run("mount", "--bind", self._on_disk(place), place)

    def cut(self, flag: int) -> None:
        """Lose the power, and come back: what is not on the disk now is lost."""
        fd = os.open(self.home, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, SHUTDOWN, struct.pack("I", flag))
        finally:
            os.close(fd)
        self._unmount()
        self._mount()

    def _unmount(self) -> None:
        for place in [*reversed(self._bound), self.home]:
            _unmount(place)

    def _mount(self) -> None:
        run("mount", "-t", "ext4", "-o", f"loop,{self._options}", self._image, self.home)
        for place in self._bound:
            run("mount", "--bind", self._on_disk(place), place)

    def _on_disk(self, place: Path) -> Path:
        return self.home / "bound" / place.relative_to("/")


def _unmount(place: Path) -> None:
    # What a killed process has started ends a moment later.
    for _ in range(200):
        if subprocess.run(["umount", place], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.02)
    run("umount", place)


@cache
def have_own_mounts() -> None:
    """Let what this thread mounts from now on be nobody else's."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_MOUNTS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    run("mount", "--make-rprivate", "/")


def run(*command: str | Path) -> None:
    """Run a program, which succeeds."""
    subprocess.run(command, capture_output=True, check=True)
