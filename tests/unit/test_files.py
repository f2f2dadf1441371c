from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.fs.atomic import replace_link, replace_text
from gvm.fs.ownership import is_open, is_trusted, stranger
from gvm.fs.read import compute_sha256, read_text
from tests.faults.inject import python
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
TEXTS = {
    "text": ("golang 1.22.6\n", b"golang 1.22.6\n"),
    "nothing": ("", b""),
    "lines of DOS": ("a\r\nb\n", b"a\r\nb\n"),
    "bytes that are no UTF-8": ("\udcff", b"\xff"),
}


@pytest.mark.parametrize(("text", "data"), TEXTS.values(), ids=TEXTS)
def test_replace_text(text: str, data: bytes, tmp_path: Path) -> None:
    """A file is written as it is given, all may read it whatever the umask, and nothing else stays."""
    file = tmp_path / "file"
    for _ in ("new", "again"):
        before = os.umask(0o077)
        replace_text(file, text)
        os.umask(before)
        assert file.read_bytes() == data
        assert file.stat().st_mode & 0o7777 == 0o644
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


# What is on the way to x/y, and whether another user can make it lead elsewhere.
WAYS: dict[str, tuple[dict[str, str], str, int | None]] = {
    "plain": ({}, "", None), "directory": ({}, "x", 1), "itself": ({}, "x/y", 1), "below it": ({}, "x/y/z", None),
    "link of root's": ({"l": "x"}, "", None), "link": ({"l": "x"}, "l", 1), "behind a link": ({"l": "x"}, "x", 1),
    "link to a link": ({"l": "k", "k": "x/y/../../x"}, "k", 1), "upwards": ({"l": "x/y/.."}, "x/y", 1),
    "beside": ({"k": "x"}, "k", None), "dangling": ({"l": "none"}, "l", 1),
}  # fmt: skip


@needs_root
@pytest.mark.parametrize(("links", "other", "found"), WAYS.values(), ids=WAYS)
def test_stranger(links: dict[str, str], other: str, found: int | None, tmp_path: Path) -> None:
    """Whoever owns a directory or a link on the way decides what root finds at its end."""
    (tmp_path / "x/y/z").mkdir(parents=True)
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    if other:
        os.chown(tmp_path / other, 1, 1, follow_symlinks=False)
    first = tmp_path / ("l" if "l" in links else "x")
    (tmp_path / "absolute").symlink_to(first)
    for place in (first / "y", first / "y/not there", tmp_path / "absolute/y"):
        assert stranger(place) == found


# A mode, a group, rules of ACLs, and whether others than the owner may write then.
OPEN: dict[str, tuple[int, int, list[str], bool]] = {
    "owner": (0o755, 0, [], False),
    "root's group": (0o775, 0, [], False),
    "another group": (0o775, 7, [], True),
    "another group, reading": (0o755, 7, [], False),
    "everybody": (0o757, 0, [], True),
    "user by ACL": (0o755, 0, ["-m", "u:7:rwx"], True),
    "group by ACL": (0o755, 0, ["-m", "g:7:rwx"], True),
    "user by ACL, reading": (0o755, 0, ["-m", "u:7:rx"], False),
    "user by ACL, masked": (0o755, 0, ["-m", "u:7:rwx,m::rx"], False),
    "whoever is in the ACL to be handed down": (0o775, 0, ["-d", "-m", "g:7:rwx"], True),
}


@needs_root
@pytest.mark.skipif(not shutil.which("setfacl"), reason="there is no setfacl")
@pytest.mark.parametrize(("mode", "group", "acl", "is_so"), OPEN.values(), ids=OPEN)
def test_open(mode: int, group: int, acl: list[str], is_so: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """What others may write, by mode or by ACL, is open; of root's, that is not trusted."""
    place = tmp_path / "place"
    place.mkdir()
    os.chown(place, 0, group)
    place.chmod(mode)
    if acl:
        subprocess.run(["setfacl", *acl, place], check=True)
    assert (is_open(place), is_trusted(place)) == (is_so, not is_so)


FAULTS = {
    "no room": "write:error=ENOSPC:when=1",
    "no lock": "flock:error=ENOLCK",
    "interrupted": "flock:signal=INT",
    "no sync": "fsync:error=EIO",
    "no rename": "rename,renameat,renameat2:error=EACCES",
    "no modes": "fchmod:error=EPERM",
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_replace_text_fails(faults: str, tmp_path: Path) -> None:
    """When it fails anywhere, the old file is there, whole, and nothing else."""
    file = tmp_path / "file"
    file.write_text("old")
    done = python("atomic.replace_text(pathlib.Path(sys.argv[1]), 'new')", file, faults=faults)
    assert (
        done.stderr.rpartition("\n")[0]
        .rpartition("\n")[2]
        .startswith(("OSError", "PermissionError", "KeyboardInterrupt"))
    )
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


@needs_root
def test_process_as_place(tmp_path: Path) -> None:
    """A link in /proc leads elsewhere than it says, so that root goes through none."""
    assert stranger(tmp_path) is None
    assert stranger(Path(f"/proc/{os.getpid()}/cwd")) is not None
    (tmp_path / "link").symlink_to(f"/proc/{os.getpid()}/cwd")
    assert stranger(tmp_path / "link/x") is not None


def test_replace_text_special(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What is no ordinary file stays, such as a device that a link leads to."""
    special = tmp_path / "special"
    os.mkfifo(special)
    (tmp_path / "link").symlink_to(special)
    for file in (special, tmp_path / "link"):
        with pytest.raises(OSError) as caught:  # noqa: PT011 - its text is a snapshot
            replace_text(file, "new")
        assert str(caught.value) == snapshot
    assert special.is_fifo()


def test_replace_text_after_kill(tmp_path: Path) -> None:
    """Killed before its end it leaves the old file, and the next one is not in its way."""
    file = tmp_path / "file"
    file.write_text("old")
    done = python(
        "atomic.replace_text(pathlib.Path(sys.argv[1]), 'new')", file, faults="fsync:signal=KILL"
    )
    assert done.returncode != 0
    assert file.read_text() == "old"
    replace_text(file, "new")
    assert file.read_text() == "new"


@pytest.mark.parametrize("mode", [0o600, 0o444], ids=oct)
def test_replace_text_waits(mode: int, tmp_path: Path) -> None:
    """Who finds another at the same file waits, with a lock that NFS gives too: on what is open for writing."""
    file, new = tmp_path / "file", tmp_path / ".file.new"
    script = f"import pathlib\nfrom gvm.fs import atomic\natomic.replace_text(pathlib.Path({str(file)!r}), 'new')"
    command = [sys.executable, "-B", "-c", script]
    with new.open("w") as other:
        new.chmod(mode)
        flock(other, LOCK_EX)
        with subprocess.Popen(command, env={"PYTHONPATH": str(CHECKOUT)}) as process:
            waits = re.compile(rf"-> FLOCK +ADVISORY +WRITE {process.pid} ")
            while not waits.search(Path("/proc/locks").read_text()):
                assert process.poll() is None
                time.sleep(0.01)
            (access,) = (
                int(re.findall(r"flags:\s+0(\d+)", info.read_text())[0], 8) & os.O_ACCMODE
                for info in Path(f"/proc/{process.pid}/fdinfo").iterdir()
                if os.path.realpath(f"/proc/{process.pid}/fd/{info.name}") == str(new)
            )
            flock(other, LOCK_UN)
            assert process.wait(100) == 0
    assert access == (os.O_RDWR if mode == 0o600 or os.geteuid() == 0 else os.O_RDONLY)
    assert file.read_text() == "new"
    assert list(tmp_path.iterdir()) == [file]


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


def test_sha256(tmp_path: Path) -> None:
    """A file's checksum is what everybody else says it is."""
    file = tmp_path / "file"
    file.write_bytes(b"abc" * 1_000_000)
    said = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True).stdout
    assert compute_sha256(file) == said.split()[0]


def test_of_the_kernel() -> None:
    """What the kernel tells under the name of a file is not taken, nor waited for."""
    if os.access("/proc/kmsg", os.R_OK):
        assert read_text(Path("/proc/kmsg")) == ""
    assert read_text(Path("/proc/self/environ")) == ""


def test_unopened(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What is no plain file is not even opened, which has effects: here, a writer that goes on."""
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["/bin/sh", "-c", ": >pipe"], cwd=tmp_path) as writer:
        for _ in range(20):
            with pytest.raises(OSError) as caught:  # noqa: PT011 - its text is a snapshot
                read_text(tmp_path / "pipe")
            time.sleep(0.01)
        assert writer.poll() is None
        writer.kill()
    assert str(caught.value) == snapshot
