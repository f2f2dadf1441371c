"""gvm current: the version that is used here."""

from __future__ import annotations

import click

from gvm.cli.output import answer, print_json
from gvm.cli.session import Session, common, json_option


@click.command("current")
@json_option
@common()
def current(session: Session, as_json: bool) -> None:
    """Show the version in use here, and who asks for it."""
    resolution = session.roots.resolution()
    if as_json:
        selection = resolution.selection
        print_json(
            {
                "version": selection.version if selection.status == "found" else None,
                "request": selection.request,
                "status": selection.status,
                "origin": selection.origin.kind,
                "from": selection.origin.name or None,
                "line": selection.origin.line,
                "release": resolution.release,
                "toolchain": str(selection.toolchain) if selection.toolchain else None,
                "executable": str(selection.executable) if selection.executable else None,
            }
        )
    selection = resolution.checked()
    if not as_json:
        unknown = (
            f"path:{selection.toolchain}"
            if selection.toolchain
            else f"system ({selection.executable})"
        )
        answer(selection.version or unknown)
        session.output.say(
            f"asked for by {selection.origin}" if selection.origin.name else "from PATH"
        )
