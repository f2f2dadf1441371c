from __future__ import annotations

import contextlib
import gzip
import io
import os
import posixpath
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gvm.archive.tar import unpack_tar
from gvm.errors import IntegrityError
from tests.archive.place import Node, Place, tree
from tests.archive.tarball import END, PAX, entry, gnu_long, pax

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("no_thread_stays")
# Shared machines have pauses of any length.
SETTINGS = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NAMES = st.one_of(
    st.sampled_from(["a", "b", "bin", "go", "pkg", "é", "x y", "_go.mod", "..."]),
    st.text("abcdefghij.-_ü", min_size=1, max_size=120).filter(
        lambda name: name not in {".", ".."} and len(name.encode()) < 200
    ),
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
MODES = st.sampled_from([0o755, 0o644, 0o600, 0o4755, 0o700, 0])
MTIMES = st.integers(400_000_000, 4_000_000_000)


@contextlib.contextmanager
def new_place() -> Iterator[Place]:
    base = Path(tempfile.mkdtemp(prefix="gvm-place-"))
    try:
        yield Place(base)
    finally:
        shutil.rmtree(base)


@st.composite
def members(draw: st.DrawFn) -> dict[str, tarfile.TarInfo]:
    """What an honest archive holds: files, links that stay inside, and some of the directories."""
    paths: list[str] = []
    for path in draw(st.lists(PATHS, min_size=1, max_size=8, unique=True)):
        if not any(_is_above(path, other) or _is_above(other, path) for other in paths):
            paths.append(path)
    made: dict[str, tarfile.TarInfo] = {}
    for path in paths:
        made[path] = info = tarfile.TarInfo(f"go/{path}")
        info.mode, info.mtime = draw(MODES), draw(MTIMES)
        files = [name for name, other in made.items() if other.isreg() and name != path]
        kind = draw(
            st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
        )
        if kind == tarfile.SYMTYPE:
            info.linkname = posixpath.relpath(
                draw(st.sampled_from(paths)), posixpath.dirname(path) or "."
            )
        elif kind == tarfile.LNKTYPE and files:
            info.linkname = f"go/{draw(st.sampled_from(files))}"
        elif kind != tarfile.DIRTYPE:
            kind = tarfile.REGTYPE
            info.size = draw(st.sampled_from([0, 1, 511, 512, 513, 9000]))
        info.type = kind
    return made


def _is_above(path: str, other: str) -> bool:
    return f"{other}/".startswith(f"{path}/")


def _packed(made: dict[str, tarfile.TarInfo], form: int) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=form) as tar:
        for path, info in made.items():
            tar.addfile(info, io.BytesIO((path.encode() * info.size)[: info.size]))
    return packed.getvalue()


def _expected(made: dict[str, tarfile.TarInfo]) -> dict[bytes, Node]:
    nodes: dict[bytes, Node] = {}
    for path, info in made.items():
        name = path.encode()
        for at, letter in enumerate(name):
            if letter == ord("/"):
                nodes[name[:at]] = Node("directory", mode=0o755)
        if info.isdir():
            nodes[name] = Node("directory", mode=0o755)
        elif info.issym():
            nodes[name] = Node("link", info.linkname.encode())
        elif info.islnk():
            nodes[name] = nodes[info.linkname[3:].encode()]
        else:
            mode = 0o755 if info.mode & 0o100 else 0o644
            content = (name * info.size)[: info.size]
            nodes[name] = Node("file", content, mode, int(info.mtime))
    return nodes


def _told(target: Path) -> dict[bytes, Node]:
    return {path: node._replace(inode=0) for path, node in tree(target).items()}


@SETTINGS
@given(members(), st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
def test_honest(made: dict[str, tarfile.TarInfo], form: int) -> None:
    """What Python's tarfile packs, in each of its formats, is unpacked as it was."""
    expected = _expected(made)
    try:
        data = _packed(made, form)
    except ValueError:
        # Names of ustar have their limits.
        data = _packed(made, tarfile.PAX_FORMAT)
    with new_place() as place:
        if all(node.kind == "directory" for node in expected.values()):
            with pytest.raises(IntegrityError):
                unpack_tar([gzip.compress(data, 1)], place.target)
        else:
            unpack_tar([gzip.compress(data, 1)], place.target)
            assert _told(place.target) == expected


_BASE = [
    entry(b"go/", kind=b"5"),
    entry(b"go/VERSION", b"go1.22.6\n"),
    entry(b"go/a/b/c", b"#!/bin/sh\n" * 100, mode=0o755),
    pax({b"path": b"go/d/e", b"mtime": b"5.5", b"size": b"4"}),
    entry(b"go/cut", b"data"),
    gnu_long(b"go/f/" + b"g" * 150),
    entry(b"go/cut", b"more"),
    entry(b"go/d/link", kind=b"2", link=b"../a/b"),
    entry(b"go/d/hard", kind=b"1", link=b"go/VERSION"),
    entry(b"h", prefix=b"go/prefix"),
    pax({b"linkpath": b"e"}, PAX),
    entry(b"go/d/last", kind=b"2", link=b"cut"),
]
_TAR = b"".join(_BASE) + END
_HEADERS = [sum(map(len, _BASE[:number])) for number in range(len(_BASE))]
# Where a header's fields begin, to be hit more often than the zeros between them.
_FIELDS = [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    100,
    106,
    124,
    125,
    134,
    136,
    156,
    157,
    158,
    159,
    160,
    257,
    262,
    345,
]
_EDITS = st.tuples(
    st.one_of(
        st.builds(int.__add__, st.sampled_from(_HEADERS), st.sampled_from(_FIELDS)),
        st.builds(int.__add__, st.sampled_from(_HEADERS), st.integers(512, 560)),
        st.integers(0, len(_TAR)),
    ),
    st.sampled_from([b"\0", b"/", b".", b"../", b"/../", b"0", b"7", b"9", b"1", b"2", b"5", b"x", b"L",
                     b"\x80", b"\xff", b" ", b"=", b"\n", b"go/d/link/", b"path=", b"-", b"S"]),
)  # fmt: skip


def _edited(data: bytes, edits: list[tuple[int, bytes]]) -> bytearray:
    edited = bytearray(data)
    for at, new in edits:
        edited[at : at + len(new)] = new
    return edited


def _with_checksums(data: bytearray) -> bytearray:
    for at in _HEADERS:
        data[at + 148 : at + 156] = b" " * 8
        data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])
    return data


def _unpack_safely(archive: bytes) -> None:
    """Unpack, or see it refused; either way see that nothing led out."""
    with new_place() as place:
        with contextlib.suppress(IntegrityError):
            unpack_tar([archive], place.target)
        place.refuse_change()
        top = os.path.realpath(place.target)
        for path, node in tree(place.target).items():
            assert node.kind in {"file", "directory", "link"}
            real = os.path.realpath(place.target / os.fsdecode(path))
            assert real == top or real.startswith(f"{top}/")


@SETTINGS
@given(st.lists(_EDITS, min_size=1, max_size=4), st.booleans())
def test_edited(edits: list[tuple[int, bytes]], checksums: bool) -> None:  # noqa: FBT001
    """A tar with wrong bytes anywhere is unpacked or refused, and never leads out."""
    edited = _edited(_TAR, edits)
    _unpack_safely(gzip.compress(_with_checksums(edited) if checksums else edited, 1))


@SETTINGS
@given(
    st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=3)), max_size=3),
    st.integers(0, 800),
    st.binary(max_size=30),
)
def test_damaged(edits: list[tuple[int, bytes]], length: int, end: bytes) -> None:
    """A gzip file with wrong bytes anywhere, cut or continued, is unpacked or refused."""
    _unpack_safely(bytes(_edited(gzip.compress(_TAR), edits))[:length] + end)


@SETTINGS
@given(
    st.lists(
        st.permutations(_BASE).flatmap(lambda order: st.just(order[:5])), min_size=1, max_size=3
    )
)
def test_shuffled(parts: list[list[bytes]]) -> None:
    """Entries in any order, any of them several times, are unpacked or refused."""
    _unpack_safely(gzip.compress(b"".join(map(b"".join, parts)) + END, 1))


_MEMBERS = b"".join(gzip.compress(_TAR[at : at + 1500]) for at in range(0, len(_TAR), 1500))


def _outcome(chunks: list[bytes]) -> dict[bytes, Node] | str:
    with new_place() as place:
        try:
            unpack_tar(chunks, place.target)
        except IntegrityError as error:
            return str(error)
        return _told(place.target)


@SETTINGS
@given(st.lists(st.integers(0, 400)), st.sampled_from([0, 1, 9, 500]))
def test_chunks(sizes: list[int], cut: int) -> None:
    """Chunks of any size, empty ones too, give the same tree, and a cut archive the same error."""
    archive = _MEMBERS[: len(_MEMBERS) - cut]
    chunks, at = [], 0
    for size in sizes:
        chunks.append(archive[at : at + size])
        at += size
    outcome = _outcome([*chunks, archive[at:]])
    assert outcome == _outcome([archive])
    assert isinstance(outcome, str) if cut else len(outcome) == 13
