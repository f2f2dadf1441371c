"""gvm local: pin a version in this directory."""

from __future__ import annotations

from pathlib import Path

import click

from gvm.cli.session import Session, common
from gvm.errors import NotInstalledError
from gvm.resolver import resolve
from gvm.toolversions import pin
from gvm.versions import Request


@click.command("local")
@click.argument("requests", nargs=-1, required=True, metavar="VERSION...")
@common()
def command(session: Session, requests: tuple[str, ...]) -> None:
    """Write VERSION into .tool-versions here; other tools in it stay.

    Several versions are fallbacks in order.
    """
    words = " ".join(checked(word) for word in requests)
    pin(Path(".tool-versions"), words)
    session.say(f"golang {words} is written to {Path.cwd() / '.tool-versions'}")
    resolution = resolve(session.environ, shim=session.shim)
    winner = resolution.selection
    if winner.origin.kind == "variable":
        session.warn(f"{winner.origin} is set and wins over it: {winner.words}")
    try:
        resolution.checked()
    except NotInstalledError as error:
        session.warn(f"{error}")
        session.warn(f"hint: {error.hint}")


def checked(word: str) -> str:
    """A word that may stand in a .tool-versions.

    Raises:
        UsageError: it is none.
    """
    if word == "system" or (word.startswith(("path:/", "path:~/")) and len(word.split()) == 1):
        return word
    return str(Request.parse(word))
