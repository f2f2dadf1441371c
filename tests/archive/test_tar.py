from __future__ import annotations

import contextlib
import gzip
import os
from typing import TYPE_CHECKING

import pytest

from gvm.archive.tar import unpack_tar
from gvm.errors import IntegrityError
from tests.archive.place import contents, tree
from tests.archive.tarball import (
    DIRECTORY,
    END,
    HARD_LINK,
    LINK,
    MTIME,
    PAX_GLOBAL,
    base256,
    entry,
    gnu_long,
    pax,
    tgz,
)

if TYPE_CHECKING:
    from tests.archive.place import Place

_LONG = b"abcdefg/" * 60 + b"x" * 255
_FILE = entry(b"go/x", b"data")
_X = {b"x": b"data"}

# The entries, and the files that they make.
ENTRIES = {
    "file": ([_FILE], _X),
    "empty file": ([entry(b"go/x")], {b"x": b""}),
    "file of a block": ([entry(b"go/x", b"d" * 512), entry(b"go/y")], {b"x": b"d" * 512, b"y": b""}),
    "file of V7": ([entry(b"go/x", b"data", kind=b"\0", magic=b"")], _X),
    "file of GNU": ([entry(b"go/x", b"data", magic=b"ustar  \0")], _X),
    "file of GNU with what is no prefix": (
        [entry(b"go/x", b"data", magic=b"ustar  \0", prefix=b"14000000000")], _X,
    ),
    "contiguous file": ([entry(b"go/x", b"data", kind=b"7")], _X),
    "dots and slashes": ([entry(b".//go/./x", b"data"), entry(b"go//y/.")], {**_X, b"y": b""}),
    "top first": ([entry(b"go/", kind=DIRECTORY), _FILE], _X),
    "directory after what is in it": (
        [entry(b"go/y/z"), entry(b"go/y/", kind=DIRECTORY), entry(b"go/y", kind=DIRECTORY)],
        {b"y/z": b""},
    ),
    "no directories": ([entry(b"go/a/b/c"), entry(b"go/a/d")], {b"a/b/c": b"", b"a/d": b""}),
    "name of 100 bytes": ([entry(b"go/" + b"x" * 97)], {b"x" * 97: b""}),
    "prefix": ([entry(b"x", b"data", prefix=b"go/pre/fix")], {b"pre/fix/x": b"data"}),
    "prefix and name of all bytes": (
        [entry(b"x" * 100, prefix=b"go/" + b"y" * 152)], {b"y" * 152 + b"/" + b"x" * 100: b""},
    ),
    "bytes after the name's end": ([entry(b"go/x\0/../../victim", b"data")], _X),
    "GNU name": ([gnu_long(b"go/" + _LONG), entry(b"go/cut", b"data")], {_LONG: b"data"}),
    "GNU name without its NUL": (
        [entry(b"././@LongLink", b"go/x", kind=b"L"), entry(b"go/cut", b"data")], _X,
    ),
    "GNU target and GNU name": (
        [gnu_long(b"./" * 60 + b"x", b"K"), gnu_long(b"go/y"), entry(b"go/cut", kind=LINK, link=b"c")],
        {b"y": b"-> " + b"./" * 60 + b"x"},
    ),
    "pax name": ([pax({b"path": b"go/" + _LONG}), entry(b"go/cut", b"data")], {_LONG: b"data"}),
    "pax name for one entry only": (
        [pax({b"path": b"go/y"}), entry(b"go/cut"), _FILE], {b"y": b"", **_X},
    ),
    "pax target": (
        [pax({b"linkpath": b"x"}), entry(b"go/y", kind=LINK, link=b"cut"), _FILE],
        {b"y": b"-> x", **_X},
    ),
    "pax target of a hard link": (
        [_FILE, pax({b"linkpath": b"go/x"}), entry(b"go/y", kind=HARD_LINK, link=b"cut")],
        {b"y": b"data", **_X},
    ),
    "pax records of no concern": (
        [pax({b"mtime": b"1.5", b"uid": b"0", b"SCHILY.xattr.security.capability": b"\1"}), _FILE], _X,
    ),
    "pax comment for all": ([pax({b"comment": b"5f2a"}, PAX_GLOBAL), _FILE], _X),
    "pax name twice: the last one": (
        [pax(b"13 path=go/y\n13 path=go/x\n"), entry(b"go/cut", b"data")], _X,
    ),
    "pax name with = and a line's end": (
        [pax({b"path": b"go/a=b\nc"}), entry(b"go/cut")], {b"a=b\nc": b""},
    ),
    "CVE-2025-62518: pax size, and an entry in the data": (
        [pax({b"size": b"1024"}), entry(b"go/x", size=0), entry(b"go/y"), entry(b"go/z"), _FILE[:0]],
        {b"x": entry(b"go/y") + entry(b"go/z")},
    ),
    "CVE-2025-62518: pax size before a GNU name": (
        [pax({b"size": b"4"}), gnu_long(b"go/x"), entry(b"go/cut", size=0), b"data" + bytes(508)], _X,
    ),
    "entry in the data": ([entry(b"go/x", entry(b"go/y") + END)], {b"x": entry(b"go/y") + END}),
    "numbers with spaces": ([entry(b"go/x", b"data", size=b"         4 ", mode=b"   644 ")], _X),
    "numbers without an end": ([entry(b"go/x", b"data", size=b"000000000004", mode=b"00000644")], _X),
    "no numbers": ([entry(b"go/x", mtime=b"", mode=b"", size=b"")], {b"x": b""}),
    "numbers in base 256": (
        [entry(b"go/x", b"data", size=base256(4), mtime=base256(MTIME), mode=base256(0o644, 8))], _X,
    ),
    "name that is no UTF-8": ([entry(b"go/\xff\xfe")], {b"\xff\xfe": b""}),
    "name of a strange kind": (
        [entry(b"go/ \n\t\x1b[31m*?-$(id)\\")], {b" \n\t\x1b[31m*?-$(id)\\": b""},
    ),
    "names that differ in case": ([entry(b"go/X"), entry(b"go/x")], {b"X": b"", b"x": b""}),
    "names of one look": (
        [entry("go/\u00e9".encode()), entry("go/e\u0301".encode())],
        {b"\xc3\xa9": b"", b"e\xcc\x81": b""},
    ),
    "names almost upwards": ([entry(b"go/..."), entry(b"go/..x")], {b"...": b"", b"..x": b""}),
    "link to a file": ([_FILE, entry(b"go/y", kind=LINK, link=b"x")], {**_X, b"y": b"-> x"}),
    "link to what comes later": (
        [entry(b"go/a/y", kind=LINK, link=b"../x"), _FILE], {**_X, b"a/y": b"-> ../x"},
    ),
    "link to a directory": (
        [entry(b"go/a/b"), entry(b"go/y", kind=LINK, link=b"./a//")], {b"a/b": b"", b"y": b"-> ./a//"},
    ),
    "link to its own directory": ([entry(b"go/a/y", kind=LINK, link=b".")], {b"a/y": b"-> ."}),
    "link to the top": ([entry(b"go/a/y", kind=LINK, link=b"..")], {b"a/y": b"-> .."}),
    "link to itself": ([entry(b"go/y", kind=LINK, link=b"y")], {b"y": b"-> y"}),
    "link to nothing that is there": ([entry(b"go/y", kind=LINK, link=b"z")], {b"y": b"-> z"}),
    "link to a link": (
        [entry(b"go/y", kind=LINK, link=b"z"), entry(b"go/z", kind=LINK, link=b"x"), _FILE],
        {**_X, b"y": b"-> z", b"z": b"-> x"},
    ),
    "hard link": ([_FILE, entry(b"go/a/y", kind=HARD_LINK, link=b"./go/x")], {**_X, b"a/y": b"data"}),
    "hard link to a hard link": (
        [_FILE, entry(b"go/y", kind=HARD_LINK, link=b"go/x"),
         entry(b"go/z", kind=HARD_LINK, link=b"go/y")],
        {**_X, b"y": b"data", b"z": b"data"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("entries", "files"), ENTRIES.values(), ids=ENTRIES)
def test_entries(entries: list[bytes], files: dict[bytes, bytes], place: Place) -> None:
    """An entry becomes exactly the file or link that it should, and nothing else is there."""
    unpacked = unpack_tar([tgz(*entries)], place.target)
    assert contents(place.target) == files
    assert unpacked.files == len(files)
    place.refuse_change()


_TAR = entry(b"go/x", b"data") + END
PACKED = {
    "padded to ten kilobytes": gzip.compress(_TAR + bytes(10240 - len(_TAR))),
    "members": b"".join(gzip.compress(_TAR[at : at + 100]) for at in range(0, len(_TAR), 100)),
    "member after the tar's end": gzip.compress(_TAR) + gzip.compress(bytes(9)),
    "empty members": gzip.compress(b"") * 50 + gzip.compress(_TAR) + gzip.compress(b"") * 50,
    "large members": gzip.compress(_TAR + bytes(99_999), 0) + gzip.compress(bytes(99_999), 0),
    "zeros after it": gzip.compress(_TAR) + bytes(10_000),
    "not compressed": gzip.compress(_TAR, 0),
    "name and comment": b"\x1f\x8b\x08\x18" + bytes(6) + b"n" * 60_000 + b"\0c\0" + tgz(_TAR)[10:],
    "extra field": b"\x1f\x8b\x08\x04" + bytes(6) + b"\xff\xff" + bytes(65535) + tgz(_TAR)[10:],
}


@pytest.mark.parametrize("size", [1, 7, 1000, 1_000_000])
@pytest.mark.parametrize("archive", PACKED.values(), ids=PACKED)
def test_packed(archive: bytes, size: int, place: Place) -> None:
    """However gzip packed it, and however it is cut into chunks, it is the same archive."""
    chunks = [archive[at : at + size] for at in range(0, len(archive), size)]
    unpack_tar(chunks, place.target)
    assert contents(place.target) == _X


MODES = {
    0o755: 0o755, 0o700: 0o755, 0o100: 0o755, 0o100755: 0o755, 0o777: 0o755,
    0o644: 0o644, 0o600: 0o644, 0o000: 0o644, 0o666: 0o644, 0o011: 0o644,
    0o4755: 0o755, 0o2755: 0o755, 0o1777: 0o755, 0o6644: 0o644, 0o7000: 0o644,
}  # fmt: skip


@pytest.mark.parametrize("umask", [0, 0o022, 0o077, 0o777], ids=oct)
def test_modes(umask: int, place: Place) -> None:
    """Programs and directories are 0755, other files 0644, whatever the archive and the umask say."""
    place.target.chmod(0o2700)
    files = [entry(b"go/a/b/%o" % mode, mode=mode) for mode in MODES]
    directories = [entry(b"go/", kind=DIRECTORY, mode=0o7777), entry(b"go/a/", mode=0o001)]
    before = os.umask(umask)
    try:
        unpack_tar([tgz(*directories, *files)], place.target)
    finally:
        os.umask(before)
    nodes = tree(place.target)
    assert {path: node.mode for path, node in nodes.items() if node.kind == "file"} == {
        b"a/b/%o" % mode: expected for mode, expected in MODES.items()
    }
    assert nodes[b"a"].mode == nodes[b"a/b"].mode == place.target.stat().st_mode & 0o7777 == 0o755


TIMES = {
    "as it is": (MTIME, MTIME),
    "before 1970": (base256(-1), 315_532_800),
    "1970": (0, 315_532_800),
    "far away": (base256(1 << 80), 4_102_444_800),
}


@pytest.mark.parametrize(("mtime", "expected"), TIMES.values(), ids=TIMES)
def test_times(mtime: int | bytes, expected: int, place: Place) -> None:
    """A file keeps its time, within what every file system can keep."""
    unpack_tar([tgz(entry(b"go/x", mtime=mtime))], place.target)
    assert (place.target / "x").stat().st_mtime == expected


def test_hard_links(place: Place) -> None:
    """Hard links are one file, as in the archive."""
    link = entry(b"go/y", kind=HARD_LINK, link=b"go/x", mode=0o777, mtime=1)
    unpack_tar([tgz(entry(b"go/x", b"data"), link)], place.target)
    nodes = tree(place.target)
    assert nodes[b"x"] == nodes[b"y"]
    assert (nodes[b"x"].mode, nodes[b"x"].mtime) == (0o644, MTIME)


def test_second_archive(place: Place) -> None:
    """CVE-2025-45582 of GNU tar: through what is there already nothing is written, nor replaced."""
    (place.target / "link").symlink_to("../victim")
    (place.target / "hard").hardlink_to(place.target.parent / "victim/secret")
    for name in (b"go/link/secret", b"go/link", b"go/hard"):
        with pytest.raises(FileExistsError):
            unpack_tar([tgz(entry(name, b"new"))], place.target)
    place.refuse_change()


def test_descriptors(place: Place) -> None:
    """No descriptor stays open, after an error either."""
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    for number, archive in enumerate([tgz(_FILE), tgz(_FILE)[:-1], tgz(_FILE, _FILE), b""]):
        target = place.target / str(number)
        target.mkdir()
        with contextlib.suppress(IntegrityError):
            unpack_tar([archive], target)
    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208
