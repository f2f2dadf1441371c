"""An archive that is unpacked in one thread while it arrives in another."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from gvm.archive.worker import Relay
from gvm.fs.read import open_plain
from gvm.fs.trees import make_directory, remove_tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Self

    from gvm.archive.limits import Unpacked

_PIECE = 256 * 1024


class Unpacking:
    """The tree that a .tar.gz becomes; a sink for its bytes, and a context manager."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._relay = self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._relay.close()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            IntegrityError: what came so far cannot be an archive of Go.
            OSError: the tree cannot be written.
        """
        self._relay.put(chunk)

    def restart(self) -> None:
        """Throw away what came so far."""
        self._relay.close()
        remove_tree(self._target)
        self._relay = self._begin()

    def finish(self) -> Unpacked:
        """Wait for the tree to be complete.

        Raises:
            IntegrityError: it is no archive of Go.
            OSError: the tree cannot be written.
        """
        return self._relay.finish()

    def _begin(self) -> Relay[bytes, Unpacked]:
        make_directory(self._target.parent)
        self._target.mkdir(0o755)
        return Relay(self._unpack)

    def _unpack(self, chunks: Iterator[bytes]) -> Unpacked:
        # While the server is asked: what unpacks is not needed before it answers.
        from gvm.archive.tar import unpack_tar  # noqa: PLC0415

        return unpack_tar(chunks, self._target)


def feed(file: Path, sink: Unpacking) -> str:
    """Hand a file to a sink, and return its SHA-256 in lower-case hexadecimal digits.

    Raises:
        OSError: it is no plain file, or cannot be read.
    """
    digest = hashlib.sha256()
    with os.fdopen(open_plain(file), "rb") as opened:
        while piece := opened.read(_PIECE):
            digest.update(piece)
            sink.write(piece)
    return digest.hexdigest()
