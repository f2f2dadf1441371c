"""gvm verify."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from gvm.model.version import Version
from gvm.trust.sumdb.toolchain import MODULE, Contents, module_hash, module_version
from tests.goarchive import ARCH, archive, mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Server
from tests.sumdb import Signer, filler, record, served

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

SIGNER = Signer()
VERSION = module_version(Version.parse("1.22.6"), ARCH)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(mirror(["1.22.6"])) as server:
        yield server


@pytest.fixture
def machine(machine: Machine, server: Server) -> Machine:
    """A home with Go 1.22.6, which the database knows too."""
    machine.environ |= server.variables
    machine.environ["https_proxy"] = "http://127.0.0.1:9"
    done = machine.gvm("install", "1.22.6")
    assert done.returncode == 0, done.stderr
    server.files = {**server.files, **with_record(hash_of(goroot(machine)))}  # type: ignore[dict-item]
    server.requests.clear()
    return machine


def goroot(machine: Machine) -> Path:
    return machine.root.versions / "1.22.6"


def hash_of(tree: Path) -> str:
    return module_hash(Contents.of(tree, ARCH).files, f"{MODULE}@{VERSION}")


def with_record(hash1: str) -> dict[str, bytes]:
    return served([*filler(300), record(MODULE, VERSION, hash1)], SIGNER, path="/sumdb")


def by_database(
    machine: Machine, server: Server, *arguments: str
) -> subprocess.CompletedProcess[str]:
    told = json.dumps({"sumdb": SIGNER.verifier})
    argv = [sys.executable, "-m", "tests.pinned", told, "verify", *arguments]
    argv += ["--database", f"{server.url}/sumdb"]
    return machine.run(argv, environ={"PYTHONPATH": str(CHECKOUT)})


def without_sum(text: str) -> str:
    """What is told, without the checksum of an archive that another library packs otherwise."""
    return re.sub(r"\b[0-9a-f]{64}\b", "<sha256>", text)


def test_whole(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """What is as its archive is said to be, with who vouches; the kept archive is enough."""
    for words in (["verify", "1.22.6"], ["verify", "1.22"], ["verify"]):
        done = machine.gvm(*words)
        assert done.returncode == 0, done.stderr
        assert done.stdout == snapshot
    assert server.requests == []
    assert not any(entry.is_dir() for entry in (machine.home / ".cache/gvm/verify").iterdir())


def test_fetched_again(machine: Machine, server: Server) -> None:
    """An archive that is no longer kept is fetched from where it came, whatever the mirror is now."""
    shutil.rmtree(machine.home / ".cache/gvm/archives")
    machine.environ["GVM_MIRROR"] = "http://127.0.0.1:9"
    assert machine.gvm("verify", "1.22.6").returncode == 0
    assert len(server.requests) == 1
    server.files = {}
    shutil.rmtree(machine.home / ".cache/gvm/archives")
    assert machine.gvm("verify", "1.22.6").returncode == 5
    file = machine.write(f"m/go1.22.6.linux-{ARCH}.tar.gz", archive("1.22.6"))
    assert machine.gvm("verify", "1.22.6", "--source", file.parent).returncode == 0


def changed(tree: Path) -> None:
    data = bytearray((tree / "src/fmt/print.go").read_bytes())
    data[100] ^= 1
    (tree / "src/fmt/print.go").write_bytes(data)


def linked(tree: Path) -> None:
    (tree / "bin/gofmt").unlink()
    (tree / "bin/gofmt").symlink_to("go")


CHANGES: dict[str, tuple[Callable[[Path], object], str, bool]] = {
    # What is done to the tree, how which files differ, and whether the module's hash shows it.
    "one bit": (changed, "changed src/fmt/print.go", True),
    "a file more": (lambda tree: (tree / "src/fmt/x.go").write_text("package fmt"), "added src/fmt/x.go", True),
    "a file less": (lambda tree: (tree / "bin/gofmt").unlink(), "missing bin/gofmt", True),
    "a file by another name": (lambda tree: (tree / "VERSION").rename(tree / "VERSIO"), "added VERSIO, missing VERSION", True),
    "a link": (linked, "changed bin/gofmt", True),
    "a pipe": (lambda tree: os.mkfifo(tree / "src/x.go"), "added src/x.go", True),
    "not to be run": (lambda tree: (tree / "bin/gofmt").chmod(0o644), "mode bin/gofmt", False),
    "others may write": (lambda tree: (tree / "bin/go").chmod(0o757), "mode bin/go", False),
    "others may write a directory": (lambda tree: (tree / "bin").chmod(0o777), "mode bin", False),
    "others may write the tree": (lambda tree: tree.chmod(0o775), "mode .", False),
    "another program": (lambda tree: (tree / "bin/gopls").write_text("x"), "added bin/gopls", False),
}  # fmt: skip


@pytest.mark.parametrize(("change", "told", "is_hashed"), CHANGES.values(), ids=CHANGES)
def test_changed(
    change: Callable[[Path], object],
    told: str,
    *,
    is_hashed: bool,
    machine: Machine,
    server: Server,
    snapshot: SnapshotAssertion,
) -> None:
    """What differs is named, in order, with exit code 7; the database's hash sees contents."""
    change(goroot(machine))
    done = machine.gvm("verify", "1.22.6")
    assert done.returncode == 7
    assert (done.stdout, done.stderr) == snapshot
    done = by_database(machine, server, "1.22.6")
    assert done.returncode == (7 if is_hashed else 0), done.stderr
    if not is_hashed:
        assert done.stderr == snapshot
    answer = json.loads(machine.gvm("verify", "1.22.6", "--json").stdout)
    assert not answer["verified"]
    assert ", ".join(f"{one['how']} {one['file']}" for one in answer["differences"]) == told


def test_escapes(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A name that a terminal would obey is told without that, and to programs as it is."""
    (goroot(machine) / "src/\x1b[2J").touch()
    assert machine.gvm("verify", "1.22.6").stdout == snapshot
    (row,) = json.loads(machine.gvm("verify", "1.22.6", "--json").stdout)["differences"]
    assert row["file"] == "src/\x1b[2J"


def test_harmless(machine: Machine) -> None:
    """A tree that was made read-only, or has another directory, is the same."""
    machine.run(["chmod", "-R", "a-w", goroot(machine)])
    (goroot(machine)).chmod(0o755)
    (goroot(machine) / "empty").mkdir()
    assert machine.gvm("verify", "1.22.6").returncode == 0
    machine.run(["chmod", "-R", "u+w", goroot(machine)])


def test_other_archive(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Where a source has another archive than the receipt tells, that is said, and nothing of trust."""
    shutil.rmtree(machine.home / ".cache/gvm/archives")
    server.files = mirror(["1.22.6"], more={"go/x": b""})
    for trust in "01":
        done = machine.gvm("verify", "1.22.6", environ={"GVM_TRUST_MIRROR": trust})
        assert done.returncode == 7
        assert without_sum(done.stderr) == snapshot


def test_no_receipt(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Without a receipt it is said that nothing is known, and what can be done."""
    (machine.root.receipts / "1.22.6.toml").unlink()
    done = machine.gvm("verify", "1.22.6")
    assert done.returncode == 9
    assert done.stderr == snapshot


def test_database(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """A toolchain whose hash the checksum database proves is the Go project's."""
    done = by_database(machine, server, "1.22.6")
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace(hash_of(goroot(machine)), "<hash>") == snapshot
    answer = json.loads(by_database(machine, server, "--json").stdout)
    assert answer["verified"]
    assert answer["hash"] == answer["expected"] == hash_of(goroot(machine))
    # No receipt is needed for it.
    (machine.root.receipts / "1.22.6.toml").unlink()
    assert by_database(machine, server, "1.22.6").returncode == 0


def test_other_hash(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Where the database says another hash, both are told."""
    assert isinstance(server.files, dict)
    server.files.update(with_record(f"h1:{'C' * 43}="))
    done = by_database(machine, server, "1.22.6")
    assert (done.returncode, done.stdout) == (7, "")
    assert done.stderr.replace(hash_of(goroot(machine)), "<hash>") == snapshot


def test_pinned(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """What another key has signed is refused by gvm as it is, from a setting too."""
    done = machine.gvm("verify", "--database", f"{server.url}/sumdb", "1.22.6")
    assert done.returncode == 7
    said = done.stderr
    machine.write(".config/gvm/config.toml", f'sumdb = "{server.url}/sumdb"\n')
    done = machine.gvm("verify", "--sumdb", "1.22.6")
    assert (done.returncode, done.stderr) == (7, said)
    assert said == snapshot


def test_unreachable(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Where no database answers, the hint names what changes that."""
    done = machine.gvm("verify", "--sumdb", "1.22.6")
    assert done.returncode == 6
    assert done.stderr == snapshot


@pytest.mark.parametrize("url", ["", "x", "https://"])
def test_no_database(url: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What cannot be the address of a database is a mistake in the call."""
    done = machine.gvm("verify", "--database", url, "1.22.6")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == snapshot


def test_too_old(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Go before 1.21 is not in the database, and nothing is asked."""
    machine.add("1.20.14")
    done = by_database(machine, server, "1.20.14")
    assert done.returncode == 5
    assert done.stderr == snapshot
    assert server.requests == []


def test_not_installed(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What is not installed, or not by gvm, is told."""
    assert machine.gvm("verify", "1.21.0").returncode == 4
    (machine.bin / "go").symlink_to("/bin/true")
    environ = {"GVM_GO_VERSION": "system", "PATH": f"{machine.bin}:/usr/bin:/bin"}
    done = machine.gvm("verify", environ=environ)
    assert done.returncode == 4
    assert done.stderr == snapshot


def test_without_the_library(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Where the library is missing it is said how to get it."""
    machine.write("cryptography.py", "raise ModuleNotFoundError(name='cryptography')\n")
    environ = {"PYTHONPATH": f"{machine.home}:{CHECKOUT}"}
    done = machine.gvm("verify", "--database", f"{server.url}/sumdb", "1.22.6", environ=environ)
    assert done.returncode == 1
    assert done.stderr == snapshot
