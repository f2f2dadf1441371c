from __future__ import annotations

import hashlib
import itertools
import random
import shutil
import zlib
from typing import TYPE_CHECKING

import pytest

from gvm.archive.tar import unpack_tar
from gvm.errors import IntegrityError
from gvm.install.streaming import Unpacking, feed
from tests.archive.place import contents
from tests.archive.tarball import DIRECTORY, END, entry, tgz

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from gvm.archive.limits import Unpacked

pytestmark = pytest.mark.usefixtures("no_thread_stays")

ARCHIVE = tgz(entry(b"go/VERSION", b"go1.22.6\n"), entry(b"go/bin/go", b"#!/bin/sh\n"))
OTHER = tgz(entry(b"go/VERSION", b"go1.22.7\n"))
TREE = {b"VERSION": b"go1.22.6\n", b"bin/go": b"#!/bin/sh\n"}


def endless(*entries: bytes) -> Iterator[bytes]:
    """A good .tar.gz without an end: entries, then noise in one file."""
    packer = zlib.compressobj(1, wbits=31)
    yield packer.compress(b"".join(entries)) + packer.flush(zlib.Z_SYNC_FLUSH)
    noise = random.Random(1)  # noqa: S311 - the same every time
    yield packer.compress(entry(b"go/noise", size=1 << 29))
    while True:
        yield packer.compress(noise.randbytes(100_000)) + packer.flush(zlib.Z_SYNC_FLUSH)


def piped(chunks: Iterable[bytes], target: Path) -> Unpacked:
    with Unpacking(target) as unpacking:
        for chunk in chunks:
            unpacking.write(chunk)
        return unpacking.finish()


def plain(chunks: Iterable[bytes], target: Path) -> Unpacked:
    target.mkdir()
    return unpack_tar(chunks, target)


WAYS = pytest.mark.parametrize("unpack", [plain, piped])


def test_finish(tmp_path: Path) -> None:
    """When it has finished, the tree is there, and it is known what is in it."""
    unpacked = piped([ARCHIVE[:7], ARCHIVE[7:]], tmp_path / "new/tree")
    assert (unpacked.files, unpacked.size) == (2, 19)
    assert contents(tmp_path / "new/tree") == TREE


@pytest.mark.parametrize("size", [0, 10, len(OTHER), 5_000_000])
def test_restart(size: int, tmp_path: Path) -> None:
    """What came before a restart leaves no trace, however far or wrong it was."""
    with Unpacking(tmp_path / "tree") as unpacking:
        for chunk in itertools.islice(
            endless(entry(b"go/other")) if size > 9999 else [OTHER[:size]], 50
        ):
            unpacking.write(chunk)
        unpacking.restart()
        unpacking.write(ARCHIVE)
        assert unpacking.finish().files == 2
    assert contents(tmp_path / "tree") == TREE


def test_restart_after_error(tmp_path: Path) -> None:
    """A restart also forgets that what came before was no archive."""
    with Unpacking(tmp_path / "tree") as unpacking:
        unpacking.write(b"no archive")
        unpacking.restart()
        unpacking.write(ARCHIVE)
        assert unpacking.finish().files == 2


def test_feed(tmp_path: Path) -> None:
    """A file is unpacked and hashed in one go."""
    file = tmp_path / "archive"
    file.write_bytes(ARCHIVE)
    with Unpacking(tmp_path / "tree") as unpacking:
        assert feed(file, unpacking) == hashlib.sha256(ARCHIVE).hexdigest()
        assert unpacking.finish().files == 2


WRONG = {
    "no gzip": lambda: itertools.repeat(b"<html>" * 10_000),
    "no tar": lambda: itertools.chain([tgz(b"x" * 512)], itertools.repeat(bytes(100_000))),
    "no entry of Go": lambda: endless(entry(b"etc/passwd")),
    "too much": lambda: endless(entry(b"go/big", size=2 << 30)),
    "a wrong CRC": lambda: itertools.chain(
        [ARCHIVE[:-8], b"\1" + ARCHIVE[-7:]], itertools.repeat(bytes(100_000))
    ),
}


@WAYS
@pytest.mark.parametrize("source", WRONG.values(), ids=WRONG)
def test_integrity(
    source: Callable[[], Iterator[bytes]], unpack: Callable[..., Unpacked], tmp_path: Path
) -> None:
    """What is wrong ends a source that would never end by itself."""
    with pytest.raises(IntegrityError):
        unpack(source(), tmp_path / "tree")


@WAYS
def test_error_of_source(unpack: Callable[..., Unpacked], tmp_path: Path) -> None:
    """An error of the source is what comes out, not that the archive ended early for it."""

    def source() -> Iterator[bytes]:
        yield from itertools.islice(endless(), 20)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(source(), tmp_path / "tree")


@WAYS
def test_error_of_disk(unpack: Callable[..., Unpacked], tmp_path: Path) -> None:
    """An error of the disk ends a source that would never end by itself."""

    def source() -> Iterator[bytes]:
        shutil.rmtree(tmp_path / "tree")
        yield from endless(entry(b"go/bin", kind=DIRECTORY))

    with pytest.raises(FileNotFoundError):
        unpack(source(), tmp_path / "tree")


@WAYS
def test_truncated(
    unpack: Callable[..., Unpacked], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """An archive that ends anywhere before its end is none, though its files may all be there."""
    # What is said, and of which length at first.
    said: dict[str, int] = {}
    for at in sorted({*range(0, len(ARCHIVE), 9), *range(len(ARCHIVE) - 8, len(ARCHIVE))}):
        with pytest.raises(IntegrityError) as caught:
            unpack([ARCHIVE[:at]], tmp_path / f"tree{at}")
        said.setdefault(str(caught.value), at)
    assert said == snapshot


def test_end_of_entries(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A tar whose end was left away is none."""
    said = []
    for end in (b"", END[:512], END[:1000], END[:512] + entry(b"go/more")):
        target = tmp_path / str(len(end))
        with pytest.raises(IntegrityError) as caught:
            plain([tgz(entry(b"go/VERSION"), end=end)], target)
        said.append(str(caught.value))
    assert said == snapshot
