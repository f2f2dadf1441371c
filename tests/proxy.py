"""A forwarding web proxy for tests, which writes down what it is asked."""

from __future__ import annotations

import http.client
import select
import socket
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.server import Listener, Request

if TYPE_CHECKING:
    from typing_extensions import Self


class Proxy:
    """A forwarding proxy on 127.0.0.1, for http and, by CONNECT, https.

    Attributes:
        requests: what it was asked for; `path` is a URL, or HOST:PORT.
        url: its own.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._listener = Listener(_Forward, self)
        self.url = f"http://127.0.0.1:{self._listener.server_port}"

    def __enter__(self) -> Self:
        self._listener.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.__exit__()


class _Forward(BaseHTTPRequestHandler):
    server: Listener

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.server.owner.requests.append(Request.of(self))
        split = urlsplit(self.path)
        there = http.client.HTTPConnection(split.netloc, timeout=10)
        headers = {
            name: value for name, value in self.headers.items() if name != "Proxy-Authorization"
        }
        there.request("GET", split._replace(scheme="", netloc="").geturl(), headers=headers)
        answer = there.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        there.close()

    def do_CONNECT(self) -> None:
        self.server.owner.requests.append(Request.of(self))
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as there:
            self.send_response(200)
            self.end_headers()
            other = {self.connection: there, there: self.connection}
            while True:
                for ready in select.select(list(other), [], [], 10)[0]:
                    if not (data := ready.recv(65536)):
                        return
                    other[ready].sendall(data)
