"""gvm which: the file that a command runs."""

from __future__ import annotations

import click

from gvm.cli.output import print_json
from gvm.cli.session import Session, common, json_option


@click.command("which")
@click.argument("name", default="go")
@json_option
@common()
def which(session: Session, name: str, as_json: bool) -> None:
    """Show the path of what NAME (go, gofmt, gopls …) runs here."""
    selection = session.roots.resolution(name).checked()
    if as_json:
        print_json({"name": name, "path": str(selection.executable)})
    else:
        click.echo(selection.executable)
