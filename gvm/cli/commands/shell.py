"""gvm shell: a version for the current shell."""

from __future__ import annotations

import sys

import click

from gvm.cli.commands.local import checked, warn_if_missing
from gvm.cli.session import Session, common
from gvm.selection.resolver import resolve
from gvm.shell.syntax import SHELLS, set_line, this_shell, unset_line


@click.command("shell")
@click.argument("request", required=False, metavar="[VERSION]")
@click.option("--unset", is_flag=True, help="Ask for nothing any more.")
@click.option("--shell", "shell_name", type=click.Choice(SHELLS), help="Whose syntax.")
@common()
def shell(session: Session, request: str | None, unset: bool, shell_name: str | None) -> None:
    """Make the running shell use VERSION.

    Where gvm is not activated, it prints the line for that: eval "$(gvm shell 1.21)", in fish: gvm
    shell 1.21 | source
    """
    shell = shell_name or this_shell(session.process.environ)
    if sys.stdout.isatty():
        typed = "gvm shell … | source" if shell == "fish" else 'eval "$(gvm shell …)"'
        session.output.say(f"this line is for the shell to evaluate: {typed}")
    if unset or request is None:
        click.echo(unset_line(shell, "GVM_GO_VERSION"))
    else:
        words = checked(request)
        environ = {**session.process.environ, "GVM_GO_VERSION": words}
        warn_if_missing(session, resolve(environ, shim=session.roots.shim))
        # Last: what is not all there is not evaluated.
        click.echo(set_line(shell, "GVM_GO_VERSION", words))
