"""gvm env: what the shim would set, for a shell or an editor."""

from __future__ import annotations

import click

from gvm.cli.session import Session, common, json_option, print_json
from gvm.cli.shells import SHELLS, set_line, this_shell, unset_line


@click.command("env")
@click.option("--shell", "shell_name", type=click.Choice(SHELLS), help="Whose syntax.")
@json_option
@common()
def command(session: Session, shell_name: str | None, as_json: bool) -> None:
    """Print PATH and what the shim sets, for a shell to evaluate."""
    resolution = session.resolution()
    selection = resolution.checked()
    shell = shell_name or this_shell(session.environ)
    path = session.environ.get("PATH", "").split(":")
    shims = str(session.root.shims)
    path = [shims, *(entry for entry in path if entry and entry != shims)]
    variables = {"PATH": ":".join(path), **resolution.set_variables}
    unset = list(resolution.unset_variables)
    if as_json:
        goroot = str(selection.toolchain) if selection.toolchain else None
        print_json({"set": variables, "unset": unset, "goroot": goroot})
        return
    for name, value in variables.items():
        click.echo(set_line(shell, name, value))
    for name in unset:
        click.echo(unset_line(shell, name))
