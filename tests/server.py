"""A web server for tests, which can be told to fail in every way that real ones do."""

from __future__ import annotations

import hashlib
import html
import os
import re
import socket
import socketserver
import ssl
import struct
import threading
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

    from typing_extensions import Self

    from tests.certificates import Certificates

_PIECE = 256 * 1024
_SMALL = 1024


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer; what is not named goes right.

    Attributes:
        status: instead of 200 or 206; the body is then empty unless given.
        headers: added to the answer's or replacing them; None takes one away.
        body: instead of the file's.
        cut: the connection ends after so many bytes of the body, 0 before any …
        resets: … by a reset instead of an orderly end.
        silent: the connection ends before the status line.
        raw: what is sent instead of the answer, before the connection ends.
        endless: what is sent instead of the answer, and what follows it again and again without end.
        stall: seconds of silence where it is cut, or before the body.
        trickle: bytes at a time, and seconds between.
        corrupt: offset in the file of a byte that is sent wrong.
        chunked: sent without Content-Length, in chunks.
        ignores_range: answers 200 with everything to a Range.
        stays: holds for every later request too, instead of this one.
    """

    status: int | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: bytes | None = None
    cut: int | None = None
    resets: bool = False
    silent: bool = False
    raw: bytes | None = None
    endless: tuple[bytes, bytes] | None = None
    stall: float = 0
    trickle: tuple[int, float] | None = None
    corrupt: int | None = None
    chunked: bool = False
    ignores_range: bool = False
    stays: bool = False


@dataclass(frozen=True)
class Request:
    """A request as it came: `path` with its query, header names in lower case, client's port."""

    method: str
    path: str
    headers: Mapping[str, str]
    port: int

    @classmethod
    def of(cls, answer: BaseHTTPRequestHandler) -> Request:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return cls(answer.command, answer.path, headers, answer.client_address[1])


class Server:
    """Serves files on a port, one of 127.0.0.1 unless told, as a context manager.

    Attributes:
        files: by path, `/dl/x.tar.gz` or `/dl/?mode=json`, the bytes or the file that holds
            them; a path that ends with a slash and is not here is a listing. Or a directory.
        faults: by path without query, the faults of the next requests, in order.
        requests: what came, oldest first.
        url: without a slash at the end.
    """

    def __init__(
        self,
        files: Mapping[str, bytes | Path] | Path,
        tls: Certificates | None = None,
        address: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self.files = files
        self.faults: dict[str, list[Fault]] = {}
        self.requests: list[Request] = []
        self.ending = threading.Event()
        self._listener = Listener(_Answer, self, tls, address)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.server_port}"

    def __enter__(self) -> Self:
        self._listener.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        self._listener.__exit__()

    def find(self, path: str) -> bytes | Path | None:
        """What stands at a path, with or without its query."""
        bare = path.partition("?")[0]
        if isinstance(self.files, Path):
            file = self.files / bare.lstrip("/")
            names = sorted(entry.name for entry in file.iterdir()) if file.is_dir() else []
            found: bytes | Path | None = file if file.is_file() else None
        else:
            found = self.files.get(path, self.files.get(bare))
            below = (name[len(bare) :] for name in self.files if name.startswith(bare))
            names = sorted({re.sub(r"/.*", "/", name) for name in below})
        return _listing(names) if found is None and bare.endswith("/") and names else found

    @property
    def variables(self) -> dict[str, str]:
        """What lets gvm fetch from here, and believe it."""
        return {"GVM_MIRROR": f"{self.url}/dl", "GVM_TRUST_MIRROR": "1"}

    def fault(self, path: str) -> Fault:
        """Take the next fault of a path."""
        queue = self.faults.get(path.partition("?")[0], [])
        if not queue:
            return Fault()
        return queue[0] if queue[0].stays else queue.pop(0)


class Listener(ThreadingHTTPServer):
    """A port, each of whose connections has a thread; a context manager."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self,
        answer: type[BaseHTTPRequestHandler],
        owner: Any,  # noqa: ANN401 - whom the answers belong to
        tls: Certificates | None = None,
        address: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        super().__init__(address, answer)
        self.owner = owner
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls.certificate, tls.key)
            # The handshake waits for the first read, which is in the connection's own thread.
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def server_bind(self) -> None:
        # HTTPServer's asks the DNS for the machine's name.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hung up."""


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Listener

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        owner: Server = self.server.owner
        owner.requests.append(Request.of(self))
        fault = owner.fault(self.path)
        found = owner.find(self.path) if fault.body is None else fault.body
        if fault.silent:
            self._end(resets=fault.resets)
        elif fault.raw is not None:
            self.wfile.write(fault.raw)
            self._end(resets=False)
        elif fault.endless is not None:
            self._go_on(*fault.endless)
        elif fault.status is not None:
            self._send(fault.status, {}, fault.body or b"", (0, len(fault.body or b"")), fault)
        elif found is None:
            self._send(404, {}, b"not here\n", (0, 9), fault)
        else:
            self._serve(found, fault)

    def _serve(self, found: bytes | Path, fault: Fault) -> None:
        size = len(found) if isinstance(found, bytes) else found.stat().st_size
        headers = _validators(found)
        if self.headers.get("If-None-Match") == headers["ETag"]:
            return self._send(304, headers, b"", (0, 0), fault)
        span = _span(self.headers, headers, size)
        if span is None or fault.ignores_range:
            return self._send(200, headers, found, (0, size), fault)
        start, end = span
        if start >= size:
            headers["Content-Range"] = f"bytes */{size}"
            return self._send(416, headers, b"", (0, 0), fault)
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return self._send(206, headers, found, (start, end), fault)

    def _send(
        self,
        status: int,
        headers: Mapping[str, str],
        found: bytes | Path,
        span: tuple[int, int],
        fault: Fault,
    ) -> None:
        start, end = span
        length = {"Transfer-Encoding": "chunked"} if fault.chunked else {}
        length = length or ({} if status == 304 else {"Content-Length": str(end - start)})
        is_page = isinstance(found, bytes) and found[:1] == b"<"
        kind = {"Content-Type": "text/html" if is_page else "application/octet-stream"}
        self.send_response(status)
        for name, value in {**kind, **headers, **length, **fault.headers}.items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._send_body(found, start, end, fault)

    def _send_body(self, found: bytes | Path, start: int, end: int, fault: Fault) -> None:
        stop = end if fault.cut is None else min(end, start + fault.cut)
        if fault.cut is None:
            self._wait(fault.stall)
        piece, pause = fault.trickle or (_PIECE, 0.0)
        for offset in range(start, stop, piece):
            data = bytearray(_slice(found, offset, min(stop, offset + piece)))
            if fault.corrupt is not None and offset <= fault.corrupt < offset + len(data):
                data[fault.corrupt - offset] ^= 0xFF
            self.wfile.write(b"%x\r\n%b\r\n" % (len(data), bytes(data)) if fault.chunked else data)
            self._wait(pause)
        if fault.cut is not None:
            self._wait(fault.stall)
            self._end(resets=fault.resets)
        elif fault.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _go_on(self, start: bytes, part: bytes) -> None:
        self.wfile.write(start)
        while True:
            self.wfile.write(part)
            self._wait(0.05 if len(part) < _SMALL else 0.0)

    def _wait(self, seconds: float) -> None:
        owner: Server = self.server.owner
        if seconds and owner.ending.wait(seconds):
            raise ConnectionAbortedError

    def _end(self, *, resets: bool) -> None:
        self.close_connection = True
        if resets:
            # Closing with a linger time of zero sends a reset.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.rfile.close()
            self.connection.close()


def _listing(names: list[str]) -> bytes:
    links = "\n".join(f'<a href="{html.escape(name)}">{html.escape(name)}</a>' for name in names)
    return f"<html><body><pre>\n{links}\n</pre></body></html>\n".encode()


def _validators(found: bytes | Path) -> dict[str, str]:
    if isinstance(found, bytes):
        return {
            "ETag": f'"{hashlib.sha256(found).hexdigest()[:16]}"',
            "Last-Modified": formatdate(1_700_000_000, usegmt=True),
            "Accept-Ranges": "bytes",
        }
    status = found.stat()
    return {
        "ETag": f'"{status.st_mtime_ns:x}-{status.st_size:x}"',
        "Last-Modified": formatdate(status.st_mtime, usegmt=True),
        "Accept-Ranges": "bytes",
    }


def _span(asked: Message, headers: Mapping[str, str], size: int) -> tuple[int, int] | None:
    """The bytes that are asked for; None for all."""
    told = re.fullmatch(r"bytes=(\d+)-(\d*)", asked.get("Range", ""))
    held = asked.get("If-Range")
    if not told or (held is not None and held not in {headers["ETag"], headers["Last-Modified"]}):
        return None
    return int(told[1]), min(size, int(told[2] or size - 1) + 1)


def _slice(found: bytes | Path, start: int, end: int) -> bytes:
    if isinstance(found, bytes):
        return found[start:end]
    with found.open("rb") as opened:
        return os.pread(opened.fileno(), end - start, start)
