"""Files that are whole or not at all."""

# ruff: noqa: PLC0415 - most commands need none of what is imported in functions here

from __future__ import annotations

import errno
import fcntl
import os
import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

from gvm.signals import undoing

# As many as the kernel follows.
_LINKS = 40
# Many times what any file that gvm reads as a text has.
_TEXT = 16 << 20
_NOBODY = 65534
_READS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def text_of(file: Path, *, errors: str = "strict", limit: int = _TEXT) -> str:
    """The text of a plain file, its line ends as they are.

    Args:
        file: whosever.
        errors: what becomes of bytes that are no UTF-8.
        limit: in bytes.

    Raises:
        OSError: it is no plain file, or has more bytes, or cannot be read.
        UnicodeDecodeError: it is no UTF-8.
    """
    return _text(start_of(file, limit + 1), file, errors, limit)


def text_to_change(file: Path) -> tuple[str, os.stat_result]:
    """The text of a plain file, whatever its bytes, and what the file was like from which it came.

    Raises:
        PermissionError: it is another user's link, who might let it lead anywhere.
        OSError: as `text_of`.
    """
    fd = os.open(_followed(file), _READS | os.O_NOFOLLOW)
    content, told = _start(fd, file, _TEXT + 1)
    return _text(content, file, "surrogateescape", _TEXT), told


def _text(content: bytes, file: Path, errors: str, limit: int) -> str:
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit} bytes", str(file))
    return content.decode("utf-8", errors)


def start_of(file: Path, size: int) -> bytes:
    """The first bytes of a plain file, at most so many.

    Nothing else is waited for, as a pipe would be, or opened, as a watchdog better is not. Of what
    says that it has none, as all do in /proc, none is read: some of that is told only once.

    Raises:
        OSError: it is no plain file, or cannot be read.
    """
    # Twice, for another may come in between.
    _plain(file.stat(), file)
    return _start(os.open(file, _READS), file, size)[0]


def _start(fd: int, file: Path, size: int) -> tuple[bytes, os.stat_result]:
    """The first bytes of what was opened without waiting, and is closed now, and what it is like."""
    try:
        told = _plain(os.fstat(fd), file)
    except OSError:
        os.close(fd)
        raise
    with os.fdopen(fd, "rb") as opened:
        content: bytes | None = opened.read(size) if told.st_size else b""
    if content is None:
        raise OSError(errno.EINVAL, "it is no plain file, but lets wait", str(file))
    return content, told


def _plain(told: os.stat_result, file: Path) -> os.stat_result:
    if not stat.S_ISREG(told.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", str(file))
    return told


def is_trusted(path: Path) -> bool:
    """Whether nobody but the caller and root decides what a file or directory holds, as in the shim."""
    try:
        told = path.stat()
        if told.st_uid == 0:
            return not _is_open(told) and stranger(path) is None
    except OSError:
        return False
    return told.st_uid == os.geteuid()


def is_superuser() -> bool:
    """Whether the caller is root, and not only called so, as in a namespace of a user's."""
    return os.geteuid() == 0 == os.lstat("/").st_uid


def stranger(path: Path, *, friends: Collection[int] = (0,)) -> int | None:
    """The user, if any, who could make a path lead root anywhere, at any moment.

    Whoever owns what is on the way: directories, and symbolic links as themselves. What is not there
    yet is nobody's. To others than root it does not matter.

    Args:
        path: it.
        friends: the users who may.

    Raises:
        OSError: the links lead round and round.
    """
    if not is_superuser():
        return None
    here, names = Path("/"), list(reversed(path.absolute().parts[1:]))
    links = 0
    while names:
        step = here / names.pop()
        try:
            told = step.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if step == Path("/proc"):
            # Links in there lead elsewhere than they say.
            return _NOBODY
        if told.st_uid not in friends:
            return told.st_uid
        if not stat.S_ISLNK(told.st_mode):
            here = Path(os.path.normpath(step))
            continue
        links += 1
        if links > _LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
        target = step.readlink()
        here = Path("/") if target.is_absolute() else here
        names += reversed(target.parts[target.is_absolute() :])
    return None


def is_open(path: Path) -> bool:
    """Whether others than the owner, or root's group, may write something."""
    try:
        return _is_open(path.stat())
    except OSError:
        return False


def _is_open(told: os.stat_result) -> bool:
    by_group = told.st_mode & stat.S_IWGRP and told.st_gid != 0
    return bool(by_group or told.st_mode & stat.S_IWOTH)


def replace_text(file: Path, text: str, *, like: os.stat_result | None = None) -> None:
    """Write a file, in place of what is there; through a symbolic link, its target.

    Args:
        file: it.
        text: of it.
        like: what the text was made of: its rights and, where root writes, its owner stay.

    Raises:
        PermissionError: the link is another user's, who might let it lead anywhere.
        OSError: it is a device, or something else that is no file.
    """
    file = _followed(file)
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(file))
    mode = like.st_mode & 0o777 if like else 0o644
    new = _unfinished(file)
    fd = _opened_alone(new)
    with (
        undoing(partial(new.unlink, missing_ok=True)),
        os.fdopen(fd, "w", encoding="utf-8", errors="surrogateescape", newline="") as opened,
    ):
        try:
            opened.write(text)
            if like is not None and os.geteuid() == 0:
                os.fchown(opened.fileno(), like.st_uid, like.st_gid)
            os.fchmod(opened.fileno(), mode)
            opened.flush()
            os.fsync(opened.fileno())
            new.replace(file)
        except BaseException as error:
            if isinstance(error, OSError):
                error.filename, error.filename2 = str(file), None
            new.unlink(missing_ok=True)
            raise


def _opened_alone(new: Path) -> int:
    """Make a file that nobody else may lock, and lock it; wait for another process that is writing it."""
    while True:
        try:
            fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            _discard(new)
            continue
        fcntl.flock(fd, fcntl.LOCK_EX)
        # Between the two, another process may have taken it for what is left of a killed one.
        if _is_at(fd, new):
            return fd
        os.close(fd)


def _discard(new: Path) -> None:
    """Remove what a killed process left; if one is still at it, wait for its end first."""
    try:
        fd = os.open(new, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        # No file that gvm has made.
        new.unlink(missing_ok=True)
        return
    try:
        # For another user nobody waits, nor does root that has laid its rights down.
        if os.fstat(fd).st_uid == os.getuid():
            fcntl.flock(fd, fcntl.LOCK_EX)
        if _is_at(fd, new):
            new.unlink(missing_ok=True)
    finally:
        os.close(fd)


def _is_at(fd: int, file: Path) -> bool:
    """Whether an open file is the one of that name."""
    try:
        return os.path.samestat(os.fstat(fd), file.lstat())
    except FileNotFoundError:
        return False


def _followed(file: Path) -> Path:
    for _ in range(_LINKS):
        try:
            link = os.open(file, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return file
        try:
            told = os.fstat(link)
            if not stat.S_ISLNK(told.st_mode):
                return file
            if told.st_uid not in {0, os.geteuid()}:
                raise PermissionError(errno.EPERM, "it is another user's symbolic link", str(file))
            # Of the link whose owner was looked at, whatever has its name by now.
            file = file.parent / os.readlink("", dir_fd=link)
        finally:
            os.close(link)
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(file))


def replace_link(link: Path, target: str) -> None:
    """Let a symbolic link point to `target`, in place of what is there."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    new = _unfinished(link)
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    try:
        new.replace(link)
    except OSError:
        new.unlink()
        raise


def discard_unfinished(file: Path, *, is_link: bool = False) -> None:
    """Remove what a killed process left of a file that it was to write, or of a link."""
    try:
        place = file if is_link else _followed(file)
    except PermissionError:
        # Nothing was written through it.
        return
    _discard(_unfinished(place))


def _unfinished(place: Path) -> Path:
    """What a file or a link is until it is whole.

    Always the same: what a killed process left is replaced, and not left beside another.
    """
    return place.with_name(f".{place.name}.new")


def sync_name(file: Path) -> None:
    """Write to the disk whether a directory has a file of that name, where the file system can."""
    fd = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(fd)


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in lower-case hexadecimal digits."""
    import hashlib

    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
