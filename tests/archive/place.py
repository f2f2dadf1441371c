"""Where archives are unpacked, with something around it that must stay as it is."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

# An absolute path that leads to the directory around the target, as that is the working directory.
AROUND = b"/proc/self/cwd"


class Node(NamedTuple):
    """A file, a directory or a link.

    Attributes:
        kind: `file`, `directory`, `link` or another type's number.
        content: of a file, or the target of a link.
        mode: the permission bits, also the special ones; 0 for links.
        mtime: in whole seconds; 0 for directories, which change with what is in them.
        inode: what files have in common that are one.
    """

    kind: str
    content: bytes = b""
    mode: int = 0
    mtime: int = 0
    inode: int = 0


class Place:
    """A directory of which `target` is to be filled and all the rest must not change."""

    def __init__(self, base: Path) -> None:
        self.target = base / "target"
        self.target.mkdir(mode=0o700)
        self._base = base
        victim = base / "victim"
        victim.mkdir(mode=0o700)
        (victim / "secret").write_bytes(b"as it was")
        (victim / "secret").chmod(0o600)
        os.utime(victim / "secret", (1, 1))
        self._before = self._around()

    def refuse_change(self) -> None:
        """See that nothing around the target has changed."""
        assert self._around() == self._before

    def _around(self) -> dict[bytes, Node]:
        return {
            path: node
            for path, node in tree(self._base).items()
            if path.partition(b"/")[0] != b"target"
        }


def tree(directory: Path) -> dict[bytes, Node]:
    """Tell all that is below a directory."""
    top = os.fsencode(directory)
    return {
        os.path.relpath(path, top): _node(path)
        for at, directories, files in os.walk(top)
        for path in (os.path.join(at, name) for name in directories + files)  # noqa: PTH118 - bytes
    }


def contents(directory: Path) -> dict[bytes, bytes]:
    """Tell the files and links below a directory: contents, and targets after an arrow."""
    return {
        path: b"-> " + node.content if node.kind == "link" else node.content
        for path, node in tree(directory).items()
        if node.kind != "directory"
    }


def _node(path: bytes) -> Node:
    told = os.lstat(path)
    if stat.S_ISLNK(told.st_mode):
        return Node("link", os.readlink(path))  # noqa: PTH115 - bytes
    mode = stat.S_IMODE(told.st_mode)
    if stat.S_ISDIR(told.st_mode):
        return Node("directory", mode=mode)
    kind = "file" if stat.S_ISREG(told.st_mode) else str(stat.S_IFMT(told.st_mode))
    with open(path, "rb") as opened:  # noqa: PTH123 - bytes
        return Node(kind, opened.read(), mode, int(told.st_mtime), told.st_ino)


def without_library(error: BaseException) -> str:
    """What an error says up to the words of the library that it comes from, which differ by version."""
    words = str(error.__cause__ or "")[:20]
    return str(error).partition(words)[0] if words else str(error)
