from __future__ import annotations

import gzip
import os
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

import pytest

from gvm import __version__
from gvm.errors import DownloadError, UnreachableError, UsageError
from gvm.net.http import Client, MissingError, client, get
from gvm.net.url import shown
from tests.net.conftest import IMPATIENT, unmeasured
from tests.server import Fault, Server

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

INDEX = b'[{"version":"go1.22.6"}]'


@pytest.fixture
def server(server: Server) -> Server:
    server.files = {"/": INDEX, "/dl/a": b"A", "/dl/b": b"B", "/dl/sub/c": b"C"}
    return server


def test_get(server: Server, http: Client) -> None:
    """A small file comes whole, with its ETag, and gvm says who asks."""
    answer = get(http, server.url + "/?mode=json&include=all")
    assert (answer.status, answer.body, answer.text) == (200, INDEX, INDEX.decode())
    assert answer.url == server.url + "/"
    (request,) = server.requests
    assert request.path == "/?mode=json&include=all"
    assert request.headers["user-agent"] == f"gvm/{__version__}"


def test_unchanged(server: Server, http: Client) -> None:
    """What the caller has already is not sent again."""
    etag = get(http, server.url + "/").etag
    again = get(http, server.url + "/", etag=etag)
    assert (again.status, again.body, again.etag) == (304, b"", etag)


def test_changed(server: Server, http: Client) -> None:
    """What has changed since is sent."""
    assert get(http, server.url + "/", etag='"old"').status == 200


def test_compressed(server: Server, http: Client) -> None:
    """A compressed answer is unpacked."""
    packed = Fault(body=gzip.compress(INDEX), headers={"Content-Encoding": "gzip"})
    server.faults["/"] = [packed]
    assert get(http, server.url + "/").body == INDEX
    assert server.requests[0].headers["accept-encoding"] == "gzip"


PLAIN = ("identity", "Identity", "none", "utf-8", "", "identity, none", "binary")


@pytest.mark.parametrize("encoding", PLAIN)
def test_no_encoding(encoding: str, server: Server, http: Client) -> None:
    """What is plain is read as such, though its Content-Encoding is no encoding's name."""
    server.faults["/"] = [Fault(headers={"Content-Encoding": encoding})]
    assert get(http, server.url + "/").body == INDEX
    assert len(server.requests) == 1


PACKED = ("gzip", "GZIP", "x-gzip", " gzip ", "gzip, identity", "none,gzip")


@pytest.mark.parametrize("encoding", PACKED)
def test_gzip(encoding: str, server: Server, http: Client) -> None:
    """What is packed is unpacked, however its encoding is written."""
    server.faults["/"] = [Fault(body=gzip.compress(INDEX), headers={"Content-Encoding": encoding})]
    assert get(http, server.url + "/").body == INDEX


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(INDEX)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG = b"x" * 70_000
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
INTERIM = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": HINTS,
    "many": HINTS * 5,
    "unknown": b"HTTP/1.1 199 Well\r\nA: b\r\nContent-Length: 9\r\n\r\n",
}


@pytest.mark.parametrize("interim", INTERIM.values(), ids=INTERIM)
def test_interim(interim: bytes, server: Server, http: Client) -> None:
    """What a server says before its answer is passed over."""
    server.faults["/"] = [Fault(raw=interim + HEAD + INDEX)]
    assert get(http, server.url + "/").body == INDEX
    assert len(server.requests) == 1


def test_listing(server: Server, http: Client) -> None:
    """A web page is as good as any other text."""
    assert re.findall('href="(.*?)"', get(http, server.url + "/dl/").text) == ["a", "b", "sub/"]


MENDED = {
    "503": Fault(status=503),
    "429": Fault(status=429),
    "silence": Fault(silent=True),
    "cut": Fault(cut=5),
    "cut in a chunk": Fault(cut=5, chunked=True),
    "broken compression": Fault(headers={"Content-Encoding": "gzip"}),
    "cut compression": Fault(body=gzip.compress(INDEX)[:-9], headers={"Content-Encoding": "gzip"}),
    "another compression": Fault(headers={"Content-Encoding": "br"}),
    "two compressions": Fault(headers={"Content-Encoding": "gzip, br"}),
    "long extension of a chunk": Fault(raw=CHUNKED + b"18;" + LONG + b"\r\n" + INDEX),
    "long trailer": Fault(raw=CHUNKED + b"18\r\n" + INDEX + b"\r\n0\r\nX: " + LONG + b"\r\n\r\n"),
    "negative chunk": Fault(raw=CHUNKED + b"-18\r\n" + INDEX + b"\r\n0\r\n\r\n"),
    "endless chunk": Fault(raw=CHUNKED + b"f" * 40 + b"\r\n" + INDEX),
    "long header": Fault(raw=b"HTTP/1.1 200 OK\r\nX: " + LONG + b"\r\n\r\n" + INDEX),
    "many headers": Fault(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n" + INDEX),
    "garbage": Fault(raw=LONG[:60_000] + b"\r\n\r\n"),
    "odd status": Fault(raw=b"HTTP/1.1 2OO OK\r\n\r\n"),
    "no protocol": Fault(raw=b"HTTP/9 200 OK\r\n\r\n"),
    "nothing but hints": Fault(raw=HINTS),
}


@pytest.mark.parametrize("fault", MENDED.values(), ids=MENDED)
def test_mended(fault: Fault, server: Server, http: Client) -> None:
    """What passes is tried again, and never taken for the whole."""
    server.faults["/"] = [fault] * 4
    assert get(http, server.url + "/").body == INDEX
    server.faults["/"] = [fault] * 5
    with pytest.raises(UnreachableError, match=re.escape(server.url)) as caught:
        get(http, server.url + "/")
    assert len(str(caught.value)) < len(server.url) + 200


def test_missing(server: Server, http: Client, snapshot: SnapshotAssertion) -> None:
    """What is not there is an error of its own, at the first answer."""
    with pytest.raises(MissingError) as caught:
        get(http, server.url + "/nowhere")
    assert str(caught.value) == snapshot
    assert len(server.requests) == 1


REFUSED = {
    "204": Fault(status=204),
    "304": Fault(status=304),
    "403": Fault(status=403),
    "302": Fault(status=302),
    "large": Fault(body=bytes(1001)),
    "large in chunks": Fault(body=bytes(1_000_000), chunked=True),
    "large when unpacked": Fault(
        body=gzip.compress(bytes(10_000)), headers={"Content-Encoding": "gzip"}
    ),
}


@pytest.mark.parametrize("fault", REFUSED.values(), ids=REFUSED)
def test_refused(fault: Fault, server: Server, http: Client, snapshot: SnapshotAssertion) -> None:
    """An answer that is no use, or too large, is refused at once."""
    server.faults["/"] = [fault]
    with pytest.raises(DownloadError) as caught:
        get(http, server.url + "/", limit=1000)
    assert str(caught.value) == snapshot
    assert len(server.requests) == 1


# The second one is so far above the slowest pace that no load brings it there.
@pytest.mark.parametrize(
    "trickle", [(20, 0.1), (5000, 0.1)], ids=["below the slowest pace", "for too long"]
)
def test_slow(
    trickle: tuple[int, float], server: Server, http: Client, snapshot: SnapshotAssertion
) -> None:
    """A text that takes too long is given up."""
    server.faults["/"] = [Fault(body=bytes(1_000_000), trickle=trickle)]
    with pytest.raises(UnreachableError) as caught:
        get(http, server.url + "/")
    assert unmeasured(caught.value) == snapshot


ENDLESS = {
    "goes on": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a header": (b"HTTP/1.1 200 OK\r\n", b"X"),
    "a length": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
}


@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
def test_endless(
    endless: tuple[bytes, bytes], server: Server, http: Client, snapshot: SnapshotAssertion
) -> None:
    """An answer that never is one is given up, though it is never silent."""
    server.faults["/"] = [Fault(endless=endless, stays=True)]
    with pytest.raises(UnreachableError) as caught:
        get(http, server.url + "/")
    assert unmeasured(caught.value) == snapshot
    assert len(server.requests) == 1


def redirect(to: str) -> Fault:
    return Fault(status=302, headers={"Location": to}, stays=True)


@pytest.mark.parametrize("hops", [1, 10])
def test_redirects(hops: int, server: Server, http: Client) -> None:
    """Up to ten redirects are followed, relative ones too."""
    for hop in range(hops):
        server.faults[f"/{hop}"] = [redirect(f"{hop + 1}?q=1")]
    server.files = {f"/{hops}": INDEX}
    answer = get(http, server.url + "/0")
    assert (answer.body, answer.url) == (INDEX, f"{server.url}/{hops}")


BAD_REDIRECTS = {
    "loop": "/loop",
    "file": "file:///etc/passwd",
    "FTP": "ftp://h/x",
    "bracket": "http://[",
    "no server": "gopher:",
    "dots in a name": "http://a..b/",
    "dot before a name": "http://.a/",
    "long name": f"http://{'a' * 300}/",
    "endless name": f"http://{'a' * 50_000}/",
    "endless name of another protocol": f"gopher://{'a' * 50_000}/",
    "port that is too high": "http://h:99999/",
    "port below zero": "http://h:-1/",
    "half a bracket": "http://[::1%25lo/",
}


@pytest.mark.parametrize("to", BAD_REDIRECTS.values(), ids=BAD_REDIRECTS)
def test_bad_redirects(to: str, server: Server, http: Client, snapshot: SnapshotAssertion) -> None:
    """A loop, and a redirect to what is no address of the web, is refused in short."""
    server.faults["/loop"] = [redirect(to)]
    with pytest.raises(DownloadError) as caught:
        get(http, server.url + "/loop")
    assert len(server.requests) <= 11
    assert len(str(caught.value)) < 400
    assert str(caught.value) == snapshot


def test_password_and_redirects(server: Server, http: Client) -> None:
    """A password goes along on the same server, and to no other."""
    with Server({"/": INDEX}) as other:
        server.faults["/a"] = [redirect(server.url + "/b")]
        server.faults["/b"] = [redirect(other.url + "/")]
        get(http, server.url.replace("//", "//u:secret@") + "/a")
        assert all("authorization" in request.headers for request in server.requests)
        assert len(server.requests) == 2
        assert "authorization" not in other.requests[0].headers


def test_no_web_address(http: Client) -> None:
    """Only http and https are spoken."""
    for url in ("file:///etc/passwd", "x", "http://ex ample/", "http://exämple..com/"):
        with pytest.raises(UsageError):
            get(http, url)


def test_garbage(http: Client, snapshot: SnapshotAssertion) -> None:
    """A server that does not speak HTTP is unreachable."""

    def serve(listener: socket.socket) -> None:
        for _ in range(5):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with pytest.raises(UnreachableError) as caught:
            get(http, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()
    assert str(caught.value) == snapshot


def test_plain_port(server: Server, http: Client) -> None:
    """A server without TLS where TLS is due is unreachable."""
    with pytest.raises(UnreachableError, match=re.escape(server.url[4:])):
        get(http, server.url.replace("http:", "https:") + "/")


def test_connections_are_kept(server: Server, http: Client) -> None:
    """One connection serves several requests."""
    for _ in range(3):
        get(http, server.url + "/")
    assert len({request.port for request in server.requests}) == 1


def test_many_open_files(server: Server, http: Client) -> None:
    """A connection whose descriptor has a high number is kept as well."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2048, hard), hard))
    kept = [os.dup(0) for _ in range(1100)]
    try:
        assert [get(http, f"{server.url}/dl/{name}").body for name in "ab"] == [b"A", b"B"]
    finally:
        for number in kept:
            os.close(number)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_connection_that_ended(server: Server) -> None:
    """A kept connection that the server has closed since is no failure."""
    server.faults["/"] = [Fault(cut=len(INDEX))]
    with closing(client({}, patience=IMPATIENT._replace(attempts=1))) as http:
        get(http, server.url + "/")
        time.sleep(0.1)
        assert get(http, server.url + "/").body == INDEX


def test_rest_of_an_answer(server: Server, http: Client) -> None:
    """What nobody has read of one answer is not taken for the next one."""
    server.faults["/"] = [Fault(status=404, body=b"HTTP/1.1 200 OK\r\n\r\n" * 9)]
    with pytest.raises(MissingError):
        get(http, server.url + "/")
    assert get(http, server.url + "/").body == INDEX


@pytest.mark.parametrize(
    ("path", "sent"), [("/dl/ü", "/dl/%C3%BC"), ("/a%20b%zz?x=é&y[]=%26", None), ("", "/")]
)
def test_quoting(path: str, sent: str | None, server: Server, http: Client) -> None:
    """A path goes out as it is, but for what is not ASCII."""
    with pytest.raises(MissingError) if path else nullcontext():
        get(http, server.url + path)
    assert server.requests[0].path == (sent or path.replace("é", "%C3%A9"))


def test_import_is_cheap() -> None:
    """Naming the client costs no import of the library."""
    script = "import sys, gvm.net.http, gvm.net.download; print('http.client' in sys.modules, 'ssl' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://go.dev/dl/x", "https://go.dev/dl/x"),
        ("https://u:p@h:8443/x?token=1#f", "https://h:8443/x"),
        ("https://u:p@w@h/x", "https://h/x"),
        ("https://[::1]:8/x?", "https://[::1]:8/x"),
        ("http://[::1/x?token=1", "http://[::1/x"),
        ("http://u:p@[/x#f", "http://[/x"),
        ("http://u:p?x@h/x", "http://h/x"),
        ("http://u:p/x@h/x", "http://u/x@h/x"),
        ("http://h:99999/x", "http://h:99999/x"),
        ("http://u:p#x@h/x", "http://h/x"),
        ("", ""),
    ],
)
def test_shown(url: str, expected: str) -> None:
    """What is printed has no credentials, query or fragment."""
    assert shown(url) == expected
