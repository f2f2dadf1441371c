"""The 512 bytes before each entry of a tar, with the records that extend them."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple
from zlib import adler32

from gvm.archive.member_path import shown
from gvm.errors import IntegrityError

BLOCK = 512
# Name, mode, owner, group, size, time, checksum, type, link, magic, version to devices, prefix.
_FIELDS = Struct("100s 8s 16x 12s 12s 8s c 100s 6s 82x 155s 12x")
_POSIX = b"ustar\0"
# POSIX wants the checksum's own field counted as if it were blank.
_BLANK = 8 * ord(" ")
_DIGITS_OF_64_BITS = 20


class Header(NamedTuple):
    """One entry.

    Attributes:
        name: as it stands there.
        kind: the type flag, one byte.
        link: what a link leads to.
        size: of the data that follow, in bytes.
        mtime: in seconds of Unix time.
        executable: whether its owner may execute it.
    """

    name: bytes
    kind: bytes
    link: bytes
    size: int
    mtime: int
    executable: bool


def parse_header(block: bytes) -> Header:
    """Read a header of V7, POSIX (ustar) or GNU.

    Raises:
        IntegrityError: the checksum or a number is wrong.
    """
    name, mode, size, mtime, checksum, kind, link, magic, prefix = _FIELDS.unpack(block)
    name = _text(name)
    if _number(checksum, name) != _sum(block) - sum(checksum) + _BLANK:
        raise IntegrityError(f"the archive is damaged: wrong checksum in a header: {shown(name)}")
    if magic == _POSIX and prefix[0]:
        name = _text(prefix) + b"/" + name
    return Header(
        name,
        kind,
        _text(link),
        _number(size, name),
        _number(mtime, name),
        _number(mode, name) & 0o100 != 0,
    )


def parse_records(data: bytes) -> dict[bytes, bytes]:
    r"""Read the records of a pax header, each one `LENGTH KEY=VALUE\n`.

    Raises:
        IntegrityError: they are not such records, or are of a sparse file.
    """
    records: dict[bytes, bytes] = {}
    start = 0
    while start < len(data):
        digits, space, _ = data[start : start + _DIGITS_OF_64_BITS].partition(b" ")
        end = start + (int(digits) if digits.isdigit() else 0)
        record = data[start + len(digits) + 1 : end]
        key, equals, value = record[:-1].partition(b"=")
        if not (space and key and equals and record.endswith(b"\n")) or end > len(data):
            raise IntegrityError(f"the archive holds a bad pax header: {shown(data[start:])}")
        if key.startswith(b"GNU.sparse."):
            raise IntegrityError("the archive holds a sparse file", hint="this is no archive of Go")
        records[key] = value
        start = end
    return records


def decimal(text: bytes) -> int:
    """Read a number of a pax record.

    Raises:
        IntegrityError: it is no number.
    """
    if not text.isdigit() or len(text) > _DIGITS_OF_64_BITS:
        raise IntegrityError(f"the archive holds a bad number: {shown(text)}")
    return int(text)


def _sum(block: bytes) -> int:
    """Add up 512 bytes, ten times as fast as sum().

    The low half of Adler-32 is one more than the sum modulo 65521, which 256 bytes cannot reach.
    """
    return (adler32(block[:256]) & 0xFFFF) + (adler32(block[256:]) & 0xFFFF) - 2


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _number(field: bytes, name: bytes) -> int:
    """Read octal digits, or GNU's big-endian binary."""
    digits = field.rstrip(b"\0 ")
    if not digits.isdigit():
        if field[0] in {0x80, 0xFF}:
            return int.from_bytes(field[1:], "big", signed=field[0] == 0xFF)  # noqa: PLR2004
        digits = _text(field).strip(b" ") or b"0"
    try:
        # int() alone would take signs, underscores and 0o too.
        return int(digits if digits.isdigit() else b"x", 8)
    except ValueError:
        raise IntegrityError(
            f"the archive holds a bad number in the header of {shown(name)}: {shown(digits)}"
        ) from None
