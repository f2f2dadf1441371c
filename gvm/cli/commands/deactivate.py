"""gvm deactivate: take back what activate did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from gvm.cli.changes import carried_out, contexts, diff_option, planned
from gvm.cli.session import Session, common, json_option

if TYPE_CHECKING:
    from gvm.cli.changes import Row


@click.command("deactivate")
@diff_option
@json_option
@common(system=True)
def command(session: Session, dry_run: bool, as_json: bool) -> int:
    """Take back what activate did."""
    rows: list[Row] = [
        (replace(context, advice=""), planned(place, place.removal))
        for context in contexts(session)
        for place in context.placements
    ]
    is_done = carried_out(
        session, rows, "has nothing of gvm", "is as before", dry_run=dry_run, as_json=as_json
    )
    return int(not is_done)
