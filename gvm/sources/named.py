"""The sources to ask, from what the user names."""

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
    from collections.abc import Callable, Mapping

    from gvm.net.http import Client
    from gvm.sources.base import Source
    from gvm.store.config import Config
    from gvm.store.paths import Paths


def find_sources(
    name: str | None,
    *,
    paths: Paths,
    config: Config,
    http: Client,
    environ: Mapping[str, str],
    say: Callable[[str], None],
) -> list[Source]:
    """Return the sources to ask, in order: the one that is named, else the mirror, else Go's own.

    Args:
        name: `pypi`, `go.dev`, `golang.google.cn`, a URL, a directory, an archive, or None.
        paths: of the caches.
        config: the settings.
        http: the client for the web.
        environ: for pip.
        say: hears what a source does.

    Raises:
        UsageError: `name` is no source.
    """
    ledger = Ledger.load()
    if name == "pypi":
        from gvm.sources.pypi import PypiSource  # noqa: PLC0415 - seldom needed

        return [PypiSource(paths.archives, environ, say)]
    if name and "://" not in name and Path(name).exists():
        from gvm.sources.local import DirectorySource  # noqa: PLC0415 - seldom needed

        place = Path(name).absolute()
        directory, only = (place, None) if place.is_dir() else (place.parent, place.name)
        return [DirectorySource(directory, ledger, paths.indexes, config.trust_mirror, only)]
    # A receipt names the mirror without its password.
    if name is None or name == shown(config.mirror):
        base = mirror_url(config, paths.config)
    else:
        base = _address(name)
    if base:
        return [WebSource(base, http, ledger, paths.indexes, config.trust_mirror)]
    # In countries that cannot reach go.dev, the next one should not be waited for long.
    hurried = http.with_patience(PATIENCE._replace(connect=8.0, attempts=2))
    return [
        WebSource(GO_DEV, hurried, ledger, paths.indexes),
        WebSource(GOOGLE_CN, http, ledger, paths.indexes),
    ]


def mirror_url(config: Config, file: Path) -> str:
    """Return the URL that is set in place of Go's own, or an empty string.

    Args:
        config: the settings.
        file: that may have set it.

    Raises:
        UsageError: what is set is none.
    """
    try:
        return config.mirror and web(config.mirror).geturl()
    except UsageError as error:
        error.hint = f"correct GVM_MIRROR, or mirror in {file}: {URL_HINT}"
        raise


def _address(name: str) -> str:
    """Return the URL of a source on the web."""
    base = {"go.dev": GO_DEV, "golang.google.cn": GOOGLE_CN}.get(name, name)
    try:
        return web(base).geturl()
    except UsageError as error:
        raise UsageError(
            f"{shown(name)!r} is no source: neither an http or https URL nor a directory",
            hint="--source takes pypi, go.dev, golang.google.cn, https://… or a directory",
        ) from error
