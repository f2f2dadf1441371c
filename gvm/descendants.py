"""The processes that run because this one has started them."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds: for all to end by SIGTERM, and between two looks.
_GRACE, _PAUSE = 1.0, 0.02


def now() -> int:
    """Return the time as `end` takes it."""
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))


def end(since: int) -> None:
    """End all that this process has started, and what that has started, with SIGKILL if need be.

    Args:
        since: what was there before is left alone: a shell may have started it, and become gvm.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        until = time.monotonic() + _GRACE
        is_sent = send(number, since)
        while is_sent and time.monotonic() < until:
            time.sleep(_PAUSE)
            is_sent = send(0, since)


def send(number: int, since: int) -> bool:
    """Send them a signal, and return whether there is one that can get it."""
    is_sent = False
    for process in _found(since):
        # It has ended, or is another user's, as sudo is: that ends when nobody reads any more.
        with suppress(OSError):
            os.kill(process, number)
            is_sent = True
    return is_sent


def _found(since: int) -> set[int]:
    table = list(_processes(since))
    own, found = os.getpid(), set[int]()
    while more := {
        pid for pid, parent, session, _ in table if parent in {own, *found} or session in found
    } - {own, *found}:
        found |= more
    return found - {pid for pid, _, _, state in table if state in {b"Z", b"X"}}


def _processes(since: int) -> Iterator[tuple[int, int, int, bytes]]:
    """List the process, its parent, its session and its state, as proc_pid_stat(5) has them."""
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - names are enough
        with suppress(OSError), open(f"/proc/{name}/stat", "rb") as stat:  # noqa: PTH123
            # Behind the program's name, which may hold anything, with the third.
            fields = stat.read().rpartition(b")")[2].split()
            if int(fields[22 - 3]) >= since:
                yield int(name), int(fields[4 - 3]), int(fields[6 - 3]), fields[0]
