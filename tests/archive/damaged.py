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
_NUMBER = "bad number"
_RECORD = "bad pax header"
_SPARSE = "a sparse file"
_MUCH = "more bytes than it may"
_AFTER = "goes on after its end"
_EARLY = "ends early"


def _packed(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _trailer(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")


_KINDS = {
    "character device": (entry(b"go/x", kind=b"3"), "a character device"),
    "block device": (entry(b"go/x", kind=b"4"), "a block device"),
    "named pipe": (entry(b"go/x", kind=b"6"), "a named pipe"),
    "socket": (entry(b"go/x", kind=b"s"), "a socket"),
    "sparse file of GNU": (entry(b"go/x", kind=b"S"), _SPARSE),
    "sparse file in pax 0.0": (pax({b"GNU.sparse.size": b"9"}) + entry(b"go/x"), _SPARSE),
    "sparse file in pax 0.1": (pax({b"GNU.sparse.map": b"0,1"}) + entry(b"go/x"), _SPARSE),
    "CVE-2019-9923, CVE-2025-58183: sparse file in pax 1.0": (
        pax({b"GNU.sparse.major": b"1"}) + entry(b"go/x"), _SPARSE,
    ),
    "sparse for all entries": (pax({b"GNU.sparse.name": b"go/y"}, PAX_GLOBAL), _SPARSE),
    "GNU's directory with a list": (entry(b"go/x", kind=b"D"), "type 'D'"),
    "the rest of another volume": (entry(b"go/x", kind=b"M"), "type 'M'"),
    "the name of a volume": (entry(b"go/x", kind=b"V"), "type 'V'"),
    "Solaris's header": (pax({b"path": b"go/y"}, b"X"), "not under go/"),
    "no type that exists": (entry(b"go/x", kind=b"\xff"), "type '\N{REPLACEMENT CHARACTER}'"),
    "pipe with data": (entry(b"go/x", b"data", kind=b"6"), "data for no file"),
    "directory with data": (entry(b"go/x", b"data", kind=DIRECTORY), "data for no file"),
    "V7 directory with data": (entry(b"go/x/", b"data"), "data for no file"),
    "hard link that says a size": (
        entry(b"go/x", kind=HARD_LINK, link=b"go/VERSION", size=9), "data for no file",
    ),
}  # fmt: skip

_NUMBERS = {
    "wrong checksum": (entry(b"go/x", checksum=b"001234\0 "), "wrong checksum"),
    "no checksum": (entry(b"go/x", checksum=bytes(8)), "wrong checksum"),
    "checksum with letters": (entry(b"go/x", checksum=b"0x1234\0 "), _NUMBER),
    "header of which one bit was flipped": (b"f" + entry(b"go/x")[1:], "wrong checksum"),
    "noise": (b"noise" * 200, "wrong checksum|" + _NUMBER),
    "size with letters": (entry(b"go/x", size=b"12z"), _NUMBER),
    "size with a sign": (entry(b"go/x", size=b"+12"), _NUMBER),
    "size below zero": (entry(b"go/x", size=b"-0000000012"), _NUMBER),
    "size with an underscore": (entry(b"go/x", size=b"1_2"), _NUMBER),
    "size with 0o": (entry(b"go/x", size=b"0o12"), _NUMBER),
    "size with a gap": (entry(b"go/x", size=b"1 2"), _NUMBER),
    "size with an 8": (entry(b"go/x", size=b"00000000018"), _NUMBER),
    "mode with letters": (entry(b"go/x", mode=b"rwxr-xr"), _NUMBER),
    "time with letters": (entry(b"go/x", mtime=b"today"), _NUMBER),
    "CVE-2025-8194: size below zero in base 256": (entry(b"go/x", size=base256(-512)), "negative"),
    "least size in base 256": (entry(b"go/x", size=b"\xff\x80" + bytes(10)), "negative"),
    "directory of a size below zero": (entry(b"go/x", kind=DIRECTORY, size=base256(-1)), "negative"),
    "extension of a size below zero": (entry(b"x", kind=PAX, size=base256(-512)), "header of -512"),
    "size of 2 GiB": (entry(b"go/x", size=2 << 30), _MUCH),
    "size of 8 GiB in base 256": (entry(b"go/x", size=base256(8 << 30)), _MUCH),
    "size of 64 bits": (entry(b"go/x", size=base256((1 << 63) - 512)), _MUCH),
    "size of 87 bits": (entry(b"go/x", size=base256(1 << 86)), _MUCH),
    "size of 2 GiB in pax": (pax({b"size": b"2147483648"}) + entry(b"go/x"), _MUCH),
    "size beyond 64 bits in pax": (pax({b"size": b"9" * 21}) + entry(b"go/x"), _NUMBER),
    "size below zero in pax": (pax({b"size": b"-1"}) + entry(b"go/x"), _NUMBER),
    "size with a sign in pax": (pax({b"size": b"+1"}) + entry(b"go/x"), _NUMBER),
    "size with letters in pax": (pax({b"size": b"0x10"}) + entry(b"go/x"), _NUMBER),
    "no size in pax": (pax({b"size": b""}) + entry(b"go/x"), _NUMBER),
    "digits of other scripts in pax": (pax({b"size": "٣".encode()}) + entry(b"go/x"), _NUMBER),
}  # fmt: skip

_RECORDS = {
    "CVE-2019-20907: record of no length": (pax(b"0 path=go/x\n"), _RECORD),
    "record without a length": (pax(b"path=go/x\n"), _RECORD),
    "record of a length below zero": (pax(b"-9 path=go/x\n"), _RECORD),
    "record longer than the header": (pax(b"99 path=go/x\n"), _RECORD),
    "record shorter than it says": (pax(b"9 path=go/x\n"), _RECORD),
    "record of only a length": (pax(b"3 \n"), _RECORD),
    "record without a key": (pax(b"6 =x\n"), _RECORD),
    "record without a value": (pax(b"8 path\n\n"), _RECORD),
    "record without its end": (pax(b"12 path=go/x"), _RECORD),
    "record of which the end is cut off": (pax(b"14 path=go/x\n"), _RECORD),
    "CVE-2024-6232: digits without end": (pax(b"1" * 60_000), _RECORD),
    "spaces without end": (pax(b" " * 60_000), _RECORD),
    "NULs after the records": (pax(b"13 path=go/x\n" + bytes(20)), _RECORD),
    "extension that is too long": (pax({b"comment": b"x" * 66_000}), "header of 66015 bytes"),
    "CVE-2022-2879: extension of 1 GiB": (entry(b"x", kind=PAX, size=1 << 30), "header of 1073741824"),
    "GNU name of 1 GiB": (entry(b"x", kind=b"L", size=1 << 30), "header of 1073741824 bytes"),
    "pax header, and nothing after it": (pax({b"path": b"go/x"}), "ends after an extension header"),
    "GNU name, and nothing after it": (gnu_long(b"go/x"), "ends after an extension header"),
}  # fmt: skip

_ENDS = {
    "nothing": (tgz(), "no files"),
    "only directories": (tgz(entry(b"go/", kind=DIRECTORY), entry(b"go/x/")), "no files"),
    "no end": (tgz(_FIRST, end=b""), _EARLY),
    "half an end": (tgz(_FIRST, end=END[:512]), _EARLY),
    "end that is cut off": (tgz(_FIRST, end=END[:-1]), _EARLY),
    "zeros, then an entry": (tgz(_FIRST, end=END[:512] + _FIRST), "no second block of zeros"),
    "data that are cut off": (tgz(entry(b"go/x", b"y", size=600), end=b""), _EARLY),
    "data of which the padding is cut off": (tgz(entry(b"go/x", b"y")[:-1], end=b""), _EARLY),
    "header that is cut off": (tgz(_FIRST, entry(b"go/x")[:-1], end=b""), _EARLY),
    "entry after the end": (tgz(_FIRST, END, entry(b"go/x")), _AFTER),
    "one byte after the end": (tgz(_FIRST, end=END + b"x"), _AFTER),
    "one byte after many zeros": (tgz(_FIRST, end=END + bytes(400_000) + b"x"), _AFTER),
    "too many zeros after the end": (tgz(_FIRST, end=END + bytes(2 << 20)), _AFTER),
    "archive after the archive": (tgz(_FIRST) + tgz(entry(b"go/x")), _AFTER),
}  # fmt: skip

_DATA = _FIRST + END
_GZIP = {
    "no bytes": (b"", "not a single byte"),
    "one byte": (b"\x1f", _EARLY),
    "web page": (b"<html>please log in</html>", "begins with '<html>please log in</html>'"),
    "control characters": (b"\x1b]0;evil\x07", "begins with '\N{REPLACEMENT CHARACTER}]0;evil"),
    "plain tar": (_DATA, "this is not a .tar.gz archive"),
    "zip": (b"PK\3\4" + bytes(100), "this is not a .tar.gz archive"),
    "xz": (b"\xfd7zXZ\0" + bytes(100), "this is not a .tar.gz archive"),
    "no such method": (_GOOD[:2] + b"\7" + _GOOD[3:], "is damaged"),
    "only a header": (_GOOD[:10], _EARLY),
    "only zeros after a header": (_GOOD[:10] + bytes(100), "is damaged|ends early"),
    "wrong CRC": (_GOOD[:-8] + bytes(4) + _GOOD[-4:], "is damaged"),
    "wrong length": (_GOOD[:-4] + bytes(4), "is damaged"),
    "wrong CRC of a later member": (
        gzip.compress(_DATA[:700]) + gzip.compress(_DATA[700:])[:-8] + bytes(8), "is damaged",
    ),
    "damaged in the middle": (_GOOD[:40] + b"\xff\xff" + _GOOD[42:], "is damaged|ends early|wrong"),
    "later member that is cut off": (_GOOD + gzip.compress(bytes(9))[:-1], _EARLY),
    "bytes after it": (_GOOD + b"x", "followed by bytes"),
    "bytes after zeros after it": (_GOOD + bytes(100_000) + b"x", "followed by bytes"),
    "too many zeros after it": (_GOOD + bytes(2 << 20), "followed by bytes"),
    "data without a trailer": (_GOOD[:10] + _packed(_DATA), _EARLY),
    "trailer of a part": (_GOOD[:10] + _packed(_DATA) + _trailer(_DATA[:-1]), "is damaged"),
}  # fmt: skip

# The archive, and the reason why it is refused.
DAMAGED = {
    **{name: (tgz(_FIRST, entries), reason) for table in (_KINDS, _NUMBERS, _RECORDS)
       for name, (entries, reason) in table.items()},
    **_ENDS,
    **_GZIP,
    "link of a NUL": (tgz(_FIRST, entry(b"go/x", kind=LINK)), "link to nowhere"),
}  # fmt: skip
