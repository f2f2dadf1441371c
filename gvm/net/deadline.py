"""Answers that end in time, however little of them comes at once."""

from __future__ import annotations

import io
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from socket import socket

    from typing_extensions import Buffer

    from gvm.net.retry import Patience


# 101 would be the end of HTTP.
_INTERIM = {100, *range(102, 200)}
_LINE = 1 << 16


class LateError(TimeoutError):
    """Bytes came, but not what they belong to."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not complete after {seconds:.0f} s")


class TimedResponse(HTTPResponse):
    """An answer whose head comes inside `patience.window`, as does what one read of the body takes.

    A limit on silence is not enough: a server may say `100 Continue`, or send a letter of a header,
    of a chunk's length or of a trailer, now and then and for ever. What it says before its answer is
    passed over: of all of 1xx, HTTPResponse knows 100 only.
    """

    def __init__(self, patience: Patience, sock: socket, *args: Any, **more: Any) -> None:  # noqa: ANN401 - as they are
        self._timed = _Timed(sock, patience)
        super().__init__(cast("socket", self._timed), *args, **more)

    def _read_status(self) -> tuple[str, int, str]:
        told: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]  # it has no type
        while told[1] in _INTERIM:
            while self.fp.readline(_LINE).strip():
                pass
            told = super()._read_status()  # type: ignore[misc]  # as above
        return told

    def read1(self, n: int = -1) -> bytes:
        """Read as soon as there is something.

        Raises:
            LateError: all that came is no part of the body.
        """
        self._timed.restart()
        return super().read1(n)


class _Timed(io.RawIOBase):
    """What comes through a socket until a time."""

    def __init__(self, sock: socket, patience: Patience) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._patience = patience
        self.restart()

    def restart(self) -> None:
        self._until = time.monotonic() + self._patience.window

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What HTTPResponse asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int | None:
        left, stall = self._until - time.monotonic(), self._patience.stall
        if left <= 0:
            raise LateError(self._patience.window)
        self._sock.settimeout(min(left, stall))
        try:
            return self._raw.readinto(buffer)
        except TimeoutError as error:
            if left < stall:
                raise LateError(self._patience.window) from error
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()
