"""Changes that let contexts find the shims, made or shown."""

from __future__ import annotations

import errno
import os
import pwd
import shlex
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.activate.change import Change
from gvm.activate.contexts import of_system, of_user
from gvm.activate.directories import MadeDirectories
from gvm.cli.output import answer
from gvm.cli.session import Session, print_json
from gvm.errors import GvmError
from gvm.fs.locks import locked
from gvm.fs.oserrors import explained
from gvm.fs.ownership import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from gvm.activate.contexts import Context
    from gvm.activate.managed import Placement

    Row: TypeAlias = tuple[Context, Change | None]

diff_option = click.option(
    "--dry-run", is_flag=True, help="Show the changes as a diff, and make none."
)


def contexts(session: Session) -> list[Context]:
    """Those that are meant: the user's, or the machine's."""
    shims = session.writable_root.shims
    if session.is_system:
        return of_system(session.environ, shims)
    session.check_home()
    return of_user(session.home, session.environ, shims)


def planned(place: Placement, plan: Callable[[], Change]) -> Change:
    """What becomes of a placement; where its file cannot be read, nothing, and why."""
    try:
        return plan()
    except (OSError, GvmError) as error:
        return _barred(Change(place.file, None, None), error)


def carried_out(
    session: Session, rows: Sequence[Row], right: str, done: str, *, dry_run: bool, as_json: bool
) -> bool:
    """Make changes, and tell of them in a table; or show them as a diff.

    What cannot be changed keeps nothing else from being changed.

    Returns:
        Whether all could be.
    """
    if dry_run and as_json:
        _tell(session, rows, right, done.replace("is", "would be", 1), as_json=True)
    elif dry_run:
        click.echo("".join(change.diff() for _, change in rows if change), nl=False)
    else:
        root = session.writable_root
        made = MadeDirectories(root.made_directories)
        # Where there is no root, none is made in order to take something back.
        with locked(root.locks, "activation") if root.path.is_dir() else nullcontext():
            rows = [(context, change and _made(change, made)) for context, change in rows]
            try:
                made.remove_empty(change.file for _, change in rows if change)
            finally:
                _tell(session, rows, right, done, as_json=as_json)
    barred = [change for _, change in rows if change and change.is_barred]
    if session.is_quiet or (dry_run and not as_json):
        for change in barred:
            session.warn(f"{change.file}: {change.obstacle}", change.advice)
    return not barred


def _made(change: Change, directories: MadeDirectories) -> Change:
    """A change after it was made, or with what kept it from being made."""
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
    """What lets the user write a file or a directory that is root's or read-only."""
    closed = next((path for path in (there, there.parent) if not os.access(path, os.W_OK)), None)
    if closed is None or closed == Path("/"):
        return ""
    word = shlex.quote(str(closed))
    if closed.stat().st_uid == os.geteuid():
        return f"chmod u+rwX {word}"
    return f"sudo chown {pwd.getpwuid(os.geteuid()).pw_name} {word}"


def _tell(session: Session, rows: Sequence[Row], right: str, done: str, *, as_json: bool) -> None:
    told = [(context, change, _told(context, change, right, done)) for context, change in rows]
    if as_json:
        print_json(
            [
                {
                    "context": context.name,
                    "file": str(change.file) if change else None,
                    "told": text,
                    "diff": change.diff() if change else "",
                }
                for context, change, text in told
            ]
        )
        return
    if not session.is_quiet:
        answer(*_table([(context.name, text) for context, _, text in told]))


def _told(context: Context, change: Change | None, right: str, done: str) -> str:
    if change is None:
        return context.advice
    if change.is_barred:
        return f"{change.file}: {change.obstacle}; {change.advice}"
    if change.obstacle:
        return f"{change.file} {change.obstacle}, and stays; {change.advice}"
    told = f"{change.file} {right if change.is_none else done}"
    return f"{told}, {context.advice}" if context.advice else told


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = max((len(name) for name, _ in rows), default=0)
    for name, text in rows:
        first, *others = text.splitlines() or [""]
        yield f"{name:<{width}}  {first}".rstrip()
        yield from (f"{'':<{width}}  {line}" for line in others)
