"""gvm env: what the shim would set, for a shell, an editor or a service."""

from __future__ import annotations

import click

from gvm.cli.output import print_json
from gvm.cli.session import Session, common, json_option
from gvm.shell.syntax import SHELLS, SYSTEMD, set_line, this_shell, unset_line


@click.command("env")
@click.option(
    "--shell", "--format", "syntax", type=click.Choice((*SHELLS, SYSTEMD)), help="Whose syntax."
)
@json_option
@common()
def env(session: Session, syntax: str | None, as_json: bool) -> None:
    """Print PATH and what the shim sets, for a shell or a service.

    With --format systemd, as the EnvironmentFile= of a unit reads it: values as they are.
    """
    resolution = session.roots.resolution()
    selection = resolution.checked()
    syntax = syntax or this_shell(session.process.environ)
    path = session.process.environ.get("PATH", "").split(":")
    path = list(dict.fromkeys([*map(str, session.roots.shims), *filter(None, path)]))
    variables = {"PATH": ":".join(path), **resolution.set_variables}
    if syntax == SYSTEMD and selection.origin.is_pin:
        # Wherever the service runs, it is the version of here that is meant.
        variables["GVM_GO_VERSION"] = selection.request
    unset = list(resolution.unset_variables)
    if as_json:
        goroot = str(selection.toolchain) if selection.toolchain else None
        print_json({"set": variables, "unset": unset, "goroot": goroot})
        return
    for name, value in variables.items():
        click.echo(set_line(syntax, name, value))
    # A file for systemd can only set.
    for name in unset if syntax != SYSTEMD else ():
        click.echo(unset_line(syntax, name))
