"""A sink that runs in a thread of its own."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from typing_extensions import Self

T = TypeVar("T")
R = TypeVar("R")

# So many chunks or windows are held in memory, and so far can one thread run ahead.
_DEPTH = 8


class Relay(Generic[T, R]):
    """Items for a sink in another thread; a context manager that leaves no thread behind.

    Both sides wait for each other in a queue of a few items. An error of the sink ends both at
    the next `put`; an error of whoever puts ends the items, and with them the sink.

    Args:
        sink: called once, with an iterator over all items.
    """

    def __init__(self, sink: Callable[[Iterator[T]], R]) -> None:
        self._items: SimpleQueue[T | None] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        for _ in range(_DEPTH):
            self._room.put(None)
        self._has_ended = False
        self._result: R
        self._error: BaseException | None = None
        # Python's own end would wait for another one, whose items may never come.
        self._thread = Thread(target=self._run, args=(sink,), name="gvm-relay", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, item: T) -> None:
        """Hand an item on, and wait while the sink is far behind.

        Raises:
            BaseException: what the sink has raised.
        """
        if not self._has_ended:
            self._room.get()
            self._items.put(item)
        if self._has_ended:
            self._outcome()

    def finish(self) -> R:
        """Wait for the sink to take all items.

        Raises:
            BaseException: what the sink has raised.
        """
        self.close()
        return self._outcome()

    def close(self) -> None:
        """Wait for the sink to end, however it does."""
        if not self._has_ended:
            self._items.put(None)
        self._thread.join()

    def _outcome(self) -> R:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self, sink: Callable[[Iterator[T]], R]) -> None:
        try:
            self._result = sink(iter(self._next, None))
        except BaseException as error:  # noqa: BLE001 - whoever puts is told
            self._error = error
        finally:
            self._has_ended = True
            # Whoever waits to put an item for nobody finds room, sees the end and puts no more.
            self._room.put(None)

    def _next(self) -> T | None:
        item = self._items.get()
        self._room.put(None)
        return item
