"""HTTP as gvm speaks it: verified, inside time limits, and only to the web."""

# ruff: noqa: PLC0415 - urllib3 takes 0.1 s to import, and most commands need no network

from __future__ import annotations

import time
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from gvm import __version__
from gvm.download import network
from gvm.download.patience import (
    NETWORK_HINT,
    PATIENCE,
    Attempts,
    Pace,
    Patience,
    TransientError,
    asked_for,
)
from gvm.download.url import followed, shown, web
from gvm.errors import DownloadError, UnreachableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from urllib.parse import SplitResult

    import urllib3
    from typing_extensions import Self

_PIECE = 256 * 1024
_REDIRECTS = 10


class MissingError(DownloadError):
    """The server answered that it has no such file (404 or 410)."""


@dataclass(frozen=True)
class Response:
    """A small file or an index, complete.

    Attributes:
        status: 200, or 304 where the ETag given still holds; the body is then empty.
        body: its bytes.
        etag: to ask with next time, or None.
        url: where it came from in the end, without credentials and query.
    """

    status: int
    body: bytes
    etag: str | None
    url: str

    @property
    def text(self) -> str:
        """The body, read as UTF-8; what is not UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


def client(environ: Mapping[str, str], *, patience: Patience = PATIENCE) -> Client:
    """Make a client that uses `environ`'s proxies and SSL_CERT_FILE, SSL_CERT_DIR."""
    return Client(environ, patience)


def get(
    client: Client, url: str, *, etag: str | None = None, limit: int = 32 * 1024 * 1024
) -> Response:
    """Fetch something small, of at most `limit` bytes.

    Args:
        client: who asks.
        url: http or https.
        etag: of the copy that the caller has; the answer may then be 304.
        limit: bytes, as they are when unpacked.

    Raises:
        MissingError: there is no such file.
        UnreachableError: no answer, or none that is fast enough, after several tries.
        DownloadError: any other refusal.
        UsageError: `url` is no http or https URL.
    """
    attempts = Attempts(client.patience)
    while True:
        try:
            return _get_once(client, url, etag, limit)
        except TransientError as error:
            attempts.pause(error)


class Client:
    """Connections to any number of servers."""

    def __init__(self, environ: Mapping[str, str], patience: Patience) -> None:
        self.patience = patience
        self._environ = dict(environ)
        self._pools: dict[str | None, urllib3.PoolManager] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def with_patience(self, patience: Patience) -> Client:
        """The same connections, for other limits."""
        other = Client(self._environ, patience)
        other._pools = self._pools
        return other

    def close(self) -> None:
        """Close the connections that are kept open."""
        for pool in self._pools.values():
            pool.clear()

    def open(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a GET request, follow redirects, and return the reply with its body unread.

        Its status is 2xx, 304 or 416. Nothing is tried twice here.

        Raises:
            TransientError: no answer, 429 or 5xx.
            MissingError: 404 or 410.
            DownloadError: another status, a bad redirect, an untrusted certificate.
            UsageError: `url` is no http or https URL.
        """
        here = web(url).geturl()
        for _ in range(_REDIRECTS + 1):
            reply = self._send(here, headers or {})
            location = reply.headers.get("Location")
            if reply.status not in {301, 302, 303, 307, 308} or location is None:
                return _accepted(reply)
            reply.close()
            here = followed(here, location)
        raise DownloadError(f"{shown(url)} redirects more than {_REDIRECTS} times")

    def _send(self, url: str, headers: Mapping[str, str]) -> Reply:
        from urllib3 import Timeout
        from urllib3.exceptions import HTTPError, LocationValueError

        split = web(url)
        login, _, netloc = split.netloc.rpartition("@")
        sent = {"User-Agent": f"gvm/{__version__}", "Accept-Encoding": "identity", **headers}
        if login:
            sent["Authorization"] = "Basic " + b64encode(unquote(login).encode()).decode()
        limits = Timeout(connect=self.patience.connect, read=self.patience.stall)
        try:
            response = self._pool(split).request(
                "GET",
                split._replace(netloc=netloc, fragment="").geturl(),
                headers=sent,
                timeout=limits,
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except LocationValueError as error:
            raise UsageError(f"{shown(url)} is not a URL: {error}") from error
        except HTTPError as error:
            raise _failure(error, url) from error
        return Reply(response, url)

    def _pool(self, split: SplitResult) -> urllib3.PoolManager:
        proxy = network.proxy(split, self._environ)
        if proxy not in self._pools:
            self._pools[proxy] = self._new_pool(proxy)
        return self._pools[proxy]

    def _new_pool(self, proxy: str | None) -> urllib3.PoolManager:
        import urllib3

        trust = network.trust(self._environ)
        if proxy is None:
            return urllib3.PoolManager(ssl_context=trust)
        login, _, _ = urlsplit(proxy).netloc.rpartition("@")
        headers = urllib3.make_headers(proxy_basic_auth=unquote(login)) if login else None
        try:
            return urllib3.ProxyManager(
                proxy, proxy_headers=headers, ssl_context=trust, proxy_ssl_context=trust
            )
        except (ValueError, urllib3.exceptions.HTTPError) as error:
            raise DownloadError(
                f"the proxy {shown(proxy)} cannot be used: {error}",
                hint="set HTTPS_PROXY to http://HOST:PORT",
            ) from error


class Reply:
    """One answer, whose body is read as it arrives.

    Attributes:
        status: of HTTP.
        headers: by name, in any case.
        url: that answered in the end, in full: to be shown only by `shown`.
    """

    def __init__(self, response: urllib3.BaseHTTPResponse, url: str) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self.url = url
        self._response = response

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop the rest of the body."""
        self._response.close()

    def pieces(self, pace: Pace, *, unpacked: bool = False) -> Iterator[bytes]:
        """Yield the body's bytes, at most 256 KiB at a time and as soon as there are any.

        Args:
            pace: the limit on slowness.
            unpacked: undo the Content-Encoding.

        Raises:
            TransientError: the connection broke off before the end, or stalled.
            UnreachableError: too slow.
        """
        from urllib3.exceptions import HTTPError

        where = shown(self.url)
        while True:
            since = time.monotonic()
            try:
                piece = self._response.read1(_PIECE, decode_content=unpacked)
            except HTTPError as error:
                pace.listened(where, time.monotonic() - since)
                raise _failure(error, self.url) from error
            if not piece:
                return
            pace.listened(where, time.monotonic() - since, len(piece))
            yield piece


def _get_once(client: Client, url: str, etag: str | None, limit: int) -> Response:
    until = time.monotonic() + client.patience.text
    # An index is several megabytes of JSON, a tenth of that when compressed.
    headers = {"Accept-Encoding": "gzip"} | ({"If-None-Match": etag} if etag else {})
    body = bytearray()
    with client.open(url, headers) as reply:
        if reply.status not in ({200, 304} if etag else {200}):
            raise DownloadError(f"{shown(reply.url)} answered {reply.status}")
        for piece in reply.pieces(Pace(client.patience), unpacked=True):
            body += piece
            if len(body) > limit:
                raise DownloadError(f"{shown(url)} is larger than {limit} bytes")
            if time.monotonic() > until:
                raise UnreachableError(
                    f"{shown(url)} takes longer than {client.patience.text:.0f} s",
                    hint=NETWORK_HINT,
                )
        return Response(
            reply.status, bytes(body), reply.headers.get("ETag") or etag, shown(reply.url)
        )


def _accepted(reply: Reply) -> Reply:
    """Let through a reply that can be used."""
    status = reply.status
    if 200 <= status < 300 or status in {304, 416}:  # noqa: PLR2004 - 2xx is success
        return reply
    reply.close()
    message = f"{shown(reply.url)} answered {status}"
    if status in {404, 410}:
        raise MissingError(message)
    # 511 is what a captive portal says of itself.
    if status == 429 or 500 <= status < 600 and status != 511:  # noqa: PLR2004, RUF021
        raise TransientError(message, after=asked_for(reply.headers.get("Retry-After")))
    raise DownloadError(message, hint=NETWORK_HINT)


def _failure(error: BaseException, url: str) -> DownloadError:
    """What an error of the transport means: its first cause says it best."""
    import ssl

    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    was_connected = True
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return DownloadError(
                f"the certificate of {shown(url)} is not trusted: {cause.verify_message}",
                hint="sudo apt install ca-certificates, or let SSL_CERT_FILE name the file "
                "with your company's authority",
            )
        if isinstance(cause, ConnectTimeoutError | NewConnectionError):
            was_connected = False
        error, cause = cause, cause.__cause__ or cause.__context__
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return TransientError(f"{shown(url)}: {reason}", was_connected=was_connected)
