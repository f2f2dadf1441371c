"""Two threads of which one makes what the other one takes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")

# So much memory is held in windows, and so far can one thread run ahead.
_DEPTH = 8


def relay(source: Iterable[T], sink: Callable[[Iterator[T]], R]) -> R:
    """Run `source` in this thread and `sink` in another one, at the same time.

    Both wait for each other in a queue of a few items. An error of either one ends both,
    and no thread is left behind. While `source` waits for its next item, an error of `sink`
    waits too.

    Raises:
        BaseException: what the one that failed first has raised.
    """
    queue: Queue[T | None] = Queue(_DEPTH)

    def take() -> R:
        items: Iterator[T] = iter(queue.get, None)
        try:
            return sink(items)
        except BaseException:
            failed.append(True)
            raise
        finally:
            # The source must never wait for a sink that has ended.
            for _ in items:
                pass

    failed: list[bool] = []
    with ThreadPoolExecutor(1, "unpack") as pool:
        result = pool.submit(take)
        try:
            for item in source:
                queue.put(item)
                if failed:
                    break
        except BaseException:
            if not failed:
                raise
        finally:
            queue.put(None)
        return result.result()
