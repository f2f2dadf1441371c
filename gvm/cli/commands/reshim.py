"""gvm reshim: bring the shims up to date."""

from __future__ import annotations

import click

from gvm.cli.session import Session, common


@click.command("reshim")
@common(system=True)
def reshim(session: Session) -> None:
    """Write the shims that are missing or out of date."""
    changes = session.roots.reshim()
    for name in changes.written:
        session.output.say(f"wrote {session.roots.root.shims / name}")
    for name in changes.removed:
        session.output.say(f"removed {session.roots.root.shims / name}")
    if not any(changes):
        session.output.say("all shims are up to date")
