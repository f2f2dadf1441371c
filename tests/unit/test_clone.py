from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.fs.clone import clone_tree
from gvm.fs.trees import remove_tree
from tests.archive.place import Node, tree
from tests.faults.inject import failing
from tests.goarchive import ARCH, archive
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine


def made(source: Path) -> Path:
    """A tree with everything that a toolchain may hold."""
    (source / "pkg/tool/empty").mkdir(parents=True)
    (source / "bin").mkdir()
    for name, mode in {"bin/go": 0o755, "VERSION": 0o644, "pkg/\udcff": 0o444}.items():
        (source / name).write_bytes(name.encode("utf-8", "surrogateescape"))
        (source / name).chmod(mode)
        os.utime(source / name, (1_600_000_000, 1_600_000_000))
    for name, target in {
        "gofmt": "bin/go", "tools": "pkg/tool", "pkg/up": "..", "gone": "not/there", "self": "self",
    }.items():  # fmt: skip
        (source / name).symlink_to(target)
    return source


def told(directory: Path) -> dict[bytes, Node]:
    return {path: node._replace(inode=0) for path, node in tree(directory).items()}


def inodes(directory: Path) -> dict[bytes, int]:
    return {path: node.inode for path, node in tree(directory).items() if node.kind == "file"}


@pytest.fixture
def memory() -> Iterator[Path]:
    """A directory in memory."""
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("there is no /dev/shm here")
    directory = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield directory
    shutil.rmtree(directory)


def test_same_file_system(tmp_path: Path) -> None:
    """A clone is equal, with modes, times and links, and shares its files or their blocks."""
    source, target = made(tmp_path / "source"), tmp_path / "target"
    target.mkdir()
    clone_tree(source, target)
    assert told(target) == told(source)
    assert target.stat().st_mode & 0o7777 == 0o755


def test_other_file_system(tmp_path: Path, memory: Path) -> None:
    """Where files cannot be shared they are copied, with modes, times and links."""
    if memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("/dev/shm is no other file system here")
    source = made(tmp_path / "source")
    clone_tree(source, memory)
    assert told(memory) == told(source)
    (memory / "bin/go").write_text("changed")
    assert (source / "bin/go").read_text() == "bin/go"


def test_without_hard_links(tmp_path: Path) -> None:
    """Where a file cannot be linked, as by too many links or by policy, it is copied."""
    source, target = made(tmp_path / "source"), tmp_path / "target"
    target.mkdir()
    script = "import sys, pathlib, gvm.fs.clone; gvm.fs.clone.clone_tree(*map(pathlib.Path, sys.argv[1:]))"
    for error in ("EPERM", "EMLINK", "EOPNOTSUPP"):
        strace = failing(f"link,linkat:error={error}")
        subprocess.run(
            [*strace, sys.executable, "-c", script, source, target],
            check=True,
            env={"PYTHONPATH": str(CHECKOUT)},
        )
        assert told(target) == told(source)
        remove_tree(target)
        target.mkdir()


_SHARED = """
mount -o loop image disk
mkdir disk/target
cp -a source disk
"$@" disk/source disk/target
stat -c %h disk/target/bin/go
filefrag -v disk/target/bin/go
(cd disk/source && find . -type f -printf '%p %m %t %s\\n' | sort) >one
(cd disk/target && find . -type f -printf '%p %m %t %s\\n' | sort) >other
cmp one other
diff -r --no-dereference disk/source disk/target
echo changed >disk/target/bin/go
cmp source/bin/go disk/source/bin/go
"""
MAKERS = {
    "btrfs": ["mkfs.btrfs", "-q"],
    "xfs": ["mkfs.xfs", "-q", "-m", "reflink=1"],
}


@pytest.mark.skipif(os.geteuid() != 0, reason="a loop device needs root")
@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_shared_blocks(maker: list[str], tmp_path: Path) -> None:
    """Where a file system can, a clone has files of its own that share the blocks."""
    for program in (maker[0], "filefrag"):
        if not shutil.which(program):
            pytest.skip(f"there is no {program}")
    (made(tmp_path / "source") / "bin/go").write_bytes(bytes(range(256)) * 4096)
    (tmp_path / "disk").mkdir()
    with (tmp_path / "image").open("wb") as image:
        image.truncate(320 << 20)
    subprocess.run([*maker, tmp_path / "image"], check=True, capture_output=True)
    clone = "import sys, pathlib, gvm.fs.clone; gvm.fs.clone.clone_tree(*map(pathlib.Path, sys.argv[1:]))"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-ec", _SHARED, "sh", sys.executable, "-c", clone],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount:" in done.stderr:
        pytest.skip(done.stderr.splitlines()[0])
    assert done.returncode == 0, done.stdout + done.stderr
    links = done.stdout.splitlines()[0]
    assert links == "1"
    assert "shared" in done.stdout


@pytest.mark.parametrize("umask", [0, 0o077, 0o777], ids=oct)
def test_umask(umask: int, tmp_path: Path) -> None:
    """The umask changes nothing, nor does a directory above with the setgid bit."""
    source, target = made(tmp_path / "source"), tmp_path / "target"
    target.mkdir()
    target.chmod(0o2755)
    before = os.umask(umask)
    try:
        clone_tree(source, target)
    finally:
        os.umask(before)
    assert told(target) == told(source)


def test_fast(memory: Path) -> None:
    """Ten thousand files take no time that a user would notice."""
    source, target = memory / "source", memory / "target"
    for directory in range(100):
        (source / str(directory)).mkdir(parents=True)
        for file in range(100):
            (source / str(directory) / str(file)).touch()
    target.mkdir()
    since = time.process_time()
    clone_tree(source, target)
    assert time.process_time() - since < 10
    assert len(inodes(target)) == 10_000


def test_unreadable(tmp_path: Path) -> None:
    """What cannot be read is an error, never a clone without it."""
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    source, target = made(tmp_path / "source"), tmp_path / "target"
    target.mkdir()
    (source / "bin").chmod(0)
    try:
        with pytest.raises(PermissionError):
            clone_tree(source, target)
    finally:
        (source / "bin").chmod(0o755)


def test_missing(tmp_path: Path) -> None:
    """A source that is gone is an error."""
    with pytest.raises(FileNotFoundError):
        clone_tree(tmp_path / "source", tmp_path)


def test_nothing_in_place(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """As clones share files, no command changes one in place: the other release keeps all of it."""
    data = archive("1.22.6", {"go/src/x.go": b"package x\n"})
    file = machine.write(f"m/go1.22.6.linux-{ARCH}.tar.gz", data)
    install = ["install", "1.22.6", "--source", file.parent]
    checked = [*install, "--sha256", hashlib.sha256(data).hexdigest()]
    assert machine.gvm(*checked).returncode == 0
    other = machine.root.base.rename(machine.root.path / "ubuntu-99.04")
    before = tree(other)
    assert machine.gvm(*install).stderr == snapshot
    for command in (["reshim"], [*checked, "--force"], ["uninstall", "1.22.6"]):
        assert machine.gvm(*command).returncode == 0
        assert tree(other) == before
