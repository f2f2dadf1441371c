"""The installed toolchains of one release in one root."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gvm.errors import DamagedStateError, LockTimeoutError, NotInstalledError, UsageError
from gvm.files import replace_link, text_of
from gvm.locks import locked
from gvm.receipts import Receipt
from gvm.toolversions import asked, pin
from gvm.trees import make_directory, move_tree, remove_tree
from gvm.versions import Request, Version, newest

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.paths import Root
    from gvm.release import Release


@dataclass(frozen=True)
class Toolchain:
    """An installed Go tree."""

    root: Root
    version: Version

    @property
    def path(self) -> Path:
        """Its GOROOT."""
        return self.root.versions / str(self.version)

    @property
    def receipt_file(self) -> Path:
        """Where its receipt is."""
        return self.root.receipts / f"{self.version}.toml"

    @cached_property
    def receipt(self) -> Receipt | None:
        """What was recorded when it was installed; None if that cannot be read."""
        try:
            return Receipt.load(self.receipt_file)
        except DamagedStateError:
            return None


def installed(root: Root) -> list[Toolchain]:
    """All of them, oldest first."""
    found = []
    for name in (entry.name for entry in _entries(root.versions)):
        try:
            version = Version.parse(name)
        except UsageError:
            continue
        if str(version) == name and os.access(root.versions / name / "bin/go", os.X_OK):
            found.append(Toolchain(root, version))
    return sorted(found, key=lambda toolchain: toolchain.version)


def find(request: Request, release: Release, *roots: Root) -> Toolchain:
    """The newest toolchain that is asked for, in the first of a release's `roots` that has one.

    Raises:
        NotInstalledError: there is none.
    """
    for root in roots:
        version = request.newest(toolchain.version for toolchain in installed(root))
        if version is not None:
            return Toolchain(root, version)
    raise NotInstalledError(
        f"Go {request} is not installed for {release}", hint=f"gvm install {request}"
    )


def refresh_aliases(root: Root, *, without: Version | None = None) -> None:
    """Let each line, and `latest`, lead to its newest installed version; never to `without`."""
    versions = [t.version for t in installed(root) if t.version != without]
    wanted = {line: newest(v for v in versions if v.line == line) for line in _lines(versions)}
    if versions:
        wanted["latest"] = newest(versions)
    make_directory(root.aliases)
    for name, version in wanted.items():
        link = root.aliases / name
        if not link.is_symlink():
            # As a copy of a home has it that followed links.
            remove_tree(link)
        replace_link(link, f"../versions/{version}")
    for link in root.aliases.iterdir():
        if link.name not in wanted:
            remove_tree(link)


def choose_default(root: Root, words: str) -> None:
    """Make `words` what the release uses when nobody asks; what else its file has stays."""
    make_directory(root.base)
    pin(root.default, words)


def default(root: Root) -> str | None:
    """What the release uses when nobody asks; None where that is not set, or no text."""
    try:
        return " ".join(asked(text_of(root.default))) or None
    except (OSError, UnicodeDecodeError):
        return None


def default_toolchain(root: Root, *others: Root) -> Toolchain | None:
    """The toolchain of `root`, or else of others, that its release's default leads to, or None."""
    for word in (default(root) or "").split():
        try:
            return find(Request.parse(word), root.release, root, *others)
        except NotInstalledError:
            continue
        except UsageError:
            break
    return None


def remove(toolchain: Toolchain) -> None:
    """Uninstall: no alias leads to it any more, at one moment it is gone, then its files go."""
    root = toolchain.root
    refresh_aliases(root, without=toolchain.version)
    make_directory(root.staging)
    aside = root.staging / f"{root.release}-{toolchain.version}.removed"
    remove_tree(aside)
    move_tree(toolchain.path, aside)
    toolchain.receipt_file.unlink(missing_ok=True)
    remove_tree(aside)


def sweep(root: Root) -> None:
    """Remove what killed runs left; what is still at work holds its lock."""
    for entry in _entries(root.staging):
        if entry.is_dir():
            name = entry.name.removesuffix(".removed").removesuffix(".aside")
            with suppress(LockTimeoutError), locked(root.locks, name, timeout=0):
                remove_tree(entry)
    for receipt in root.receipts.glob("*.toml"):
        toolchain = root.versions / receipt.stem
        name = f"{root.release}-{receipt.stem}"
        if not toolchain.exists():
            with suppress(LockTimeoutError), locked(root.locks, name, timeout=0):
                if not toolchain.exists():
                    receipt.unlink(missing_ok=True)


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except FileNotFoundError:
        return []


def _lines(versions: list[Version]) -> set[str]:
    return {version.line for version in versions}
