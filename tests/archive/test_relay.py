from __future__ import annotations

import itertools
import threading
import time
from typing import TYPE_CHECKING, TypeVar

import pytest

from gvm.archive.worker import Relay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

R = TypeVar("R")

pytestmark = pytest.mark.usefixtures("no_thread_stays")


def through(source: Iterable[int], sink: Callable[[Iterator[int]], R]) -> R:
    with Relay(sink) as relay:
        for item in source:
            relay.put(item)
        return relay.finish()


def slowly(items: Iterable[int]) -> list[int]:
    return [item for item in items if time.sleep(0.0001) is None]


@pytest.mark.parametrize("sink", [list, slowly])
def test_order(sink: Callable[[Iterator[int]], list[int]]) -> None:
    """The sink gets every item once and in order, whichever side is the slower one."""
    assert through(range(100), sink) == list(range(100))


def test_distance() -> None:
    """Whoever puts never runs further ahead than the queue is long."""
    put, distances = [0], []

    def source() -> Iterator[int]:
        for put[0] in range(40):
            yield put[0]

    through(
        source(), lambda items: [distances.append(put[0] - item) for item in slowly_each(items)]
    )
    # Beside those in the queue, one is in each side's hands.
    assert 1 < max(distances) <= 8 + 1


def slowly_each(items: Iterable[int]) -> Iterator[int]:
    for item in items:
        time.sleep(0.001)
        yield item


@pytest.mark.parametrize("taken", [0, 1, 8, 30])
def test_error_of_sink(taken: int) -> None:
    """An error of the sink ends an endless source, though nobody takes items any more."""

    def sink(items: Iterator[int]) -> None:
        for _ in itertools.islice(items, taken):
            pass
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        through(itertools.count(), sink)


def test_error_of_sink_again() -> None:
    """An error of the sink comes again, and never blocks, whatever is called after it."""

    def sink(items: Iterator[int]) -> None:
        raise OSError(next(items))

    with Relay(sink) as relay:
        relay.put(7)
        for call in [relay.finish, *[lambda: relay.put(8)] * 20, *[relay.finish] * 20]:
            with pytest.raises(OSError, match="7"):
                call()


def test_error_of_source() -> None:
    """An error of whoever puts comes out, after the sink has seen the end of the items."""
    seen = threading.Event()

    def source() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    def sink(items: Iterator[int]) -> None:
        assert list(items) == [1]
        seen.set()

    with pytest.raises(KeyboardInterrupt):
        through(source(), sink)
    assert seen.is_set()


def test_sink_that_has_enough() -> None:
    """A sink may end before the items do: the rest is for nobody."""
    assert through(range(100), next) == 0
