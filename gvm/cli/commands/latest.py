"""gvm latest: the newest version that there is."""

from __future__ import annotations

import click

from gvm.cli.output import print_json
from gvm.cli.session import Session, common, json_option
from gvm.model.platform import Platform
from gvm.model.version import Request


@click.command("latest")
@click.argument("request", default="latest", metavar="[LINE]")
@click.option("--source", help="As for gvm install.")
@json_option
@common()
def latest(session: Session, request: str, source: str | None, as_json: bool) -> None:
    """Show the newest version that there is, or that a line has."""
    from gvm.cli.fetching import open_client, open_fetcher

    wanted = Request.parse(request)
    with open_client(session) as http, open_fetcher(session, http, source) as fetcher:
        version = fetcher.newest(wanted, Platform.current())
    if as_json:
        print_json({"version": str(version), "line": version.line})
    else:
        click.echo(version)
