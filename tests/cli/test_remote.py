"""What sources have: list-remote and latest."""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from tests.goarchive import ARCH
from tests.server import Fault, Server

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine

VERSIONS = ("1.22.6", "1.22.12", "1.23.1", "1.24rc1")


@pytest.fixture
def machine(machine: Machine, server: Server) -> Machine:
    # What goes to the Go project's own servers gets no answer.
    machine.environ |= {"GVM_MIRROR": f"{server.url}/dl", "https_proxy": "http://127.0.0.1:9"}
    return machine


def listed(machine: Machine, *arguments: str) -> list[str]:
    rows = json.loads(machine.gvm("list-remote", "--json", *arguments).stdout)
    return [row["version"] for row in rows]


def test_asked_once_an_hour(machine: Machine, server: Server) -> None:
    """The source is asked once an hour; what has not changed is not sent again."""
    for _ in range(2):
        assert listed(machine) == ["1.22.6", "1.22.12", "1.23.1"]
    assert len(server.requests) == 1
    (kept,) = machine.home.glob(".cache/gvm/indexes/*.json")
    past = time.time() - 4000
    os.utime(kept, (past, past))
    assert listed(machine, "--all", "1.24") == ["1.24rc1"]
    assert "if-none-match" in server.requests[1].headers
    assert listed(machine) == ["1.22.6", "1.22.12", "1.23.1"]
    assert len(server.requests) == 2


REFUSALS = {
    # What a mirror sends in place of everything, and the exit code.
    "not found": (Fault(status=404), 5),
    "login": (Fault(status=401), 6),
    "forbidden": (Fault(status=403), 6),
    "page": (Fault(body=b"<html>"), 6),
}


@pytest.mark.parametrize(("fault", "code"), REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("trust", ["", "1"])
def test_refusing_mirror(
    fault: Fault,
    code: int,
    trust: str,
    machine: Machine,
    server: Server,
    snapshot: SnapshotAssertion,
) -> None:
    """Where a mirror gives nothing away, that is told, and not that nobody vouches for it."""
    name = f"/dl/go1.27.9.linux-{ARCH}.tar.gz"
    server.faults = {path: [fault] * 9 for path in ("/dl/", name, f"{name}.sha256")}
    done = machine.gvm("install", "1.27.9", environ={"GVM_TRUST_MIRROR": trust})
    if fault.body and not trust:
        # It might be an archive, for all that gvm may believe.
        code = 7
    assert done.returncode == code
    assert done.stderr == snapshot


def test_index_ahead(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """A mirror that lists what it does not have yet is told of as such."""
    del server.files[f"/dl/go1.23.1.linux-{ARCH}.tar.gz"]
    done = machine.gvm("install", "1.23.1", environ={"GVM_TRUST_MIRROR": "1"})
    assert done.returncode == 5
    assert done.stderr == snapshot


def test_password_of_a_mirror(
    machine: Machine, server: Server, snapshot: SnapshotAssertion
) -> None:
    """It is sent to the mirror, also when what came from there is verified, and is nowhere else."""
    url = f"{server.url}/dl".replace("://", "://user:s3cret@")
    machine.environ |= {"GVM_MIRROR": url, "GVM_TRUST_MIRROR": "1"}
    said = []
    for words in ("install -v 1.22.6", "install 1.9.9", "list", "list --json", "list-remote -v",
                  "latest", "verify 1.22.6", "verify --json 1.22.6"):  # fmt: skip
        if words == "verify 1.22.6":
            shutil.rmtree(machine.home / ".cache/gvm/archives")
        done = machine.gvm(*words.split())
        assert done.returncode == (5 if "1.9.9" in words else 0), done.stderr
        said.append(done.stdout + done.stderr)
    files = [file.read_bytes() for file in machine.home.rglob("*") if file.is_file()]
    assert all(request.headers["authorization"] for request in server.requests)
    server.files = {"/dl/": b"<html>"}
    said.append(machine.gvm("latest").stderr)
    assert said[-1] == snapshot
    assert not any("s3cret" in text for text in said)
    assert not any(b"s3cret" in data for data in files)


def test_offline(machine: Machine, server: Server, snapshot: SnapshotAssertion) -> None:
    """Without a network, what the source said the last time is shown, and that is said."""
    listed(machine)
    (kept,) = machine.home.glob(".cache/gvm/indexes/*.json")
    os.utime(kept, (0, 0))
    server.faults["/dl/"] = []
    machine.environ["http_proxy"] = "http://127.0.0.1:1"
    done = machine.gvm("list-remote")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["1.22.6", "1.22.12", "1.23.1"]
    assert done.stderr == snapshot
    assert machine.gvm("list-remote", "-q").stderr == ""
    assert machine.gvm("latest").returncode == 6


def test_marks(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Each version says whether it is installed, and whether its line is supported."""
    machine.add("1.22.6")
    assert machine.gvm("list-remote").stdout == snapshot
    machine.environ.pop("GVM_MIRROR")
    rows = json.loads(machine.gvm("list-remote", "--json").stdout)
    supported = {row["version"].rpartition(".")[0] for row in rows if row["supported"]}
    assert len(supported) == 2
    assert rows[-1]["supported"]


def test_no_such_line(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A line that nobody has is an error, which names the newest."""
    done = machine.gvm("list-remote", "1.99")
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == snapshot


def test_latest(machine: Machine) -> None:
    """Latest tells the newest version that is no prerelease, of a line or of all."""
    assert machine.gvm("latest").stdout == "1.23.1\n"
    assert machine.gvm("latest", "1.22").stdout == "1.22.12\n"
    assert machine.gvm("latest", "1.24").stdout == "1.24rc1\n"
    answer = {"version": "1.22.12", "line": "1.22"}
    assert json.loads(machine.gvm("latest", "1.22", "--json").stdout) == answer
    assert machine.gvm("latest", "1.99").returncode == 5


@pytest.mark.parametrize("version", ["1.22.6", "1.24rc1"])
def test_latest_version(version: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A version is the latest of itself, where the source has it."""
    assert machine.gvm("latest", f"go{version}").stdout == f"{version}\n"
    for other in (f"{version}9", "1.22.6rc9"):
        done = machine.gvm("latest", "--json", other)
        assert (done.returncode, done.stdout) == (5, "")
        assert done.stderr == snapshot


@pytest.mark.parametrize("request_", ["1.24", "1.24rc1"])
def test_prereleases(request_: str, machine: Machine) -> None:
    """A prerelease is listed where nothing else is meant, as it would be installed."""
    assert listed(machine, request_) == ["1.24rc1"]


NO_SOURCES = {
    "nothing": "",
    "a word": "nonesuch",
    "no host": "https://",
    "another protocol": "ftp://x",
    "no port": "http://x:99999/",
    "an open bracket": "http://[::1",
}


@pytest.mark.parametrize("name", NO_SOURCES.values(), ids=NO_SOURCES)
def test_no_source(name: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What is no source is a mistake in the call, and one that is set names where."""
    said = set()
    for call in (["latest"], ["install", "1.22.6"]):
        done = machine.gvm(*call, "--source", name)
        assert (done.returncode, done.stdout) == (2, "")
        said.add(done.stderr)
    if name:
        machine.environ.pop("GVM_MIRROR")
        machine.write(".config/gvm/config.toml", f'mirror = "{name}"\n')
        for command in ("latest", "list-remote"):
            done = machine.gvm(command)
            assert (done.returncode, done.stdout) == (2, "")
            said.add(done.stderr)
    assert said == snapshot


DAMAGE = {
    "junk": b"junk",
    "nothing": b"",
    "a list": b"[]",
    "no index": b'{"etag": "x", "text": "{"}',
}


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
def test_damaged_index(content: bytes, machine: Machine, server: Server) -> None:
    """A kept index that is damaged is fetched again, in whole."""
    listed(machine)
    (kept,) = machine.home.glob(".cache/gvm/indexes/*.json")
    whole = kept.read_bytes()
    kept.write_bytes(content)
    assert listed(machine) == ["1.22.6", "1.22.12", "1.23.1"]
    assert kept.read_bytes() == whole
    kept.write_bytes(content)
    assert machine.gvm("latest").stdout == "1.23.1\n"
    assert not [request for request in server.requests if "if-none-match" in request.headers]
