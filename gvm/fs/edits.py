"""Changes of text files that belong to users, which keep whatever else a file has."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gvm.fs.atomic import replace_bytes
from gvm.fs.locks import wait_for
from gvm.fs.ownership import follow_links, is_open, is_superuser
from gvm.fs.read import LARGEST_TEXT, open_plain
from gvm.fs.unfinished import discard, unfinished_name
from gvm.signals import undoing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Seconds: whoever may read a file of a user's may lock it.
_PATIENCE = 10.0
_TRIES = 100
# No file can take this one's place, or none that is like it.
_IRREPLACEABLE = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EISDIR, errno.EINVAL, errno.EOPNOTSUPP,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Original:
    """A file as it was read.

    Attributes:
        content: all of it.
        status: of the open file.
        attributes: its extended ones, ACLs among them; None where they cannot all be read.
    """

    content: bytes
    status: os.stat_result
    attributes: dict[str, bytes] | None

    @property
    def is_replaceable(self) -> bool:
        """Whether another file in its place would lose nothing."""
        return self.status.st_nlink == 1 and self.attributes is not None


def edit_text(file: Path, change: Callable[[str], str]) -> None:
    """Change the text of a file; owner, rights, attributes, links and names stay.

    A new file takes its place in one step. Where that cannot be, or would lose something, the file is
    written in place.

    Args:
        file: that is there; through a symbolic link, its target.
        change: makes the new text of the old one, whose bytes may be no UTF-8; perhaps more than once.

    Raises:
        PermissionError: it is another user's link, who might let it lead anywhere.
        LockTimeoutError: another process has locked it.
        OSError: it is no plain file, or cannot be read, or written.
    """
    place = follow_links(file)
    for _ in range(_TRIES):
        original = _read(place)
        old = original.content.decode("utf-8", "surrogateescape")
        new = change(old)
        if new == old:
            # What a killed run left would stay else.
            with suppress(OSError):
                discard(unfinished_name(place))
            return
        content = new.encode("utf-8", "surrogateescape")
        if _is_replaced(place, content, original) or _is_overwritten(place, content, original):
            return
    raise OSError(errno.ESTALE, "it changes again and again, and stays", str(place))


def _read(place: Path) -> _Original:
    with os.fdopen(open_plain(place, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:
        status = os.fstat(opened.fileno())
        # What is in /proc has no size, and is told only once.
        content = opened.read(LARGEST_TEXT + 1) if status.st_size else b""
        if len(content) > LARGEST_TEXT:
            raise OSError(errno.EFBIG, f"it has more than {LARGEST_TEXT} bytes", str(place))
        attributes = None
        with suppress(OSError):
            attributes = _attributes(opened.fileno())
        return _Original(content=content, status=status, attributes=attributes)


def _attributes(fd: int) -> dict[str, bytes]:
    try:
        names = os.listxattr(fd)
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        return {}
    return {name: os.getxattr(fd, name) for name in names}


def _is_replaced(place: Path, content: bytes, original: _Original) -> bool:
    """Let a new file take the place, if one can."""
    if not original.is_replaceable:
        return False
    try:
        replace_bytes(place, content, partial(_copy_rights, original))
    except OSError as error:
        if error.errno not in _IRREPLACEABLE:
            raise
        return False
    return True


def _copy_rights(original: _Original, fd: int) -> None:
    """Give a file, which is the caller's alone, what another has.

    At no moment may anybody do more with it than with the other: an ACL comes before the mode, which
    without one would be the rights of its group.
    """
    new, old = os.fstat(fd), original.status
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        os.fchown(fd, old.st_uid, old.st_gid)
    there, wanted = _attributes(fd), original.attributes or {}
    for name in there.keys() - wanted.keys():
        os.removexattr(fd, name)
    for name, value in wanted.items():
        if there.get(name) != value:
            os.setxattr(fd, name, value)
    mode = old.st_mode & 0o777
    if stat.S_IMODE(os.fstat(fd).st_mode) != mode:
        os.fchmod(fd, mode)


def _is_overwritten(place: Path, content: bytes, original: _Original) -> bool:
    """Write a file in place, unless it has changed since it was read."""
    if original.status.st_nlink > 1:
        _refuse_planted(place)
    fd = os.open(place, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        _refuse_kernel(fd)
        wait_for(fd, str(place), place, timeout=_PATIENCE)
        is_same = os.path.samestat(os.fstat(fd), original.status)
        if not is_same or os.pread(fd, LARGEST_TEXT + 1, 0) != original.content:
            return False
        _overwrite(fd, original.content, content)
    except OSError as error:
        error.filename = str(place)
        raise
    finally:
        os.close(fd)
    return True


def _refuse_kernel(fd: int) -> None:
    """Refuse what is shown as a file, and obeyed when it is written, as in /proc and /sys."""
    if not os.fstatvfs(fd).f_blocks:
        raise OSError(errno.EINVAL, "it is no file on a disk")


def _refuse_planted(place: Path) -> None:
    """Refuse a hard link that another user may have made, of any file of the caller's."""
    directory = place.absolute().parent
    status = directory.stat()
    is_shared = is_open(directory) if is_superuser() else status.st_mode & stat.S_IWOTH
    if is_shared or status.st_uid not in {0, os.geteuid()}:
        raise OSError(errno.EMLINK, "others may have linked it to another file", str(place))


def _overwrite(fd: int, old: bytes, new: bytes) -> None:
    """Write one text over another, which comes back where that fails.

    Between any two steps the file has one of them, perhaps with blank lines behind it.
    """
    with undoing(partial(_restore, fd, old)):
        try:
            # Before the old text is touched, there must be room for the new one.
            _write_at(fd, b"\n" * (len(new) - len(old)), len(old))
            _write_at(fd, new.ljust(len(old), b"\n"), 0)
            os.ftruncate(fd, len(new))
            os.fsync(fd)
        except BaseException:
            _restore(fd, old)
            raise


def _restore(fd: int, old: bytes) -> None:
    with suppress(OSError):
        _write_at(fd, old, 0)
    os.ftruncate(fd, len(old))
    os.fsync(fd)


def _write_at(fd: int, content: bytes, offset: int) -> None:
    rest = memoryview(content)
    while rest:
        written = os.pwrite(fd, rest, offset)
        rest, offset = rest[written:], offset + written
