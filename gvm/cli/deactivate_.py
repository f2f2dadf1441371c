"""gvm deactivate: take back what activate did."""

from __future__ import annotations

import click

from gvm.activate import profile
from gvm.cli.activate_ import places
from gvm.cli.session import Session, common


@click.command("deactivate")
@common(system=True)
def command(session: Session) -> None:
    """Take back what activate did."""
    shell = session.environ.get("SHELL", "").rpartition("/")[2]
    for file in places(session, shell):
        if profile.drop(file):
            session.say(f"{file} changed")
