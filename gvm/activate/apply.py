"""Plans of changes, carried out one by one."""

from __future__ import annotations

import errno
import os
import pwd
import shlex
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.change import Change
from gvm.activate.directories import MadeDirectories
from gvm.errors import GvmError
from gvm.fs.locks import locked
from gvm.fs.oserrors import explained
from gvm.fs.ownership import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from gvm.activate.contexts import Context
    from gvm.activate.managed import Placement
    from gvm.store.paths import Root

    Row: TypeAlias = tuple[Context, Change | None]


def plan_change(place: Placement, plan: Callable[[], Change]) -> Change:
    """Return what becomes of a placement; where its file cannot be read, nothing, and why."""
    try:
        return plan()
    except (OSError, GvmError) as error:
        return _barred(Change(place.file, None, None), error)


def apply_changes(
    rows: Sequence[Row], root: Root, report: Callable[[Sequence[Row]], None]
) -> Sequence[Row]:
    """Make changes; what cannot be changed keeps nothing else from being changed.

    Args:
        rows: contexts, each with what was planned for it.
        root: whose shims they are about.
        report: gets the rows as they are returned, before directories without a use are removed.

    Returns:
        The same rows, with what kept a change from being made.
    """
    made = MadeDirectories(root.made_directories)
    # Where there is no root, none is made in order to take something back.
    with locked(root.locks, "activation") if root.path.is_dir() else nullcontext():
        rows = [(context, change and _made(change, made)) for context, change in rows]
        try:
            made.remove_empty(change.file for _, change in rows if change)
        finally:
            report(rows)
    return rows


def _made(change: Change, directories: MadeDirectories) -> Change:
    """Return a change after it was made, or with what kept it from being made."""
    try:
        if not change.is_none and change.new is not None:
            directories.make_above(change.file)
        change.make()
    except (OSError, GvmError) as error:
        return _barred(change, error)
    return change


def _barred(change: Change, error: OSError | GvmError) -> Change:
    if isinstance(error, GvmError):
        return replace(change, obstacle=str(error), advice=error.hint, is_barred=True)
    is_link = change.file.is_symlink()
    there = change.file if is_link else nearest(change.file)
    if isinstance(error, FileExistsError):
        # That is what mkdir says of a file.
        error = NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    _, advice = explained(OSError(error.errno, error.strerror, str(there)))
    # What a link leads to may be for nobody to write, as Nix' store is.
    if isinstance(error, PermissionError) and not is_link:
        advice = _opening(there) or advice
    return replace(change, obstacle=error.strerror or str(error), advice=advice, is_barred=True)


def _opening(there: Path) -> str:
    """Return what lets the user write a file or a directory that is root's or read-only."""
    closed = next((path for path in (there, there.parent) if not os.access(path, os.W_OK)), None)
    if closed is None or closed == Path("/"):
        return ""
    word = shlex.quote(str(closed))
    if closed.stat().st_uid == os.geteuid():
        return f"chmod u+rwX {word}"
    return f"sudo chown {pwd.getpwuid(os.geteuid()).pw_name} {word}"
