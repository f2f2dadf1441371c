"""What is below a directory, as it is at one moment."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Snapshot: TypeAlias = dict[str, tuple[str, int, bytes]]
"""Kind, mode, and bytes or target, by path."""

# A receipt tells when it was written.
_TIME = re.compile(rb'^installed = "[^"]*"', re.MULTILINE)
_VERSION = re.compile(r".*/versions/[^/]+(?=/|$)")


def snapshot(directory: Path, trees: Iterable[str]) -> Snapshot:
    """Read everything that is in some trees of a directory."""
    return {
        os.path.relpath(file, directory): _entry(file)
        for tree in trees
        for file in (directory / tree).rglob("*")
    }


def _entry(file: Path) -> tuple[str, int, bytes]:
    status = file.lstat()
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return ("link", 0, os.fsencode(file.readlink()))
    if stat.S_ISDIR(status.st_mode):
        return ("directory", mode, b"")
    return ("file", mode, _TIME.sub(b"", file.read_bytes()))


def differences(before: Snapshot, after: Snapshot) -> list[str]:
    """What is not the same, by path."""
    paths = sorted(before.keys() | after.keys())
    return [
        f"{path}: {_told(before.get(path))} became {_told(after.get(path))}"
        for path in paths
        if before.get(path) != after.get(path)
    ]


def half_done(old: Snapshot, new: Snapshot, now: Snapshot) -> list[str]:
    """What is neither as it was nor as it should become.

    A file is one thing, a toolchain is one thing with all below it; but the list of directories that
    activation has made grows with them. What is not finished may lie about where it is not taken for
    anything: in staging, in the cache, or as a hidden file that the next run replaces.
    """
    wrong = []
    for whole in sorted({match[0] for path in now if (match := _VERSION.match(path))}):
        trees = [_below(each, whole) for each in (old, new, now)]
        if trees[2] not in trees[:2]:
            wrong.append(f"{whole}: is half a toolchain")
    for path, entry in now.items():
        if entry in {old.get(path), new.get(path)} or _VERSION.match(path) or _is_unfinished(path):
            continue
        wrong.append(f"{path}: {_told(entry)} is neither old nor new")
    # What is there before and afterwards is never gone.
    wrong += [f"{path}: is gone" for path in (old.keys() & new.keys()) - now.keys()]
    return wrong


def _below(whole: Snapshot, directory: str) -> Snapshot:
    return {path: entry for path, entry in whole.items() if f"{path}/".startswith(f"{directory}/")}


def _is_unfinished(path: str) -> bool:
    name = path.rpartition("/")[2]
    hidden = name.startswith(".") and name.endswith(".new")
    return (
        hidden
        or "/staging" in path
        or ".cache/" in path
        or path.endswith(("/locks", "/made-directories"))
    )


def _told(entry: tuple[str, int, bytes] | None) -> str:
    if entry is None:
        return "nothing"
    kind, mode, content = entry
    return f"{kind} {mode:o} {content[:60]!r}"
