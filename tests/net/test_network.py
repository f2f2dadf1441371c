from __future__ import annotations

import gc
import select
import socket
import ssl
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from gvm.errors import DownloadError, UnreachableError
from gvm.net import network
from gvm.net.http import client, get
from tests.certificates import rehash
from tests.net.conftest import IMPATIENT, unheard, unmeasured
from tests.proxy import Proxy
from tests.server import Fault, Server

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.certificates import Certificates

FILES = {"/x": b"content"}


def fetch(url: str, **environ: str) -> bytes:
    with closing(client(environ, patience=IMPATIENT)) as http:
        return get(http, url).body


P, Q = "http://proxy:3128", "http://other:1"

PROXIES: list[tuple[str, dict[str, str], str | None]] = [
    ("https://go.dev/dl/", {}, None),
    ("https://go.dev/dl/", {"HTTPS_PROXY": P}, P),
    ("https://go.dev/dl/", {"https_proxy": P}, P),
    ("https://go.dev/dl/", {"https_proxy": P, "HTTPS_PROXY": Q}, P),
    ("https://go.dev/dl/", {"HTTP_PROXY": P}, None),
    ("http://go.dev/dl/", {"HTTP_PROXY": P}, P),
    ("http://go.dev/dl/", {"HTTPS_PROXY": P}, None),
    ("http://go.dev/dl/", {"ALL_PROXY": P}, P),
    ("http://go.dev/dl/", {"ALL_PROXY": P, "HTTP_PROXY": Q}, Q),
    ("http://go.dev/dl/", {"HTTP_PROXY": "proxy:3128"}, P),
    ("http://go.dev/dl/", {"HTTP_PROXY": " "}, None),
    ("http://go.dev/", {"HTTP_PROXY": P, "NO_PROXY": "*"}, None),
    ("http://go.dev/", {"HTTP_PROXY": P, "no_proxy": "x, go.dev"}, None),
    ("http://go.dev/", {"HTTP_PROXY": P, "NO_PROXY": "GO.dev"}, None),
    ("http://GO.dev/", {"HTTP_PROXY": P, "NO_PROXY": "go.dev"}, None),
    ("http://dl.go.dev/", {"HTTP_PROXY": P, "NO_PROXY": "go.dev"}, None),
    ("http://dl.go.dev/", {"HTTP_PROXY": P, "NO_PROXY": ".go.dev"}, None),
    ("http://dl.go.dev/", {"HTTP_PROXY": P, "NO_PROXY": "*.go.dev"}, None),
    ("http://ergo.dev/", {"HTTP_PROXY": P, "NO_PROXY": "go.dev"}, P),
    ("http://go.dev.example/", {"HTTP_PROXY": P, "NO_PROXY": "go.dev"}, P),
    ("http://go.dev/", {"HTTP_PROXY": P, "NO_PROXY": ", ,"}, P),
    ("http://go.dev:81/", {"HTTP_PROXY": P, "NO_PROXY": "go.dev:81"}, None),
    ("http://go.dev:82/", {"HTTP_PROXY": P, "NO_PROXY": "go.dev:81"}, P),
    ("https://go.dev/", {"HTTPS_PROXY": P, "NO_PROXY": "go.dev:443"}, None),
    ("https://dl.go.dev/", {"HTTPS_PROXY": P, "NO_PROXY": ".go.dev:443"}, None),
    ("https://go.dev/", {"HTTPS_PROXY": P, "NO_PROXY": "go.dev:80"}, P),
    ("http://go.dev/", {"HTTP_PROXY": P, "NO_PROXY": "go.dev:80"}, None),
    ("https://[::1]/", {"HTTPS_PROXY": P, "NO_PROXY": "[::1]:443"}, None),
    ("https://go.dev:444/", {"HTTPS_PROXY": P, "NO_PROXY": "go.dev:443"}, P),
    ("http://go.dev/", {"HTTP_PROXY": P, "NO_PROXY": "go.dev:² go.dev:"}, P),
    ("http://10.1.2.3/", {"HTTP_PROXY": P, "NO_PROXY": "10.0.0.0/8"}, None),
    ("http://11.1.2.3/", {"HTTP_PROXY": P, "NO_PROXY": "10.0.0.0/8"}, P),
    ("http://[::1]:8080/", {"HTTP_PROXY": P, "NO_PROXY": "::1"}, None),
    ("http://[::1]:8080/", {"HTTP_PROXY": P, "NO_PROXY": "[::1]:8080"}, None),
    ("http://[::1]:8080/", {"HTTP_PROXY": P, "NO_PROXY": "[::1]:81"}, P),
]


@pytest.mark.parametrize(("url", "environ", "expected"), PROXIES)
def test_proxy_variables(url: str, environ: dict[str, str], expected: str | None) -> None:
    """The variables for proxies mean what they mean to curl."""
    assert network.proxy(urlsplit(url), environ) == expected


def test_proxy() -> None:
    """A proxy is used, with its password."""
    with Server(FILES) as server, Proxy() as proxy:
        through = proxy.url.replace("//", "//me:p%40ss@")
        assert fetch(server.url + "/x", HTTP_PROXY=through) == b"content"
        (request,) = proxy.requests
        assert request.path == server.url + "/x"
        assert request.headers["proxy-authorization"] == "Basic bWU6cEBzcw=="
        assert len(server.requests) == 1


def test_no_proxy() -> None:
    """A server that NO_PROXY lists is asked directly."""
    with Server(FILES) as server, Proxy() as proxy:
        fetch(server.url + "/x", HTTP_PROXY=proxy.url, NO_PROXY="127.0.0.1")
        assert proxy.requests == []


def test_tunnel(tls: Certificates) -> None:
    """TLS goes through a proxy as a tunnel, and is verified all the same."""
    with Server(FILES, tls) as server, Proxy() as proxy:
        url = server.url + "/x"
        assert fetch(url, HTTPS_PROXY=proxy.url, SSL_CERT_FILE=str(tls.authority)) == b"content"
        (request,) = proxy.requests
        assert (request.method, request.path) == ("CONNECT", urlsplit(url).netloc)
        with pytest.raises(DownloadError, match="issuer certificate"):
            fetch(url, HTTPS_PROXY=proxy.url)


USELESS = {
    "SOCKS": "socks5://127.0.0.1:1",
    "TLS": "https://127.0.0.1:1",
    "no name": "http://:x",
    "port of letters": "http://h:x",
    "FTP": "ftp://h",
    "dots in a name": "http://a..b:1",
    "long name": f"http://{'a' * 300}:1",
}


@pytest.mark.parametrize("address", USELESS.values(), ids=USELESS)
def test_useless_proxy(address: str, snapshot: SnapshotAssertion) -> None:
    """A proxy that cannot be used is an error, and never ignored."""
    with Server(FILES) as server:
        with pytest.raises(DownloadError) as caught:
            fetch(server.url + "/x", ALL_PROXY=address)
        assert server.requests == []
    assert (str(caught.value), caught.value.hint) == snapshot


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_proxy_that_refuses(tls: Certificates) -> None:
    """What a proxy answers instead of a tunnel is told, and tried again."""
    with Server({}) as proxy:
        with pytest.raises(UnreachableError, match=r"501|Unsupported method"):
            fetch("https://127.0.0.1:9/x", HTTPS_PROXY=proxy.url, SSL_CERT_FILE=str(tls.authority))
        assert proxy.requests == []
    # Up to 3.11, http.client leaves what the proxy answered to be found.
    gc.collect()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_proxy_without_end(tls: Certificates, snapshot: SnapshotAssertion) -> None:
    """A proxy whose answer never ends is given up."""

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not ended.wait(0.05):
                connection.sendall(b"X: y\r\n")

    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(UnreachableError) as caught:
            fetch("https://127.0.0.1:9/x", HTTPS_PROXY=proxy, SSL_CERT_FILE=str(tls.authority))
        ended.set()
        thread.join()
    assert unmeasured(caught.value) == snapshot
    del caught
    gc.collect()


def test_proxy_with_hints(tls: Certificates) -> None:
    """What a proxy says before it opens the tunnel is passed over."""

    def serve(listener: socket.socket, port: int) -> None:
        connection, _ = listener.accept()
        with connection, socket.create_connection(("127.0.0.1", port)) as there:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
            other = {connection: there, there: connection}
            while True:
                for ready in select.select(list(other), [], [])[0]:
                    if not (data := ready.recv(65536)):
                        return
                    other[ready].sendall(data)

    with Server(FILES, tls) as server, socket.create_server(("127.0.0.1", 0)) as listener:
        port = urlsplit(server.url).port
        thread = threading.Thread(target=serve, args=(listener, port), daemon=True)
        thread.start()
        proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
        got = fetch(server.url + "/x", HTTPS_PROXY=proxy, SSL_CERT_FILE=str(tls.authority))
        assert got == b"content"
        thread.join()


def test_dead_proxy() -> None:
    """A proxy that does not answer is an error, and never ignored."""
    with Server(FILES) as server, unheard() as url:
        with pytest.raises(UnreachableError, match="Connection refused"):
            fetch(server.url + "/x", HTTP_PROXY=url)
        assert server.requests == []


def test_authority_in_a_file(tls: Certificates) -> None:
    """SSL_CERT_FILE adds an authority."""
    with Server(FILES, tls) as server:
        assert fetch(server.url + "/x", SSL_CERT_FILE=str(tls.authority)) == b"content"


def test_authority_in_a_directory(tls: Certificates, tmp_path: Path) -> None:
    """SSL_CERT_DIR is a list of directories with hashed names, as update-ca-certificates makes."""
    rehash(tls.authority, tmp_path)
    with Server(FILES, tls) as server:
        assert fetch(server.url + "/x", SSL_CERT_DIR=f"/nowhere:{tmp_path}") == b"content"


def test_untrusted(tls: Certificates, snapshot: SnapshotAssertion) -> None:
    """A certificate that nobody vouches for is refused at once, with what to do."""
    with Server(FILES, tls) as server:
        with pytest.raises(DownloadError) as caught:
            fetch(server.url + "/x")
        cause = caught.value.__cause__
        assert isinstance(cause, ssl.SSLCertVerificationError)
        told = str(caught.value).replace(cause.verify_message, "<what OpenSSL says>")
        assert (told, caught.value.hint) == snapshot
        assert not isinstance(caught.value, UnreachableError)
        assert server.requests == []


def test_other_name(tls: Certificates) -> None:
    """A certificate for another name is refused."""
    with Server(FILES, tls) as server:
        url = server.url.replace("127.0.0.1", "localhost") + "/x"
        with pytest.raises(DownloadError, match="not valid for 'localhost'"):
            fetch(url, SSL_CERT_FILE=str(tls.authority))


def test_missing_authorities(snapshot: SnapshotAssertion) -> None:
    """An SSL_CERT_FILE that cannot be read is named."""
    with pytest.raises(DownloadError) as caught:
        fetch("https://127.0.0.1:9/", SSL_CERT_FILE="/nowhere")
    assert (str(caught.value), caught.value.hint) == snapshot


@pytest.mark.parametrize(
    "environ", [{}, {"SSL_CERT_DIR": "/nowhere"}, {"SSL_CERT_DIR": "/etc/ssl/certs"}]
)
def test_verification(environ: dict[str, str]) -> None:
    """Whatever the environment says, certificates and names are verified."""
    context = network.trust(environ)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_downgrade(tls: Certificates, snapshot: SnapshotAssertion) -> None:
    """A redirect from https to http is refused; one from http to https is followed."""
    trust = {"SSL_CERT_FILE": str(tls.authority)}
    with Server(dict(FILES)) as plain, Server(dict(FILES), tls) as safe:
        safe.faults["/down"] = [Fault(status=302, headers={"Location": plain.url + "/x"})]
        plain.faults["/up"] = [Fault(status=302, headers={"Location": safe.url + "/x"})]
        with pytest.raises(DownloadError) as caught:
            fetch(safe.url + "/down", **trust)
        assert (str(caught.value), caught.value.hint) == snapshot
        assert plain.requests == []
        assert fetch(plain.url + "/up", **trust) == b"content"
