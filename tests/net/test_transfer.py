from __future__ import annotations

import hashlib
import resource
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gvm.errors import DownloadError, IntegrityError, UnreachableError, UsageError
from gvm.net.download import download
from gvm.net.http import MissingError, client
from gvm.net.retry import TransientError
from tests.net.conftest import ARCHIVE, IMPATIENT, PATH, Run, Taken, unheard, unmeasured
from tests.server import Fault, Server

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from gvm.net.http import Client

SHA256 = hashlib.sha256(ARCHIVE).hexdigest()
GONE = {"Content-Length": None, "Connection": "close"}
GZIP = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ARCHIVE)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

# Faults of the requests in order, the offsets that were asked for, how often the sink restarts.
MENDED: dict[str, tuple[list[Fault], list[int], int]] = {
    "none": ([], [0], 0),
    "cut at once": ([Fault(cut=0)], [0, 0], 0),
    "cut in the middle": ([Fault(cut=1_000_000)], [0, 1_000_000], 0),
    "cut one byte before the end": ([Fault(cut=len(ARCHIVE) - 1)], [0, len(ARCHIVE) - 1], 0),
    "cut more often than it is tried without progress": (
        [Fault(cut=200_000)] * 8,
        [200_000 * count for count in range(9)],
        0,
    ),
    "no answer at all": ([Fault(silent=True)] * 4, [0] * 5, 0),
    "reset before an answer": ([Fault(silent=True, resets=True)], [0, 0], 0),
    "stalled in the middle": ([Fault(cut=500_000, stall=2)], [0, 500_000], 0),
    "stalled before the body": ([Fault(stall=2)], [0, 0], 0),
    "503 four times": ([Fault(status=503)] * 4, [0] * 5, 0),
    "503 in the middle": ([Fault(cut=9000), Fault(status=503)], [0, 9000, 9000], 0),
    "429": ([Fault(status=429, headers={"Retry-After": "0"})], [0, 0], 0),
    "a Retry-After that nobody can read": (
        [Fault(status=503, headers={"Retry-After": "soon"})],
        [0, 0],
        0,
    ),
    "a Retry-After in the past": (
        [Fault(status=503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})],
        [0, 0],
        0,
    ),
    "all in chunks": ([Fault(chunked=True)], [0], 0),
    "cut in a chunk": ([Fault(chunked=True, cut=700_000)], [0, 700_000], 0),
    "hints before it": (
        [Fault(raw=b"HTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + ARCHIVE)],
        [0],
        0,
    ),
    "an extension of a chunk without end": (
        [Fault(raw=CHUNKED + b"9;" + b"x" * 70_000 + b"\r\n")],
        [0, 0],
        0,
    ),
    "no length at all": ([Fault(headers=GONE)], [0], 0),
    "all again instead of the rest": (
        [Fault(cut=900_000), Fault(ignores_range=True)],
        [0, 900_000],
        1,
    ),
    "416 to the rest": ([Fault(cut=900_000), Fault(status=416)], [0, 900_000, 0], 1),
    "the wrong rest": (
        [Fault(cut=900_000), Fault(headers={"Content-Range": f"bytes 5-9/{len(ARCHIVE)}"})],
        [0, 900_000, 0],
        1,
    ),
    "a rest of another length": (
        [Fault(cut=900_000), Fault(headers={"Content-Range": "bytes 900000-900004/900005"})],
        [0, 900_000, 0],
        1,
    ),
    "a rest that says not which": (
        [Fault(cut=900_000), Fault(headers={"Content-Range": None})],
        [0, 900_000, 0],
        1,
    ),
    "a rest of something else": (
        [Fault(cut=900_000), Fault(headers={"ETag": '"other"'})],
        [0, 900_000, 0],
        1,
    ),
    "nothing to know it by": (
        [Fault(cut=900_000, headers={"ETag": None, "Last-Modified": None})],
        [0, 0],
        1,
    ),
    "the rest of another date": (
        [
            Fault(cut=900_000, headers={"ETag": None}),
            Fault(headers={"Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        ],
        [0, 900_000, 0],
        1,
    ),
    "a weak ETag alone": (
        [Fault(cut=900_000, headers={"ETag": 'W/"1"', "Last-Modified": None})],
        [0, 0],
        1,
    ),
    "a date alone": ([Fault(cut=900_000, headers={"ETag": None})], [0, 900_000], 0),
}

# Faults, the error, and how many requests were worth it.
FATAL: dict[str, tuple[Fault, type[Exception], int]] = {
    "404": (Fault(status=404), MissingError, 1),
    "410": (Fault(status=410), MissingError, 1),
    "403": (Fault(status=403), DownloadError, 1),
    "401": (Fault(status=401), DownloadError, 1),
    "204": (Fault(status=204), DownloadError, 1),
    "a part that was not asked for": (
        Fault(status=206, body=b"x", headers={"Content-Range": "bytes 0-0/9"}),
        DownloadError,
        1,
    ),
    "416 to a plain request": (Fault(status=416), DownloadError, 1),
    "503": (Fault(status=503), UnreachableError, 5),
    "429": (Fault(status=429), UnreachableError, 5),
    "garbage": (Fault(raw=b"\x1f" * 60_000), UnreachableError, 5),
    "silence": (Fault(silent=True), UnreachableError, 5),
    "always cut at the same byte": (
        Fault(cut=1000, headers={"ETag": None, "Last-Modified": None}),
        UnreachableError,
        5,
    ),
    "a page": (Fault(body=b"<p>hello"), DownloadError, 1),
    "a page that hides": (
        Fault(body=b"\n <!DOCTYPE html><html>", headers={"Content-Type": "application/gzip"}),
        DownloadError,
        1,
    ),
    "a page of a portal that says so": (Fault(status=511, body=b"<html>"), DownloadError, 1),
}

SLOW = {
    "a trickle": Fault(trickle=(50, 0.1)),
    "a hundred times that it goes on": Fault(endless=(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    "a header without end": Fault(endless=(b"HTTP/1.1 200 OK\r\n", b"X")),
    "a chunk whose length has no end": Fault(endless=(CHUNKED, b"0")),
    "trailers without end": Fault(endless=(CHUNKED + b"1\r\n\x1f\r\n0\r\n", b"X: y\r\n")),
}


@pytest.mark.parametrize(("faults", "offsets", "restarts"), MENDED.values(), ids=MENDED)
def test_mended(
    faults: list[Fault], offsets: list[int], restarts: int, run: Run, server: Server
) -> None:
    """What a server does wrong for a while is mended within one call, asking for the rest only."""
    server.faults[PATH] = list(faults)
    done = run()
    asked = [request.headers.get("range", "bytes=0-") for request in server.requests]
    assert asked == [f"bytes={offset}-" for offset in offsets]
    assert (done.sha256, done.size, done.url) == (SHA256, len(ARCHIVE), run.url)
    assert bytes(run.taken.data) == run.file.read_bytes() == ARCHIVE
    assert run.taken.restarts == restarts
    assert run.told[-1][0] == len(ARCHIVE)


@pytest.mark.parametrize(("fault", "error", "requests"), FATAL.values(), ids=FATAL)
def test_fatal(
    fault: Fault,
    error: type[Exception],
    requests: int,
    run: Run,
    server: Server,
    snapshot: SnapshotAssertion,
) -> None:
    """What does not pass is reported with the URL, after as many tries as are worth it."""
    server.faults[PATH] = [replace(fault, stays=True)]
    with pytest.raises(error) as caught:
        run()
    assert run.url in str(caught.value)
    assert str(caught.value) == snapshot
    assert len(server.requests) == requests


@pytest.mark.parametrize("fault", SLOW.values(), ids=SLOW)
def test_slow(fault: Fault, run: Run, server: Server, snapshot: SnapshotAssertion) -> None:
    """What is so slow that it is no use to wait is reported with the URL, and not tried again."""
    server.faults[PATH] = [replace(fault, stays=True)]
    with pytest.raises(UnreachableError) as caught:
        run()
    assert run.url in str(caught.value)
    assert unmeasured(caught.value) == snapshot
    assert len(server.requests) == 1


def test_slow_altogether(run: Run, server: Server, snapshot: SnapshotAssertion) -> None:
    """A byte for each connection is progress, and no use to wait for."""
    run.client = run.client.with_patience(IMPATIENT._replace(window=0.5))
    server.faults[PATH] = [Fault(cut=1, stays=True)]
    with pytest.raises(UnreachableError) as caught:
        run()
    assert unmeasured(caught.value) == snapshot
    assert len(server.requests) > IMPATIENT.attempts


def test_reset_in_the_middle(run: Run, server: Server) -> None:
    """After a reset, what arrived is kept and the rest is asked for."""
    server.faults[PATH] = [Fault(cut=1_500_000, resets=True)]
    assert run().sha256 == SHA256
    assert bytes(run.taken.data) == ARCHIVE


def test_other_file_in_the_middle(run: Run, server: Server) -> None:
    """A file that changes on the server between two parts is taken whole, in its new state."""
    new = bytes(reversed(ARCHIVE))
    server.files = {PATH: new}
    old_tag = {"ETag": '"old"', "Last-Modified": None}
    server.faults[PATH] = [Fault(body=ARCHIVE, cut=1_000_000, headers=old_tag)]
    assert run().sha256 == hashlib.sha256(new).hexdigest()
    assert server.requests[1].headers["if-range"] == '"old"'
    assert (bytes(run.taken.data), run.taken.restarts) == (new, 1)


def test_corrupt(run: Run, server: Server) -> None:
    """A wrong byte shows in the hash, which is the caller's to compare."""
    server.faults[PATH] = [Fault(corrupt=1_234_567)]
    done = run()
    assert done.sha256 == hashlib.sha256(bytes(run.taken.data)).hexdigest() != SHA256


def test_retry_after(run: Run, server: Server) -> None:
    """A server is left alone as long as it asks, here for an hour, but no longer than the limit."""
    server.faults[PATH] = [Fault(status=429, headers={"Retry-After": "3600"})]
    since = time.monotonic()
    run()
    assert IMPATIENT.longest_pause <= time.monotonic() - since < 30


def test_progress(run: Run, server: Server) -> None:
    """Progress never goes back while nothing starts over, and tells the total."""
    server.faults[PATH] = [Fault(cut=1_000_000)]
    run()
    assert run.told == sorted(run.told)
    assert {total for _, total in run.told} == {len(ARCHIVE)}


def test_no_total(run: Run, server: Server) -> None:
    """Without a length the total is None."""
    server.faults[PATH] = [Fault(chunked=True)]
    run()
    assert {total for _, total in run.told} == {None}


def test_empty(run: Run, server: Server) -> None:
    """An empty file is a file."""
    server.faults[PATH] = [Fault(status=200)]
    assert run().size == 0
    assert run.file.read_bytes() == b""


def fetched(url: str, directory: Path, http: Client) -> None:
    download(
        url,
        directory / "a",
        client=http,
        sink=Taken(),
        progress=lambda _size, _total: None,
        limit=1 << 30,
    )


def test_nothing_listens(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A port where nothing listens is unreachable at once, and the hint speaks of the network."""
    http = client({}, patience=IMPATIENT._replace(backoff=30))
    with unheard() as url, pytest.raises(UnreachableError) as caught:
        fetched(url + PATH, tmp_path, http)
    assert (str(caught.value), caught.value.hint) == snapshot
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    ["", "go.dev/dl/x", "file:///etc/passwd", "ftp://h/x", "http://", "http://h:x/", "http://[/x",
     "http://h/a b", "http://h/\n", "/etc/passwd"],
)  # fmt: skip
def test_not_a_url(url: str, http: Client, tmp_path: Path) -> None:
    """What is no http or https URL is a mistake in the call, and nothing is created."""
    with pytest.raises(UsageError):
        fetched(url, tmp_path, http)
    assert list(tmp_path.iterdir()) == []


def test_secrets(run: Run, server: Server) -> None:
    """A password and a query are sent, and neither printed nor written down."""
    run.url = run.url.replace("http://", "http://user:p%40ss@") + "?token=s3cret"
    server.faults[PATH] = [Fault(cut=1000), *[Fault(status=503)] * 5]
    with pytest.raises(TransientError) as caught:
        run()
    assert server.requests[0].headers["authorization"] == "Basic dXNlcjpwQHNz"
    assert server.requests[0].path == f"{PATH}?token=s3cret"
    said = str(caught.value) + run.file.with_name("archive.part.json").read_text()
    assert "ss@" not in said
    assert "user" not in said
    assert "s3cret" not in said
    assert run().url == server.url + PATH


@pytest.mark.parametrize(
    "fault",
    [Fault(), Fault(chunked=True), Fault(endless=(GZIP, b"\0\0\0\xff\xff" * 50_000))],
    ids=["announced", "in chunks", "blocks of nothing without end"],
)
@pytest.mark.parametrize("left", [0, 1000], ids=["anew", "continued"])
def test_too_large(
    left: int, fault: Fault, run: Run, server: Server, snapshot: SnapshotAssertion
) -> None:
    """What has more bytes than an archive of Go may have is refused, and is not on the disk."""
    server.faults[PATH] = [Fault(cut=left), *[Fault(status=503)] * 4] if left else []
    if left:
        with pytest.raises(TransientError):
            run()
    server.faults[PATH] = [fault]
    run.limit = 2_000_000
    with pytest.raises(IntegrityError) as caught:
        run()
    assert unmeasured(caught.value) == snapshot
    held = run.file.stat().st_size if run.file.exists() else 0
    assert held <= (left if fault == Fault() else 2_000_000)
    server.faults[PATH] = []
    run.limit = len(ARCHIVE)
    assert run().sha256 == SHA256


def test_full_disk(run: Run, server: Server) -> None:
    """A full disk is reported as the operating system does, and not tried again."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert len(server.requests) == 1
    assert run().sha256 == SHA256


def test_slow_consumer(run: Run) -> None:
    """Time that the sink takes is not held against the server."""
    # At the sink's pace the window would be full, and the archive not there.
    with client({}, patience=IMPATIENT._replace(slowest=10_000_000, window=2)) as made:

        class Slow(Taken):
            def write(self, chunk: bytes) -> None:
                time.sleep(0.25)
                super().write(chunk)

        sink = Slow()
        download(
            run.url,
            run.file,
            client=made,
            sink=sink,
            progress=lambda _size, _total: None,
            limit=1 << 30,
        )
    assert bytes(sink.data) == ARCHIVE
