"""gvm local: pin a version in this directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.cli.session import Session, common
from gvm.errors import NotInstalledError
from gvm.fs.impersonate import visiting
from gvm.fs.oserrors import writing
from gvm.model.toolversions import pin
from gvm.model.version import Request

if TYPE_CHECKING:
    from gvm.selection.resolver import Resolution


@click.command("local")
@click.argument("requests", nargs=-1, required=True, metavar="VERSION...")
@common()
def local(session: Session, requests: tuple[str, ...]) -> None:
    """Pin VERSION in this directory, in .tool-versions.

    Other tools in that file stay. Several versions are fallbacks in order.
    """
    words = " ".join(checked(word) for word in requests)
    # Raise what it raises before the file is changed.
    session.roots.resolution()
    file = Path.cwd() / ".tool-versions"
    with writing(file), visiting(Path()):
        pin(Path(file.name), words)
    session.output.say(f"golang {words} is written to {file}")
    resolution = session.roots.resolution()
    winner = resolution.selection
    if winner.origin.kind == "variable":
        session.output.warn(f"{winner.origin} is set and wins over it: {winner.words}")
    warn_if_missing(session, resolution)


def warn_if_missing(session: Session, resolution: Resolution) -> None:
    """Tell what to type where a choice leads to nothing yet."""
    try:
        resolution.checked()
    except NotInstalledError as error:
        session.output.warn(f"{error}", error.hint)


def checked(word: str) -> str:
    """A word that may stand in a .tool-versions.

    Raises:
        UsageError: it is none.
    """
    if word == "system" or (word.startswith(("path:/", "path:~/")) and len(word.split()) == 1):
        return word
    return str(Request.parse(word))
