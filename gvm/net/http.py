"""HTTP as gvm speaks it: verified, inside time limits, and only to the web."""

from __future__ import annotations

import re
import time
import zlib
from typing import TYPE_CHECKING, NamedTuple

from gvm import __version__
from gvm.errors import DownloadError, UnreachableError, UsageError
from gvm.net.connections import ConnectError, Connections
from gvm.net.retry import (
    NETWORK_HINT,
    PATIENCE,
    Attempts,
    Pace,
    Patience,
    TransientError,
    asked_for,
)
from gvm.net.url import URL_HINT, brief, followed, shown, web

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Self

    from gvm.net.connections import Answer

_PIECE = 256 * 1024
_REDIRECTS = 10
# The window of zlib's that means gzip.
_GZIP = 31
_GZIPPED = (["gzip"], ["x-gzip"])
# What servers call an encoding besides, such as none or utf-8, is none.
_COMPRESSIONS = {"gzip", "x-gzip", "br", "zstd", "deflate", "compress", "x-compress"}


class MissingError(DownloadError):
    """The server answered that it has no such file (404 or 410)."""


class Response(NamedTuple):
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
    return Client(Connections(environ), patience)


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

    def __init__(self, connections: Connections, patience: Patience) -> None:
        self.patience = patience
        self._connections = connections

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def with_patience(self, patience: Patience) -> Client:
        """The same connections, for other limits."""
        return Client(self._connections, patience)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._connections.close()

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
        from http.client import HTTPException  # noqa: PLC0415 - as Connections

        sent = {"User-Agent": f"gvm/{__version__}", "Accept-Encoding": "identity", **headers}
        try:
            answer = self._connections.ask(web(url), sent, self.patience)
        except (OSError, HTTPException) as error:
            raise _failure(error, url) from error
        except ValueError as error:
            raise UsageError(f"{shown(url)} is not a URL: {error}", hint=URL_HINT) from error
        return Reply(answer, url)


class Reply:
    """One answer, whose body is read as it arrives.

    Attributes:
        status: of HTTP.
        headers: by name, in any case.
        url: that answered in the end, in full: to be shown only by `shown`.
    """

    def __init__(self, answer: Answer, url: str) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.url = url
        self._answer = answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop the rest of the body."""
        self._answer.close()

    def pieces(self, pace: Pace) -> Iterator[bytes]:
        """Yield the body's bytes, at most 256 KiB at a time and as soon as there are any.

        Args:
            pace: the limit on slowness.

        Raises:
            TransientError: the connection broke off before the end, or stalled.
            UnreachableError: too slow.
        """
        where = shown(self.url)
        while True:
            since = time.monotonic()
            try:
                piece = self._answer.read(_PIECE)
            except OSError as error:
                pace.listened(where, time.monotonic() - since)
                raise _failure(error, self.url) from error
            if not piece:
                return
            pace.listened(where, time.monotonic() - since, len(piece))
            yield piece

    def unpacked(self, pace: Pace) -> Iterator[bytes]:
        """As `pieces`, without the Content-Encoding.

        Raises:
            TransientError, UnreachableError: as `pieces`; or it is not encoded so.
        """
        encodings = re.findall(r"[^\s,]+", self.headers.get("Content-Encoding", "").lower())
        compressions = [encoding for encoding in encodings if encoding in _COMPRESSIONS]
        if not compressions:
            yield from self.pieces(pace)
            return
        if compressions not in _GZIPPED:
            sent = brief(", ".join(compressions))
            raise TransientError(f"{shown(self.url)} is compressed by {sent}, not by gzip alone")
        inflater = zlib.decompressobj(_GZIP)
        try:
            for piece in self.pieces(pace):
                held = piece
                # What unpacks to more than fits is not unpacked before it is wanted.
                while held and not inflater.eof:
                    yield inflater.decompress(held, _PIECE)
                    held = inflater.unconsumed_tail
        except zlib.error as error:
            raise TransientError(f"{shown(self.url)}: {error}") from error
        if not inflater.eof:
            raise TransientError(f"{shown(self.url)} sent what is compressed, but not to its end")


def _get_once(client: Client, url: str, etag: str | None, limit: int) -> Response:
    until = time.monotonic() + client.patience.text
    # An index is several megabytes of JSON, a tenth of that when compressed.
    headers = {"Accept-Encoding": "gzip"} | ({"If-None-Match": etag} if etag else {})
    body = bytearray()
    with client.open(url, headers) as reply:
        if reply.status not in ({200, 304} if etag else {200}):
            raise DownloadError(f"{shown(reply.url)} answered {reply.status}")
        for piece in reply.unpacked(Pace(client.patience)):
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


def _failure(error: Exception, url: str) -> DownloadError:
    """What an error of the connection means."""
    # Only what speaks TLS has imported ssl, and only that has such an error.
    if (verify_message := getattr(error, "verify_message", None)) is not None:
        return DownloadError(
            f"the certificate of {shown(url)} is not trusted: {verify_message}",
            hint="sudo apt install ca-certificates, or let SSL_CERT_FILE name the file "
            "with your company's authority",
        )
    reason = brief(getattr(error, "strerror", None) or str(error) or type(error).__name__)
    return TransientError(
        f"{shown(url)}: {reason}", was_connected=not isinstance(error, ConnectError)
    )
