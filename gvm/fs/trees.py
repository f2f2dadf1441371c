"""Directories with all that is below them."""

# ruff: noqa: PLC0415 - most commands need none of what is imported in functions here

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.signals import undoing

if TYPE_CHECKING:
    from collections.abc import Iterator

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

    _let_move(other)
    library = ctypes.CDLL(None, use_errno=True)
    arguments = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
    if hasattr(library, "renameat2") and library.renameat2(*arguments) == 0:
        return
    if ctypes.get_errno() not in {errno.EINVAL, errno.ENOSYS, errno.EXDEV, 0}:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))
    aside = free_name(one.with_name(f"{one.name}.aside"))
    move_tree(other, aside)
    try:
        one.rename(other)
    except OSError:
        aside.rename(other)
        raise
    aside.rename(one)


def move_tree(source: Path, target: Path) -> None:
    """Rename a directory; in a container one of the image, which cannot be renamed, is copied."""
    _let_move(source)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            error.filename, error.filename2 = str(source), None
            raise
        import shutil

        shutil.copytree(source, target, symlinks=True)
        remove_tree(source)


def _let_move(directory: Path) -> None:
    """Let the owner of a directory move it: that changes what `..` in it is."""
    with suppress(OSError):
        mode = directory.lstat().st_mode
        if stat.S_ISDIR(mode) and not mode & stat.S_IWUSR:
            directory.chmod(stat.S_IMODE(mode) | stat.S_IWUSR)


def free_name(path: Path) -> Path:
    """Return a path, or where something has its name, one with a number behind it."""
    others = (path.with_name(f"{path.name}~{number}") for number in count(2))
    return next(one for one in chain([path], others) if not os.path.lexists(one))


def is_one_mount(one: Path, other: Path) -> bool:
    """Whether a rename can lead from one directory into the other."""
    return _mount(one) == _mount(other)


def _mount(directory: Path) -> tuple[int, str]:
    """Return a directory's device and, as bind mounts share theirs, its mount."""
    fd = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError), open(f"/proc/self/fdinfo/{fd}") as info:  # noqa: PTH123
            return os.fstat(fd).st_dev, info.read().partition("mnt_id:")[2].split()[0]
        return os.fstat(fd).st_dev, ""
    finally:
        os.close(fd)


def mount_point(path: Path) -> Path | None:
    """Return a mount point that is at a path or below it, if there is one."""
    top = os.fsencode(os.path.join(os.path.realpath(path.parent), path.name))  # noqa: PTH118 - of loops too
    try:
        lines = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return None
    for line in lines:
        place = re.sub(rb"\\(\d{3})", lambda match: bytes([int(match[1], 8)]), line.split()[4])
        if place == top or place.startswith(top + b"/"):
            return Path(os.fsdecode(place))
    return None


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

    Nothing there is fine; so is a file, or a link. What can be removed is, also after an error.

    Raises:
        OSError: something is still there; or nothing is removed, for a file system is mounted there.
    """
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    if (mounted := mount_point(path)) is not None:
        raise OSError(errno.EBUSY, "a file system is mounted there", str(mounted))
    if _remove(path):
        _open(os.fspath(path))
        for error in _remove(path):
            raise error


def _remove(path: Path) -> list[OSError]:
    """Remove what can be removed of a directory, and return why the rest cannot."""
    import shutil

    errors: list[OSError] = []

    def note(name: str, error: BaseException) -> None:
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            error.filename = os.fspath(name)
            errors.append(error)

    if sys.version_info >= (3, 12):
        shutil.rmtree(path, onexc=lambda _, name, error: note(name, error))
    else:
        shutil.rmtree(path, onerror=lambda _, name, about: note(name, about[1]))
    return errors


@contextmanager
def temporary(tree: Path) -> Iterator[None]:
    """Remove a tree when the block ends, also where a signal ends gvm."""
    with undoing(partial(remove_tree, tree)):
        try:
            yield
        finally:
            remove_tree(tree)


def _open(directory: str) -> None:
    """Let the owner into a directory and all below it; files keep their modes, which clones share."""
    with suppress(OSError):
        os.chmod(directory, 0o700)  # noqa: PTH101 - scandir gives strings
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    _open(entry.path)
