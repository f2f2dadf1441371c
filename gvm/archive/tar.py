"""A .tar.gz of Go, unpacked while it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.archive.header import BLOCK, decimal, parse_header, parse_records
from gvm.archive.inflate import inflated
from gvm.archive.limits import DEFAULT
from gvm.archive.member_path import below_top, shown
from gvm.archive.tree import Tree
from gvm.archive.worker import Relay
from gvm.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gvm.archive.header import Header
    from gvm.archive.limits import Limits, Unpacked

_FILES = {b"0", b"\0", b"7"}
_HARD_LINK = b"1"
_SYMBOLIC_LINK = b"2"
_DIRECTORY = b"5"
_PAX = b"x"
_PAX_GLOBAL = b"g"
_GNU_LONG = {b"L": b"path", b"K": b"linkpath"}
_EXTENSIONS = {_PAX, _PAX_GLOBAL, *_GNU_LONG}
_EXTENDED = {b"path", b"linkpath", b"size"}
_REFUSED = {
    b"3": "a character device",
    b"4": "a block device",
    b"6": "a named pipe",
    b"S": "a sparse file",
    b"s": "a socket",
}
# So many bytes of an extension header count as an entry: reading their records costs as much.
_RECORD = 64
_ZEROS = bytes(BLOCK)


def unpack_tar(chunks: Iterable[bytes], target: Path, limits: Limits = DEFAULT) -> Unpacked:
    """Unpack what is under `go/` in a .tar.gz.

    Modes are 0755 or 0644, whatever the umask, and `target` itself becomes 0755. Links that
    stay inside are kept. After an error `target` holds a part of the archive.

    Args:
        chunks: the file in pieces of any size; asked for in this thread.
        target: an empty directory; `go/bin/go` becomes `target/bin/go`.
        limits: what is refused beyond.

    Raises:
        IntegrityError: the archive is damaged, or holds what no archive of Go holds.
        OSError: `target` cannot be written.
    """

    def read(windows: Iterator[bytes]) -> Unpacked:
        return _Reader(windows, tree, limits).run()

    with Tree(target, limits) as tree, Relay(read) as relay:
        for window in inflated(chunks, limits.padding):
            relay.put(window)
        return relay.finish()


class _Reader:
    """One tar, read from its start to its end."""

    def __init__(self, windows: Iterator[bytes], tree: Tree, limits: Limits) -> None:
        self._stream = _Stream(windows)
        self._tree = tree
        self._limits = limits
        self._extended: dict[bytes, bytes] = {}

    def run(self) -> Unpacked:
        while (block := self._stream.block()) != _ZEROS:
            header = parse_header(block)
            if header.kind in _EXTENSIONS:
                self._extend(header)
            else:
                self._entry(self._whole(header))
        self._end()
        return self._tree.finish()

    def _entry(self, header: Header) -> None:
        path = below_top(header.name, self._limits)
        is_file = header.kind in _FILES
        if is_file and not header.name.endswith(b"/"):
            self._tree.file(
                path,
                self._stream.pieces(header.size),
                size=header.size,
                executable=header.executable,
                mtime=header.mtime,
            )
            self._stream.skip(-header.size % BLOCK)
        elif header.size:
            raise IntegrityError(f"the archive holds data for no file: {shown(header.name)}")
        elif is_file or header.kind == _DIRECTORY:
            self._tree.directory(path)
        elif header.kind == _SYMBOLIC_LINK:
            self._tree.symbolic_link(path, header.link)
        elif header.kind == _HARD_LINK:
            self._tree.hard_link(path, below_top(header.link, self._limits))
        else:
            what = _REFUSED.get(header.kind, f"an entry of type '{shown(header.kind)}'")
            raise IntegrityError(
                f"the archive holds {what}: {shown(header.name)}", hint="this is no archive of Go"
            )

    def _whole(self, header: Header) -> Header:
        """Put what the extension headers said in its place."""
        if header.size < 0:
            raise IntegrityError(f"the archive holds a negative size: {shown(header.name)}")
        if not self._extended:
            return header
        extended, self._extended = self._extended, {}
        return header._replace(
            name=extended.get(b"path", header.name),
            link=extended.get(b"linkpath", header.link),
            size=decimal(extended[b"size"]) if b"size" in extended else header.size,
        )

    def _extend(self, header: Header) -> None:
        """Take an extension header, which speaks of the next entry or, if global, of none."""
        if not 0 <= header.size <= self._limits.header:
            raise IntegrityError(
                f"the archive holds an extension header of {header.size} bytes",
                hint=f"the limit is {self._limits.header} bytes",
            )
        self._tree.count(1 + header.size // _RECORD)
        data = b"".join(self._stream.pieces(header.size))
        self._stream.skip(-header.size % BLOCK)
        if header.kind in _GNU_LONG:
            records = {_GNU_LONG[header.kind]: data.partition(b"\0")[0]}
        else:
            records = parse_records(data)
        known = {key: records[key] for key in _EXTENDED & records.keys()}
        if header.kind == _PAX_GLOBAL:
            if known:
                raise IntegrityError("the archive holds one name or size for all its entries")
        elif known.keys() & self._extended.keys():
            raise IntegrityError("the archive holds two names or sizes for one entry")
        self._extended.update(known)

    def _end(self) -> None:
        """Read on to the end of the file: only then its CRC is known to be right."""
        if self._extended:
            raise IntegrityError("the archive ends after an extension header")
        if self._stream.block() != _ZEROS:
            raise IntegrityError("the archive is damaged: no second block of zeros at its end")
        left = self._limits.padding
        for window in self._stream.rest():
            left -= len(window)
            if left < 0 or bytes(window).strip(b"\0"):
                raise IntegrityError("the archive goes on after its end")


class _Stream:
    """Windows of any size, read by length."""

    def __init__(self, windows: Iterator[bytes]) -> None:
        self._windows = windows
        self._window = memoryview(b"")

    def block(self) -> bytes:
        """Take 512 bytes."""
        block = bytes(self._window[:BLOCK])
        if len(block) == BLOCK:
            self._window = self._window[BLOCK:]
            return block
        return b"".join(self.pieces(BLOCK))

    def pieces(self, size: int) -> Iterator[memoryview]:
        """Take `size` bytes, as they lie in memory."""
        while size:
            if not self._window:
                self._advance()
            piece = self._window[:size]
            self._window = self._window[size:]
            size -= len(piece)
            yield piece

    def skip(self, size: int) -> None:
        """Take `size` bytes, for nothing."""
        if size <= len(self._window):
            self._window = self._window[size:]
        else:
            for _ in self.pieces(size):
                pass

    def rest(self) -> Iterator[memoryview]:
        """Take all the rest."""
        yield self._window
        for window in self._windows:
            yield memoryview(window)

    def _advance(self) -> None:
        window = next(self._windows, None)
        if window is None:
            raise IntegrityError("the archive ends early")
        self._window = memoryview(window)
