"""An archive that is unpacked in one thread while it arrives in another."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import TYPE_CHECKING

from gvm.archive.tar import unpack_tar
from gvm.files import remove_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from typing_extensions import Self

    from gvm.archive.limits import Unpacked

# Chunks of 256 KiB: what is held in memory between the threads.
_DEPTH = 16
_PIECE = 256 * 1024


class Unpacking:
    """The tree that a .tar.gz becomes; a sink for its bytes, and a context manager."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._pool = ThreadPoolExecutor(1, "gvm-unpack")
        self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._queue.put(None)
        self._pool.shutdown()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            IntegrityError: what came so far cannot be an archive of Go.
            OSError: the tree cannot be written.
        """
        if self._result.done():
            self._result.result()
        self._queue.put(chunk)

    def restart(self) -> None:
        """Throw away what came so far."""
        self._queue.put(None)
        self._result.exception()
        remove_tree(self._target)
        self._begin()

    def finish(self) -> Unpacked:
        """Wait for the tree to be complete.

        Raises:
            IntegrityError: it is no archive of Go.
            OSError: the tree cannot be written.
        """
        self._queue.put(None)
        return self._result.result()

    def _begin(self) -> None:
        self._target.mkdir(parents=True)
        self._queue: Queue[bytes | None] = Queue(_DEPTH)
        self._result: Future[Unpacked] = self._pool.submit(_unpack, self._queue, self._target)


def feed(file: Path, sink: Unpacking) -> str:
    """Hand a file to a sink, and return its SHA-256 in lower-case hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
            sink.write(piece)
    return digest.hexdigest()


def _unpack(queue: Queue[bytes | None], target: Path) -> Unpacked:
    chunks: Iterator[bytes] = iter(queue.get, None)
    try:
        return unpack_tar(chunks, target)
    finally:
        # Whoever writes must not wait for a reader that has ended.
        for _ in chunks:
            pass
