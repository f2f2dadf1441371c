"""What activation puts into one file, and takes away again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gvm.activate.block import Block, found, put, without
from gvm.activate.change import Change, text_of

if TYPE_CHECKING:
    from pathlib import Path


class Placement(Protocol):
    """Something that can be put in place, and removed."""

    @property
    def file(self) -> Path:
        """Where."""

    def addition(self) -> Change:
        """What puts it there, or brings it up to date."""

    def removal(self) -> Change:
        """What takes it away again."""


@dataclass(frozen=True)
class Lines:
    """Lines in a file: in a block among others, or alone in a file of gvm's own.

    Attributes:
        file: where.
        body: whole lines.
        is_own: whether nothing else may be in the file.
        is_first: whether they go to the start of the file.
    """

    file: Path
    body: str
    is_own: bool = False
    is_first: bool = False

    def addition(self) -> Change:
        """Put the block there, unless the file or the block is somebody else's."""
        old = text_of(self.file)
        block = found(old or "")
        if self.is_own and without(old or ""):
            return _left(self.file, old, "is not gvm's file", f"add to it:\n{self.body}")
        if block is None:
            missing = sum(not os.path.lexists(parent) for parent in self.file.parents)
            block = Block(self.body, created=old is None, made=missing)
            return Change(self.file, old, put(old or "", block, first=self.is_first))
        if block.body == self.body and not block.edited:
            return Change(self.file, old, old)
        if block.edited:
            return _left(self.file, old, "was edited by hand", f"merge into it:\n{self.body}")
        renewed = Block(self.body, created=block.created, made=block.made)
        return Change(self.file, old, put(old or "", renewed, first=self.is_first))

    def removal(self) -> Change:
        """Take the block out, and the file too where it was made for the block."""
        old = text_of(self.file)
        block = found(old or "")
        if block is None:
            return Change(self.file, old, old)
        if block.edited:
            return _left(self.file, old, "was edited by hand", "remove gvm's lines from it")
        new = without(old or "") or None
        if new is None and (not block.created or self.file.is_symlink()):
            new = ""
        return Change(self.file, old, new, directories=block.made)


@dataclass(frozen=True)
class Link:
    """A symbolic link to a shim."""

    file: Path
    target: Path

    def addition(self) -> Change:
        """Make the link, unless something else has its name."""
        old = self._target()
        if old is None and os.path.lexists(self.file):
            return _left(self.file, None, "is another program", f"call {self.target} by its path")
        if old not in {None, str(self.target)}:
            return _left(self.file, old, f"leads to {old}", f"call {self.target} by its path")
        return Change(self.file, old, str(self.target), is_link=True)

    def removal(self) -> Change:
        """Remove the link, if it is this one."""
        old = self._target()
        return Change(self.file, old, None if old == str(self.target) else old, is_link=True)

    def _target(self) -> str | None:
        return os.readlink(self.file) if self.file.is_symlink() else None  # noqa: PTH115 - as text


def _left(file: Path, old: str | None, obstacle: str, advice: str) -> Change:
    return Change(file, old, old, obstacle=obstacle, advice=advice)
