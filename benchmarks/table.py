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
    """

    what: str
    gvm: str
    peer: str = ""
    figure: str = ""
    ratio: float | None = None
    target: str = ""


def compared(what: str, gvm: float, peer: str, other: float, target: str = "") -> Row:
    """A row of times, in seconds."""
    return Row(what, shown(gvm), peer, shown(other), gvm / other, target)


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
    return (row.what, row.gvm, row.peer, row.figure, ratio, row.target)
