"""Go's checksum database: notes, the log, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvm.errors import DownloadError, IntegrityError, NoSuchVersionError
from gvm.net.http import client
from gvm.net.retry import PATIENCE
from gvm.trust.sumdb.database import Database
from gvm.trust.sumdb.note import GOLANG, Key, opened
from gvm.trust.sumdb.tlog import Head, Log, Tile
from tests.goarchive import ARCH
from tests.server import Server
from tests.sumdb import Signer, filler, head, record, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

MODULE, VERSION = "golang.org/toolchain", f"v0.0.1-go1.22.6.linux-{ARCH}"
HASH = f"h1:{'B' * 43}="
SIGNER = Signer()
# Sizes on both sides of a tile, and of two levels of them.
SIZES = (1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 700)
LONG = filler(700)


def log(records: list[str]) -> Log:
    files = served(records, SIGNER)
    return Log(len(records), lambda tile: files[f"/{tile.path}"])


def root(records: list[str]) -> bytes:
    return Head.parse(opened(head(records, SIGNER), Key.parse(SIGNER.verifier))).root


@pytest.mark.parametrize("size", SIZES)
def test_inclusion(size: int) -> None:
    """Every record is proved to be in its log at its place, and at no other."""
    records = LONG[:size]
    this, expected = log(records), root(records)
    for number in {0, 1, size // 3, size // 2, size - 2, size - 1} & set(range(size)):
        assert this.root_with(number, records[number].encode()) == expected
        assert this.root_with(number, b"another") != expected
        if size > 1:
            assert this.root_with((number + 1) % size, records[number].encode()) != expected


@given(st.integers(1, 700), st.integers(1, 700))
def test_growth(one: int, other: int) -> None:
    """A log is proved to begin with what an earlier state of it had."""
    small, large = sorted((one, other))
    assert log(LONG[:large]).roots(small) == (root(LONG[:small]), root(LONG[:large]))


PATHS = {
    Tile(0, 0, 256): "tile/8/0/000",
    Tile(1, 5, 3): "tile/8/1/005.p/3",
    Tile(0, 1234067, 256): "tile/8/0/x001/x234/067",
    Tile(2, 1000, 1): "tile/8/2/x001/000.p/1",
}


@pytest.mark.parametrize(("tile", "path"), PATHS.items(), ids=PATHS.values())
def test_tile_path(tile: Tile, path: str) -> None:
    """Tiles have the names that the database gives them."""
    assert tile.path == path


def test_pinned_key() -> None:
    """The key that is pinned is named and numbered as Go has it."""
    assert (GOLANG.name, GOLANG.id.hex(), len(GOLANG.public)) == ("sum.golang.org", "033de0ae", 32)


@pytest.mark.parametrize("text", ["", "a+b", "x+033de0ae+Ac4z", "sum.golang.org+033de0af+" + GOLANG.name])  # fmt: skip
def test_no_key(text: str) -> None:
    """A key whose number does not fit it is none."""
    with pytest.raises(ValueError):  # noqa: PT011 - any that says so
        Key.parse(text)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({}) as server:
        yield server


@pytest.fixture
def database(server: Server, tmp_path: Path) -> Iterator[Database]:
    with client({}, patience=PATIENCE._replace(attempts=1)) as http:
        yield Database(server.url, Key.parse(SIGNER.verifier), http, tmp_path / "sumdb")


def with_toolchain(count: int = 300, at: int = 100, hash1: str = HASH, seed: str = "") -> list[str]:
    records = filler(count, seed=seed)
    return [*records[:at], record(MODULE, VERSION, hash1), *records[at:]]


def test_lookup(server: Server, database: Database) -> None:
    """A hash is told that is proved to be in the signed log; the state of the log is kept."""
    server.files = served(with_toolchain(), SIGNER)
    assert database.hash_of(MODULE, VERSION) == HASH
    assert "\n301\n" in (database.kept / "sum.golang.org").read_text()
    assert database.hash_of(MODULE, VERSION) == HASH


def test_full_tile(server: Server, database: Database) -> None:
    """Where the part of a tile is no longer there, the full tile does as well."""
    old, new = with_toolchain(600)[:400], with_toolchain(600)
    server.files = {**served(new, SIGNER), **served(old, SIGNER)}
    del server.files["/tile/8/0/001.p/144"]
    assert database.hash_of(MODULE, VERSION) == HASH


LOOKUP = f"/lookup/{MODULE}@{VERSION}"
Files = dict[str, bytes]


def altered(place: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    return lambda files: {**files, place: change(files[place])}


def reordered(files: Files) -> Files:
    """The right record of another place."""
    return {**files, LOOKUP: files[LOOKUP].replace(b"100\n", b"99\n", 1)}


FAULTS = {
    "another hash": altered(LOOKUP, lambda data: data.replace(HASH.encode(), f"h1:{'C' * 43}=".encode())),
    "another place": reordered,
    "a place beyond the log": altered(LOOKUP, lambda data: data.replace(b"100\n", b"999\n", 1)),
    "another module": lambda files: {**files, LOOKUP: files["/lookup/example.com/module3@v1.0.3"]},
    "a forged state": altered(LOOKUP, lambda data: data.replace(b"\n301\n", b"\n302\n", 1)),
    "a damaged signature": altered(LOOKUP, lambda data: data[:-10] + b"AAAAAAA==\n"),
    "signed by nobody": altered(LOOKUP, lambda data: data.rpartition(b"\n\n")[0] + b"\n\n"),
    "signed by another of the name": altered(LOOKUP, lambda _: served(with_toolchain(), Signer())[LOOKUP]),
    "signed by another name": altered(LOOKUP, lambda _: served(with_toolchain(), Signer("evil", SIGNER.private))[LOOKUP]),
    "no state of a log": altered(LOOKUP, lambda data: b"\n".join([data.partition(b"\n\n")[0], b"", SIGNER.sign("hello\n").encode()])),
    "a damaged tile": altered("/tile/8/0/000", lambda data: b"x" + data[1:]),
    "a short tile": altered("/tile/8/0/000", lambda data: data[:-1]),
    "an empty tile": altered("/tile/8/0/001.p/45", lambda _: b""),
    "a page": altered(LOOKUP, lambda _: b"<!DOCTYPE html>\n<html><body>\n\nLog in.</body></html>"),
    "bytes": altered(LOOKUP, lambda _: bytes(range(256))),
    "nothing": altered(LOOKUP, lambda _: b""),
}  # fmt: skip


@pytest.mark.parametrize("change", FAULTS.values(), ids=FAULTS)
def test_faults(
    change: Callable[[Files], Files],
    server: Server,
    database: Database,
    snapshot: SnapshotAssertion,
) -> None:
    """What is not proved is refused, and nothing is kept of it."""
    server.files = change(served(with_toolchain(), SIGNER))
    with pytest.raises(IntegrityError) as caught:
        database.hash_of(MODULE, VERSION)
    assert (str(caught.value), caught.value.hint) == snapshot
    if change is not FAULTS["another module"]:
        assert not database.kept.exists()


def test_missing(server: Server, database: Database) -> None:
    """What the database does not know is no such version; a missing tile is a failed download."""
    files = served(filler(10), SIGNER)
    server.files = files
    with pytest.raises(NoSuchVersionError):
        database.hash_of(MODULE, VERSION)
    files.update(served(with_toolchain(), SIGNER))
    del files["/tile/8/0/000"]
    with pytest.raises(DownloadError):
        database.hash_of(MODULE, VERSION)


STATES = {
    # What was seen first, what is seen then, and whether both are of one history.
    "the same": (with_toolchain(), with_toolchain(), True),
    "it has grown": (with_toolchain()[:280], with_toolchain(), True),
    "it has grown much": (with_toolchain()[:101], with_toolchain(700), True),
    "an earlier state": (with_toolchain(), with_toolchain()[:280], True),
    "another record": (with_toolchain(), with_toolchain(hash1=f"h1:{'C' * 43}="), False),
    "another past": (with_toolchain(), with_toolchain(500, seed="x"), False),
    "an earlier state of another past": (with_toolchain(500), with_toolchain(seed="x"), False),
}


@pytest.mark.parametrize(("first", "then", "is_one"), STATES.values(), ids=STATES)
def test_history(
    first: list[str],
    then: list[str],
    *,
    is_one: bool,
    server: Server,
    database: Database,
    snapshot: SnapshotAssertion,
) -> None:
    """A log that has lost or changed what it had is refused; the longest state is remembered."""
    server.files = served(first, SIGNER)
    database.hash_of(MODULE, VERSION)
    kept = database.kept / "sum.golang.org"
    # All tiles of both are there: a server that shows two histories has them.
    server.files = {**served(first, SIGNER), **served(then, SIGNER)}
    if is_one:
        database.hash_of(MODULE, VERSION)
        assert kept.read_text() == head(max(first, then, key=len), SIGNER)
    else:
        with pytest.raises(IntegrityError) as caught:
            database.hash_of(MODULE, VERSION)
        assert (str(caught.value), caught.value.hint) == snapshot
        assert kept.read_text() == head(first, SIGNER)


def test_damaged_memory(server: Server, database: Database) -> None:
    """What is kept and cannot be read, or is not signed, is as if nothing were kept."""
    server.files = served(with_toolchain(), SIGNER)
    database.kept.mkdir()
    for text in ("", "garbage", head(filler(9), Signer())):
        (database.kept / "sum.golang.org").write_text(text)
        assert database.hash_of(MODULE, VERSION) == HASH
