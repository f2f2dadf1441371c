"""Directories with all that is below them."""

# ruff: noqa: PLC0415 - most commands need none of what is imported in functions here

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def make_directory(directory: Path, *, inherits: bool = False) -> None:
    """Make a directory and those above it, where they are missing, for their owner alone to write.

    A default ACL above them counts in place of the umask, and may let others write.

    Args:
        directory: that may be there.
        inherits: whether that ACL goes on to them, as it should in a user's own directories.

    Raises:
        OSError: one cannot be made.
    """
    if directory.is_dir():
        return
    make_directory(directory.parent, inherits=inherits)
    directory.mkdir(0o755, exist_ok=True)
    if not inherits:
        with suppress(OSError):
            os.removexattr(directory, "system.posix_acl_default")


def entries(tree: Path, below: str = "") -> Iterator[tuple[str, int]]:
    """All that is in a tree and no directory: its name, relative to the tree, and its mode."""
    with os.scandir(tree / below) as found:
        for entry in found:
            name = below + entry.name
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                yield from entries(tree, f"{name}/")
            else:
                yield name, mode


def exchange(one: Path, other: Path) -> None:
    """Let two directories swap names; at once where the file system can.

    Elsewhere `other` is for a moment `one.aside`, and stays that if the process is killed then.
    """
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    arguments = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    if hasattr(library, "renameat2") and library.renameat2(*arguments) == 0:
        return
    if ctypes.get_errno() not in {errno.EINVAL, errno.ENOSYS, errno.EXDEV, 0}:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(one))
    aside = one.with_name(f"{one.name}.aside")
    move_tree(other, aside)
    try:
        one.rename(other)
    except OSError:
        aside.rename(other)
        raise
    aside.rename(one)


def move_tree(source: Path, target: Path) -> None:
    """Rename a directory; in a container one of the image, which cannot be renamed, is copied."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        import shutil

        shutil.copytree(source, target, symlinks=True)
        remove_tree(source)


def sync(directory: Path) -> None:
    """Write all that is pending on a directory's file system to the disk.

    Raises:
        OSError: that failed, and what was written before may be lost.
    """
    import ctypes

    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if hasattr(library, "syncfs") and library.syncfs(fd) == 0:
            return
        code = ctypes.get_errno()
        if code in {errno.EIO, errno.ENOSPC, errno.EDQUOT}:
            raise OSError(code, os.strerror(code), str(directory))
        os.sync()
    finally:
        os.close(fd)


def remove_tree(path: Path) -> None:
    """Remove a directory and all below it, also what is read-only.

    Nothing there is fine; so is a file, or a link.
    """
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    import shutil

    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except PermissionError:
        _open(os.fspath(path))
        shutil.rmtree(path)


def _open(directory: str) -> None:
    """Let the owner into a directory and all below it; files keep their modes, which clones share."""
    os.chmod(directory, 0o700)  # noqa: PTH101 - scandir gives strings
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _open(entry.path)
