"""The transfer of one archive: streamed, resumed, and hashed on its way."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gvm.errors import DownloadError, IntegrityError
from gvm.net.partial_file import Part, Promise
from gvm.net.retry import Attempts, Pace, TransientError
from gvm.net.url import shown, web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gvm.net.http import Client, Reply

_CHUNK = 256 * 1024
# Enough to know a web page by; less is not handed on before the end.
_PREFIX = 512
_FLUSH_SECONDS = 0.1
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)", re.IGNORECASE)


class Sink(Protocol):
    """Whoever wants the bytes while they arrive."""

    def write(self, chunk: bytes) -> None:
        """Take the next bytes, in order from offset 0."""

    def restart(self) -> None:
        """Forget all bytes: the next ones are from offset 0 again."""


class Downloaded(NamedTuple):
    """What came.

    Attributes:
        sha256: of all bytes, 64 lower-case hexadecimal digits.
        size: in bytes.
        url: where from in the end, without credentials and query.
    """

    sha256: str
    size: int
    url: str


def download(
    url: str,
    file: Path,
    *,
    client: Client,
    sink: Sink,
    progress: Callable[[int, int | None], None],
    limit: int,
) -> Downloaded:
    """Fetch `url` into `file`, and into `sink` at the same time.

    A `file` that an earlier run left, with its `file.json`, is handed to the sink and then
    continued, if the server can promise that it is still the same. Both stay after an error,
    for the next run; `discard` removes them. Two runs must not share a `file`: the caller
    holds a lock. The bytes are hashed, and checked by nobody here: that is the caller's part.

    Args:
        url: http or https.
        file: where the bytes go; what is no plain file of the caller's there is replaced.
        client: the connection.
        sink: called in this thread; what it raises ends the download.
        progress: called with the bytes so far, and in all or None where nobody knows.
        limit: in bytes. What is small when unpacked, or never is, would fill the disk too.

    Raises:
        IntegrityError: it has more bytes, or the server says so.
        MissingError: there is no such file.
        UnreachableError: no answer, or none that is fast enough, after several tries.
        DownloadError: any other refusal, or a web page instead of the archive.
        UsageError: `url` is no http or https URL.
        OSError: `file` cannot be written.
    """
    web(url)
    with Part(file, url) as part:
        return _Transfer(url, part, client, sink, progress, limit).run()


class _Transfer:
    """One call of `download`."""

    def __init__(
        self,
        url: str,
        part: Part,
        client: Client,
        sink: Sink,
        progress: Callable[[int, int | None], None],
        limit: int,
    ) -> None:
        self.url = self.source = url
        self.part = part
        self.client = client
        self.sink = sink
        self.progress = progress
        self.limit = limit
        self.attempts = Attempts(client.patience)
        self.pace = Pace(client.patience)
        # A server that starts over again and again makes no progress.
        self.furthest = 0

    def run(self) -> Downloaded:
        for chunk in self.part.replay():
            self.sink.write(chunk)
            self.progress(self.part.hashed, self.part.promise.total)
        self.furthest = self.part.size
        while not self.part.is_complete:
            try:
                self._ask()
            except TransientError as error:
                self.pace.listened(shown(self.url), self.attempts.pause(error))
        return Downloaded(self.part.sha256(), self.part.size, shown(self.source))

    def _ask(self) -> None:
        """Ask for what is missing, and take it."""
        with self.client.open(self.url, self.part.request_headers()) as reply:
            self.source = reply.url
            self._refuse_page(reply.url, is_page=_is_page(reply))
            if reply.status == 200:  # noqa: PLR2004 - the whole file
                self._start(reply)
            elif self.part.size == 0 or reply.status not in {206, 416}:
                raise DownloadError(f"{shown(reply.url)} answered {reply.status} out of turn")
            elif not self.part.continues_with(reply.status, reply.headers):
                self._restart()
                return
            self._take(reply)

    def _start(self, reply: Reply) -> None:
        if self.part.size:
            self._restart()
        self.part.start(Promise.of(self.url, reply.headers))

    def _restart(self) -> None:
        self.part.clear()
        self.sink.restart()

    def _take(self, reply: Reply) -> None:
        """Take a body to its end.

        Raises:
            TransientError: it ended too early.
        """
        total = self.part.promise.total
        self._refuse_size(total or 0)
        for chunk in _gathered(reply.pieces(self.pace)):
            if self.part.size == 0:
                self._refuse_page(reply.url, is_page=_PAGE.match(chunk) is not None)
            self._refuse_size(self.part.size + len(chunk))
            self.part.append(chunk)
            self.sink.write(chunk)
            self.progress(self.part.size, total)
            if self.part.size > self.furthest:
                self.furthest = self.part.size
                self.attempts.progressed()
        if total is None:
            self.part.is_complete = True
        elif self.part.size > total:
            self._restart()
            raise TransientError(f"{shown(reply.url)} sent more than it announced")
        elif self.part.size < total:
            raise TransientError(f"{shown(reply.url)} sent {self.part.size} of {total} bytes")

    def _refuse_size(self, size: int) -> None:
        if size > self.limit:
            raise IntegrityError(
                f"{shown(self.url)} has {size} bytes or more, which no archive of Go has",
                hint="use another source",
            )

    def _refuse_page(self, url: str, *, is_page: bool) -> None:
        if is_page:
            raise DownloadError(
                f"{shown(url)} answered with a web page instead of the archive: "
                f"is {web(url).hostname} a captive portal's or a proxy's login page?",
                hint="open any page in a browser to log in, or set HTTPS_PROXY, then try again",
            )


def _is_page(reply: Reply) -> bool:
    kind = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind in {"text/html", "application/xhtml+xml"}


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join small pieces, which each cost the consumer a hand-over; lose none in an error."""
    held: list[bytes] = []
    size, since = 0, time.monotonic()
    try:
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            late = time.monotonic() - since > _FLUSH_SECONDS
            if size >= _CHUNK or (late and size >= _PREFIX):
                yield b"".join(held)
                held.clear()
                size, since = 0, time.monotonic()
    except TransientError:
        if held:
            yield b"".join(held)
        raise
    if held:
        yield b"".join(held)
