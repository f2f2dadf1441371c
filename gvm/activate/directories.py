"""Directories that activation makes, and removes again."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.fs.atomic import discard_unfinished, replace_text, sync_name
from gvm.fs.ownership import is_trusted
from gvm.fs.read import read_text
from gvm.fs.trees import make_directory

if TYPE_CHECKING:
    from collections.abc import Iterable

_WALKS = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Something else has the name now, or nothing.
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}
_USED = {errno.ENOTEMPTY, errno.EEXIST}


@dataclass(frozen=True)
class MadeDirectories:
    """Those that gvm made, as a list tells, in which each stood before it was made.

    Attributes:
        file: the list: real paths, with a NUL behind each. There is none where no directory is.
    """

    file: Path

    def make_above(self, file: Path) -> None:
        """Make the directories that a file needs."""
        missing = [parent for parent in file.parents if not os.path.lexists(parent)]
        if not missing:
            return
        there = missing[-1].parent
        real = Path(os.path.realpath(there))
        self._write(self._read() | {real / path.relative_to(there) for path in missing})
        make_directory(file.parent, inherits=True)

    def remove_empty(self, files: Iterable[Path]) -> None:
        """Remove those above some files that are empty; the others stay in the list.

        Raises:
            OSError: one could not be removed; all others are.
        """
        discard_unfinished(self.file)
        listed = self._read()
        above = {Path(os.path.realpath(parent)) for file in files for parent in file.parents}
        removed, absent = set[Path](), set[Path]()
        failure = None
        # What is in a directory sorts behind it.
        for directory in sorted(listed & above, reverse=True):
            try:
                _remove(directory)
                removed.add(directory)
            except OSError as error:
                if error.errno in _ABSENT:
                    absent.add(directory)
                elif error.errno not in _USED:
                    failure = error
        # The list may be on another disk, and must not forget what a loss of power brings back.
        for directory in removed:
            if directory.parent not in removed:
                sync_name(directory)
        if removed or absent:
            self._write(listed - removed - absent)
        if failure:
            raise failure

    def _read(self) -> set[Path]:
        if not is_trusted(self.file):
            return set()
        text = read_text(self.file, errors="surrogateescape")
        return {Path(path) for path in text.split("\0") if path}

    def _write(self, directories: set[Path]) -> None:
        if directories:
            replace_text(self.file, "".join(f"{path}\0" for path in sorted(directories)))
            sync_name(self.file)
        else:
            self.file.unlink(missing_ok=True)


def _remove(directory: Path) -> None:
    """Remove an empty directory; one that a link leads to is another."""
    fd = os.open("/", _WALKS)
    try:
        for part in directory.parts[1:-1]:
            inner = os.open(part, _WALKS, dir_fd=fd)
            os.close(fd)
            fd = inner
        os.rmdir(directory.name, dir_fd=fd)
    except OSError as error:
        error.filename = str(directory)
        raise
    finally:
        os.close(fd)
