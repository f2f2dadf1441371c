"""Changes that let contexts find the shims, as a table, as JSON or as a diff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvm.activate.apply import apply_changes
from gvm.activate.contexts import of_system, of_user
from gvm.cli.output import answer, print_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gvm.activate.apply import Row
    from gvm.activate.change import Change
    from gvm.activate.contexts import Context
    from gvm.cli.session import Session

diff_option = click.option(
    "--dry-run", is_flag=True, help="Show the changes as a diff, and make none."
)


def find_contexts(session: Session) -> list[Context]:
    """Return those that are meant: the user's, or the machine's."""
    shims = session.roots.writable_root.shims
    if session.roots.is_system:
        return of_system(session.process.environ, shims)
    session.roots.check_home()
    return of_user(session.process.home, session.process.environ, shims)


def carry_out(
    session: Session, rows: Sequence[Row], right: str, done: str, *, dry_run: bool, as_json: bool
) -> int:
    """Make changes, and show them in a table; or show them as a diff.

    Args:
        session: the call.
        rows: what is planned.
        right: what is said of a file that has no change.
        done: what is said of one that was changed, after "is".
        dry_run: whether to show only.
        as_json: whether to print JSON.

    Returns:
        1 if one could not be made, else 0.
    """

    def report(rows: Sequence[Row]) -> None:
        verb = "would be" if dry_run else "is"
        messages = [_message(context, change, right, f"{verb} {done}") for context, change in rows]
        if as_json:
            print_json([_json(*row, text) for row, text in zip(rows, messages, strict=True)])
        elif not session.output.is_quiet:
            names = [context.name for context, _ in rows]
            answer(*_table(list(zip(names, messages, strict=True))))

    if not dry_run:
        rows = apply_changes(rows, session.roots.writable_root, report)
    elif as_json:
        report(rows)
    else:
        click.echo("".join(change.diff() for _, change in rows if change), nl=False)
    barred = [change for _, change in rows if change and change.is_barred]
    if session.output.is_quiet or (dry_run and not as_json):
        for change in barred:
            session.output.warn(f"{change.file}: {change.obstacle}", change.advice)
    return int(bool(barred))


def _json(context: Context, change: Change | None, text: str) -> dict[str, object]:
    return {
        "context": context.name,
        "file": str(change.file) if change else None,
        "told": text,
        "diff": change.diff() if change else "",
    }


def _message(context: Context, change: Change | None, right: str, done: str) -> str:
    if change is None:
        return context.advice
    if change.is_barred:
        return f"{change.file}: {change.obstacle}; {change.advice}"
    if change.obstacle:
        return f"{change.file} {change.obstacle}, and stays; {change.advice}"
    text = f"{change.file} {right if change.is_none else done}"
    return f"{text}, {context.advice}" if context.advice else text


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = max((len(name) for name, _ in rows), default=0)
    for name, text in rows:
        first, *others = text.splitlines() or [""]
        yield f"{name:<{width}}  {first}".rstrip()
        yield from (f"{'':<{width}}  {line}" for line in others)
