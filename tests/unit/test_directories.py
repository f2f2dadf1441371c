from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from gvm.activate.directories import MadeDirectories

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOBODY = 65534
FILES = ("man/man1/gvm.1", "man/man8/gvm.8", "größe\n\t/b/x")


def made(base: Path) -> MadeDirectories:
    """What is needed for FILES in `home` is made, and nothing is in it."""
    (base / "home").mkdir(exist_ok=True)
    directories = MadeDirectories(base / "list")
    for file in files(base):
        directories.make_above(file)
        assert file.parent.is_dir()
    return directories


def files(base: Path) -> list[Path]:
    return [base / "home" / name for name in FILES]


def tree(base: Path) -> list[str]:
    return sorted(str(path.relative_to(base)) for path in (base / "home").rglob("*"))


@pytest.mark.parametrize("there", ["", "man", "man/man1", "man/man1/mine.1/x"])
def test_as_before(there: str, tmp_path: Path) -> None:
    """Directories that were not there before go again, with their list; the user's stay."""
    (tmp_path / "home" / there).mkdir(parents=True)
    before = tree(tmp_path)
    directories = made(tmp_path)
    directories.remove_empty(files(tmp_path))
    assert tree(tmp_path) == before
    assert not directories.file.exists()


def test_used(tmp_path: Path) -> None:
    """A directory with something in it stays, with those above it, until it is empty."""
    directories = made(tmp_path)
    mine = tmp_path / "home/man/man8/mine.8"
    mine.touch()
    directories.remove_empty(files(tmp_path))
    assert tree(tmp_path) == ["home/man", "home/man/man8", "home/man/man8/mine.8"]
    mine.unlink()
    directories.remove_empty(files(tmp_path))
    assert tree(tmp_path) == []


def test_only_above(tmp_path: Path) -> None:
    """Whatever the list says, nothing is removed but what is above one of the files."""
    other = tmp_path / "home/other"
    other.mkdir(parents=True)
    directories = made(tmp_path)
    for text in (f"{other}\0", f"{tmp_path}/home/man/../other\0", "other\0", "\0\0/\0..\0"):
        with directories.file.open("a") as opened:
            opened.write(text)
    directories.remove_empty(files(tmp_path))
    assert tree(tmp_path) == ["home/other"]


# What happens to a directory that gvm has made, and what is there in the end.
ODD: dict[str, tuple[Callable[[Path, Path], object], list[str]]] = {
    "gone": (lambda made, _: made.rmdir(), []),
    "a file": (lambda made, _: (made.rmdir(), made.touch()), ["home/man", "home/man/man8"]),
    "a link": (
        lambda made, other: (made.rmdir(), made.symlink_to(other)), ["home/man", "home/man/man8"],
    ),
    "behind a link": (
        lambda made, other: (shutil.rmtree(made.parent), made.parent.symlink_to(other.parent)),
        ["home/man"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "left"), ODD.values(), ids=ODD)
def test_replaced(change: Callable[[Path, Path], object], left: list[str], tmp_path: Path) -> None:
    """What has taken a directory's name stays, and nothing is removed through a link."""
    directories = made(tmp_path)
    other = tmp_path / "other/man8"
    other.mkdir(parents=True)
    change(tmp_path / "home/man/man8", other)
    directories.remove_empty(files(tmp_path))
    assert tree(tmp_path) == left
    assert other.is_dir()


def test_through_own_link(tmp_path: Path) -> None:
    """Where a link leads to when directories are made, there they are removed."""
    (tmp_path / "real").mkdir()
    (tmp_path / "home").symlink_to("real")
    directories = made(tmp_path)
    directories.remove_empty(files(tmp_path))
    assert list((tmp_path / "real").iterdir()) == []
    assert (tmp_path / "home").is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_list_of_another(tmp_path: Path) -> None:
    """A list that another user has written is not read."""
    directories = made(tmp_path)
    before = tree(tmp_path)
    os.chown(directories.file, NOBODY, NOBODY)
    directories.remove_empty(files(tmp_path))
    assert tree(tmp_path) == before
