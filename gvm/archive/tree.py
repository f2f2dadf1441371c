"""The directory that an archive becomes."""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING

from gvm.archive.limits import Unpacked
from gvm.archive.member_path import shown
from gvm.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from typing_extensions import Self

    from gvm.archive.limits import Limits

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PLAIN = 0o644
_EXECUTABLE = 0o755
_YEAR_1980 = 315_532_800
_YEAR_2100 = 4_102_444_800


class _Kind(Enum):
    DIRECTORY = "directory"
    FILE = "file"
    LINK = "symbolic link"


class Tree:
    """A new directory, filled under limits.

    Paths are relative bytes without dots and empty components, as `names` makes them. Nothing
    that exists is ever opened or replaced, and no symbolic link exists before `finish`. After
    an error the directory holds a part of the archive: the caller throws it away.

    Args:
        target: an empty directory.
        limits: what is refused beyond.

    Raises:
        IntegrityError: from all methods, for what the archive must not hold.
        OSError: from all methods, for what the file system refuses.
    """

    def __init__(self, target: Path, limits: Limits) -> None:
        self._limits = limits
        self._root = os.open(target, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._kinds = {b"": _Kind.DIRECTORY}
        self._links: list[tuple[bytes, bytes]] = []
        self._entries = 0
        self._files = 0
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._root)

    def directory(self, path: bytes) -> None:
        """Make a directory, which may be there already."""
        self.count()
        self._enter(path)

    def file(
        self,
        path: bytes,
        pieces: Iterable[bytes | memoryview],
        *,
        size: int,
        executable: bool,
        mtime: int,
    ) -> None:
        """Make a file.

        Args:
            path: where.
            pieces: its bytes; not asked for where `size` is too much already.
            size: how many bytes the pieces have.
            executable: whether its mode is 0755 and not 0644, whatever the umask.
            mtime: in seconds of Unix time, brought between the years 1980 and 2100.
        """
        self._reserve(path, size)
        self._claim(path, _Kind.FILE)
        time = min(max(mtime, _YEAR_1980), _YEAR_2100)
        descriptor = os.open(path, _CREATE, 0o600, dir_fd=self._root)
        try:
            for piece in pieces:
                _write(descriptor, piece)
            os.fchmod(descriptor, _EXECUTABLE if executable else _PLAIN)
            os.utime(descriptor, (time, time))
        finally:
            os.close(descriptor)

    def hard_link(self, path: bytes, source: bytes) -> None:
        """Give a file of this tree a second name."""
        if self._kinds.get(source) is not _Kind.FILE:
            raise IntegrityError(
                f"the archive holds a hard link to what is no earlier file of it: {shown(path)}"
            )
        self._claim(path, _Kind.FILE)
        os.link(source, path, src_dir_fd=self._root, dst_dir_fd=self._root, follow_symlinks=False)

    def symbolic_link(self, path: bytes, target: bytes) -> None:
        """Note a symbolic link, which `finish` makes."""
        if not target or b"\0" in target or len(target) > self._limits.path:
            raise IntegrityError(f"the archive holds a symbolic link to nowhere: {shown(path)}")
        self._claim(path, _Kind.LINK)
        self._links.append((path, target))

    def count(self, entries: int = 1) -> None:
        """Count an entry, or what costs as much as some.

        Raises:
            IntegrityError: it is one too many.
        """
        self._entries += entries
        if self._entries > self._limits.entries:
            raise IntegrityError(
                f"the archive holds more than {self._limits.entries} entries",
                hint="this is no archive of Go",
            )

    def finish(self) -> Unpacked:
        """Make the symbolic links and open the directory itself to everybody (0755).

        Raises:
            IntegrityError: a link leads out of the tree, or through another link; or there is
                nothing in the tree.
        """
        if not self._files:
            raise IntegrityError("the archive holds no files")
        for path, target in self._links:
            self._refuse_escape(path, target)
        for path, target in self._links:
            os.symlink(target, path, dir_fd=self._root)
        os.fchmod(self._root, _EXECUTABLE)
        return Unpacked(self._files, self._size)

    def _reserve(self, path: bytes, size: int) -> None:
        self._size += size
        if size > self._limits.file_size or self._size > self._limits.size:
            raise IntegrityError(
                f"the archive unpacks to more bytes than it may: {shown(path)}",
                hint=f"the limits are {self._limits.file_size} bytes for one file and "
                f"{self._limits.size} for all",
            )

    def _claim(self, path: bytes, kind: _Kind) -> None:
        """Take a path that nothing else has, and make its parents."""
        self.count()
        self._files += 1
        if path in self._kinds:
            raise IntegrityError(
                f"the archive holds two entries of one name: {shown(path) or 'go'}"
            )
        parent = path.rpartition(b"/")[0]
        if self._kinds.get(parent) is not _Kind.DIRECTORY:
            self._enter(parent)
        self._kinds[path] = kind

    def _enter(self, path: bytes) -> None:
        """Make a directory and its parents where they are missing."""
        kind = self._kinds.get(path)
        if kind is _Kind.DIRECTORY:
            return
        if kind is not None:
            raise IntegrityError(
                f"the archive holds a {kind.value} that is also a directory: {shown(path)}"
            )
        self._enter(path.rpartition(b"/")[0])
        self.count()
        self._kinds[path] = _Kind.DIRECTORY
        os.mkdir(path, _EXECUTABLE, dir_fd=self._root)
        # mkdir obeys the umask, and inherits the setgid bit.
        os.chmod(path, _EXECUTABLE, dir_fd=self._root)

    def _refuse_escape(self, path: bytes, target: bytes) -> None:
        """Refuse a link whose target is outside, or reached through another link."""
        place = path.split(b"/")[:-1]
        parts = [part for part in target.split(b"/") if part not in {b"", b"."}]
        names = parts
        while names and names[0] == b"..":
            names = names[1:]
        ups = len(parts) - len(names)
        if target.startswith(b"/") or ups > len(place) or b".." in names:
            raise IntegrityError(
                f"the archive holds a symbolic link that leads out of it: "
                f"{shown(path)} -> {shown(target)}"
            )
        reached = [*place[: len(place) - ups], *names]
        for end in range(1, len(reached)):
            if self._kinds.get(b"/".join(reached[:end])) is _Kind.LINK:
                raise IntegrityError(
                    f"the archive holds a symbolic link that leads through another one: "
                    f"{shown(path)} -> {shown(target)}"
                )


def _write(descriptor: int, piece: bytes | memoryview) -> None:
    written = os.write(descriptor, piece)
    while written < len(piece):
        piece = memoryview(piece)[written:]
        written = os.write(descriptor, piece)
