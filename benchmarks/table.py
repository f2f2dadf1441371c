"""The one table that comes of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = ("what", "gvm", "peer", "", "ratio", "target")


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        what: is measured.
        gvm: gvm's figure, with its unit.
        peer: what it is compared with, or empty.
        figure: the peer's, likewise.
        ratio: gvm's by the peer's, or None.
        target: what it should be at most, as text.
        is_missed: whether it is more.
    """

    what: str
    gvm: str
    peer: str = ""
    figure: str = ""
    ratio: float | None = None
    target: str = ""
    is_missed: bool = False


def compared(what: str, gvm: float, peer: str, other: float, limit: float | None = None) -> Row:
    """A row of times in seconds, whose ratio has a limit."""
    ratio = gvm / other
    target, is_missed = ("", False) if limit is None else (f"{limit:g}", ratio > limit)
    return Row(what, shown(gvm), peer, shown(other), ratio, target, is_missed)


def beyond(what: str, gvm: float, peer: str, other: float, limit: float) -> Row:
    """A row of times in seconds, whose difference has a limit."""
    target, is_missed = f"{limit * 1000:g} ms more", gvm - other > limit
    return Row(what, shown(gvm), peer, shown(other), gvm / other, target, is_missed)


def limited(what: str, seconds: float, limit: float) -> Row:
    """A row of one time that has a limit, in seconds."""
    target = f"{limit:g} s" if limit >= 0.1 else f"{limit * 1000:g} ms"  # noqa: PLR2004 - as shown
    return Row(what, shown(seconds), target=target, is_missed=seconds > limit)


def shown(seconds: float) -> str:
    """Seconds as people read them."""
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.2f} ms"  # noqa: PLR2004


def printed(rows: Iterable[Row]) -> None:
    """Print a table in Markdown."""
    cells = [_HEAD, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, tuple("-" * width for width in widths))
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("|", " | ".join(padded), "|")


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    target = f"**missed: {row.target}**" if row.is_missed else row.target
    return (row.what, row.gvm, row.peer, row.figure, ratio, target)
