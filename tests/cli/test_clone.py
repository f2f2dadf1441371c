"""Toolchains that another release of the same root has."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gvm.errors import LockTimeoutError
from gvm.fs.locks import locked
from gvm.fs.trees import exchange
from tests.faults.inject import failing
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine
    from tests.server import Server

OTHER = "ubuntu-99.04"
VERSIONS = ("1.21.13", "1.22.6")


@pytest.fixture
def machine(machine: Machine, server: Server) -> Machine:
    """One whose other release has a version."""
    machine.environ |= server.variables
    assert machine.gvm("install", "-q", "1.22.6").returncode == 0
    machine.root.base.rename(machine.root.path / OTHER)
    server.requests.clear()
    # A copy of the archive would make fetching it invisible.
    for file in machine.home.glob(".cache/gvm/archives/go*"):
        file.unlink()
    return machine


def test_clone(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """What another release of the same root has is cloned, and not fetched."""
    done = machine.gvm("install", "1.22.6")
    assert done.returncode == 0
    assert done.stderr == snapshot
    assert server.requests == []
    assert machine.shim("go", "version").stdout.startswith("go version")
    assert (machine.root.receipts / "1.22.6.toml").is_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
@pytest.mark.parametrize("part", ["", "versions", "receipts", "versions/1.22.6"])
def test_clone_of_another(part: str, machine: Machine, server: Server) -> None:
    """Of what another user owns, or may write, in another release nothing is cloned: it is fetched."""
    place = machine.root.path / OTHER / part
    for change in (
        lambda: os.chown(place, 1, 1),
        lambda: (os.chown(place, 0, 0), place.chmod(0o777)),
    ):
        change()
        server.requests.clear()
        assert machine.gvm("install", "1.22.6").returncode == 0
        assert server.requests != []
        machine.gvm("uninstall", "-y", "1.22.6")
        for file in machine.home.glob(".cache/gvm/archives/go*"):
            file.unlink()


def of_other_architecture(other: Path) -> None:
    receipt = other / "receipts/1.22.6.toml"
    receipt.write_text(receipt.read_text().replace('arch = "', 'arch = "other'))


NOT_CLONED: dict[str, Callable[[Path], object]] = {
    "another architecture": of_other_architecture,
    "no receipt": lambda other: (other / "receipts/1.22.6.toml").unlink(),
    "damaged": lambda other: (other / "versions/1.22.6/bin/go").chmod(0o644),
}


@pytest.mark.parametrize("change", NOT_CLONED.values(), ids=NOT_CLONED)
def test_not_cloned(
    change: Callable[[Path], object], machine: Machine, server: Server, snapshot: SnapshotAssertion
) -> None:
    """What is not known to be what is asked for is fetched."""
    change(machine.root.path / OTHER)
    done = machine.gvm("install", "1.22.6")
    assert done.returncode == 0
    assert done.stderr == snapshot
    assert server.requests != []
    assert machine.shim("go", "version").stdout.startswith("go version")


def test_at_work(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """What another process is at work on is not cloned, and not waited for, as it may wait for us."""
    with locked(machine.root.locks, f"{OTHER}-1.22.6"):
        done = machine.gvm("install", "1.22.6")
    assert done.returncode == 0
    assert done.stderr == snapshot
    assert server.requests != []


def test_lock_is_held(machine: Machine, server: Server) -> None:
    """While a version is cloned, nobody replaces or removes it."""
    with cloning(machine) as process:
        lock = locked(machine.root.locks, f"{OTHER}-1.22.6", timeout=0)
        with pytest.raises(LockTimeoutError), lock:
            pass
        said = process.communicate()[1]
    assert process.returncode == 0, said
    assert server.requests == []


def replaced(other: Path) -> None:
    """Replace it as `install --force` does, with another archive."""
    new = other / "new"
    new.mkdir()
    for name in ("VERSION", "bin/go", "bin/gofmt"):
        (new / name).parent.mkdir(exist_ok=True)
        (new / name).write_bytes((other / "versions/1.22.6" / name).read_bytes() + b"# new\n")
    exchange(new, other / "versions/1.22.6")


def described(other: Path) -> None:
    """Replace its receipt, as that is written first."""
    receipt = other / "receipts/1.22.6.toml"
    receipt.write_text(receipt.read_text().replace("voucher", 'signer = "X"\nvoucher'))


def removed(other: Path) -> None:
    """Remove it as `uninstall` does."""
    (other / "versions/1.22.6").rename(other / "gone")
    (other / "receipts/1.22.6.toml").unlink()
    shutil.rmtree(other / "gone")


@pytest.mark.parametrize("change", [replaced, described, removed])
def test_changed_meanwhile(
    change: Callable[[Path], None],
    machine: Machine,
    server: Server,
    snapshot: SnapshotAssertion,
) -> None:
    """Where no lock reaches, as between two machines, what changes while it is cloned is fetched."""
    with cloning(machine) as process:
        change(machine.root.path / OTHER)
        said = process.communicate()[1]
    assert process.returncode == 0
    assert said == snapshot
    assert server.requests != []
    rows = json.loads(machine.gvm("list", "--json").stdout)
    assert [row["version"] for row in rows] == ["1.22.6"]
    assert machine.gvm("verify", "1.22.6").returncode == 0


def cloning(machine: Machine) -> subprocess.Popen[str]:
    """A process that has begun to clone, and needs its time for each file."""
    slow = failing("link,linkat:delay_enter=300000")
    process = subprocess.Popen(
        [*slow, "-e", "trace=link,linkat", sys.executable, "-m", "gvm", "install", "1.22.6"],
        cwd=machine.home,
        env={**machine.environ, "PYTHONPATH": str(CHECKOUT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    stage = machine.root.staging / f"{machine.root.release}-1.22.6"
    end = time.monotonic() + 120
    while not (stage.is_dir() and any(path.is_dir() for path in stage.iterdir())):
        assert time.monotonic() < end
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    return process
