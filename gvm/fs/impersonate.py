"""Root's work in directories of other users, with their rights instead of its own."""

from __future__ import annotations

import errno
import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from gvm.errors import GvmError
from gvm.fs.ownership import follow_links, is_open, is_superuser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DIRECTORY = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
# No account's.
_NOBODYS_GROUP = 65534


@contextmanager
def visiting(directory: Path) -> Iterator[None]:
    """Work in a directory; root as its owner, who may make a link of anything there at any moment.

    Files are to be named relative to it, so that nothing above it is followed once more.

    Raises:
        PermissionError: it is another user's link, who might let it lead anywhere.
    """
    with ExitStack() as stack:
        before = os.open(".", _DIRECTORY)
        stack.callback(os.close, before)
        there = _opened(directory)
        stack.callback(os.close, there)
        os.fchdir(there)
        stack.callback(os.fchdir, before)
        try:
            with _rights_of(os.fstat(there).st_uid):
                yield
        except OSError as error:
            if isinstance(error.filename, str):
                error.filename = str(directory / error.filename)
            raise


def _opened(directory: Path) -> int:
    if not is_superuser():
        return os.open(follow_links(directory), _DIRECTORY | os.O_NOFOLLOW)
    # Where others may write, a link is another one by the time that it is followed.
    if directory.lstat().st_uid == 0 and not is_open(directory.parent):
        return os.open(directory, _DIRECTORY)
    if directory.is_symlink():
        raise PermissionError(errno.EPERM, "it is another user's symbolic link", str(directory))
    return os.open(directory, _DIRECTORY | os.O_NOFOLLOW)


@contextmanager
def _rights_of(user: int) -> Iterator[None]:
    """Lay root's rights down for those of a user."""
    if not is_superuser() or user == 0:
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    own, others = _groups(user)
    try:
        try:
            os.setgroups(others)
            os.setegid(own)
            os.seteuid(user)
        except PermissionError as error:
            raise GvmError(
                f"this is user {user}'s directory, and root may not act as that user here",
                hint=f"call it as user {user}, or allow CAP_SETUID and CAP_SETGID",
            ) from error
        yield
    except OSError as error:
        if error.errno == errno.EACCES:
            error.strerror = f"{error.strerror} to user {user}, whose directory this is"
        raise
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def _groups(user: int) -> tuple[int, list[int]]:
    """The group of what a user makes, and all groups of that user."""
    import pwd  # noqa: PLC0415 - only root needs it

    try:
        account = pwd.getpwuid(user)
    except KeyError:
        return _NOBODYS_GROUP, []
    return account.pw_gid, os.getgrouplist(account.pw_name, account.pw_gid)
