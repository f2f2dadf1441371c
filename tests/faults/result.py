"""What came of one fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Result:
    """One fault that was injected.

    Attributes:
        kind: of the fault, as the table calls it.
        where: it was injected.
        wrong: what was found to be wrong afterwards; empty if nothing.
    """

    kind: str
    where: str
    wrong: tuple[str, ...]

    @classmethod
    def of(cls, kind: str, where: str, wrong: Iterable[str]) -> Result:
        """Collect it."""
        return cls(kind, where, tuple(wrong))

    def __str__(self) -> str:
        return "\n  ".join([f"{self.kind}, {self.where}:", *self.wrong])
