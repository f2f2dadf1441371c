"""Archives that are damaged, or hold what no archive of Go holds."""

from __future__ import annotations

import gzip
import zlib

from tests.archive.tarball import (
    DIRECTORY,
    END,
    HARD_LINK,
    LINK,
    PAX,
    PAX_GLOBAL,
    base256,
    entry,
    gnu_long,
    pax,
    tgz,
)

_FIRST = entry(b"go/VERSION", b"go1.22.6\n")
_GOOD = tgz(_FIRST)


def _packed(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _trailer(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")


_KINDS = {
    "character device": entry(b"go/x", kind=b"3"),
    "block device": entry(b"go/x", kind=b"4"),
    "named pipe": entry(b"go/x", kind=b"6"),
    "socket": entry(b"go/x", kind=b"s"),
    "sparse file of GNU": entry(b"go/x", kind=b"S"),
    "sparse file in pax 0.0": pax({b"GNU.sparse.size": b"9"}) + entry(b"go/x"),
    "sparse file in pax 0.1": pax({b"GNU.sparse.map": b"0,1"}) + entry(b"go/x"),
    "CVE-2019-9923, CVE-2025-58183: sparse file in pax 1.0": pax({b"GNU.sparse.major": b"1"})
    + entry(b"go/x"),
    "sparse for all entries": pax({b"GNU.sparse.name": b"go/y"}, PAX_GLOBAL),
    "GNU's directory with a list": entry(b"go/x", kind=b"D"),
    "the rest of another volume": entry(b"go/x", kind=b"M"),
    "the name of a volume": entry(b"go/x", kind=b"V"),
    "Solaris's header": pax({b"path": b"go/y"}, b"X"),
    "no type that exists": entry(b"go/x", kind=b"\xff"),
    "pipe with data": entry(b"go/x", b"data", kind=b"6"),
    "directory with data": entry(b"go/x", b"data", kind=DIRECTORY),
    "V7 directory with data": entry(b"go/x/", b"data"),
    "hard link that says a size": entry(b"go/x", kind=HARD_LINK, link=b"go/VERSION", size=9),
}

_NUMBERS = {
    "wrong checksum": entry(b"go/x", checksum=b"001234\0 "),
    "no checksum": entry(b"go/x", checksum=bytes(8)),
    "checksum with letters": entry(b"go/x", checksum=b"0x1234\0 "),
    "header of which one bit was flipped": b"f" + entry(b"go/x")[1:],
    "noise": b"noise" * 200,
    "size with letters": entry(b"go/x", size=b"12z"),
    "size with a sign": entry(b"go/x", size=b"+12"),
    "size below zero": entry(b"go/x", size=b"-0000000012"),
    "size with an underscore": entry(b"go/x", size=b"1_2"),
    "size with 0o": entry(b"go/x", size=b"0o12"),
    "size with a gap": entry(b"go/x", size=b"1 2"),
    "size with an 8": entry(b"go/x", size=b"00000000018"),
    "mode with letters": entry(b"go/x", mode=b"rwxr-xr"),
    "time with letters": entry(b"go/x", mtime=b"today"),
    "CVE-2025-8194: size below zero in base 256": entry(b"go/x", size=base256(-512)),
    "least size in base 256": entry(b"go/x", size=b"\xff\x80" + bytes(10)),
    "directory of a size below zero": entry(b"go/x", kind=DIRECTORY, size=base256(-1)),
    "extension of a size below zero": entry(b"x", kind=PAX, size=base256(-512)),
    "size of 2 GiB": entry(b"go/x", size=2 << 30),
    "size of 8 GiB in base 256": entry(b"go/x", size=base256(8 << 30)),
    "size of 64 bits": entry(b"go/x", size=base256((1 << 63) - 512)),
    "size of 87 bits": entry(b"go/x", size=base256(1 << 86)),
    "size of 2 GiB in pax": pax({b"size": b"2147483648"}) + entry(b"go/x"),
    "size beyond 64 bits in pax": pax({b"size": b"9" * 21}) + entry(b"go/x"),
    "size below zero in pax": pax({b"size": b"-1"}) + entry(b"go/x"),
    "size with a sign in pax": pax({b"size": b"+1"}) + entry(b"go/x"),
    "size with letters in pax": pax({b"size": b"0x10"}) + entry(b"go/x"),
    "no size in pax": pax({b"size": b""}) + entry(b"go/x"),
    "digits of other scripts in pax": pax({b"size": "٣".encode()}) + entry(b"go/x"),
}

_RECORDS = {
    "CVE-2019-20907: record of no length": pax(b"0 path=go/x\n"),
    "record without a length": pax(b"path=go/x\n"),
    "record of a length below zero": pax(b"-9 path=go/x\n"),
    "record longer than the header": pax(b"99 path=go/x\n"),
    "record shorter than it says": pax(b"9 path=go/x\n"),
    "record of only a length": pax(b"3 \n"),
    "record without a key": pax(b"6 =x\n"),
    "record without a value": pax(b"8 path\n\n"),
    "record without its end": pax(b"12 path=go/x"),
    "record of which the end is cut off": pax(b"14 path=go/x\n"),
    "CVE-2024-6232: digits without end": pax(b"1" * 60_000),
    "spaces without end": pax(b" " * 60_000),
    "NULs after the records": pax(b"13 path=go/x\n" + bytes(20)),
    "extension that is too long": pax({b"comment": b"x" * 66_000}),
    "CVE-2022-2879: extension of 1 GiB": entry(b"x", kind=PAX, size=1 << 30),
    "GNU name of 1 GiB": entry(b"x", kind=b"L", size=1 << 30),
    "pax header, and nothing after it": pax({b"path": b"go/x"}),
    "GNU name, and nothing after it": gnu_long(b"go/x"),
}

_ENDS = {
    "nothing": tgz(),
    "only directories": tgz(entry(b"go/", kind=DIRECTORY), entry(b"go/x/")),
    "no end": tgz(_FIRST, end=b""),
    "half an end": tgz(_FIRST, end=END[:512]),
    "end that is cut off": tgz(_FIRST, end=END[:-1]),
    "zeros, then an entry": tgz(_FIRST, end=END[:512] + _FIRST),
    "data that are cut off": tgz(entry(b"go/x", b"y", size=600), end=b""),
    "data of which the padding is cut off": tgz(entry(b"go/x", b"y")[:-1], end=b""),
    "header that is cut off": tgz(_FIRST, entry(b"go/x")[:-1], end=b""),
    "entry after the end": tgz(_FIRST, END, entry(b"go/x")),
    "one byte after the end": tgz(_FIRST, end=END + b"x"),
    "one byte after many zeros": tgz(_FIRST, end=END + bytes(400_000) + b"x"),
    "too many zeros after the end": tgz(_FIRST, end=END + bytes(2 << 20)),
    "archive after the archive": tgz(_FIRST) + tgz(entry(b"go/x")),
}

_DATA = _FIRST + END
_GZIP = {
    "no bytes": b"",
    "one byte": b"\x1f",
    "web page": b"<html>please log in</html>",
    "control characters": b"\x1b]0;evil\x07",
    "plain tar": _DATA,
    "zip": b"PK\3\4" + bytes(100),
    "xz": b"\xfd7zXZ\0" + bytes(100),
    "no such method": _GOOD[:2] + b"\7" + _GOOD[3:],
    "only a header": _GOOD[:10],
    "wrong CRC": _GOOD[:-8] + bytes(4) + _GOOD[-4:],
    "wrong length": _GOOD[:-4] + bytes(4),
    "wrong CRC of a later member": gzip.compress(_DATA[:700])
    + gzip.compress(_DATA[700:])[:-8]
    + bytes(8),
    "later member that is cut off": _GOOD + gzip.compress(bytes(9))[:-1],
    "bytes after it": _GOOD + b"x",
    "bytes after zeros after it": _GOOD + bytes(100_000) + b"x",
    "too many zeros after it": _GOOD + bytes(2 << 20),
    "data without a trailer": _GOOD[:10] + _packed(_DATA),
    "trailer of a part": _GOOD[:10] + _packed(_DATA) + _trailer(_DATA[:-1]),
}

DAMAGED = {
    **{name: tgz(_FIRST, entries) for name, entries in (_KINDS | _NUMBERS | _RECORDS).items()},
    **_ENDS,
    **_GZIP,
    "link of a NUL": tgz(_FIRST, entry(b"go/x", kind=LINK)),
}
# What is noticed first depends on the library.
DAMAGED_DATA = {
    "only zeros after a header": _GOOD[:10] + bytes(100),
    "damaged in the middle": _GOOD[:40] + b"\xff\xff" + _GOOD[42:],
}
