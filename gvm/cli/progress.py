"""How a download is shown: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from rich.progress import Progress, TaskID
    from typing_extensions import Self

    from gvm.cli.session import Session

_SECONDS_BETWEEN_LINES = 10.0
# The line of the bar, and the cursor that it hides.
_ERASED = b"\r\x1b[2K\x1b[?25h"


class Shown:
    """Tells of one installation; a context manager."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._name = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._told = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def erase(self) -> None:
        """Leave the terminal as it was, when nothing else is shown any more."""
        if self._bar is not None:
            with suppress(OSError):
                os.write(2, _ERASED)

    def say(self, text: str) -> None:
        """Tell one line."""
        self._session.output.say(text)

    def fetching(self, name: str, url: str) -> None:
        """Tell that a file is now being fetched."""
        self._name, self._told = name, time.monotonic()
        self._session.output.say(f"fetching {url}")

    def progress(self, done: int, total: int | None) -> None:
        """Move the bar, or tell a line now and then."""
        if self._session.output.is_quiet:
            return
        if _is_terminal(self._session.process.environ):
            self._move(done, total)
        elif time.monotonic() - self._told > _SECONDS_BETWEEN_LINES:
            self._told = time.monotonic()
            whole = f" of {total // 1_000_000}" if total else ""
            self._session.output.say(f"{self._name}: {done // 1_000_000}{whole} MB")

    def _move(self, done: int, total: int | None) -> None:
        if self._bar is None or self._task is None:
            self._bar = _bar()
            self._task = self._bar.add_task(self._name, total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total)


def _is_terminal(environ: Mapping[str, str]) -> bool:
    return sys.stderr.isatty() and environ.get("TERM", "dumb") != "dumb"


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
