"""gvm list-remote: what can be installed."""

from __future__ import annotations

import click

from gvm.cli.session import Session, common, json_option, print_json
from gvm.ledger import Ledger
from gvm.platform import Platform
from gvm.sources.index import kept_index
from gvm.sources.trust import OFFICIAL
from gvm.toolchains import installed
from gvm.versions import Request, supported_lines


@click.command("list-remote")
@click.argument("request", default="latest", metavar="[LINE]")
@click.option("--all", "is_all", is_flag=True, help="Betas and release candidates too.")
@json_option
@common()
def command(session: Session, request: str, is_all: bool, as_json: bool) -> None:
    """Show the versions that there are, newest last.

    What gvm knows itself is shown, with what a source has told: no network is needed.
    """
    wanted = Request.parse(request)
    arch = Platform.current().arch
    bases = [session.config.mirror] if session.config.mirror else OFFICIAL
    versions = set(Ledger.load().versions(arch))
    for base in bases:
        versions.update(kept_index(base, session.paths.indexes).versions(arch))
    lines = supported_lines(versions)
    here = {toolchain.version for toolchain in installed(session.root)}
    shown = sorted(
        version
        for version in versions
        if wanted.matches(version) and (is_all or not version.is_prerelease)
    )
    if as_json:
        print_json(
            [
                {
                    "version": str(version),
                    "stable": not version.is_prerelease,
                    "supported": version.line in lines,
                    "installed": version in here,
                }
                for version in shown
            ]
        )
        return
    for version in shown:
        notes = ["installed"] if version in here else []
        notes += ["supported"] if version.line in lines else []
        click.echo(f"{version!s:<10} {', '.join(notes)}".rstrip())
