"""The end of gvm by a signal, at whatever instruction it comes."""

from __future__ import annotations

import os
import signal
import time
from _thread import allocate_lock, get_ident, start_new_thread
from contextlib import contextmanager, suppress
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING

from gvm import descendants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# A thread that starts a process holds it, so that the end misses none.
process_start = RLock()
_undos: list[Callable[[], object]] = []
# Seconds: for another thread to start a process, for the main thread to answer, for all else, and
# until one more signal ends it at once.
_START, _ANSWER, _LONGEST, _UNDISTURBED = 1.0, 1.0, 7.0, 1.0
_TRIES, _PAUSE = 20, 0.025


def catch(report: Callable[[int], object]) -> None:
    """End gvm by each signal that asks for it; one that is ignored, as under nohup, stays so.

    No exception is raised: between two instructions it would find a lock that is taken and not yet
    given back by anybody, or a thread that nobody ends. The process ends where it is, as if it were
    killed, when all that `undoing` names is undone. After a second, one more signal cuts that short.

    Args:
        report: called with the number of the signal, last of all.
    """
    end = _End(report)
    for number in _ENDING:
        if signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, end)
    # Without room for a pipe or a thread, a signal waits for the main thread.
    with suppress(OSError, RuntimeError):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        is_waiting = allocate_lock()
        is_waiting.acquire()
        start_new_thread(end.watch, (reader, is_waiting.release))
        # One that starts while Python ends would abort it, where no more files can be opened.
        is_waiting.acquire()
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)


@contextmanager
def undoing(undo: Callable[[], object]) -> Iterator[None]:
    """Call `undo` if a signal ends gvm inside the block, whatever of the block is done.

    Where it fails it is called again: a thread may be at work still, for a moment.
    """
    _undos.append(undo)
    try:
        yield
    finally:
        _undos.remove(undo)


class _End:
    """The handler of signals."""

    def __init__(self, report: Callable[[int], object]) -> None:
        self._since = descendants.now()
        self._report = report
        self._main = get_ident()
        # The thread that ends gvm, and when it has begun to.
        self._begun: dict[str, tuple[int, float]] = {}

    def __call__(self, number: int, _frame: object = None) -> None:
        own = get_ident(), time.monotonic()
        # At one instruction, for another signal may come before the next.
        first = self._begun.setdefault("end", own)
        if first is own:
            try:
                self._undo()
                self._report(number)
            finally:
                os._exit(128 + number)
        thread, begun = first
        age = time.monotonic() - begun
        if thread != own[0]:
            # Which ends all that has been waited for here.
            time.sleep(max(0.0, _LONGEST - age))
        elif age < _UNDISTURBED:
            # A terminal that is closed sends two signals at once, by way of the shell.
            return
        try:
            descendants.send(signal.SIGKILL, self._since)
        finally:
            os._exit(128 + number)

    def _undo(self) -> None:
        process_start.acquire(timeout=_START)
        _try(partial(descendants.end, self._since))
        for undo in reversed(_undos):
            _try(undo)

    def watch(self, reader: int, tell: Callable[[], object]) -> None:
        """Let the main thread answer, which a signal to another one does not wake; or do it instead.

        It does not answer where it waits in a library of C, as for the address of a name.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        tell()
        number = os.read(reader, 1)[0]
        until = time.monotonic() + _ANSWER
        while not self._begun and time.monotonic() < until:
            signal.pthread_kill(self._main, number)
            time.sleep(_PAUSE)
        self(number)


def _try(action: Callable[[], object]) -> None:
    for _ in range(_TRIES):
        with suppress(Exception):
            action()
            return
        time.sleep(_PAUSE)
