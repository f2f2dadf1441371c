"""gvm activate: let every context find the shims."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from gvm.activate import profiles
from gvm.activate.apply import plan_change
from gvm.activate.crontab import ManagedCrontab
from gvm.cli.changes import carry_out, diff_option, find_contexts
from gvm.cli.session import Session, common, json_option
from gvm.errors import UsageError
from gvm.shell.syntax import this_shell
from gvm.text import quote

if TYPE_CHECKING:
    from gvm.activate.apply import Row


@click.command("activate")
@diff_option
@click.option(
    "--cron", "is_cron", is_flag=True, help="Show the line for your crontab; ask to add it."
)
@click.option("-y", "--yes", is_flag=True, help="With --cron: add it, and do not ask.")
@json_option
@common(system=True)
def activate(session: Session, dry_run: bool, is_cron: bool, yes: bool, as_json: bool) -> int:
    """Put the shims on PATH, for shells and services.

    The manual page, completions and the function for gvm shell go where man and the shells look.
    The table says for each context what was done, or what you must add and why.
    """
    if is_cron and as_json:
        raise UsageError("--cron has no --json", hint="gvm activate --cron")
    shims = session.roots.writable_root.shims
    if is_cron:
        _cron(session, ManagedCrontab(profiles.crontab(shims)), dry_run=dry_run, yes=yes)
        return 0
    rows: list[Row] = []
    for context in find_contexts(session):
        rows += [(context, plan_change(place, place.addition)) for place in context.placements]
        if not context.placements:
            rows.append((context, None))
    if not dry_run:
        # What links lead to.
        session.roots.reshim()
    code = carry_out(session, rows, "is right already", "written", dry_run=dry_run, as_json=as_json)
    if str(shims) not in session.process.environ.get("PATH", "").split(":"):
        line = profiles.line(this_shell(session.process.environ), shims)
        session.output.say(f"for the current shell: {line}")
    if namesake := session.process.environ.get("GVM_ROOT"):
        session.output.warn(
            f"in your shell, gvm may be a function of another gvm, in {quote(namesake)}",
            "remove the line that sources its scripts/gvm from your shell's files",
        )
    return code


def _cron(session: Session, crontab: ManagedCrontab, *, dry_run: bool, yes: bool) -> None:
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
    session.output.say(f"your crontab {told}")
