"""Who decides what a path leads to."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

# As many as the kernel follows.
_LINKS = 40
_NOBODY = 65534


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


def is_ours(place: Path | int) -> bool:
    """Whether a file or directory, perhaps an open one, is there that nobody but the caller and root may write."""
    try:
        status = os.stat(place)  # noqa: PTH116 - a descriptor, too
        return status.st_uid in {0, os.geteuid()} and not _is_open(place, status)
    except OSError:
        return False


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


def nearest(place: Path) -> Path:
    """A directory, or the nearest one above it that there is."""
    # Where not even that can be seen, os.path says no.
    while not os.path.exists(place):  # noqa: PTH110
        place = place.parent
    return place


def is_own(place: Path) -> bool:
    """Whether what is found in a directory, or in one that is yet to be made, is to be obeyed.

    Not if another user could have put it there, or still can.
    """
    return stranger(place) is None and is_trusted(nearest(place))
