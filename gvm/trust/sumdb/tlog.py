"""The log that Go's checksum database is: hashes of RFC 6962, as they lie in tiles."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable

# A tile holds a subtree of this height, as its 2^8 lowest hashes.
_HEIGHT = 8
_WIDTH = 1 << _HEIGHT
_HASH = 32
_HEADER = "go.sum database tree"
_SIZE_LIMIT = 1 << 50


@dataclass(frozen=True)
class Head:
    """The state of a log: how many records it has, and the hash of them all."""

    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read the text that the database signs.

        Raises:
            IntegrityError: it is something else.
        """
        try:
            header, size, root, rest = text.split("\n", 3)
            head = cls(int(size), b64decode(root, validate=True))
        except ValueError as error:
            raise IntegrityError("what is signed is no state of a log") from error
        is_usual = header == _HEADER and size == str(head.size) and not rest
        if not is_usual or not 0 < head.size < _SIZE_LIMIT or len(head.root) != _HASH:
            raise IntegrityError("what is signed is no state of a log")
        return head


@dataclass(frozen=True)
class Tile:
    """A stored piece of the log: `width` hashes of a level, from one number on.

    Attributes:
        level: 0 for those of records, 1 for those of 256 records, and so on.
        number: of the tile in its level.
        width: 256, or less in the last tile of a level.
    """

    level: int
    number: int
    width: int

    @property
    def path(self) -> str:
        """Below the database's URL: `tile/8/0/x001/234.p/5`."""
        digits = f"{self.number % 1000:03d}"
        rest = self.number // 1000
        while rest:
            digits = f"x{rest % 1000:03d}/{digits}"
            rest //= 1000
        part = f".p/{self.width}" if self.width < _WIDTH else ""
        return f"tile/{_HEIGHT}/{self.level}/{digits}{part}"

    @property
    def full(self) -> Tile:
        """The tile that this one becomes."""
        return Tile(self.level, self.number, _WIDTH)


class Log:
    """A log of a certain size, whose tiles are read when they are needed.

    Nothing that is read is believed: what this computes is compared with a signed head.

    Args:
        size: how many records it has.
        read: the bytes of a tile, or of the full tile that has replaced it.
    """

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[Tile, bytes] = {}

    def root_with(self, number: int, record: bytes) -> bytes:
        """The log's hash, if that record has that number."""

        def root(start: int, end: int) -> bytes:
            if end - start == 1:
                return _record_hash(record)
            middle = start + _split(end - start)
            if number < middle:
                return _joined(root(start, middle), self._range(middle, end))
            return _joined(self._range(start, middle), root(middle, end))

        return root(0, self.size)

    def roots(self, size: int) -> tuple[bytes, bytes]:
        """The hash of its first `size` records, and its own, from the same hashes of parts."""

        def both(start: int, end: int) -> tuple[bytes, bytes]:
            if size == end:
                whole = self._range(start, end)
                return whole, whole
            middle = start + _split(end - start)
            if size <= middle:
                old, left = both(start, middle)
                return old, _joined(left, self._range(middle, end))
            left = self._range(start, middle)
            old, right = both(middle, end)
            return _joined(left, old), _joined(left, right)

        return both(0, self.size)

    def _range(self, start: int, end: int) -> bytes:
        """The hash of the records from `start` to `end`, which the shape of the tree has as a part."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self._complete(level, start >> level)
        middle = start + _split(count)
        return _joined(self._range(start, middle), self._range(middle, end))

    def _complete(self, level: int, number: int) -> bytes:
        """The hash of 2^level records."""
        tile_level, height = divmod(level, _HEIGHT)
        first = number << height
        tile, offset = divmod(first, _WIDTH)
        width = min(_WIDTH, (self.size >> tile_level * _HEIGHT) - tile * _WIDTH)
        data = self._tile(Tile(tile_level, tile, width))
        hashes = [
            data[at * _HASH : (at + 1) * _HASH] for at in range(offset, offset + (1 << height))
        ]
        while len(hashes) > 1:
            pairs = zip(hashes[::2], hashes[1::2], strict=True)
            hashes = [_joined(left, right) for left, right in pairs]
        return hashes[0]

    def _tile(self, tile: Tile) -> bytes:
        if tile not in self._tiles:
            data = self._read(tile)
            if len(data) not in {tile.width * _HASH, _WIDTH * _HASH}:
                raise IntegrityError(
                    f"{tile.path} should have {tile.width * _HASH} bytes, but has {len(data)}"
                )
            self._tiles[tile] = data
        return self._tiles[tile]


def _split(count: int) -> int:
    """The greatest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def _record_hash(record: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + record).digest()


def _joined(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
