"""Zip files made byte by byte, also such as no tool makes."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """One member.

    Attributes:
        name: as it stands in the directory.
        data: what it is packed from.
        mode: of Unix, with the bits of the format.
        method: 0 stored, 8 deflated.
        flags: general purpose bits.
        date: in DOS format.
        local_name: as it stands before the data, if that differs.
        size: that it says to unpack to, if that differs.
        packed_size: that it says to have, if that differs.
        crc: that it says to have, if that differs.
        offset: added to where its data are.
        extra: field of the directory.
    """

    name: bytes
    data: bytes = b""
    mode: int = 0o100644
    method: int = 8
    flags: int = 0
    date: int = 0x5751
    local_name: bytes | None = None
    size: int | None = None
    packed_size: int | None = None
    crc: int | None = None
    offset: int = 0
    extra: bytes = b""

    @property
    def packed(self) -> bytes:
        if self.method != 8:
            return self.data
        packer = zlib.compressobj(wbits=-15)
        return packer.compress(self.data) + packer.flush()

    @property
    def _fields(self) -> bytes:
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        packed_size = len(self.packed) if self.packed_size is None else self.packed_size
        size = len(self.data) if self.size is None else self.size
        return struct.pack(
            "<HHHHHIII", 20, self.flags, self.method, 0, self.date, crc, packed_size, size
        )

    @property
    def local(self) -> bytes:
        name = self.name if self.local_name is None else self.local_name
        return b"PK\3\4" + self._fields + struct.pack("<HH", len(name), 0) + name

    def central(self, at: int) -> bytes:
        """Make its entry of the directory, for what begins at a byte."""
        lengths = struct.pack("<HHHHH", len(self.name), len(self.extra), 0, 0, 0)
        place = struct.pack("<II", self.mode << 16, max(0, at + self.offset))
        return b"PK\1\2\x14\3" + self._fields + lengths + place + self.name + self.extra


def zipped(*members: Member, directory: int | None = None, count: int | None = None) -> bytes:
    """Pack members; `directory` and `count` are what the end says of the directory, if that differs."""
    body, central = b"", b""
    for member in members:
        central += member.central(len(body))
        body += member.local + member.packed
    size = len(central) if directory is None else directory
    number = len(members) if count is None else count
    return body + central + end(number, size, len(body))


def end(count: int, size: int, at: int) -> bytes:
    """Make the end of a zip file."""
    return b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count & 0xFFFF, count & 0xFFFF, size, at, 0)


def quoted_overlap(members: int, kernel: int) -> bytes:
    """Make a bomb whose members all share one run of packed zeros.

    Each member's data begin with a stored block that quotes the next member's header.
    """
    packer = zlib.compressobj(9, wbits=-15)
    zeros = packer.compress(bytes(kernel)) + packer.flush()
    body, parts, central = zeros, [], b""
    plain = bytes(kernel)
    for number in reversed(range(members)):
        member = Member(
            b"go/%04d" % number, crc=zlib.crc32(plain), size=len(plain), packed_size=len(body)
        )
        parts.append(member)
        header = member.local
        quote = b"\0" + struct.pack("<HH", len(header), len(header) ^ 0xFFFF)
        plain = header + plain
        body = quote + header + body
    body = body[5:]
    at = 0
    for member in reversed(parts):
        central += member.central(at)
        at += len(member.local) + 5
    return body + central + end(members, len(central), len(body))
