"""What a command that fetches needs: a client, sources, and somebody to show how it goes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gvm.cli.progress import Shown
from gvm.signals import undoing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gvm.cli.session import Session
    from gvm.install.fetch import Fetcher
    from gvm.net.http import Client
    from gvm.trust.openpgp import Verifier


def open_client(session: Session) -> Client:
    """Return the client for all requests of a command, a context manager."""
    from gvm.net.http import client

    return client(session.process.environ)


@contextmanager
def open_fetcher(
    session: Session, http: Client, source: str | None, verifier: Verifier | None = None
) -> Iterator[Fetcher]:
    """Give what fetches one toolchain, and shows how it goes.

    Args:
        session: the call.
        http: the client.
        source: what the user named, or None.
        verifier: checks signatures, if that is asked for.

    Raises:
        UsageError: there is no such source.
        GvmError: the cache cannot be used.
    """
    from gvm.install.fetch import Fetcher
    from gvm.sources.named import find_sources

    session.roots.guard_cache()
    paths = session.roots.paths
    with Shown(session) as reporter, undoing(reporter.erase):
        sources = find_sources(
            source,
            paths=paths,
            config=session.roots.config,
            http=http,
            environ=session.process.own_environ,
            say=session.output.say,
        )
        yield Fetcher(sources, paths.archives, http, reporter, verifier)
