"""How much an archive may make of itself."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """What is refused beyond; the defaults are many times what Go needs.

    Attributes:
        packed: the archive itself, in bytes.
        entries: files, links and directories, also those that are only implied, and extension
            headers, long ones several times.
        size: of all files together, in bytes.
        file_size: of one file, in bytes.
        path: the length of a name or of a link's target, in bytes.
        depth: the components of a name.
        header: an extension header of a tar, in bytes.
        directory: a zip's list of its members, in bytes.
        padding: zeros after the end of a tar, and after the end of its gzip file, in bytes.
    """

    packed: int = 1 << 30
    entries: int = 200_000
    size: int = 4 << 30
    file_size: int = 1 << 30
    path: int = 1024
    depth: int = 64
    header: int = 64 << 10
    directory: int = 8 << 20
    padding: int = 1 << 20


DEFAULT = Limits()


class Unpacked(NamedTuple):
    """What an archive held.

    Attributes:
        files: how many, with links and without directories.
        size: of the files together, in bytes.
    """

    files: int
    size: int
