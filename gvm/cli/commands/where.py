"""gvm where: the directory of a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvm.cli.output import print_json
from gvm.cli.session import Session, common, json_option
from gvm.errors import NotInstalledError
from gvm.model.version import Request
from gvm.store.toolchains import find

if TYPE_CHECKING:
    from pathlib import Path


@click.command("where")
@click.argument("request", required=False, metavar="[VERSION]")
@json_option
@common(system=True)
def where(session: Session, request: str | None, as_json: bool) -> None:
    """Show the GOROOT of a version, or of the one in use here."""
    if request is not None:
        toolchain = find(Request.parse(request), session.roots.root.release, *session.roots.trusted)
        path: Path = toolchain.path
        version: str | None = str(toolchain.version)
    else:
        selection = session.roots.resolution().checked()
        if selection.goroot is None:
            raise NotInstalledError(
                f"{selection.executable} does not tell its GOROOT", hint="go env GOROOT"
            )
        path, version = selection.goroot, selection.version
    if as_json:
        print_json({"version": version, "path": str(path)})
    else:
        click.echo(path)
