"""The sources that a command may ask, as the user names them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gvm.download.patience import PATIENCE
from gvm.errors import UsageError
from gvm.ledger import Ledger
from gvm.sources.official import GO_DEV, GOOGLE_CN
from gvm.sources.web import WebSource

if TYPE_CHECKING:
    from gvm.cli.session import Session
    from gvm.download.http import Client
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
    if name is not None and "://" not in name and Path(name).exists():
        from gvm.sources.local import DirectorySource

        place = Path(name).absolute()
        directory, only = (place, None) if place.is_dir() else (place.parent, place.name)
        return [DirectorySource(directory, ledger, paths.indexes, is_trusted, only)]
    base = _OFFICIAL.get(name, name) if name is not None else session.config.mirror
    if base and "://" not in base:
        raise UsageError(
            f"{base!r} is no source: neither a URL nor a directory",
            hint="--source takes pypi, go.dev, golang.google.cn, https://… or a directory",
        )
    if base:
        return [WebSource(base, http, ledger, paths.indexes, is_trusted)]
    # In countries that cannot reach go.dev, the next one should not be waited for long.
    hurried = http.with_patience(PATIENCE._replace(connect=8.0, attempts=2))
    return [
        WebSource(GO_DEV, hurried, ledger, paths.indexes),
        WebSource(GOOGLE_CN, http, ledger, paths.indexes),
    ]


_OFFICIAL: dict[str | None, str] = {"go.dev": GO_DEV, "golang.google.cn": GOOGLE_CN}
