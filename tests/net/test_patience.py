from __future__ import annotations

import pytest

from gvm.net.retry import Attempts, Patience, TransientError

QUICK = Patience(attempts=3, backoff=0.001)


def test_last_try() -> None:
    """After so many failures in a row, the last one is the answer; progress forgets them."""
    attempts = Attempts(QUICK)
    lost = TransientError("lost")
    for _ in range(2):
        attempts.pause(lost)
        attempts.pause(lost)
        attempts.progressed()
    attempts.pause(lost)
    attempts.pause(lost)
    with pytest.raises(TransientError, match="lost"):
        attempts.pause(lost)


def test_no_connection() -> None:
    """Where there is no connection at all, it is not tried again, unless there has been one."""
    attempts = Attempts(QUICK)
    refused = TransientError("refused", was_connected=False)
    with pytest.raises(TransientError, match="refused"):
        attempts.pause(refused)
    attempts.progressed()
    attempts.pause(refused)
