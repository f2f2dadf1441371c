from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.archive.tarball import entry, tgz
from tests.faults.inject import failing
from tests.goarchive import ARCH, archive, mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Fault, Server

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

VERSIONS = ("1.20.0", "1.21.13", "1.22.6", "1.22.12", "1.23.1", "1.24rc1")


@pytest.fixture
def machine(machine: Machine, server: Server) -> Machine:
    machine.environ |= server.variables
    # What goes to the Go project's own servers gets no answer.
    machine.environ["https_proxy"] = "http://127.0.0.1:9"
    return machine


def name(version: str) -> str:
    return f"go{version}.linux-{ARCH}.tar.gz"


def versions(machine: Machine) -> list[str]:
    return [row["version"] for row in json.loads(machine.gvm("list", "--json").stdout)]


REQUESTS = {
    "1.22.6": "1.22.6",
    "go1.22.6": "1.22.6",
    "v1.22.6": "1.22.6",
    "1.22": "1.22.12",
    "latest": "1.23.1",
    "latest:1.21": "1.21.13",
    "1.24rc1": "1.24rc1",
    "1.24": "1.24rc1",
    "1.20.0": "1.20.0",
}


@pytest.mark.parametrize(("request_", "version"), REQUESTS.items(), ids=REQUESTS)
def test_requests(
    request_: str, version: str, machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """Every way to write a version installs that one, with its receipt, alias, default and shims."""
    done = machine.gvm("install", request_)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert versions(machine) == [version]
    assert machine.root.default.read_text() == f"golang {version}\n"
    line = ".".join(version.replace("rc", ".rc").split(".")[:2])
    assert (machine.root.aliases / line).resolve() == machine.root.versions / version
    assert (machine.root.receipts / f"{version}.toml").is_file()
    assert machine.shim("go", "version").stdout.startswith("go version go")
    assert list(machine.root.staging.iterdir()) == []
    again = machine.gvm("install", request_)
    assert again.returncode == 0
    assert again.stderr == snapshot


def test_several(machine: Machine) -> None:
    """Several at once; aliases lead to the newest, the default is the first."""
    assert machine.gvm("install", "1.22.12", "1.22.6", "1.21").returncode == 0
    assert versions(machine) == ["1.21.13", "1.22.6", "1.22.12"]
    assert (machine.root.aliases / "1.22").readlink().name == "1.22.12"
    assert (machine.root.aliases / "latest").readlink().name == "1.22.12"
    assert machine.gvm("current", "-q").stdout == "1.22.12\n"
    assert {"go1.22.6", "go1.22.12", "go1.21.13"} <= {
        file.name for file in machine.root.shims.iterdir()
    }


def test_of_project(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Without a name, what is pinned and what go.mod needs is installed."""
    machine.write("p/.tool-versions", "golang 1.22.6\n")
    machine.write("p/go.mod", "module x\n\ngo 1.21\n\ntoolchain go1.23.1 // newer\n")
    done = machine.gvm("install", cwd=machine.home / "p")
    assert done.returncode == 0, done.stderr
    assert versions(machine) == ["1.22.6", "1.23.1"]
    machine.write("q/.tool-versions", "golang 1.23.1\n")
    machine.write("q/go.mod", "module x\n\ngo 1.22\n")
    machine.gvm("install", cwd=machine.home / "q")
    assert versions(machine) == ["1.22.6", "1.23.1"]
    machine.write("r/.tool-versions", "golang ../x\n")
    done = machine.gvm("install", cwd=machine.home / "r")
    assert done.returncode == 2
    assert done.stderr == snapshot


def test_nothing_to_install(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Without a name where nothing is asked for, it says what to type."""
    done = machine.gvm("install")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == snapshot


def test_no_such_version(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What does not exist is said, with what there is nearby."""
    done = machine.gvm("install", "1.22.99")
    assert done.returncode == 5
    assert done.stderr == snapshot
    assert machine.gvm("install", "1.99").returncode == 5


@pytest.mark.parametrize("text", ["stable", "../x", "1.22.6; true", "", "1", "v", "1.22.6.7", "-x"])
def test_no_version(text: str, machine: Machine) -> None:
    """What is no version is refused as a mistake in the call, and nothing is asked."""
    done = machine.gvm("install", text)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 2


def test_one_request(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """An exact version of the ledger costs one request for one file; no index is asked for."""
    machine.environ.pop("GVM_TRUST_MIRROR")
    done = machine.gvm("install", "1.22.6")
    assert done.returncode == 7
    assert done.stderr == snapshot
    assert [request.path for request in server.requests] == [f"/dl/{name('1.22.6')}"]
    assert not machine.root.versions.exists() or versions(machine) == []
    assert list(machine.home.glob(".cache/gvm/archives/*.tar.gz*")) == []


def test_sha256(machine: Machine) -> None:
    """--sha256 is the one word that counts when it is given."""
    machine.environ.pop("GVM_TRUST_MIRROR")
    right = hashlib.sha256(archive("1.22.6")).hexdigest()
    assert machine.gvm("install", "1.22.6", "--sha256", "0" * 64).returncode == 7
    assert machine.gvm("install", "1.22.6", "--sha256", right.upper()).returncode == 0
    # What is there is asked, too.
    assert machine.gvm("install", "1.22.6", "--sha256", "0" * 64).returncode == 7
    assert machine.gvm("install", "1.22.6", "--sha256", right).returncode == 0
    # The archive is kept, whatever was said of it.
    with Server({}) as empty:
        environ = {"GVM_MIRROR": f"{empty.url}/dl"}
        arguments = ("install", "1.22.6", "--force", "--sha256")
        assert machine.gvm(*arguments, "0" * 64, environ=environ).returncode == 5
        assert machine.gvm(*arguments, right, environ=environ).returncode == 0
    assert 'voucher = "--sha256"' in (machine.root.receipts / "1.22.6.toml").read_text()


def test_listing(machine: Machine) -> None:
    """A mirror that is a plain directory with .sha256 files does as well."""
    with Server(mirror(VERSIONS, listing=True)) as plain:
        machine.environ["GVM_MIRROR"] = f"{plain.url}/dl/"
        done = machine.gvm("install", "1.22")
        assert done.returncode == 0, done.stderr
        assert versions(machine) == ["1.22.12"]


def test_directory(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A directory of archives, and an archive file, need no network."""
    data = archive("1.22.6")
    file = machine.write(f"mirror/{name('1.22.6')}", data)
    sha256 = hashlib.sha256(data).hexdigest()
    assert machine.gvm("install", "1.22.6", "--source", file.parent).returncode == 7
    done = machine.gvm("install", "1.22", "--source", file.parent, "--sha256", sha256)
    assert done.returncode == 0, done.stderr
    assert machine.gvm("uninstall", "1.22.6").returncode == 0
    done = machine.gvm("install", file, "--sha256", sha256)
    assert done.returncode == 0, done.stderr
    assert versions(machine) == ["1.22.6"]
    done = machine.gvm("install", "1.21", "--source", file.parent)
    assert done.returncode == 5
    assert done.stderr == snapshot


def test_pipe(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A pipe that is named like an archive is none, and not waited for."""
    machine.patience = 10
    os.mkfifo(machine.write("mirror/x", "").with_name(name("1.22.6")))
    for call in (("1.22", "--source", "mirror"), (f"mirror/{name('1.22.6')}",)):
        assert machine.gvm("install", *call).returncode in {2, 5}
    file = f"mirror/{name('1.22.6')}"
    done = machine.gvm("install", "1.22.6", "--source", file, "--sha256", "0" * 64)
    assert done.returncode == 1
    assert done.stderr == snapshot


def test_hostile(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """An archive that wants out leaves nothing in the root and nothing around it, whoever vouches."""
    data = tgz(entry(b"go/VERSION", b"go1.22.6\n"), entry(b"go/bin/go"), entry(b"go/../../evil"))
    file = machine.write(name("1.22.6"), data)
    before = set(machine.home.rglob("*"))
    done = machine.gvm("install", file, "--sha256", hashlib.sha256(data).hexdigest())
    assert done.returncode == 7
    assert done.stderr == snapshot
    made = {path for path in set(machine.home.rglob("*")) - before if not path.is_dir()}
    assert made <= set(machine.root.locks.iterdir())
    assert not list(machine.root.staging.iterdir())


# What an archive holds beside its files.
UNUSABLE = {
    "one huge word": {"go/VERSION": b"x" * 3_000_000},
    "control characters": {"go/VERSION": b"\x1b[2Jgo1.22.6\n"},
    "no VERSION": {"go/VERSION": b" \n"},
    "not executable": {},
}


@pytest.mark.parametrize("files", UNUSABLE.values(), ids=UNUSABLE)
def test_unusable(files: dict[str, bytes], machine: Machine, snapshot: SnapshotAssertion) -> None:
    """An archive that would not run as its version is refused, in a line of reasonable length."""
    data = archive("1.22.6", files, mode=0o755 if files else 0o644)
    file = machine.write(name("1.22.6"), data)
    done = machine.gvm("install", file, "--sha256", hashlib.sha256(data).hexdigest())
    assert done.returncode == 7
    assert done.stderr == snapshot
    assert versions(machine) == []
    assert list(machine.root.receipts.glob("*")) == list(machine.root.staging.iterdir()) == []


def test_one_file(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """An archive as the source brings the version that it holds, named or not, and no other."""
    data = archive("1.22.6")
    file = machine.write(f"mirror/{name('1.22.6')}", data)
    known = ["--source", file, "--sha256", hashlib.sha256(data).hexdigest()]
    assert machine.gvm("install", "1.21.13", *known).returncode == 5
    assert machine.gvm("install", *known).returncode == 0
    assert machine.gvm("install", "--force", "1.22", *known).returncode == 0
    assert versions(machine) == ["1.22.6"]
    done = machine.gvm("install", file.parent)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == snapshot


def test_trusted_directory(machine: Machine) -> None:
    """A directory's own .sha256 files count where mirrors are trusted."""
    data = archive("1.22.6")
    file = machine.write(f"mirror/{name('1.22.6')}", data)
    machine.write(f"mirror/{file.name}.sha256", hashlib.sha256(data).hexdigest())
    machine.environ["GVM_TRUST_MIRROR"] = "0"
    assert machine.gvm("install", "1.22.6", "--source", file.parent).returncode == 7
    machine.environ["GVM_TRUST_MIRROR"] = "1"
    assert machine.gvm("install", "1.22.6", "--source", file.parent).returncode == 0
    receipt = (machine.root.receipts / "1.22.6.toml").read_text()
    assert f'voucher = "a .sha256 file of {file.parent}"' in receipt


# Which source, GVM_TRUST_MIRROR, and more words.
DOUBTS = {
    "mirror": ("", "0", ""),
    "trusted mirror": ("", "1", ""),
    "--sha256": ("", "1", f"--sha256 {'0' * 64}"),
    "--sha256 without trust": ("", "0", f"--sha256 {'0' * 64}"),
    "directory": ("--source there", "0", ""),
    "trusted directory": ("--source there", "1", ""),
    "unknown": ("--source unknown", "0", ""),
    "unknown, and trusted": ("--source unknown", "1", ""),
}


@pytest.mark.parametrize(("source", "trust", "more"), DOUBTS.values(), ids=DOUBTS)
def test_doubts(
    source: str,
    trust: str,
    more: str,
    machine: Machine,
    server: Server,
    snapshot: SnapshotAssertion,
) -> None:
    """What is hinted at would help: trust only where it is missing and would count."""
    version = "1.99.1" if "unknown" in source else "1.22.6"
    server.faults[f"/dl/{name('1.22.6')}"] = [Fault(corrupt=100)]
    machine.write(f"there/{name('1.22.6')}", archive("1.22.6", {"go/x": b""}))
    machine.write(f"unknown/{name('1.99.1')}", archive("1.99.1"))
    machine.environ["GVM_TRUST_MIRROR"] = trust
    done = machine.gvm("install", version, *source.split(), *more.split())
    assert done.returncode == 7
    assert done.stderr == snapshot


def test_nobody_vouches(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """An unknown version from a mirror that nobody trusts is refused before it is fetched."""
    machine.environ.pop("GVM_TRUST_MIRROR")
    with Server(mirror(["1.99.1"])) as server:
        done = machine.gvm("install", "1.99.1", environ={"GVM_MIRROR": f"{server.url}/dl"})
        assert not [r for r in server.requests if r.path.endswith(".tar.gz")]
    assert done.returncode == 7
    assert done.stderr == snapshot


def test_other_architecture(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What is there for another architecture is not taken for what is asked for."""
    machine.gvm("install", "1.22.6")
    done = machine.gvm("install", "1.22.6", "--arch", "s390x")
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert machine.gvm("install", "1.22.6", "--arch", "sparc").returncode == 2


def test_all_words_first(machine: Machine) -> None:
    """A mistake in the last word is found before the first one is installed."""
    assert machine.gvm("install", "1.22.6", "1.22.x").returncode == 2
    assert not machine.root.versions.exists()


def test_cached(machine: Machine, server: Server) -> None:
    """An archive that was fetched once is not fetched again."""
    machine.gvm("install", "1.22.6")
    machine.gvm("uninstall", "1.22.6")
    server.requests.clear()
    assert machine.gvm("install", "1.22.6").returncode == 0
    assert not [request for request in server.requests if request.path.endswith(".tar.gz")]


def test_damaged_cache(machine: Machine) -> None:
    """A cached archive that is damaged is fetched again."""
    machine.gvm("install", "1.22.6")
    machine.gvm("uninstall", "1.22.6")
    (kept,) = machine.home.glob(".cache/gvm/archives/*.tar.gz")
    kept.write_bytes(kept.read_bytes()[:-100])
    done = machine.gvm("install", "1.22.6")
    assert done.returncode == 0, done.stderr
    assert versions(machine) == ["1.22.6"]


def test_force(machine: Machine) -> None:
    """--force makes a damaged toolchain whole."""
    machine.gvm("install", "1.22.6")
    program = machine.root.versions / "1.22.6/bin/go"
    program.write_text("damaged")
    assert machine.gvm("install", "--force", "1.22.6").returncode == 0
    assert "go version" in program.read_text()


@pytest.mark.parametrize("words", [["1.22.6"], ["--force", "1.21.13"]], ids=["new", "--force"])
def test_receipt_stays(words: list[str], machine: Machine) -> None:
    """A receipt is of what is installed, also where the very last step fails."""
    machine.gvm("install", "-q", "1.21.13")
    (receipt,) = machine.root.receipts.iterdir()
    receipt.write_text(f"# mine\n{receipt.read_text()}")
    before = receipt.read_text()
    stage = f"{machine.root.staging}/{machine.root.release}-{words[-1]}"
    fault = failing("rename,renameat2:error=EIO")
    done = machine.gvm(
        "install", *words, before=[*fault, "-e", "trace=rename,renameat2", "-P", stage]
    )
    assert done.returncode == 1
    assert [file.read_text() for file in machine.root.receipts.iterdir()] == [before]
    assert list(machine.root.staging.iterdir()) == []


FAULTS = {
    "corrupt": (Fault(corrupt=100), 7),
    "truncated for ever": (Fault(cut=100, stays=True, headers={"ETag": None, "Last-Modified": None}), 6),
    "a page": (Fault(body=b"<html>log in</html>"), 6),
    "not an archive": (Fault(body=b"x" * 1000), 7),
    "empty": (Fault(status=200), 7),
    "larger than an archive can be": (Fault(cut=0, headers={"Content-Length": str(2 << 30)}), 7),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
def test_faults(
    fault: Fault, code: int, machine: Machine, server: Server, snapshot: SnapshotAssertion
) -> None:
    """After a fault nothing is installed, nothing is left in staging, and the next try succeeds."""
    server.faults[f"/dl/{name('1.22.6')}"] = [fault]
    done = machine.gvm("install", "1.22.6")
    assert done.returncode == code, done.stderr
    assert done.stderr == snapshot
    assert versions(machine) == []
    assert list(machine.root.staging.iterdir()) == []
    server.faults.clear()
    assert machine.gvm("install", "1.22.6").returncode == 0


def test_killed(machine: Machine, server: Server) -> None:
    """Killed in the middle, nothing is visible; the next run cleans up, and resumes."""
    big = random.Random(1).randbytes(3_000_000)  # noqa: S311 - the same every time
    server.files = {f"/dl/{name('1.22.6')}": archive("1.22.6", {"go/big": big})}
    server.files[f"/dl/{name('1.22.6')}.sha256"] = (
        hashlib.sha256(server.files[f"/dl/{name('1.22.6')}"]).hexdigest().encode()
    )
    server.faults[f"/dl/{name('1.22.6')}"] = [Fault(cut=2_000_000, stall=60)]
    environ = {**machine.environ, "PYTHONPATH": str(CHECKOUT)}
    part = machine.home / f".cache/gvm/archives/{name('1.22.6')}.part"
    with subprocess.Popen(
        [sys.executable, "-m", "gvm", "install", "1.22.6"], env=environ
    ) as killed:
        for _ in range(200):
            time.sleep(0.05)
            if part.exists() and part.stat().st_size > 1_000_000:
                break
        killed.kill()
    assert (machine.root.staging / f"{machine.root.release}-1.22.6").is_dir()
    assert versions(machine) == []
    server.requests.clear()
    done = machine.gvm("install", "1.22.6")
    assert done.returncode == 0, done.stderr
    ranges = [r.headers.get("range", "") for r in server.requests if r.path.endswith(".gz")]
    assert len(ranges) == 1
    assert int(ranges[0][6:-1]) > 1_000_000
    assert (machine.root.versions / "1.22.6/big").read_bytes() == big
    assert list(machine.root.staging.iterdir()) == []


def test_two_at_once(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Two installations of one version: one works, the other waits and finds it done."""
    server.faults[f"/dl/{name('1.22.6')}"] = [Fault(stall=1)]
    environ = {**machine.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "gvm", "install", "1.22.6"]
    both = [
        subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted(text.splitlines()[-2] for text in said) == snapshot
    assert len([r for r in server.requests if r.path.endswith(".tar.gz")]) == 1


def test_uninstall(machine: Machine) -> None:
    """Uninstalling takes the version, its receipt, alias and shim, and at last the default."""
    machine.gvm("install", "1.22.6", "1.22.12", "1.21.13")
    assert machine.gvm("uninstall", "1.22").returncode == 2
    assert machine.gvm("uninstall", "1.19").returncode == 4
    assert machine.gvm("uninstall", "1.22.12").returncode == 0
    assert (machine.root.aliases / "1.22").readlink().name == "1.22.6"
    assert not (machine.root.shims / "go1.22.12").exists()
    assert not (machine.root.receipts / "1.22.12.toml").exists()
    assert machine.gvm("uninstall", "--all").returncode == 0
    assert versions(machine) == []
    assert not machine.root.default.exists()
    assert machine.gvm("current").returncode == 3


def test_uninstall_default(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Whose default is gone is told of the newest that is left: a release candidate comes last."""
    machine.gvm("install", "1.22.6", "1.23.1", "1.24rc1")
    done = machine.gvm("uninstall", "1.22.6")
    assert done.stderr == snapshot


def question(done: subprocess.CompletedProcess[str]) -> str:
    # A terminal shows what is typed, ^D and two backspaces too, before or behind it.
    found = re.search(r"[^\n\b]*\[y/N\]", done.stdout)
    return found[0] if found else ""


def test_uninstall_asks(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """On a terminal, uninstalling what is the default or pinned here is asked about first."""
    machine.gvm("install", "1.22.6", "1.22.12")
    command = f"{sys.executable} -m gvm uninstall 1.22.6"
    argv = ["script", "-qec", command, "/dev/null"]
    environ = {"PYTHONPATH": str(CHECKOUT)}
    refused = machine.run(argv, environ=environ, stdin="n\n")
    assert question(refused) == snapshot
    assert versions(machine) == ["1.22.6", "1.22.12"]
    assert machine.run(argv, environ=environ, stdin="y\n").returncode == 0
    assert versions(machine) == ["1.22.12"]
    machine.write(".tool-versions", "golang 1.22.12\n")
    argv[2] = argv[2].replace("1.22.6", "1.22.12")
    assert question(machine.run(argv, environ=environ, stdin="n\n")) == snapshot
    argv[2] += " --yes"
    assert question(machine.run(argv, environ=environ)) == ""
    assert versions(machine) == []


def test_quiet(machine: Machine) -> None:
    """-q says nothing when all is well."""
    done = machine.gvm("install", "-q", "1.22.6")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_full_disk(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A full disk is said plainly, with what is needed, and nothing is left behind."""
    if machine.run(["unshare", "-rm", "true"]).returncode != 0:
        pytest.skip("no mount namespaces here")
    (machine.home / ".local/share/gvm").mkdir(parents=True)
    script = (
        "mount -t tmpfs -o size=600k,mode=755 tmpfs ~/.local/share/gvm && "
        '"$0" -m gvm install 1.22.6; echo $?; find ~/.local/share/gvm/staging -mindepth 1'
    )
    big = archive("1.22.6", {"go/big": bytes(2_000_000)})
    machine.write(f"m/{name('1.22.6')}", big)
    sha256 = hashlib.sha256(big).hexdigest()
    script = script.replace("1.22.6", f"1.22.6 --source {machine.home}/m --sha256 {sha256}")
    done = machine.run(
        ["unshare", "-rm", "sh", "-c", script, sys.executable],
        environ={"PYTHONPATH": str(CHECKOUT)},
    )
    assert done.stdout == "1\n", done.stderr
    assert done.stderr == snapshot
