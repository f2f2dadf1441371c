"""gvm activate: let every context find the shims."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gvm.activate import texts
from gvm.activate.contexts import of_system, of_user
from gvm.activate.crontab import Crontab
from gvm.cli.output import answer
from gvm.cli.session import Session, common, json_option, print_json
from gvm.versions import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from gvm.activate.change import Change
    from gvm.activate.contexts import Context

    Row: TypeAlias = tuple[Context, Change | None]


@click.command("activate")
@click.option("--dry-run", is_flag=True, help="Show the changes as a diff, and make none.")
@click.option(
    "--cron", "is_cron", is_flag=True, help="Show the line for your crontab; ask to add it."
)
@click.option("-y", "--yes", is_flag=True, help="With --cron: add it, and do not ask.")
@json_option
@common(system=True)
def command(session: Session, dry_run: bool, is_cron: bool, yes: bool, as_json: bool) -> None:
    """Put the shims on PATH, for shells and services.

    The manual page, completions and the function for gvm shell go where man and the shells look.
    The table says for each context what was done, or what you must add and why.
    """
    shims = session.writable_root.shims
    if is_cron:
        _cron(session, Crontab(texts.crontab(shims)), dry_run=dry_run, yes=yes)
        return
    rows: list[Row] = []
    for context in contexts(session):
        rows += [(context, placement.addition()) for placement in context.placements]
        if not context.placements:
            rows.append((context, None))
    if not dry_run:
        # What links lead to.
        session.reshim()
    carried_out(session, rows, "is right already", "is written", dry_run=dry_run, as_json=as_json)
    if str(shims) not in session.environ.get("PATH", "").split(":"):
        shell = session.environ.get("SHELL", "").rpartition("/")[2]
        session.say(f"for the current shell: {texts.line(shell, shims)}")
    if namesake := session.environ.get("GVM_ROOT"):
        session.warn(
            f"in your shell, gvm may be a function of another gvm, in {shown(namesake)}",
            "remove the line that sources its scripts/gvm from your shell's files",
        )


def _cron(session: Session, crontab: Crontab, *, dry_run: bool, yes: bool) -> None:
    """Show the line for the crontab, and add it where that is wanted."""
    change = crontab.addition()
    click.echo(change.diff() if dry_run else crontab.body, nl=False)
    if dry_run:
        return
    if not change.is_none:
        if not yes and not (
            sys.stdin.isatty() and click.confirm("Put it at the start of your crontab?", err=True)
        ):
            return
        change.make()
    told = f"{change.obstacle}, and stays" if change.obstacle else "has this line now"
    session.say(f"your crontab {told}")


def contexts(session: Session) -> list[Context]:
    """Those that are meant: the user's, or the machine's."""
    shims = session.writable_root.shims
    if session.is_system:
        return of_system(session.environ, shims)
    session.check_home()
    return of_user(session.home, session.environ, shims)


def carried_out(
    session: Session, rows: Sequence[Row], right: str, done: str, *, dry_run: bool, as_json: bool
) -> None:
    """Make changes, or show them as a diff; and tell of them in a table."""
    changes = [change for _, change in rows if change is not None]
    if dry_run:
        click.echo("".join(change.diff() for change in changes), nl=False)
        return
    told = [(context, change, _told(context, change, right, done)) for context, change in rows]
    for change in changes:
        change.make()
    if as_json:
        print_json(
            [
                {
                    "context": context.name,
                    "file": str(change.file) if change else None,
                    "told": text,
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
