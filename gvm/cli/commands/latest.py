"""gvm latest: the newest version that there is."""

from __future__ import annotations

import click

from gvm.cli.progress import Shown
from gvm.cli.session import Session, common, json_option, print_json
from gvm.model.platform import Platform
from gvm.model.version import Request


@click.command("latest")
@click.argument("request", default="latest", metavar="[LINE]")
@click.option("--source", help="As for gvm install.")
@json_option
@common()
def command(session: Session, request: str, source: str | None, as_json: bool) -> None:
    """Show the newest version that there is, or that a line has."""
    from gvm.cli.sources import sources
    from gvm.install.fetch import Supply
    from gvm.net.http import client

    wanted = Request.parse(request)
    with client(session.environ) as http:
        asked = sources(session, http, source)
        supply = Supply(asked, session.paths.archives, http, Shown(session))
        version = supply.newest(wanted, Platform.current())
    if as_json:
        print_json({"version": str(version), "line": version.line})
    else:
        click.echo(version)
