"""gvm latest: the newest version that there is."""

from __future__ import annotations

import click

from gvm.cli.install_ import _sources
from gvm.cli.progress import Shown
from gvm.cli.session import Session, common, json_option, print_json
from gvm.install import Installer
from gvm.platform import Platform
from gvm.versions import Request


@click.command("latest")
@click.argument("request", default="latest", metavar="[LINE]")
@click.option("--source", help="As for gvm install.")
@json_option
@common()
def command(session: Session, request: str, source: str | None, as_json: bool) -> None:
    """Ask the source for the newest version, or the newest of a line."""
    from gvm.download.http import client

    with client(session.environ) as http:
        sources = _sources(session, http, source)
        talk = Shown(session, request)
        installer = Installer(session.root, session.paths.archives, sources, http, talk)
        version = installer.choose(Request.parse(request), Platform.current())
    if as_json:
        print_json({"version": str(version), "line": version.line})
    else:
        click.echo(version)
