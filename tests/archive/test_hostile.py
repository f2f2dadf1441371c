from __future__ import annotations

import itertools
import zlib
from typing import TYPE_CHECKING

import pytest

from gvm.archive.limits import Limits
from gvm.archive.tar import unpack_tar
from gvm.errors import IntegrityError
from tests.archive.damaged import DAMAGED, DAMAGED_DATA
from tests.archive.hostile import ESCAPES
from tests.archive.place import tree, without_library
from tests.archive.tarball import (
    DIRECTORY,
    LINK,
    PAX_GLOBAL,
    entry,
    gnu_long,
    pax,
    tgz,
)

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.archive.place import Place

pytestmark = pytest.mark.usefixtures("no_thread_stays")


@pytest.mark.parametrize("archive", ESCAPES.values(), ids=ESCAPES)
def test_escapes(archive: bytes, place: Place, snapshot: SnapshotAssertion) -> None:
    """What wants out is refused; nothing around the target changes, and no link is ever made."""
    with pytest.raises(IntegrityError) as caught:
        unpack_tar([archive], place.target)
    assert str(caught.value) == snapshot
    place.refuse_change()
    nodes = tree(place.target)
    assert nodes[b"VERSION"].content == b"go1.22.6\n"
    assert {node.kind for node in nodes.values()} <= {"file", "directory"}


@pytest.mark.parametrize("archive", DAMAGED.values(), ids=DAMAGED)
def test_damaged(archive: bytes, place: Place, snapshot: SnapshotAssertion) -> None:
    """What is damaged, or no part of Go, is refused, and says why."""
    with pytest.raises(IntegrityError) as caught:
        unpack_tar([archive], place.target)
    assert str(caught.value).isprintable()
    assert without_library(caught.value) == snapshot
    place.refuse_change()


@pytest.mark.parametrize("archive", DAMAGED_DATA.values(), ids=DAMAGED_DATA)
def test_damaged_data(archive: bytes, place: Place) -> None:
    """What no inflater understands is refused."""
    with pytest.raises(IntegrityError) as caught:
        unpack_tar([archive], place.target)
    assert str(caught.value).isprintable()
    place.refuse_change()


LIMITS = {
    "entries": (
        Limits(entries=3),
        [entry(b"go/a"), entry(b"go/b"), entry(b"go/c")],
        [entry(b"go/a"), entry(b"go/b"), entry(b"go/c"), entry(b"go/d")],
    ),
    "implied directories": (Limits(entries=3), [entry(b"go/a/b/c")], [entry(b"go/a/b/c/d")]),
    "one directory again and again": (
        Limits(entries=3),
        [entry(b"go/a"), *[entry(b"go/", kind=DIRECTORY)] * 2],
        [entry(b"go/a"), *[entry(b"go/", kind=DIRECTORY)] * 3],
    ),
    "links": (
        Limits(entries=2),
        [entry(b"go/a", kind=LINK, link=b"x"), entry(b"go/b", kind=LINK, link=b"x")],
        [entry(b"go/%d" % at, kind=LINK, link=b"x") for at in range(3)],
    ),
    "headers for all entries": (
        Limits(entries=3),
        [*[pax({b"comment": b"x"}, PAX_GLOBAL)] * 2, entry(b"go/a")],
        [*[pax({b"comment": b"x"}, PAX_GLOBAL)] * 3, entry(b"go/a")],
    ),
    "headers for one entry": (
        Limits(entries=3),
        [*[pax({b"comment": b"x"})] * 2, entry(b"go/a")],
        [*[pax({b"comment": b"x"})] * 3, entry(b"go/a")],
    ),
    "long headers": (
        Limits(entries=10),
        [pax({b"comment": b"x" * 500}), entry(b"go/a")],
        [pax({b"comment": b"x" * 600}), entry(b"go/a")],
    ),
    "size of a file": (
        Limits(file_size=5), [entry(b"go/a", b"12345")], [entry(b"go/a", b"123456")],
    ),
    "size of all": (
        Limits(size=5),
        [entry(b"go/a", b"123"), entry(b"go/b", b"45")],
        [entry(b"go/a", b"123"), entry(b"go/b", b"456")],
    ),
    "path": (Limits(path=6), [entry(b"go/abc")], [entry(b"go/abcd")]),
    "path of a link's target": (
        Limits(path=6),
        [entry(b"go/a", kind=LINK, link=b"abcdef")],
        [entry(b"go/a", kind=LINK, link=b"abcdefg")],
    ),
    "depth": (Limits(depth=3), [entry(b"go/a/b")], [entry(b"go/a/b/c")]),
    "path by default": (
        Limits(),
        [gnu_long(b"go/" + b"abc/" * 60 + b"x" * 100), entry(b"go/x")],
        [gnu_long(b"go/" + b"ab/" * 400), entry(b"go/x")],
    ),
    "component by default": (
        Limits(),
        [gnu_long(b"go/" + b"x" * 255), entry(b"go/x")],
        [gnu_long(b"go/" + b"x" * 256), entry(b"go/x")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("limits", "within", "beyond"), LIMITS.values(), ids=LIMITS)
def test_limits(limits: Limits, within: list[bytes], beyond: list[bytes], place: Place) -> None:
    """What reaches a limit is unpacked, and what is one beyond is refused."""
    unpack_tar([tgz(*within)], place.target, limits)
    (place.target.parent / "beyond").mkdir()
    with pytest.raises(IntegrityError):
        unpack_tar([tgz(*beyond)], place.target.parent / "beyond", limits)


BOMBS = {
    "a million entries": entry(b"go/x", kind=DIRECTORY),
    "a million headers of nothing": pax({b"comment": b"x"}),
    "headers of which each is as long as it may be": pax(b"6 a=b\n" * 10_000),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_bombs(bomb: bytes, place: Place, snapshot: SnapshotAssertion) -> None:
    """What never ends, is small when packed and would leave next to nothing on disk is refused."""
    packer = zlib.compressobj(1, wbits=-15)
    # After a full flush the same bytes can come again.
    part = packer.compress(bomb * (1_000_000 // len(bomb))) + packer.flush(zlib.Z_FULL_FLUSH)
    archive = itertools.chain([tgz()[:10]], itertools.repeat(part, 1000))
    with pytest.raises(IntegrityError) as caught:
        unpack_tar(archive, place.target)
    assert str(caught.value) == snapshot
    assert tree(place.target).keys() <= {b"x"}
