from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gvm.errors import UnreachableError
from gvm.net.partial_file import Part, Promise, discard
from tests.net.conftest import ARCHIVE, PATH, Run
from tests.server import Fault, Server

if TYPE_CHECKING:
    from collections.abc import Callable

HALF = 1_500_000


@pytest.fixture
def left(run: Run, server: Server) -> Run:
    """A run after one that was given up half-way."""
    server.faults[PATH] = [Fault(cut=HALF), *[Fault(status=503)] * 5]
    with pytest.raises(UnreachableError):
        run()
    server.requests.clear()
    server.faults.clear()
    run.told.clear()
    return run


def notes(run: Run) -> Path:
    return run.file.with_name(run.file.name + ".json")


def renote(run: Run, **changes: object) -> None:
    told: dict[str, Any] = json.loads(notes(run).read_text())
    notes(run).write_text(json.dumps(told | changes))


def test_continued(left: Run, server: Server) -> None:
    """A later run hands on what is there, and asks for the rest of the same file only."""
    assert left.file.stat().st_size == HALF
    left()
    (request,) = server.requests
    assert request.headers["range"] == f"bytes={HALF}-"
    assert request.headers["if-range"].startswith('"')
    assert bytes(left.taken.data) == left.file.read_bytes() == ARCHIVE
    assert left.taken.restarts == 0
    assert left.told[0][0] <= HALF


def test_complete(left: Run, server: Server) -> None:
    """A complete file is handed on without asking anybody."""
    left()
    server.requests.clear()
    assert left().size == len(ARCHIVE)
    assert bytes(left.taken.data) == ARCHIVE
    assert server.requests == []


def test_killed(run: Run, server: Server) -> None:
    """What a killed process received is used by the next."""
    server.faults[PATH] = [Fault(cut=HALF, stall=30)]
    script = (
        "import sys, pathlib\nfrom gvm.net import download, http\n"
        "class S:\n    def write(self, b): pass\n    def restart(self): pass\n"
        "download.download(sys.argv[1], pathlib.Path(sys.argv[2]), client=http.client({}),"
        " sink=S(), progress=lambda s, t: s >= 1_000_000 and print(s, flush=True),"
        " limit=1 << 30)"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", script, run.url, str(run.file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    server.requests.clear()
    run()
    assert int(server.requests[0].headers["range"][6:-1]) >= 1_000_000
    assert bytes(run.taken.data) == ARCHIVE
    assert run.taken.restarts == 0


def other_file(_run: Run, server: Server) -> None:
    server.files = {PATH: bytes(reversed(ARCHIVE))}


# What happened to what an earlier run left, so that it may not be used.
SPOILT: dict[str, Callable[[Run, Server], object]] = {
    "the notes are gone": lambda run, _: notes(run).unlink(),
    "the notes are cut off": lambda run, _: os.truncate(notes(run), 20),
    "the notes are no JSON": lambda run, _: notes(run).write_bytes(b"\xff\x00"),
    "the notes nest without end": lambda run, _: notes(run).write_text("[" * 60_000),
    "the notes have other types": lambda run, _: renote(run, total="3"),
    "another URL": lambda run, _: renote(run, url="http://elsewhere/"),
    "no validator": lambda run, _: renote(run, etag=None, modified=None),
    "more bytes than there can be": lambda run, _: os.truncate(run.file, len(ARCHIVE) + 1),
    "another file there now": other_file,
    "another total": lambda run, _: renote(run, total=len(ARCHIVE) + 1),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_spoilt(spoil: Callable[[Run, Server], object], left: Run, server: Server) -> None:
    """What cannot be known to be the same file's beginning is fetched again."""
    spoil(left, server)
    left()
    assert isinstance(server.files, dict)
    assert bytes(left.taken.data) == left.file.read_bytes() == server.files[PATH]


def as_link(file: Path, other: Path) -> None:
    file.symlink_to(other)


def as_hard_link(file: Path, other: Path) -> None:
    file.hardlink_to(other)


def as_pipe(file: Path, _other: Path) -> None:
    os.mkfifo(file)


def as_socket(file: Path, _other: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(file))


def as_foreign(file: Path, _other: Path) -> None:
    file.write_bytes(b"foreign")
    os.chown(file, 12345, 12345)


def as_unreadable(file: Path, _other: Path) -> None:
    file.write_bytes(b"secret")
    file.chmod(0)


@pytest.mark.parametrize(
    "place", [as_link, as_hard_link, as_pipe, as_socket, as_foreign, as_unreadable]
)
@pytest.mark.parametrize("name", ["archive.part", "archive.part.json"])
def test_foreign_file(place: Callable[[Path, Path], None], name: str, run: Run) -> None:
    """What is no plain file of the caller's own is replaced, and not followed or written."""
    if place is as_foreign and os.geteuid() != 0:
        pytest.skip("only root gives files away")
    other = run.file.with_name("other")
    other.write_bytes(b"precious")
    place(run.file.with_name(name), other)
    run()
    assert other.read_bytes() == b"precious"
    assert run.file.read_bytes() == ARCHIVE
    for file in (run.file, notes(run)):
        status = file.lstat()
        assert (status.st_uid, status.st_nlink) == (os.geteuid(), 1)
        assert not file.is_symlink()


def test_directory_in_the_way(run: Run) -> None:
    """A directory where the file should be is the operating system's error."""
    run.file.mkdir()
    with pytest.raises(OSError) as caught:  # noqa: PT011 - by its number
        run()
    assert caught.value.errno == errno.EISDIR


def test_discard(left: Run) -> None:
    """Discarding removes the file and its notes, and may be done twice."""
    for _ in range(2):
        discard(left.file)
        assert list(left.file.parent.iterdir()) == []


TEXT = st.none() | st.text()


@given(url=st.text(), etag=TEXT, modified=TEXT, total=st.none() | st.integers(0))
def test_promise_round_trip(
    url: str, etag: str | None, modified: str | None, total: int | None
) -> None:
    """A promise that is written and read is the same."""
    promise = Promise(url, etag, modified, total)
    assert Promise.parse(str(promise)) == promise


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(chunks=st.lists(st.binary(min_size=1), min_size=1), closed=st.integers(0, 20))
def test_append_and_replay(chunks: list[bytes], closed: int, tmp_path: Path) -> None:
    """However often a part is closed and opened again, its bytes and its hash are the same."""
    file = tmp_path / "part"
    discard(file)
    with Part(file, "http://h/") as part:
        part.start(Promise("http://h/", '"e"', None, None))
        for chunk in chunks[:closed]:
            part.append(chunk)
        once = part.sha256()
    with Part(file, "http://h/") as part:
        replayed = b"".join(part.replay())
        if replayed:
            assert (part.sha256(), replayed) == (once, b"".join(chunks[:closed]))
