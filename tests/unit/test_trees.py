from __future__ import annotations

from pathlib import Path

import pytest

from gvm.fs.trees import exchange, free_name, mount_point, remove_tree, sync
from tests.archive.place import tree
from tests.faults.inject import python

EXCHANGE = "trees.exchange(*map(pathlib.Path, sys.argv[1:]))"
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
    done = python("trees.sync(pathlib.Path(sys.argv[1]))", tmp_path, faults="syncfs:error=ENOSYS")
    assert done.returncode == 0, done.stderr


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


def test_free_name(tmp_path: Path) -> None:
    """A name that nothing has, not even a link that leads nowhere."""
    assert free_name(tmp_path / "a") == tmp_path / "a"
    (tmp_path / "a").symlink_to("gone")
    (tmp_path / "a~2").mkdir()
    assert free_name(tmp_path / "a") == tmp_path / "a~3"


def test_mount_point(tmp_path: Path) -> None:
    """What is mounted is found at a place or below, also by a link, and not beside it."""
    assert mount_point(Path("/proc")) == Path("/proc")
    assert mount_point(Path("/")) == Path("/")
    (tmp_path / "link").symlink_to("/")
    assert mount_point(tmp_path / "link/proc") == Path("/proc")
    assert mount_point(tmp_path / "link") is None
    assert mount_point(Path("/pro")) is None


def test_remove_tree_other(tmp_path: Path) -> None:
    """What is itself a link goes, and what it leads to stays; so does a file go, or nothing."""
    (tmp_path / "keep/inside").mkdir(parents=True)
    before = tree(tmp_path)
    (tmp_path / "link").symlink_to("keep")
    (tmp_path / "nowhere").symlink_to("gone")
    (tmp_path / "file").touch()
    for name in ("link", "nowhere", "file", "missing"):
        remove_tree(tmp_path / name)
    assert tree(tmp_path) == before
