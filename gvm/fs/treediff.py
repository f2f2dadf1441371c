"""What a tree has that another does not, and the other way round."""

from __future__ import annotations

import filecmp
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from gvm.fs.trees import entries

# The modes that change what happens: who may run a file, and who else may write it, or its name.
_MODES = 0o122
_OTHERS = 0o022


@dataclass(frozen=True)
class Difference:
    """One file, or directory that others may write, that is not as it should be.

    Attributes:
        name: relative to the trees.
        how: `changed`, `missing`, `added` or `mode`.
    """

    name: str
    how: str


def differences(tree: Path, original: Path) -> list[Difference]:
    """Where a tree differs from what it was made of, by name; of directories, only who may write them."""
    here, there = dict(entries(tree)), dict(entries(original))
    found = dict.fromkeys(there.keys() - here.keys(), "missing")
    found |= dict.fromkeys(here.keys() - there.keys(), "added")
    for name in here.keys() & there.keys():
        if not _is_same(tree / name, original / name, here[name], there[name]):
            found[name] = "changed"
        elif here[name] & _MODES != there[name] & _MODES:
            found[name] = "mode"
    for directory, _, _ in os.walk(tree):
        if Path(directory).stat().st_mode & _OTHERS:
            found[os.path.relpath(directory, tree)] = "mode"
    return [Difference(name, found[name]) for name in sorted(found)]


def _is_same(one: Path, other: Path, mode: int, other_mode: int) -> bool:
    if stat.S_IFMT(mode) != stat.S_IFMT(other_mode):
        return False
    if stat.S_ISLNK(mode):
        return one.readlink() == other.readlink()
    return filecmp.cmp(one, other, shallow=False)
