"""gvm completions: the file that lets a shell complete gvm's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvm.assets import asset
from gvm.cli.session import Session, common

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILES = {"bash": "gvm.bash", "fish": "gvm.fish", "zsh": "_gvm"}


@click.command("completions")
@click.argument("shell", metavar="bash|fish|zsh")
@common()
def completions(session: Session, shell: str) -> None:
    """Print the completions for a shell.

    Use it as: eval "$(gvm completions bash)", in fish: gvm completions fish | source
    """
    if shell in {"installed", "shims"}:
        # What the files ask for when TAB is pressed.
        for word in _words(session, shell):
            click.echo(word)
        return
    context = click.get_current_context()
    file = _FILES[click.Choice(sorted(_FILES)).convert(shell, context.command.params[0], context)]
    click.echo(asset(f"completions/{file}").read_text(encoding="utf-8"), nl=False)


def _words(session: Session, kind: str) -> Iterable[str]:
    """Return what the roots have that the caller may use; each is a plain word for any shell."""
    if kind == "installed":
        from gvm.store.toolchains import installed

        return [
            str(toolchain.version)
            for root in session.roots.trusted
            for toolchain in installed(root)
        ]
    from gvm.selection.shims import commands

    return sorted({name for root in session.roots.trusted for name in commands(root)})
