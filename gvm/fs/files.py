"""Files that are whole or not at all."""

# ruff: noqa: PLC0415 - most commands need none of what is imported in functions here

from __future__ import annotations

import errno
import os
import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.fs.unfinished import create_unfinished, discard, unfinished_name
from gvm.signals import undoing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

# As many as the kernel follows.
_LINKS = 40
# Many times what any file that gvm reads as a text has.
LARGEST_TEXT = 16 << 20
_NOBODY = 65534


def text_of(
    file: Path, *, errors: str = "strict", limit: int = LARGEST_TEXT, is_ours: bool = False
) -> str:
    """The text of a plain file, its line ends as they are.

    Args:
        file: whosever.
        errors: what becomes of bytes that are no UTF-8.
        limit: in bytes.
        is_ours: whether nobody but the caller and root may write it.

    Raises:
        OSError: it is no plain file, or has more bytes, or cannot be read, or is not ours.
        UnicodeDecodeError: it is no UTF-8.
    """
    content = start_of(file, limit + 1, is_ours=is_ours)
    if len(content) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit} bytes", str(file))
    return content.decode("utf-8", errors)


def start_of(file: Path, size: int, *, is_ours: bool = False) -> bytes:
    """The first bytes of a plain file, at most so many.

    Nothing else is waited for, as a pipe would be, or opened, as a watchdog better is not. Of what
    says that it has none, as all do in /proc, none is read: some of that is told only once.

    Raises:
        OSError: it is no plain file, or cannot be read.
    """
    with os.fdopen(open_plain(file), "rb") as opened:
        told = os.fstat(opened.fileno())
        if is_ours and not _is_ours(opened.fileno(), told):
            raise PermissionError(errno.EPERM, "others may write it", str(file))
        content: bytes | None = opened.read(size) if told.st_size else b""
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


def is_trusted(path: Path) -> bool:
    """Whether nobody but the caller and root decides what a file or directory holds, as in the shim."""
    try:
        told = path.stat()
        if told.st_uid == 0:
            return not _is_open(path, told) and stranger(path) is None
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
        return _is_open(path, path.stat())
    except OSError:
        return False


def is_ours(path: Path) -> bool:
    """Whether a file or directory is there that nobody but the caller and root may write."""
    try:
        return _is_ours(path, path.stat())
    except OSError:
        return False


def _is_ours(path: Path | int, told: os.stat_result) -> bool:
    return told.st_uid in {0, os.geteuid()} and not _is_open(path, told)


def _is_open(path: Path | int, told: os.stat_result) -> bool:
    by_group = told.st_mode & stat.S_IWGRP and (told.st_gid != 0 or _has_acl(path))
    return bool(by_group or told.st_mode & stat.S_IWOTH)


def _has_acl(path: Path | int) -> bool:
    """Whether the rights of the group are those that an ACL gives to others at most, as in the shim."""
    try:
        return any(name.startswith("system.posix_acl_") for name in os.listxattr(path))
    except OSError as error:
        # Else the file system knows none.
        return error.errno != errno.EOPNOTSUPP


def replace_text(file: Path, text: str) -> None:
    """Write a file of gvm's own, in place of what is there; through a symbolic link, its target.

    Raises:
        PermissionError: the link is another user's, who might let it lead anywhere.
        OSError: it is a device, or something else that is no file.
    """
    file = follow_links(file)
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(file))
    replace_bytes(file, text.encode("utf-8", "surrogateescape"), lambda fd: os.fchmod(fd, 0o644))


def replace_bytes(file: Path, content: bytes, set_rights: Callable[[int], None]) -> None:
    """Let a new file take the place of one, in one step.

    Args:
        file: no symbolic link.
        content: of the new file.
        set_rights: gives them to the new file, which until then is the caller's alone.
    """
    new = unfinished_name(file)
    fd = create_unfinished(new, file)
    with undoing(partial(new.unlink, missing_ok=True)), os.fdopen(fd, "wb") as opened:
        try:
            opened.write(content)
            opened.flush()
            set_rights(opened.fileno())
            os.fsync(opened.fileno())
            new.replace(file)
        except BaseException as error:
            if isinstance(error, OSError):
                error.filename, error.filename2 = str(file), None
            new.unlink(missing_ok=True)
            raise


def write_new(file: Path, content: bytes, mode: int) -> None:
    """Write a file that takes another's place later; what a killed run left there goes."""
    file.unlink(missing_ok=True)
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as opened:
        opened.write(content)
        os.fchmod(fd, mode)


def follow_links(file: Path) -> Path:
    """Return what symbolic links lead to, there or not.

    Raises:
        PermissionError: one is another user's, who might let it lead anywhere.
        OSError: they lead round and round.
    """
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
    new = unfinished_name(link)
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
        place = file if is_link else follow_links(file)
    except PermissionError:
        # Nothing was written through it.
        return
    discard(unfinished_name(place))


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
    """The SHA-256 of a plain file, in lower-case hexadecimal digits."""
    import hashlib

    digest = hashlib.sha256()
    with os.fdopen(open_plain(file), "rb") as opened:
        while piece := opened.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
