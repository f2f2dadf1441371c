"""gvm where: the directory of a version."""

from __future__ import annotations

import click

from gvm.cli.session import Session, common
from gvm.errors import NotInstalledError
from gvm.paths import Root
from gvm.toolchains import find
from gvm.versions import Request


@click.command("where")
@click.argument("request", required=False, metavar="[VERSION]")
@common(system=True)
def command(session: Session, request: str | None) -> None:
    """Show the GOROOT of a version, or of the one in use here."""
    if request is None:
        click.echo(session.resolution().checked().toolchain)
        return
    wanted = Request.parse(request)
    try:
        click.echo(find(session.root, wanted).path)
    except NotInstalledError:
        if session.is_system:
            raise
        system = Root(session.paths.system, session.root.release)
        try:
            found = find(system, wanted)
        except NotInstalledError:
            found = None
        if found is None:
            raise
        click.echo(found.path)
