"""The installed toolchains of one release in one root."""

from __future__ import annotations

import errno
import os
import shlex
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from gvm.errors import DamagedStateError, GvmError, NotInstalledError, UsageError
from gvm.fs.atomic import replace_link
from gvm.fs.locks import locked
from gvm.fs.read import read_text
from gvm.fs.trees import free_name, make_directory, mount_point, move_tree, remove_tree
from gvm.model.toolversions import asked, pin
from gvm.model.version import Request, Version, newest
from gvm.signals import undoing
from gvm.store import datadir
from gvm.store.receipts import Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gvm.model.release import Release
    from gvm.store.paths import Root


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

    @property
    def is_runnable(self) -> bool:
        """Whether it has a `go` that can be run; if not, it is damaged."""
        return os.access(self.path / "bin/go", os.X_OK)

    @cached_property
    def receipt(self) -> Receipt | None:
        """What was recorded when it was installed; None if that cannot be read."""
        try:
            return Receipt.load(self.receipt_file)
        except DamagedStateError:
            return None


def installed(root: Root) -> list[Toolchain]:
    """All of them, oldest first."""
    return [toolchain for toolchain in present(root) if toolchain.is_runnable]


def present(root: Root) -> list[Toolchain]:
    """Return what has the place of a version, oldest first: also what is damaged."""
    versions = _versions(entry.name for entry in _entries(root.versions))
    return [Toolchain(root, version) for version in sorted(versions)]


def recorded(root: Root) -> set[Version]:
    """Return the versions that have a receipt.

    One that is not present may be on a disk that is away; uninstalling takes the receipt too.
    """
    names = [entry.name for entry in _entries(root.receipts)]
    return _versions(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def _versions(names: Iterable[str]) -> set[Version]:
    versions = set()
    for name in names:
        with suppress(UsageError):
            version = Version.parse(name)
            if str(version) == name:
                versions.add(version)
    return versions


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
    """Let each line, and `latest`, lead to its newest installed version; never to `without`.

    Raises:
        FileExistsError: something else has the name of one.
    """
    versions = [t.version for t in installed(root) if t.version != without]
    wanted = {line: newest(v for v in versions if v.line == line) for line in _lines(versions)}
    if versions:
        wanted["latest"] = newest(versions)
    make_directory(root.aliases)
    for name, version in wanted.items():
        _make_room(root.aliases / name)
        replace_link(root.aliases / name, f"../versions/{version}")
    if not root.aliases.is_symlink():
        stays = {str(v) for v in (recorded(root) | {t.version for t in present(root)}) - {without}}
        for link in filter(_is_alias, root.aliases.iterdir()):
            is_needed = link.name in wanted or link.readlink().name in stays
            if not is_needed or _is_unfinished(link.name):
                link.unlink()


def _is_unfinished(name: str) -> bool:
    return name.startswith(".") and name.endswith(".new")


def _is_alias(link: Path) -> bool:
    """Whether something was made by `refresh_aliases`, or by one that was killed."""
    name = link.name[1:-4] if _is_unfinished(link.name) else link.name
    try:
        is_name = Request.parse(name).version is None
    except UsageError:
        return False
    return is_name and link.is_symlink() and link.readlink().parent.name == "versions"


def _make_room(link: Path) -> None:
    """Remove what has the place of an alias if it is one, or what a copy of a home made of it."""
    if _is_alias(link) or not os.path.lexists(link):
        return
    if link.is_symlink() or not (_is_copy(link) if link.is_dir() else _is_text(link)):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(link))
    remove_tree(link)


def _is_copy(link: Path) -> bool:
    """Whether a directory is what an alias leads to, or nothing: a copy that followed links."""
    is_toolchain = (link / "bin/go").is_file() and (link / "VERSION").is_file()
    return is_toolchain or not any(link.iterdir())


def _is_text(link: Path) -> bool:
    """Whether a file has what an alias leads to: a copy to where there are no links."""
    with suppress(OSError, UnicodeDecodeError):
        return read_text(link, limit=99).startswith("../versions/")
    return False


def choose_default(root: Root, words: str) -> None:
    """Make `words` what the release uses when nobody asks; what else its file has stays."""
    make_directory(root.base)
    pin(root.default, words)


def default(root: Root) -> str | None:
    """What the release uses when nobody asks; None where that is not set, or no text."""
    try:
        return " ".join(asked(read_text(root.default))) or None
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


def adopt(toolchain: Toolchain) -> bool:
    """Let aliases follow a toolchain that was installed, and the default, where there is none.

    Returns:
        Whether it is the default now.
    """
    root = toolchain.root
    with locked(root.locks, root.aliases_lock()):
        refresh_aliases(root)
        is_first = default(root) is None
        if is_first:
            choose_default(root, str(toolchain.version))
    return is_first


def remove(toolchain: Toolchain) -> OSError | None:
    """Uninstall: no alias leads to it any more, at one moment it is gone, then its files go.

    Returns:
        What kept some of the files, which are out of the way, from being removed.

    Raises:
        GvmError: a file system is mounted there.
        OSError: it, or its receipt, cannot be moved out of the way; it is still installed.
    """
    root = toolchain.root
    refuse_mounted(toolchain)
    name = f"{root.toolchain_lock(toolchain.version)}.removed"
    aside = free_name(datadir.staging(root) / name)
    refresh_aliases(root, without=toolchain.version)
    with undoing(partial(_finish_removing, toolchain, aside)):
        try:
            move_tree(toolchain.path, aside)
            toolchain.receipt_file.unlink(missing_ok=True)
        except OSError:
            with suppress(OSError):
                move_tree(aside, toolchain.path)
            refresh_aliases(root)
            raise
        return datadir.discard(aside)


def _finish_removing(toolchain: Toolchain, aside: Path) -> None:
    """Remove the rest of what was moved out of the way; the receipt first, which nothing else leads to."""
    if os.path.lexists(aside):
        toolchain.receipt_file.unlink(missing_ok=True)
        remove_tree(aside)


def refuse_mounted(toolchain: Toolchain) -> None:
    """Raise where a toolchain cannot be moved.

    Raises:
        GvmError: a file system is mounted there.
    """
    if (place := mount_point(toolchain.path)) is not None:
        raise GvmError(
            f"cannot replace or remove Go {toolchain.version}: {place} is a mount point",
            hint=f"sudo umount {shlex.quote(str(place))}",
        )


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except FileNotFoundError:
        return []


def _lines(versions: list[Version]) -> set[str]:
    return {version.line for version in versions}
