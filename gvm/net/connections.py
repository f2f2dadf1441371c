"""Connections to web servers, direct or through a proxy, each kept for the next request."""

# ruff: noqa: PLC0415 - http.client takes a quarter of a command's time to import

from __future__ import annotations

import select
from base64 import b64encode
from functools import partial
from operator import setitem
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, unquote, urlsplit

from gvm.errors import DownloadError, UnreachableError
from gvm.net import network
from gvm.net.retry import NETWORK_HINT
from gvm.net.url import shown
from gvm.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from http.client import HTTPConnection, HTTPResponse
    from socket import socket
    from urllib.parse import SplitResult

    from gvm.net.retry import Patience

# What a URL's path and query may hold as it is: RFC 3986, and what is quoted already.
_AS_IT_IS = "/?:@!$&'()*+,;=~%[]"
_BROKE_OFF = "the connection broke off before the end"


class ConnectError(OSError):
    """There is no connection at all."""


class Connections:
    """One connection to each server, at most.

    Args:
        environ: whose proxies, SSL_CERT_FILE and SSL_CERT_DIR count.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._idle: dict[tuple[str, str, int, str | None], HTTPConnection] = {}

    def close(self) -> None:
        """Close those that are kept open."""
        while self._idle:
            self._idle.popitem()[1].close()

    def ask(self, url: SplitResult, headers: Mapping[str, str], patience: Patience) -> Answer:
        """Send a GET request, and return the answer with its body unread.

        Raises:
            ConnectError: there is no connection to the server, or to the proxy.
            DownloadError: the proxy's URL is none.
            UnreachableError: the answer begins, and its body does not in time.
            OSError, HTTPException: the connection broke off, or the answer is not HTTP.
            ValueError: the URL cannot be asked for.
        """
        from http.client import BadStatusLine, UnknownProtocol

        from gvm.net.deadline import LateError, TimedResponse

        proxy = network.proxy(url, self._environ)
        key = url.scheme, *_address(url), proxy
        connection = self._idle.pop(key, None) or self._new(url, proxy)
        if connection.sock is not None and _has_more(connection.sock):
            # Nobody has asked for anything: the server has hung up meanwhile.
            connection.close()
        target, more = _target(url, proxy)
        # The proxy's own answer is one, too.
        connection.response_class = partial(TimedResponse, patience)  # type: ignore[assignment]  # it is only called
        try:
            if connection.sock is None:
                connection.timeout = patience.connect
                _connect(connection)
            connection.sock.settimeout(patience.stall)
            connection.request("GET", target, headers={**headers, **more})
            return Answer(connection.getresponse(), connection, partial(setitem, self._idle, key))
        except LateError as error:
            connection.close()
            message = f"{shown(url.geturl())} does not answer in time: {error}"
            raise UnreachableError(message, hint=NETWORK_HINT) from error
        except (BadStatusLine, UnknownProtocol) as error:
            connection.close()
            if isinstance(error, OSError):
                raise
            raise ConnectionError(f"expected HTTP, got '{sanitize(str(error))}'") from error
        except BaseException:
            connection.close()
            raise

    def _new(self, url: SplitResult, proxy: str | None) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection

        host, port = _address(url)
        through = _proxy(proxy) if proxy is not None else None
        server = _address(through) if through is not None else (host, port)
        if url.scheme == "http":
            return HTTPConnection(*server)
        connection = HTTPSConnection(*server, context=network.trust(self._environ))
        if through is not None:
            literal = f"[{host}]" if ":" in host else host
            connection.set_tunnel(host, port, {"Host": f"{literal}:{port}", **_login(through)})
        return connection


class Answer:
    """What a server sends.

    Args:
        response: its start.
        connection: that it comes through.
        keep: takes the connection back, if the answer is read to its end.

    Attributes:
        status: of HTTP.
        headers: by name, in any case.
    """

    def __init__(
        self,
        response: HTTPResponse,
        connection: HTTPConnection,
        keep: Callable[[HTTPConnection], None],
    ) -> None:
        self.status = response.status
        self.headers = cast("Mapping[str, str]", response.headers)
        self._response = response
        self._connection = connection
        self._keep = keep

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes of the body, as soon as there are any; none at its end.

        Raises:
            OSError: the connection broke off, or stalled.
        """
        from http.client import HTTPException, IncompleteRead

        if self._response.length == 0:
            return b""
        try:
            piece = self._response.read1(size)
        except IncompleteRead as error:
            raise ConnectionError(_BROKE_OFF) from error
        except HTTPException as error:
            raise ConnectionError(str(error)) from error
        if self._response.length and not piece:
            raise ConnectionError(_BROKE_OFF)
        return piece

    def close(self) -> None:
        """Drop the rest of the body."""
        is_whole = self._response.length == 0 or (
            self._response.chunked and self._response.isclosed()
        )
        self._response.close()
        if is_whole:
            self._keep(self._connection)
        else:
            self._connection.close()


def _has_more(sock: socket) -> bool:
    """Whether something can be read, or the end."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _address(url: SplitResult) -> tuple[str, int]:
    return url.hostname or "", url.port or network.PORTS[url.scheme]


def _proxy(address: str) -> SplitResult:
    """A proxy's URL, which must be a plain one: TLS to a proxy is not spoken."""
    try:
        split = urlsplit(address)
        if split.scheme == "http" and split.hostname and split.port != 0:
            # Not every name can be asked for.
            split.hostname.encode("idna")
            return split
    except ValueError:
        pass
    raise DownloadError(
        f"the proxy {shown(address)} cannot be used", hint="set HTTPS_PROXY to http://HOST:PORT"
    )


def _connect(connection: HTTPConnection) -> None:
    try:
        connection.connect()
    except OSError as error:
        # What fails later has a socket, or no number: that is what a proxy answered.
        if connection.sock is None and (error.errno is not None or isinstance(error, TimeoutError)):
            raise ConnectError(error.errno, error.strerror or str(error)) from error
        raise


def _target(url: SplitResult, proxy: str | None) -> tuple[str, Mapping[str, str]]:
    """What to ask for, and with which headers: a proxy wants a plain URL whole."""
    plain = url._replace(netloc=url.netloc.rpartition("@")[2], fragment="")
    headers = {"Authorization": login} if (login := _basic(url)) else {}
    if proxy is not None and url.scheme == "http":
        headers |= _login(urlsplit(proxy))
    else:
        plain = plain._replace(scheme="", netloc="", path=plain.path or "/")
    return quote(plain.geturl(), safe=_AS_IT_IS), headers


def _login(proxy: SplitResult) -> Mapping[str, str]:
    return {"Proxy-Authorization": login} if (login := _basic(proxy)) else {}


def _basic(url: SplitResult) -> str | None:
    """The credentials of a URL, as HTTP's Basic scheme sends them."""
    login = url.netloc.rpartition("@")[0]
    return "Basic " + b64encode(unquote(login).encode()).decode() if login else None
