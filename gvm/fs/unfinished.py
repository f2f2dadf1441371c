"""Files that are not whole yet, each beside the one whose place it will take."""

from __future__ import annotations

import errno
import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LEFTOVER = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def unfinished_name(place: Path) -> Path:
    """Return the name of a file or a link until it is whole.

    Always the same: what a killed process left is replaced, and not left beside another.
    """
    return place.with_name(f".{place.name}.new")


def create_unfinished(new: Path, file: Path) -> int:
    """Make what `file` is until it is whole, for the caller alone, and lock it.

    Another process that is writing the same file is waited for.
    """
    while True:
        try:
            fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            discard(new)
            continue
        except OSError as error:
            # There never was a file of the other name.
            error.filename = str(file)
            raise
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
        except BaseException as error:
            if isinstance(error, OSError):
                error.filename = str(file)
            if _is_at(fd, new):
                new.unlink(missing_ok=True)
            os.close(fd)
            raise
        # Between the two, another process may have taken it for what is left of a killed one.
        if _is_at(fd, new):
            return fd
        os.close(fd)


def discard(new: Path) -> None:
    """Remove what a killed process left; if one is still at work, wait for its end first."""
    try:
        fd = _reopen(new)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        # No file that gvm has made.
        new.unlink(missing_ok=True)
        return
    try:
        # For another user nobody waits, nor does root that has laid its rights down.
        if os.fstat(fd).st_uid == os.getuid():
            _wait_for(fd)
        if _is_at(fd, new):
            new.unlink(missing_ok=True)
    finally:
        os.close(fd)


def _reopen(new: Path) -> int:
    """Open it for writing, without which NFS gives no lock, unless its mode forbids that already."""
    try:
        return os.open(new, os.O_RDWR | _LEFTOVER)
    except PermissionError:
        return os.open(new, os.O_RDONLY | _LEFTOVER)


def _wait_for(fd: int) -> None:
    """Wait for the process that writes an open file; where NFS gives no lock, for none."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise


def _is_at(fd: int, file: Path) -> bool:
    """Whether an open file is the one of that name."""
    try:
        return os.path.samestat(os.fstat(fd), file.lstat())
    except FileNotFoundError:
        return False
