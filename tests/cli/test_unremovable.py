"""What cannot be removed or moved: files of others, files in use, mount points, other disks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import releases
from tests.faults.inject import failing
from tests.goarchive import ARCH, mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from syrupy.assertion import SnapshotAssertion

NOBODY = 65534
STUCK = "pkg/linux/std.a"
needs_mounts = pytest.mark.skipif(not releases.is_possible(), reason="needs private mounts")


@pytest.fixture
def machine() -> Iterator[Machine]:
    """One whose home other users can reach, with one version that has a file more."""
    with tempfile.TemporaryDirectory() as base, Server(mirror(["1.21.13", "1.22.6"])) as server:
        Path(base).chmod(0o755)
        machine = Machine(Path(base), server.variables)
        assert machine.gvm("install", "-q", "1.22.6").returncode == 0
        file = machine.root.versions / "1.22.6" / STUCK
        file.parent.mkdir(parents=True)
        file.touch()
        yield machine


@contextmanager
def immutable(machine: Machine) -> Iterator[Sequence[str]]:
    """A file that not even root may remove."""
    file = machine.root.versions / "1.22.6" / STUCK
    if subprocess.run(["chattr", "+i", file], capture_output=True, check=False).returncode != 0:
        pytest.skip("chattr +i needs root, and a file system that knows it")
    try:
        yield []
    finally:
        script = 'find "$0" -type f -exec chattr -i {} +'
        subprocess.run(["sh", "-c", script, machine.home], check=True)


@contextmanager
def of_root(machine: Machine) -> Iterator[Sequence[str]]:
    """What `sudo go install std` leaves."""
    if os.geteuid() != 0:
        pytest.skip("needs root: several users")
    for path in (machine.home, *machine.home.rglob("*")):
        if path.name not in {"linux", "std.a"}:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if machine.run([*become, sys.executable, "-c", ""]).returncode != 0:
        pytest.skip(f"an ordinary user cannot run {sys.executable}")
    yield become
    # As whoever has the rights would do.
    for path in (machine.home, *machine.home.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


@contextmanager
def in_use(machine: Machine) -> Iterator[Sequence[str]]:
    """As NFS keeps a program that runs; the name is the whole path where a tree is removed by its names."""
    file = machine.root.versions / "1.22.6" / STUCK
    file.rename(file.with_name(".nfs0001"))
    yield [*failing("unlink,unlinkat:error=EBUSY"), "-P", ".nfs0001", "-e", "trace=unlink,unlinkat"]


CAUSES = {"immutable": immutable, "root's": of_root, "in use": in_use}


@pytest.mark.parametrize("first", ["uninstall 1.22.6", "install --force 1.22.6"])
@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_left(
    cause: Callable[..., object], first: str, machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """What cannot be removed is told in one line, keeps nothing from being done, and goes when it can."""
    with cause(machine) as before:  # type: ignore[attr-defined]
        calls = [
            first,
            "install 1.21.13",
            "install --force 1.22.6",
            "uninstall 1.21.13",
            "install 1.22.6",
        ]
        calls += ["install --force 1.22.6", "uninstall 9.9.9"]
        said = set()
        for call in calls:
            done = machine.gvm(*call.split(), before=before)
            assert done.returncode == (4 if "9.9.9" in call else 0), (call, done.stderr)
            told = in_staging(done.stderr, machine)
            assert len(told) == (0 if "9.9.9" in call else 1), (call, done.stderr)
            said.update(told)
        (rest,) = machine.root.staging.iterdir()
        assert [path.name for path in rest.rglob("*") if not path.is_dir()] in ([Path(STUCK).name], [".nfs0001"])  # fmt: skip
        assert rows(machine, before) == ["1.22.6 ok"]
        go = machine.run([*before, machine.root.versions / "1.22.6/bin/go", "version"])
        assert go.stdout.startswith("go version")
    done = machine.gvm("install", "1.21.13", before=before if cause is of_root else [])
    assert in_staging(done.stderr, machine) == []
    assert said == snapshot
    assert list(machine.root.staging.iterdir()) == []


def masked(text: str, machine: Machine) -> str:
    """What is told, without the name of a directory that is another each time."""
    return text.replace(str(machine.base), "<base>")


def in_staging(text: str, machine: Machine) -> list[str]:
    """The lines that name what is in staging."""
    return [
        masked(line, machine) for line in text.splitlines() if str(machine.root.staging) in line
    ]


def rows(machine: Machine, before: Sequence[str] = ()) -> list[str]:
    listed = json.loads(machine.gvm("list", "--json", before=before).stdout)
    return [f"{row['version']} {row['status']}" for row in listed]


# The call that fails, how, and on what of a release.
STEPS = {
    "version": ("rename", "EACCES", "versions/1.22.6"),
    "receipt": ("unlink", "EIO", "receipts/1.22.6.toml"),
}


@pytest.mark.parametrize(("call", "error", "name"), STEPS.values(), ids=STEPS)
def test_not_movable(
    call: str, error: str, name: str, machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """What cannot be moved out of the way is still installed, with all that belongs to it, and that is told."""
    path, shim = machine.root.base / name, machine.root.shims / "go1.22.6"
    before = [*failing(f"{call}:error={error}"), "-e", f"trace={call}", "-P", str(path)]
    done = machine.gvm("uninstall", "1.22.6", before=before)
    assert done.returncode == 1
    assert masked(done.stderr, machine) == snapshot
    aliases = {link.name: str(link.readlink()) for link in machine.root.aliases.iterdir()}
    assert aliases == dict.fromkeys(("1.22", "latest"), "../versions/1.22.6")
    assert (machine.root.receipts / "1.22.6.toml").is_file()
    assert list(machine.root.staging.iterdir()) == []
    assert rows(machine) == ["1.22.6 ok"]
    assert machine.run([shim, "version"]).stdout == f"go version go1.22.6 linux/{ARCH}\n"


def with_mounts(machine: Machine, script: str) -> subprocess.CompletedProcess[str]:
    gvm = f'gvm() {{ {sys.executable} -m gvm "$@"; }}; R={machine.root.path} V={machine.root.versions}\n'
    argv = [*releases.UNSHARE, "sh", "-ec", gvm + script]
    return machine.run(argv, environ={"PYTHONPATH": str(CHECKOUT)})


MOUNTED = {
    "version": "mount --bind $V/1.22.6 $V/1.22.6",
    "below": "mkdir $V/1.22.6/x; mount --bind ~/keep $V/1.22.6/x",
    "name": 'mkdir "$V/1.22.6/a b"; mount --bind ~/keep "$V/1.22.6/a b"',
}


@needs_mounts
@pytest.mark.parametrize("mount", MOUNTED.values(), ids=MOUNTED)
def test_mount_point(mount: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What is mounted in a version is neither moved nor emptied; the hint helps."""
    machine.write("keep/file", "precious")
    done = with_mounts(
        machine,
        f"""{mount}
        for call in 'uninstall 1.22.6' 'uninstall --all' 'install --force 1.22.6'; do
            gvm $call && exit 9 || [ $? = 1 ]
        done
        gvm uninstall 1.22.6 2>&1 | sed -n 's/hint: sudo //p' | sh
        gvm uninstall -q 1.22.6
        """,
    )
    assert done.returncode == 0
    assert masked(done.stderr, machine) == snapshot
    assert (machine.home / "keep/file").read_text() == "precious"
    assert rows(machine) == []


@needs_mounts
def test_mount_in_staging(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What is mounted in staging is left alone, and keeps nothing from being done."""
    machine.write("keep/file", "precious")
    stage = f"$R/staging/{machine.root.release}-1.22.6"
    done = with_mounts(
        machine,
        f"""mkdir -p {stage}/x
        mount --bind ~/keep {stage}/x
        gvm install --force 1.22.6
        gvm uninstall 1.22.6
        """,
    )
    assert done.returncode == 0
    assert masked(done.stderr, machine) == snapshot
    assert (machine.home / "keep/file").read_text() == "precious"


OTHER_DISKS = {
    "link": "mount -t tmpfs tmpfs ~/disk; mkdir ~/disk/v; mv $V/* ~/disk/v; rmdir $V; ln -s ~/disk/v $V",
    "mount": "cp -a $V/. ~/disk; mount -t tmpfs -o mode=755 tmpfs $V; cp -a ~/disk/. $V",
    "bind mount": "cp -a $V/. ~/disk; mount --bind ~/disk $V",
    "shims": "cp -a $R/shims/. ~/disk; mount -t tmpfs -o mode=755 tmpfs $R/shims; cp -a ~/disk/. $R/shims",
    "staging": "mkdir -p $R/staging; mount -t tmpfs -o mode=755 tmpfs $R/staging",
    "release": "mount -t tmpfs tmpfs ~/disk; mv ${V%/*} ~/disk/r; ln -s ~/disk/r ${V%/*}",
}  # fmt: skip


@needs_mounts
@pytest.mark.parametrize("mount", OTHER_DISKS.values(), ids=OTHER_DISKS)
def test_other_disk(mount: str, machine: Machine) -> None:
    """Versions may be on another disk: they come and go there in one step, without a copy."""
    trace = machine.base / "trace"
    (machine.home / "disk").mkdir()
    done = with_mounts(
        machine,
        f"""{mount}
        for call in 'install 1.21.13' 'install --force 1.22.6' 'uninstall 1.22.6'; do
            strace -f -qq -e trace=rename,renameat,renameat2 -o {trace} {sys.executable} -m gvm $call
            if grep EXDEV {trace}; then exit 9; fi
        done
        gvm list --json
        GVM_GO_VERSION=1.21 $R/shims/go version
        # What is left by a run that was killed.
        mkdir -p $V/.staging/{machine.root.release}-1.19.1.removed
        touch $(dirname $V)/receipts/1.19.1.toml
        gvm uninstall -q 1.19.1 || [ $? = 4 ]
        if ls -A $V/.staging $R/staging $(dirname $V)/receipts | grep 1.19; then exit 9; fi
        """,
    )
    assert done.returncode == 0, done.stderr
    listed, _, told = done.stdout.partition("\n]\n")
    assert [row["version"] for row in json.loads(f"{listed}]")] == ["1.21.13"]
    assert told == f"go version go1.21.13 linux/{ARCH}\n"


@needs_mounts
def test_full_disk(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Where the versions' disk is full, the room that is told is that disk's."""
    done = with_mounts(
        machine, "mount -t tmpfs -o size=12k,mode=755 tmpfs $V; gvm install --force 1.22.6"
    )
    assert done.returncode == 1
    assert masked(done.stderr, machine) == snapshot


@needs_mounts
def test_noexec(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Where no program may run nothing is installed, and nothing fetched for that."""
    with Server(mirror(["1.22.6"])) as server:
        machine.environ |= server.variables
        done = with_mounts(
            machine,
            "mount -t tmpfs -o noexec,mode=755 tmpfs $R; gvm install 1.22.6 || echo $?; gvm list -q; ls -A $R/*-*/ $R/staging",
        )
        assert server.requests == []
    assert masked(done.stderr, machine).splitlines()[:2] == snapshot
    assert done.stdout.splitlines()[0] == "1"
    assert "1.22.6" not in done.stdout
