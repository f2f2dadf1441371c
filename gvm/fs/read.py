"""Other people's files, read without waiting and up to a limit."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from gvm.fs.ownership import is_ours

if TYPE_CHECKING:
    from pathlib import Path

# Many times what any file that gvm reads as a text has.
LARGEST_TEXT = 16 << 20


def read_text(
    file: Path, *, errors: str = "strict", limit: int = LARGEST_TEXT, must_be_ours: bool = False
) -> str:
    """The text of a plain file, its line ends as they are.

    Args:
        file: whosever.
        errors: what becomes of bytes that are no UTF-8.
        limit: in bytes.
        must_be_ours: whether nobody but the caller and root may write it.

    Raises:
        OSError: it is no plain file, or has more bytes, or cannot be read, or is not ours.
        UnicodeDecodeError: it is no UTF-8.
    """
    content = read_start(file, limit + 1, must_be_ours=must_be_ours)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit} bytes", str(file))
    return content.decode("utf-8", errors)


def read_optional_text(file: Path) -> str | None:
    """Return the text of a file, whatever its bytes; None where there is none.

    Raises:
        OSError: as `read_text`.
    """
    try:
        return read_text(file, errors="surrogateescape")
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_start(file: Path, size: int, *, must_be_ours: bool = False) -> bytes:
    """The first bytes of a plain file, at most so many.

    Nothing else is waited for, as a pipe would be, or opened, as a watchdog better is not. Of what
    says that it has none, as all do in /proc, none is read: some of that is told only once.

    Raises:
        OSError: it is no plain file, or cannot be read.
    """
    with os.fdopen(open_plain(file), "rb") as opened:
        if must_be_ours and not is_ours(opened.fileno()):
            raise PermissionError(errno.EPERM, "others may write it", str(file))
        has_any = os.fstat(opened.fileno()).st_size
        content: bytes | None = opened.read(size) if has_any else b""
    if content is None:
        raise OSError(errno.EINVAL, "it is no plain file, but lets wait", str(file))
    return content


def open_plain(file: Path, flags: int = os.O_RDONLY) -> int:
    """Open a plain file without waiting, and nothing else.

    Raises:
        OSError: it is no plain file, or cannot be opened.
    """
    # Twice, for another may come in between.
    _refuse_special(file.stat(), file)
    fd = os.open(file, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _refuse_special(os.fstat(fd), file)
    except OSError:
        os.close(fd)
        raise
    return fd


def _refuse_special(status: os.stat_result, file: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", str(file))


def compute_sha256(file: Path) -> str:
    """The SHA-256 of a plain file, in lower-case hexadecimal digits."""
    import hashlib  # noqa: PLC0415 - few commands need it

    digest = hashlib.sha256()
    with os.fdopen(open_plain(file), "rb") as opened:
        while piece := opened.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
