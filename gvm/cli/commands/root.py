"""gvm root: where gvm keeps its toolchains."""

from __future__ import annotations

import click

from gvm.cli.output import print_json
from gvm.cli.session import Session, common, json_option


@click.command("root")
@json_option
@common(system=True)
def root(session: Session, as_json: bool) -> None:
    """Show the data directory."""
    if as_json:
        print_json(
            {"root": str(session.roots.root.path), "release": session.roots.root.release.name}
        )
    else:
        click.echo(session.roots.root.path)
