"""The sources that a command may ask, as the user names them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.net.retry import PATIENCE
from gvm.net.url import URL_HINT, shown, web
from gvm.sources.official import GO_DEV, GOOGLE_CN
from gvm.sources.web import WebSource
from gvm.trust.ledger import Ledger

if TYPE_CHECKING:
    from gvm.cli.session import Session
    from gvm.net.http import Client
    from gvm.sources.base import Source


def sources(session: Session, http: Client, name: str | None) -> list[Source]:
    """The sources to ask, in order: the one that is named, else the mirror, else Go's own.

    Raises:
        UsageError: `name` is no source.
    """
    session.guard_cache()
    paths, is_trusted = session.paths, session.config.trust_mirror
    ledger = Ledger.load()
    if name == "pypi":
        from gvm.sources.pypi import PypiSource

        return [PypiSource(paths.archives, session.own_environ, session.say)]
    if name and "://" not in name and Path(name).exists():
        from gvm.sources.local import DirectorySource

        place = Path(name).absolute()
        directory, only = (place, None) if place.is_dir() else (place.parent, place.name)
        return [DirectorySource(directory, ledger, paths.indexes, is_trusted, only)]
    # A receipt names the mirror without its password.
    if name is None or name == shown(session.config.mirror):
        base = mirror(session)
    else:
        base = _address(name)
    if base:
        return [WebSource(base, http, ledger, paths.indexes, is_trusted)]
    # In countries that cannot reach go.dev, the next one should not be waited for long.
    hurried = http.with_patience(PATIENCE._replace(connect=8.0, attempts=2))
    return [
        WebSource(GO_DEV, hurried, ledger, paths.indexes),
        WebSource(GOOGLE_CN, http, ledger, paths.indexes),
    ]


def mirror(session: Session) -> str:
    """The URL that is set in place of Go's own, or empty.

    Raises:
        UsageError: what is set is none.
    """
    base = session.config.mirror
    try:
        return base and web(base).geturl()
    except UsageError as error:
        error.hint = f"correct GVM_MIRROR, or mirror in {session.paths.config}: {URL_HINT}"
        raise


def _address(name: str) -> str:
    """The URL of a source on the web."""
    base = {"go.dev": GO_DEV, "golang.google.cn": GOOGLE_CN}.get(name, name)
    try:
        return web(base).geturl()
    except UsageError as error:
        raise UsageError(
            f"{shown(name)!r} is no source: neither an http or https URL nor a directory",
            hint="--source takes pypi, go.dev, golang.google.cn, https://… or a directory",
        ) from error
