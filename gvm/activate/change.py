"""A change of one file, planned before it is made."""

from __future__ import annotations

import difflib
import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.fs.atomic import discard_unfinished, replace_link, replace_text
from gvm.fs.edits import edit_text
from gvm.fs.ownership import follow_links
from gvm.fs.trees import make_directory

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Change:
    """What becomes of a file.

    Attributes:
        file: that is meant.
        old: its text or, for a link, its target; None where there is nothing.
        new: the same, afterwards.
        is_link: whether texts are targets of a symbolic link.
        obstacle: why nothing is done, or empty.
        advice: what the user may do about that, or empty.
        is_barred: whether it could not be made, rather than should not be.
    """

    file: Path
    old: str | None
    new: str | None
    is_link: bool = False
    obstacle: str = ""
    advice: str = ""
    is_barred: bool = False

    @property
    def is_none(self) -> bool:
        """Whether all is right as it is."""
        return bool(self.obstacle) or self.old == self.new

    def diff(self) -> str:
        """What changes, as `diff -u` shows it."""
        if self.is_none:
            return ""
        lines = difflib.unified_diff(
            self._lines(self.old),
            self._lines(self.new),
            "/dev/null" if self.old is None else str(self.file),
            "/dev/null" if self.new is None else str(self.file),
        )
        ending = "\n\\ No newline at end of file\n"
        return "".join(line if line.endswith("\n") else line + ending for line in lines)

    def make(self) -> None:
        """Make it, and take away what a killed run left of it."""
        if self.is_barred:
            return
        discard_unfinished(self.file, is_link=self.is_link)
        if self.is_none:
            return
        if self.new is None:
            # What was made through a link that led nowhere; the link stays.
            (self.file if self.is_link else follow_links(self.file)).unlink()
            return
        make_directory(self.file.parent, inherits=True)
        if self.is_link:
            replace_link(self.file, self.new)
        elif self.old is None:
            replace_text(self.file, self.new)
        else:
            edit_text(self.file, self._changed)

    def _changed(self, text: str) -> str:
        """The new text, in place of the old one: the file may have another by now."""
        # Another gvm may have made the same change.
        if text not in {self.old, self.new}:
            raise OSError(errno.ESTALE, "it has changed meanwhile, and stays", str(self.file))
        return self.new or ""

    def _lines(self, text: str | None) -> list[str]:
        if text is None:
            return []
        return [f"-> {text}\n"] if self.is_link else text.splitlines(keepends=True)
