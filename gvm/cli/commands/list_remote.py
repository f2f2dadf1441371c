"""gvm list-remote: what can be installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvm.cli.output import print_json
from gvm.cli.session import Session, common, json_option
from gvm.errors import DownloadError
from gvm.model.platform import Platform
from gvm.model.version import Request, supported_lines
from gvm.net.retry import PATIENCE
from gvm.sources.base import no_such_version
from gvm.store.toolchains import installed
from gvm.trust.ledger import Ledger

if TYPE_CHECKING:
    from gvm.sources.index import Index

_HOUR = 3600.0
# What gvm knows already is not worth a long wait for more.
_HURRIED = PATIENCE._replace(connect=3.0, stall=5.0, attempts=1)


@click.command("list-remote")
@click.argument("request", default="latest", metavar="[LINE]")
@click.option("--all", "is_all", is_flag=True, help="Betas and release candidates too.")
@json_option
@common()
def list_remote(session: Session, request: str, is_all: bool, as_json: bool) -> None:
    """Show the versions that there are, newest last.

    The source is asked at most once an hour. Without a network, what it said the last time is
    shown, or what gvm knows itself.
    """
    wanted = Request.parse(request)
    arch = Platform.current().arch
    known = Ledger.load().versions(arch)
    versions = _index(session).versions(arch) or known
    lines = supported_lines([*versions, *known])
    here = {toolchain.version for root in session.roots.trusted for toolchain in installed(root)}
    found = sorted(filter(wanted.matches, versions))
    stable = [version for version in found if not version.is_prerelease]
    # As with gvm install, a prerelease is meant where nothing else is there.
    shown = found if is_all else stable or found
    if not shown:
        raise no_such_version(wanted, "any source that gvm knows", versions)
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


def _index(session: Session) -> Index:
    """What the first source that answers has; else what one of them had; else nothing."""
    from gvm.net.http import client
    from gvm.sources.index import Index, fetch_index, kept_index
    from gvm.sources.named import mirror_url
    from gvm.sources.official import OFFICIAL

    named = mirror_url(session.roots.config, session.roots.paths.config)
    bases = [named] if named else OFFICIAL
    session.roots.guard_cache()
    directory = session.roots.paths.indexes
    with client(session.process.environ, patience=_HURRIED) as http:
        for base in bases:
            try:
                return fetch_index(http, base, directory, max_age=_HOUR)
            except DownloadError as error:
                session.output.detail(f"{error}")
    session.output.say("no source can be reached: these are the versions that gvm knows already")
    kept = (kept_index(base, directory) for base in bases)
    return next((index for index in kept if index.entries), Index())
