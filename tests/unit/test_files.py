from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gvm.files import exchange, remove_tree, replace_link, replace_text, sha256, sync
from tests.archive.place import tree
from tests.faults.inject import failing
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path


def python(script: str, *arguments: Path, faults: str = "") -> subprocess.CompletedProcess[str]:
    """Run a script of gvm.files, with system calls that fail."""
    argv = [sys.executable, "-B", "-c", f"import sys, pathlib, gvm.files as files\n{script}"]
    return subprocess.run(
        [*(failing(*faults.split()) if faults else []), *argv, *arguments],
        env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


TEXTS = {
    "text": ("golang 1.22.6\n", b"golang 1.22.6\n"),
    "nothing": ("", b""),
    "lines of DOS": ("a\r\nb\n", b"a\r\nb\n"),
    "bytes that are no UTF-8": ("\udcff", b"\xff"),
}


@pytest.mark.parametrize(("text", "data"), TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755], ids=oct)
def test_replace_text(text: str, data: bytes, mode: int, tmp_path: Path) -> None:
    """A file is written as it is given, with its mode whatever the umask, and nothing else stays."""
    file = tmp_path / "file"
    for _ in ("new", "again"):
        before = os.umask(0o077)
        replace_text(file, text, mode=mode)
        os.umask(before)
        assert file.read_bytes() == data
        assert file.stat().st_mode & 0o7777 == mode
        assert list(tmp_path.iterdir()) == [file]


def test_replace_text_in_place(tmp_path: Path) -> None:
    """Who has the old file open reads it to its end; hard links keep it."""
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    link.hardlink_to(file)
    with file.open() as opened:
        replace_text(file, "new")
        assert (opened.read(), file.read_text(), link.read_text()) == ("old", "new", "old")


LINKS = {"relative": "there/file", "dangling": "there/new", "of two": "there/link"}


@pytest.mark.parametrize("target", LINKS.values(), ids=LINKS)
def test_replace_text_through_link(target: str, tmp_path: Path) -> None:
    """A symbolic link stays, and what it leads to is written."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there/file").write_text("old")
    (tmp_path / "there/link").symlink_to("file")
    (tmp_path / "link").symlink_to(target)
    replace_text(tmp_path / "link", "new")
    assert os.readlink(tmp_path / "link") == target  # noqa: PTH115
    assert (tmp_path / "link").read_text() == "new"
    assert (tmp_path / target).resolve().parent == tmp_path / "there"


FAULTS = {
    "no room": "write:error=ENOSPC:when=1",
    "no sync": "fsync:error=EIO",
    "no rename": "rename,renameat,renameat2:error=EACCES",
    "no modes": "fchmod:error=EPERM",
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_replace_text_fails(faults: str, tmp_path: Path) -> None:
    """When it fails anywhere, the old file is there, whole, and nothing else."""
    file = tmp_path / "file"
    file.write_text("old")
    done = python("files.replace_text(pathlib.Path(sys.argv[1]), 'new')", file, faults=faults)
    assert (
        done.stderr.rpartition("\n")[0]
        .rpartition("\n")[2]
        .startswith(("OSError", "PermissionError"))
    )
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_replace_text_special(tmp_path: Path) -> None:
    """What is no ordinary file stays, such as a device that a link leads to."""
    special = tmp_path / "special"
    os.mkfifo(special)
    (tmp_path / "link").symlink_to(special)
    for file in (special, tmp_path / "link"):
        with pytest.raises(OSError, match="no ordinary file"):
            replace_text(file, "new")
    assert special.is_fifo()


def test_replace_text_after_kill(tmp_path: Path) -> None:
    """Killed before its end it leaves the old file, and the next one is not in its way."""
    file = tmp_path / "file"
    file.write_text("old")
    done = python(
        "files.replace_text(pathlib.Path(sys.argv[1]), 'new')", file, faults="fsync:signal=KILL"
    )
    assert done.returncode != 0
    assert file.read_text() == "old"
    replace_text(file, "new")
    assert file.read_text() == "new"


def test_replace_link(tmp_path: Path) -> None:
    """A link is made, left alone where it is right, and replaced where it is not, or is a file."""
    link = tmp_path / "latest"
    replace_link(link, "../1.22.6")
    inode = link.lstat().st_ino
    replace_link(link, "../1.22.6")
    assert link.lstat().st_ino == inode
    replace_link(link, "../1.23.1")
    assert os.readlink(link) == "../1.23.1"  # noqa: PTH115
    link.unlink()
    link.write_text("file")
    replace_link(link, "../1.22.6")
    assert os.readlink(link) == "../1.22.6"  # noqa: PTH115
    assert list(tmp_path.iterdir()) == [link]


def test_replace_link_fails(tmp_path: Path) -> None:
    """Where a directory is in the way, it stays, and nothing is left beside it."""
    (tmp_path / "latest").mkdir()
    with pytest.raises(IsADirectoryError):
        replace_link(tmp_path / "latest", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]


EXCHANGE = "files.exchange(*map(pathlib.Path, sys.argv[1:]))"
EXCHANGES = {
    "at once": "",
    "file system without exchange": "renameat2:error=EINVAL",
    "kernel without exchange": "renameat2:error=ENOSYS",
}


@pytest.mark.parametrize("faults", EXCHANGES.values(), ids=EXCHANGES)
def test_exchange(faults: str, tmp_path: Path) -> None:
    """Two directories swap their names, also where that takes three steps."""
    one, other = tmp_path / "staging/one", tmp_path / "versions/other"
    for directory in (one, other):
        directory.mkdir(parents=True)
        (directory / "name").write_text(directory.name)
    done = python(EXCHANGE, one, other, faults=faults)
    assert done.returncode == 0, done.stderr
    assert ((one / "name").read_text(), (other / "name").read_text()) == ("other", "one")
    assert len(tree(tmp_path)) == 6


def test_exchange_killed(tmp_path: Path) -> None:
    """Killed between the steps, what is in the way is in the staging directory, which is swept."""
    one, other = tmp_path / "staging/one", tmp_path / "versions/other"
    one.mkdir(parents=True)
    other.mkdir(parents=True)
    done = python(EXCHANGE, one, other, faults="renameat2:error=EINVAL rename:signal=KILL:when=2")
    assert done.returncode != 0
    assert tree(tmp_path).keys() == {b"staging", b"staging/one", b"staging/one.aside", b"versions"}


@pytest.mark.parametrize("step", [1, 2])
def test_exchange_fails(step: int, tmp_path: Path) -> None:
    """Where one of its steps fails, both are where they were."""
    one, other = tmp_path / "staging/one", tmp_path / "versions/other"
    for directory in (one, other):
        directory.mkdir(parents=True)
        (directory / directory.name).touch()
    before = tree(tmp_path)
    faults = f"renameat2:error=EINVAL rename:error=EACCES:when={step}"
    done = python(EXCHANGE, one, other, faults=faults)
    assert "PermissionError" in done.stderr
    assert tree(tmp_path) == before


def test_exchange_missing(tmp_path: Path) -> None:
    """Where one of two is missing, the other one stays where it is."""
    (tmp_path / "one").mkdir()
    for pair in (("one", "other"), ("other", "one")):
        with pytest.raises(FileNotFoundError):
            exchange(*(tmp_path / name for name in pair))
        assert tree(tmp_path).keys() == {b"one"}


def test_sync(tmp_path: Path) -> None:
    """Syncing needs a directory."""
    sync(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "missing")
    done = python("files.sync(pathlib.Path(sys.argv[1]))", tmp_path, faults="syncfs:error=ENOSYS")
    assert done.returncode == 0, done.stderr


def test_sha256(tmp_path: Path) -> None:
    """A file's checksum is what everybody else says it is."""
    file = tmp_path / "file"
    file.write_bytes(b"abc" * 1_000_000)
    said = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True).stdout
    assert sha256(file) == said.split()[0]


def test_remove_tree(tmp_path: Path) -> None:
    """A tree goes with all that is in it, also what is read-only or closed; links only as links."""
    keep = tmp_path / "keep"
    (keep / "inside").mkdir(parents=True)
    (keep / "file").write_text("kept")
    keep.chmod(0o555)
    before = tree(tmp_path)
    gone = tmp_path / "gone"
    for name in ("read-only/below", "closed/below/further"):
        (gone / name).mkdir(parents=True)
        (gone / name / "file").touch(mode=0o444)
        (gone / name / "link").symlink_to(keep)
        (gone / name / "file link").symlink_to(keep / "file")
    (gone / "shared").hardlink_to(keep / "file")
    for name in ("read-only/below", "closed/below"):
        (gone / name).chmod(0o555 if name.startswith("read") else 0)
    for name in ("read-only", "closed"):
        (gone / name).chmod(0o555 if name.startswith("read") else 0)
    gone.chmod(0o500)
    remove_tree(gone)
    assert tree(tmp_path) == before
    assert keep.stat().st_mode & 0o7777 == 0o555
    remove_tree(gone)
    keep.chmod(0o755)


def test_remove_tree_link(tmp_path: Path) -> None:
    """What is itself a link is not a tree: neither it nor what it leads to is touched."""
    (tmp_path / "keep/inside").mkdir(parents=True)
    (tmp_path / "link").symlink_to("keep")
    before = tree(tmp_path)
    with pytest.raises(OSError, match="link"):
        remove_tree(tmp_path / "link")
    assert tree(tmp_path) == before
