"""The data directory as it is on the disk: whose it is, and what in it is not finished."""

from __future__ import annotations

import errno
import os
import re
import shlex
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from gvm.errors import GvmError, LockTimeoutError, UsageError
from gvm.fs import trees
from gvm.fs.locks import locked
from gvm.fs.ownership import is_open, is_trusted
from gvm.model.release import Release
from gvm.model.version import Version
from gvm.store.paths import SYSTEM_ROOT
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gvm.store.paths import Root

# What a data directory holds beside one directory for each release.
_OWN = {"shims", "share", "staging", "locks", "made-directories", "lost+found"}
_OF_RELEASE = ("versions", "receipts", "aliases", "default", "venv", "venv.1", "venv.2")
# Staging in what is on another disk, so that one rename commits there too.
BESIDE = ".staging"
# What is left when it cannot be removed; unlike the others it says nothing of its version.
_REST = ".rest"
_STAGED = re.compile(r"(?P<version>\d[0-9a-z.]*?)(?:~\d+)?(?P<state>\.removed|\.aside|\.rest)?(?:~\d+)?")  # fmt: skip


def refuse_foreign(root: Root) -> None:
    """Raise where a directory is somebody else's, who would lose what gvm has names for.

    Raises:
        GvmError: it holds what gvm does not make, and no sign of gvm.
    """
    entries = sorted(root.path.iterdir()) if root.path.is_dir() else []
    if os.path.lexists(root.shims / "gvm-shim") or any(_is_gvms(entry) for entry in entries):
        return
    for entry in entries:
        is_known = entry.name.startswith(".") or entry.name in _OWN or entry == root.base
        if not (is_known or _is_release(entry) or is_empty(entry)):
            raise GvmError(
                f"cannot use {root.path} as a data directory: it holds {quote(entry.name)}, "
                "which is not gvm's",
                hint="move what is there elsewhere"
                if root.path == SYSTEM_ROOT
                else "let GVM_DATA_DIR name an empty directory",
            )


def untrusted_part(root: Root) -> Path | None:
    """Return what another user than the caller and root decides on: a root, or a directory of gvm's in it.

    A root of the caller's own, who is not root, is the caller's affair.
    """
    if not is_trusted(root.path):
        return root.path
    if root.path.stat().st_uid != 0:
        return None
    parts = (
        root.shims, root.share, root.staging, root.locks, root.base, root.versions, root.aliases,
        root.receipts, root.venv,
    )  # fmt: skip
    return next((part for part in parts if os.path.exists(part) and not is_trusted(part)), None)  # noqa: PTH110


def is_closed(root: Root, toolchain: Path) -> bool:
    """Return whether nobody but the caller and root decides what a toolchain of a root holds."""
    return untrusted_part(root) is None and is_trusted(toolchain)


def refuse_obstructed(root: Root) -> None:
    """Raise where something else has the place of a directory that gvm needs, be it later.

    Raises:
        GvmError: it is no directory, or is on a disk that is away; or the shim that others are
            copies of is one.
    """
    for place in (root.shims, root.share, root.staging, root.locks, root.receipts, root.aliases):
        if os.path.isdir(place) or not os.path.lexists(place):  # noqa: PTH112 - of loops too
            continue
        if place.is_symlink():
            raise _unmounted(place)
        raise _obstacle(place, "it is not a directory")
    if os.path.isdir(shim := root.shims / "gvm-shim"):  # noqa: PTH112
        raise _obstacle(shim, "it is a directory")


def _unmounted(link: Path) -> GvmError:
    return GvmError(
        f"cannot use {link}: {link.readlink()} does not exist",
        hint="mount its disk, and try again",
    )


def _obstacle(place: Path, told: str) -> GvmError:
    hint = f"see what it is: ls -ld {shlex.quote(str(place))}"
    return GvmError(f"cannot use {place}: {told}", hint=hint)


def releases(root: Root) -> list[Root]:
    """Return the root as each release with toolchains sees it, this one first."""
    if not root.path.is_dir():
        return [root]
    others = [
        root._replace(release=Release(base.name))
        for base in sorted(root.path.iterdir())
        if base != root.base and _is_release(base)
    ]
    return [root, *others]


def _is_release(base: Path) -> bool:
    return any(os.path.lexists(base / name) for name in _OF_RELEASE)


def is_empty(base: Path) -> bool:
    """Whether a directory can be read and has nothing."""
    try:
        return not any(base.iterdir())
    except OSError:
        return False


def _is_gvms(base: Path) -> bool:
    """Whether something was installed into the directory of a release."""
    return os.path.lexists(base / "versions") and os.path.lexists(base / "aliases")


def is_partly_away(root: Root) -> bool:
    """Whether there may be releases that cannot be looked at now: also an empty mount point's."""
    bases = [base for base in root.path.iterdir() if base.name not in _OWN]
    return any(is_away(base) or is_empty(base) for base in bases)


def is_away(directory: Path) -> bool:
    """Whether what may be a directory cannot be looked at now."""
    if directory.is_symlink() and not directory.exists():
        return True
    return directory.is_dir() and not os.access(directory, os.R_OK | os.X_OK)


def staging(root: Root) -> Path:
    """Make and return the directory from which one rename leads to the versions.

    Raises:
        GvmError: the versions are on a disk that is not there.
    """
    for link in (root.base, root.versions):
        if link.is_symlink() and not link.exists():
            raise _unmounted(link)
    return staging_for(root, root.versions)


def staging_for(root: Root, directory: Path) -> Path:
    """Make and return the directory from which one rename leads into another, on whatever disk that is."""
    trees.make_directory(root.staging)
    place = next(place for place in (directory, *directory.parents) if place.exists())
    if trees.is_one_mount(place, root.staging):
        return root.staging
    beside = directory / BESIDE
    trees.make_directory(beside)
    return beside


def sweep(root: Root, *, held: Version | None = None) -> OSError | None:
    """Remove what killed runs left, as far as can be; what is still at work holds its lock.

    Args:
        root: whose; what other releases left there goes too.
        held: the version whose lock the caller holds.

    Returns:
        What kept something from being removed.
    """
    error = None
    for seen in releases(root):
        for rest, version, state in _rests(seen):
            is_held = seen == root and version == held
            lock = locked(root.locks, seen.toolchain_lock(version), timeout=0)
            try:
                with nullcontext() if is_held else lock:
                    # The run began to install or to uninstall: no other absence says so much.
                    is_gone = not os.path.lexists(seen.versions / str(version))
                    if state != _REST and is_gone and not is_away(seen.versions):
                        (seen.receipts / f"{version}.toml").unlink(missing_ok=True)
                    error = discard(rest) or error
            except LockTimeoutError:
                continue
            except OSError as refused:
                error = refused
    return error


def _rests(root: Root) -> Iterator[tuple[Path, Version, str]]:
    """Yield what is unfinished of a release: its path, version, and state; nothing behind a link."""
    for place in (root.staging, root.versions / BESIDE):
        names = []
        with suppress(OSError):
            names = [] if place.is_symlink() else [entry.name for entry in place.iterdir()]
        for name in names:
            match = _STAGED.fullmatch(name.removeprefix(f"{root.release}-"))
            if match is None or not name.startswith(f"{root.release}-"):
                continue
            with suppress(UsageError):
                version = Version.parse(match["version"])
                if str(version) == match["version"]:
                    yield place / name, version, match["state"] or ""


def discard(tree: Path) -> OSError | None:
    """Remove an unfinished tree as far as can be; the rest gets a name that nothing needs.

    Returns:
        What kept it from being removed: `filename`, below the rest, which is `filename2`.
    """
    try:
        trees.remove_tree(tree)
    except OSError as error:
        rest, old = tree, str(tree)
        if _REST not in tree.name:
            with suppress(OSError):
                name = tree.name.partition("~")[0].removesuffix(".removed").removesuffix(".aside")
                rest = tree.rename(trees.free_name(tree.with_name(name + _REST)))
        file = str(error.filename or old).replace(old, str(rest), 1)
        return OSError(error.errno or errno.EIO, error.strerror, file, None, str(rest))
    return None


def ignored_root(path: Path, part: Path) -> tuple[str, str]:
    """Return what to say of a root that is not used because of a part of it, and what to type."""
    there = "there" if part == path else f"in {part}"
    if not is_open(part):
        told = f"{path} is ignored: another user decides what is {there}"
        return told, f"see whose it is: namei -l {part}"
    it = "it" if part == path else part
    told = f"{path} is ignored: others than its owner may write {it}, and root would run what they wrote"
    return told, f"sudo chmod -R go-w {path}"
