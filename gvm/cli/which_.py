"""gvm which: the file that a command runs."""

from __future__ import annotations

import click

from gvm.cli.session import Session, common
from gvm.errors import NotInstalledError


@click.command("which")
@click.argument("name", default="go")
@common()
def command(session: Session, name: str) -> None:
    """Show the path of what NAME (go, gofmt, gopls …) runs here."""
    resolution = session.resolution(name)
    if name in {"go", "gofmt"}:
        click.echo(resolution.checked().executable)
        return
    selection = resolution.selection
    if selection.status != "found":
        raise NotInstalledError(
            f"{name} is not installed for {resolution.release}",
            hint=f"go install PATH/{name}@latest",
        )
    click.echo(selection.executable)
