"""Standard output and standard error, wherever they lead."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


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
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Answer(1, "w", closefd=False)),
        encoding=sys.stdout.encoding,
        errors="surrogateescape",
        line_buffering=os.isatty(1),
    )
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="surrogateescape")


class _Answer(io.FileIO):
    """Standard output, whose errors are known from those of other files."""

    has_failed = False

    def write(self, data: Buffer) -> int:
        try:
            return super().write(data)
        except OSError:
            _Answer.has_failed = True
            raise


def unwritten() -> bool:
    """Whether a part of the answer could not be written."""
    with suppress(OSError):
        sys.stdout.flush()
    return _Answer.has_failed


def finish() -> None:
    """Let go what cannot be written: Python would try once more, and end with a code of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
