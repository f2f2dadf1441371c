"""The bytes of a gzip file, unpacked while they arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isal import igzip_lib

from gvm.archive.member_path import shown
from gvm.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

WINDOW = 1024 * 1024
_MAGIC = b"\x1f\x8b"
# isal misreads a member's header that is cut into pieces, so it gets this much at once.
_START = 64 * 1024
_ENDS_EARLY = "the archive ends early"


def inflated(chunks: Iterable[bytes], padding: int) -> Iterator[bytes]:
    """Unpack a gzip file of any number of members, and check each one's CRC and length.

    Args:
        chunks: the file, in pieces of any size.
        padding: how many zeros may follow it.

    Yields:
        Pieces of at most `WINDOW` bytes.

    Raises:
        IntegrityError: it is not gzip, is damaged, ends early, or goes on after its end.
    """
    _keep_memory()
    supply = _Supply(chunks)
    held = supply.read(_START)
    _refuse_foreign(held)
    while held.startswith(_MAGIC):
        supply.put_back((yield from _member(held, supply)))
        held = supply.read(_START)
    while held:
        padding -= len(held)
        if padding < 0 or held.strip(b"\0"):
            raise IntegrityError("the archive is followed by bytes that do not belong to it")
        held = supply.read(_START)


def _keep_memory() -> None:
    """Let windows be made of memory that is there, a tenth of the time faster.

    The C library gives large blocks back to the kernel, which clears each page of the next one,
    until it has seen a still larger one freed (mallopt(3), M_MMAP_THRESHOLD).
    """
    bytes(16 * WINDOW)


def _refuse_foreign(start: bytes) -> None:
    if not start:
        raise IntegrityError("the archive is empty: not a single byte came")
    if start[: len(_MAGIC)] != _MAGIC[: len(start)]:
        raise IntegrityError(
            f"this is not a .tar.gz archive: it begins with '{shown(start[:40].strip())}'",
            hint="a proxy or a login page may have answered instead of the server"
            if start.lstrip()[:1] == b"<"
            else "",
        )
    if len(start) < len(_MAGIC):
        raise IntegrityError(_ENDS_EARLY)


def _member(held: bytes | memoryview, supply: _Supply) -> Generator[bytes, None, bytes]:
    """Unpack one member, and return what was read beyond its end."""
    inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    while True:
        try:
            window = inflater.decompress(held, WINDOW)
        except igzip_lib.error as error:  # type: ignore[misc]  # the stub says it is a class of nothing
            raise IntegrityError(f"the archive is damaged: {error}") from error
        if window:
            yield window
        if inflater.eof:
            return inflater.unused_data
        held = supply.next() if inflater.needs_input else b""
        if inflater.needs_input and not held:
            raise IntegrityError(_ENDS_EARLY)


class _Supply:
    """Chunks of any size, read by length."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = filter(None, chunks)
        # The next one last.
        self._held: list[memoryview] = []

    def next(self) -> memoryview:
        """Return what comes next as it lies in memory, and nothing only at the end."""
        return self._held.pop() if self._held else memoryview(next(self._chunks, b""))

    def read(self, size: int) -> bytes:
        """Return `size` bytes, and fewer only at the end."""
        parts = []
        while size and (piece := self.next()):
            parts.append(piece[:size])
            self.put_back(piece[size:])
            size -= len(parts[-1])
        return b"".join(parts)

    def put_back(self, piece: bytes | memoryview) -> None:
        """Let a piece be what comes next."""
        if piece:
            self._held.append(memoryview(piece))
