"""Tar archives made byte by byte, also such as no tool makes."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE, HARD_LINK, LINK, DIRECTORY, PAX, PAX_GLOBAL = b"0", b"1", b"2", b"5", b"x", b"g"
MTIME = 1_700_000_000
END = bytes(1024)
_BLANK = b" " * 8
# Name, mode, owner, group, size, time, checksum, type, link, magic, names and devices, prefix.
_HEADER = struct.Struct("100s 8s 8s 8s 12s 12s 8s c 100s 8s 80s 155s 12x")


def entry(  # noqa: PLR0913 - a header has that many fields
    name: bytes,
    data: bytes = b"",
    *,
    kind: bytes = FILE,
    link: bytes = b"",
    mode: int | bytes = 0o644,
    mtime: int | bytes = MTIME,
    size: int | bytes | None = None,
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
    checksum: bytes | None = None,
) -> bytes:
    """Make a header and its data; numbers given as bytes are taken as they are."""
    assert len(name) <= 100
    assert len(link) <= 100
    fields = (
        name, _octal(mode, 8), b"0000000", b"0000000",
        _octal(len(data) if size is None else size, 12), _octal(mtime, 12),
    )  # fmt: skip
    rest = (kind, link, magic, b"", prefix)
    header = _HEADER.pack(*fields, _BLANK, *rest)
    header = _HEADER.pack(
        *fields, b"%06o\0 " % sum(header) if checksum is None else checksum, *rest
    )
    return header + data + bytes(-len(data) % 512)


def pax(records: Mapping[bytes, bytes] | bytes, kind: bytes = PAX) -> bytes:
    """Make a pax header; records given as bytes are taken as they are."""
    if not isinstance(records, bytes):
        records = b"".join(_record(b"%s=%s\n" % pair) for pair in records.items())
    return entry(b"PaxHeaders/x", records, kind=kind)


def gnu_long(text: bytes, kind: bytes = b"L") -> bytes:
    """Make a GNU header for a long name, or for a link's long target."""
    return entry(b"././@LongLink", text + b"\0", kind=kind, magic=b"ustar  \0")


def tgz(*entries: bytes, end: bytes = END) -> bytes:
    """Pack entries."""
    return gzip.compress(b"".join(entries) + end, 1)


def base256(number: int, width: int = 12) -> bytes:
    """Write a number as GNU does where octal digits do not suffice."""
    data = bytearray(number.to_bytes(width, "big", signed=True))
    data[0] |= 0x80
    return bytes(data)


def _octal(number: int | bytes, width: int) -> bytes:
    return number if isinstance(number, bytes) else b"%0*o" % (width - 1, number)


def _record(rest: bytes) -> bytes:
    length = len(rest) + 2
    while len(b"%d %s" % (length, rest)) != length:
        length += 1
    return b"%d %s" % (length, rest)
