"""What others must not be able to do to the places that gvm writes."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from gvm.errors import GvmError
from gvm.files import is_open, is_trusted, stranger

if TYPE_CHECKING:
    from pathlib import Path


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


def refuse_others(place: Path) -> None:
    """Refuse a directory that others may write, or could make in between.

    Raises:
        GvmError: it is such a one.
    """
    there = nearest(place)
    told = there.stat()
    owner = stranger(place)
    owner = told.st_uid if owner is None else owner
    hint = "let XDG_CACHE_HOME name a directory of your own; as root: sudo -H gvm …"
    if owner not in {0, os.geteuid()}:
        raise GvmError(f"{place} is not used: it is user {owner}'s", hint=hint)
    if there == place:
        is_shared = is_open(place)
        if owner == os.geteuid():
            hint = f"chmod go-w {_quoted(place)}"
    else:
        # Whoever is in the group above, such as a user's own, cannot write what is made here.
        is_shared = told.st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH
    if is_shared:
        raise GvmError(f"{place} is not used: others can write there", hint=hint)


def refuse_others_below(place: Path) -> None:
    """Refuse a directory that others may write, and one in it.

    Raises:
        GvmError: there is such a one.
    """
    refuse_others(place)
    for inner in place.iterdir() if place.is_dir() else ():
        if inner.is_dir():
            refuse_others(inner)


def refuse_unwritable(place: Path) -> None:
    """Refuse a directory that the caller cannot write.

    Raises:
        GvmError: it is such a one.
    """
    if os.access(place, os.W_OK):
        return
    word = _quoted(place)
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        raise GvmError(
            f"{place} is on a read-only file system",
            hint=f"see how it is mounted: findmnt -T {word}",
        )
    raise GvmError(f"{place} cannot be written", hint=f"see who may: ls -ld {word}")


def _quoted(place: Path) -> str:
    import shlex

    return shlex.quote(str(place))


def close_umask(*, is_system: bool) -> None:
    """Let nobody else write what is made from now on; what root makes for the machine all can read."""
    os.umask(0o022 if is_system else os.umask(0o077) | 0o022)
