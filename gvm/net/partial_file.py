"""An archive that is not all there yet, as it lies on disk between two runs."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from typing import TYPE_CHECKING, NamedTuple

from gvm.net.url import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from typing_extensions import Self

_CHUNK = 256 * 1024
_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_NUMBER = r"\d{1,18}"
_LENGTH = re.compile(_NUMBER, re.ASCII)
_RANGE = re.compile(f"bytes ({_NUMBER})-({_NUMBER})/({_NUMBER})", re.ASCII)


def discard(file: Path) -> None:
    """Remove what a download left at `file`, and beside it."""
    file.unlink(missing_ok=True)
    _beside(file).unlink(missing_ok=True)


class Promise(NamedTuple):
    """What a server said of the file that it began to send.

    Attributes:
        url: that was asked, without credentials and query.
        etag: strong, or None.
        modified: Last-Modified as it was sent, or None.
        total: the complete size in bytes, or None.
    """

    url: str
    etag: str | None = None
    modified: str | None = None
    total: int | None = None

    @classmethod
    def of(cls, url: str, headers: Mapping[str, str]) -> Promise:
        """Read it from the headers of a complete answer."""
        etag, length = headers.get("ETag"), headers.get("Content-Length", "")
        chunked = "Transfer-Encoding" in headers
        return cls(
            shown(url),
            etag if etag and etag.startswith('"') else None,
            headers.get("Last-Modified"),
            int(length) if _LENGTH.fullmatch(length) and not chunked else None,
        )

    @classmethod
    def parse(cls, text: str) -> Promise:
        """Read what `str` wrote.

        Raises:
            ValueError: it is something else.
        """
        fields = json.loads(text)
        match fields:
            case {
                "url": str(url),
                "etag": str() | None as etag,
                "modified": str() | None as modified,
                "total": int() | None as total,
            }:
                return cls(url, etag, modified, total)
        raise ValueError(text)

    def __str__(self) -> str:
        return json.dumps(self._asdict())

    @property
    def validator(self) -> str | None:
        """What makes a server continue the same file only; None if nothing does."""
        return self.etag or self.modified


class Part:
    """The bytes so far. A context manager, which closes the file.

    Attributes:
        promise: what the server said of it.
        size: in bytes.
        hashed: bytes that `sha256` knows of; less than `size` until they are replayed.
        is_complete: nothing is missing.
    """

    def __init__(self, file: Path, url: str) -> None:
        self._file = file
        self._notes = _beside(file)
        self._fd = _opened(file)
        self._hash = hashlib.sha256()
        self.hashed = 0
        self.size = os.fstat(self._fd).st_size
        self.promise = _noted(self._notes) or Promise("")
        total = self.promise.total
        self.is_complete = self.size == total
        if (
            self.promise.url != shown(url)
            or self.promise.validator is None
            or (total is not None and self.size > total)
        ):
            self.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)
        if not self.size and not self.is_complete:
            discard(self._file)

    def replay(self) -> Iterator[bytes]:
        """Yield the bytes that an earlier run left, at most 256 KiB at a time."""
        while chunk := os.pread(self._fd, min(_CHUNK, self.size - self.hashed), self.hashed):
            self._hash.update(chunk)
            self.hashed += len(chunk)
            yield chunk

    def request_headers(self) -> dict[str, str]:
        """What to ask for the rest with."""
        if not self.size or self.promise.validator is None:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self.promise.validator}

    def continues_with(self, status: int, headers: Mapping[str, str]) -> bool:
        """Whether an answer holds exactly the bytes that follow; it may tell the total too."""
        told = _RANGE.fullmatch(headers.get("Content-Range", ""))
        if status != 206 or told is None:  # noqa: PLR2004 - partial content
            return False
        first, last, total = (int(number) for number in told.groups())
        name = "ETag" if self.promise.etag else "Last-Modified"
        if (
            not first == self.size <= last < total
            or self.promise.total not in {None, total}
            or headers.get(name, self.promise.validator) != self.promise.validator
        ):
            return False
        self.promise = self.promise._replace(total=total)
        return True

    def clear(self) -> None:
        """Forget all bytes and what was said of them."""
        self._notes.unlink(missing_ok=True)
        os.ftruncate(self._fd, 0)
        self._hash = hashlib.sha256()
        self.size = self.hashed = 0
        self.promise = Promise("")
        self.is_complete = False

    def start(self, promise: Promise) -> None:
        """Begin a file anew, on disk before its first byte."""
        self.clear()
        self.promise = promise
        self.is_complete = promise.total == 0
        fd = os.open(self._notes, _FLAGS | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(fd, "w", encoding="utf-8") as notes:
            notes.write(str(promise))

    def append(self, chunk: bytes) -> None:
        """Write the next bytes."""
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.pwrite(self._fd, rest, self.size + len(chunk) - len(rest)) :]
        self._hash.update(chunk)
        self.size += len(chunk)
        self.hashed = self.size
        self.is_complete = self.size == self.promise.total

    def sha256(self) -> str:
        """The hash of all bytes, in lower-case hexadecimal digits."""
        return self._hash.hexdigest()


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.json")


def _opened(file: Path) -> int:
    """Open a plain file of the caller's for reading and writing, in place of anything else."""
    fd = _own(file)
    if fd is None:
        file.unlink(missing_ok=True)
        fd = os.open(file, _FLAGS | os.O_CREAT | os.O_EXCL, 0o644)
    return fd


def _own(file: Path) -> int | None:
    """Open what is at `file`, unless it is a link, a pipe or another user's file."""
    try:
        fd = os.open(file, _FLAGS)
    except IsADirectoryError:
        raise
    except OSError:
        # Nothing there, a link, or no permission: what cannot be opened is replaced.
        return None
    status = os.fstat(fd)
    if stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and status.st_nlink == 1:
        return fd
    os.close(fd)
    return None


def _noted(notes: Path) -> Promise | None:
    fd = _own(notes)
    if fd is None:
        return None
    with os.fdopen(fd, encoding="utf-8") as opened:
        try:
            return Promise.parse(opened.read(65536))
        except (ValueError, RecursionError):
            return None
