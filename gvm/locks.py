"""Locks between processes, which end with them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from gvm.errors import LockTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 600.0


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
    directory.mkdir(parents=True, exist_ok=True)
    lock = FileLock(directory / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if waiting:
            waiting()
        try:
            lock.acquire(timeout=timeout)
        except Timeout as error:
            raise LockTimeoutError(
                f"another gvm has been at work on {name} for {timeout:.0f} s",
                hint=f"see who it is: fuser {lock.lock_file}",
            ) from error
    try:
        yield
    finally:
        lock.release()
