"""gvm completions: the file that lets a shell complete gvm's words."""

from __future__ import annotations

import click

from gvm.assets import asset
from gvm.cli.session import Session, common

_FILES = {"bash": "gvm.bash", "fish": "gvm.fish", "zsh": "_gvm"}


@click.command("completions")
@click.argument("shell", type=click.Choice(sorted(_FILES)), metavar="bash|fish|zsh")
@common()
def command(session: Session, shell: str) -> None:  # noqa: ARG001 - all commands have one
    """Print the completions for a shell.

    Use it as: eval "$(gvm completions bash)", in fish: gvm completions fish | source
    """
    click.echo(asset(f"completions/{_FILES[shell]}").read_text(encoding="utf-8"), nl=False)
