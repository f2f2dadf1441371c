"""What activation puts into one file, and takes away again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gvm.activate.change import Change
from gvm.fs.managed_block import Block, found, put, without
from gvm.fs.read import read_optional_text


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
        is_own: whether the file is gvm's, and nobody else's.
        is_first: whether they go to the start of the file.
    """

    file: Path
    body: str
    is_own: bool = False
    is_first: bool = False

    def addition(self) -> Change:
        """Put the block there, unless the file or the block is somebody else's."""
        old = self.text()
        block = found(old or "")
        if self.is_own and old and block is None:
            return _left(self.file, old, "is not gvm's file", f"add to it:\n{self.body}")
        if block is None:
            block = Block(self.body, created=old is None)
            return self.change(old, put(old or "", block, first=self.is_first))
        if block.body == self.body and not block.edited:
            return Change(self.file, old, old)
        if block.edited:
            return _left(self.file, old, "was edited by hand", f"merge into it:\n{self.body}")
        renewed = Block(self.body, created=block.created)
        return self.change(old, put(old or "", renewed, first=self.is_first))

    def replacement(self) -> Change:
        """Put the block in place of all that is there, whosever it is."""
        return self.change(self.text(), str(Block(self.body)))

    def removal(self) -> Change:
        """Take the block out, and the file too where it was made for the block."""
        old = self.text()
        block = found(old or "")
        if block is None:
            return Change(self.file, old, old)
        if block.edited:
            return _left(self.file, old, "was edited by hand", "remove gvm's lines from it")
        new = without(old or "") or None
        if new is None and not block.created:
            new = ""
        return self.change(old, new)

    def text(self) -> str | None:
        """What is there now; None where there is nothing."""
        return read_optional_text(self.file)

    def change(self, old: str | None, new: str | None) -> Change:
        """What makes one text of the other."""
        return Change(self.file, old, new)


@dataclass(frozen=True)
class Link:
    """A symbolic link to a file of gvm's.

    Attributes:
        file: where.
        target: what it leads to.
    """

    file: Path
    target: Path

    def addition(self) -> Change:
        """Make the link, unless something else has its name."""
        old = self._text()
        if self._is_there(old):
            return Change(self.file, old, old, is_link=True)
        if os.path.lexists(self.file):
            obstacle = "is not gvm's" if old is None else f"leads to {old}"
            return _left(self.file, old, obstacle, f"gvm's is {self.target}")
        return Change(self.file, old, str(self.target), is_link=True)

    def removal(self) -> Change:
        """Remove the link, if it is this one."""
        old = self._text()
        new = None if self._is_there(old) else old
        return Change(self.file, old, new, is_link=True)

    def _text(self) -> str | None:
        return os.readlink(self.file) if self.file.is_symlink() else None  # noqa: PTH115 - as text

    def _is_there(self, text: str | None) -> bool:
        """Whether the link leads to the target, however the directory of that is spelled."""
        if text is None or not text.startswith("/"):
            return False
        there = Path(text)
        return there == self.target or (
            there.name == self.target.name
            and os.path.realpath(there.parent) == os.path.realpath(self.target.parent)
        )


def _left(file: Path, old: str | None, obstacle: str, advice: str) -> Change:
    return Change(file, old, old, obstacle=obstacle, advice=advice)
