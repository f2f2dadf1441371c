"""Standard output and standard error, wherever they lead."""

from __future__ import annotations

import io
import os
import sys


def prepare() -> None:
    """Let there be all three, and let paths be printed as the bytes that they are."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Or the next file that is opened is written to.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    if isinstance(getattr(sys.stdout, "buffer", None), io.FileIO):
        # With PYTHONUNBUFFERED: what cannot be written would be known by no flush.
        sys.stdout = os.fdopen(1, "w", encoding=sys.stdout.encoding, closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape")


def unwritten() -> bool:
    """Whether a part of the answer could not be written, and cannot be now."""
    try:
        sys.stdout.flush()
    except OSError:
        return True
    return False


def finish() -> None:
    """Let go what cannot be written: Python would try once more, and end with a code of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
