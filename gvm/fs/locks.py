"""Locks between processes, which end with them."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gvm.errors import LockTimeoutError
from gvm.fs.trees import make_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 600.0
_OPEN = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_SECONDS_BETWEEN_TRIES = 0.05
# Who may read a file may lock it, for as long as he likes.
_MODE = 0o600


@contextmanager
def locked(
    directory: Path,
    name: str,
    *,
    waiting: Callable[[], None] | None = None,
    timeout: float = PATIENCE,
) -> Iterator[None]:
    """Hold the lock `name` of a directory.

    Args:
        directory: that holds the locks; made where it is missing.
        name: of what is locked.
        waiting: called once where another process holds it.
        timeout: seconds.

    Raises:
        LockTimeoutError: the other one did not end in time.
    """
    make_directory(directory)
    file = directory / f"{name}.lock"
    descriptor = os.open(file, _OPEN, _MODE)
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            # Made by an older gvm.
            os.fchmod(descriptor, _MODE)
        wait_for(descriptor, name, file, waiting=waiting, timeout=timeout)
        yield
    finally:
        # Which gives the lock back; so does the end of the process.
        os.close(descriptor)


def wait_for(
    descriptor: int,
    name: str,
    file: Path,
    *,
    waiting: Callable[[], None] | None = None,
    timeout: float = PATIENCE,
) -> None:
    """Lock a file that is open for writing, until it is closed.

    Args:
        descriptor: of the file.
        name: of what is locked.
        file: where it is.
        waiting: called once where another process holds the lock.
        timeout: seconds.

    Raises:
        LockTimeoutError: the other one did not end in time.
    """
    if _take(descriptor, file):
        return
    if waiting:
        waiting()
    end = time.monotonic() + timeout
    while not _take(descriptor, file):
        if time.monotonic() >= end:
            raise LockTimeoutError(
                f"another gvm has been at work on {name} for {timeout:.0f} s",
                hint=f"see who it is: fuser {file}",
            )
        time.sleep(_SECONDS_BETWEEN_TRIES)


def _take(descriptor: int, file: Path) -> bool:
    """Take the lock where it is free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        error.filename = str(file)
        raise
    return True
