"""gvm root: where gvm keeps its toolchains."""

from __future__ import annotations

import click

from gvm.cli.session import Session, common


@click.command("root")
@common(system=True)
def command(session: Session) -> None:
    """Show the data directory."""
    click.echo(session.root.path)
