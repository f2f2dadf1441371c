"""What others must not be able to do to the places that gvm writes."""

from __future__ import annotations

import os
import shlex
import stat
from typing import TYPE_CHECKING

from gvm.errors import GvmError
from gvm.fs.ownership import is_open, is_superuser, is_trusted, nearest, stranger

if TYPE_CHECKING:
    from pathlib import Path


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


def refuse_decided_by_others(file: Path) -> None:
    """Refuse a file of root's that another user could write, or let another take the place of.

    Raises:
        GvmError: there is such a user, and this is root.
    """
    if not is_superuser():
        return
    # Of what is no plain file nothing is obeyed.
    for place in (*reversed(file.parents), *([file] if os.path.isfile(file) else [])):  # noqa: PTH113
        if not os.path.exists(place) or is_trusted(place) or _is_above(place, file):  # noqa: PTH110
            continue
        word = _quoted(place)
        if is_open(place):
            reason, hint = f"others may write {place}", f"sudo chmod go-w {word}"
        else:
            reason = f"another user owns {place}, or what it is found through"
            hint = f"see whose it is: namei -l {word}"
        raise GvmError(f"cannot use {file}: {reason}", hint=hint)


def refuse_open_above(place: Path) -> None:
    """Refuse a directory of root's where another user could let something else take its place.

    Raises:
        GvmError: others may write a directory above it, and this is root.
    """
    for above in place.parents if is_superuser() else ():
        if is_open(above) and not above.stat().st_mode & stat.S_ISVTX:
            raise GvmError(
                f"cannot use {place}: others may write {above}",
                hint=f"sudo chmod go-w {_quoted(above)}",
            )


def _is_above(place: Path, file: Path) -> bool:
    """Return whether a directory leaves those in it alone, as /tmp does, and a file is in one of those."""
    is_sticky = place.stat().st_mode & stat.S_ISVTX and stranger(place) is None
    return bool(is_sticky) and place not in {file, file.parent}


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
    return shlex.quote(str(place))


def close_umask(*, is_system: bool) -> None:
    """Let nobody else write what is made from now on; what root makes for the machine all can read."""
    os.umask(0o022 if is_system else os.umask(0o077) | 0o022)
