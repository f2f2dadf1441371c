"""A server of the working directory whose connections are slow: `throttled.py RATE`."""

from __future__ import annotations

import sys
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_PIECE = 64 * 1024


class Throttled(SimpleHTTPRequestHandler):
    """Sends a file at RATE bytes in a second."""

    protocol_version = "HTTP/1.1"
    # Or a header waits 40 ms for its body.
    disable_nagle_algorithm = True

    def copyfile(self, source: Any, outputfile: Any) -> None:  # noqa: ANN401 - as http.server has it
        """Send a file, and be never ahead of the time that it should take."""
        rate, sent, since = int(sys.argv[1]), 0, time.monotonic()
        while piece := source.read(_PIECE):
            outputfile.write(piece)
            sent += len(piece)
            time.sleep(max(0.0, since + sent / rate - time.monotonic()))


with ThreadingHTTPServer(("127.0.0.1", 0), Throttled) as server:
    print("port", server.server_port)
    server.serve_forever()
