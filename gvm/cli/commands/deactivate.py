"""gvm deactivate: take back what activate did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from gvm.activate.apply import plan_change
from gvm.cli.changes import carry_out, diff_option, find_contexts
from gvm.cli.session import Session, common, json_option

if TYPE_CHECKING:
    from gvm.activate.apply import Row


@click.command("deactivate")
@diff_option
@json_option
@common(system=True)
def deactivate(session: Session, dry_run: bool, as_json: bool) -> int:
    """Take back what activate did."""
    rows: list[Row] = [
        (replace(context, advice=""), plan_change(place, place.removal))
        for context in find_contexts(session)
        for place in context.placements
    ]
    return carry_out(
        session, rows, "has nothing of gvm", "as before", dry_run=dry_run, as_json=as_json
    )
