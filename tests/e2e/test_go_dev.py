from __future__ import annotations

import hashlib
import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests import internet
from tests.goarchive import ARCH, archive, mirror
from tests.internet import Internet
from tests.machine import CHECKOUT, Machine
from tests.server import Fault, Server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.skipif(not internet.is_possible(), reason="own networks need root and ip")

# One that the ledger has, and two that it has not.
KNOWN, NEW, NEWER = "1.22.6", "1.99.1", "1.99.2"


def name(version: str) -> str:
    return f"go{version}.linux-{ARCH}.tar.gz"


@pytest.fixture(scope="module")
def files() -> Mapping[str, bytes | Path]:
    """What dl.google.com has, under the paths of go.dev."""
    return mirror((NEWER, NEW, KNOWN))


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Internet]:
    (tmp_path / "web").mkdir()
    with Internet(tmp_path / "web") as web:
        yield web


@pytest.fixture
def storage(web: Internet, files: Mapping[str, bytes | Path]) -> Server:
    """dl.google.com."""
    content = {path.replace("/dl/", "/go/"): data for path, data in files.items()}
    return web.serve("dl.google.com", content)


def official(web: Internet, files: Mapping[str, bytes | Path], host: str = "go.dev") -> Server:
    """go.dev or golang.google.cn, which hands archives on to dl.google.com."""
    server = web.serve(host, {"/dl/": files["/dl/"]})
    for version in (KNOWN, NEW, NEWER):
        there = {"Location": f"https://dl.google.com/go/{name(version)}"}
        server.faults[f"/dl/{name(version)}"] = [Fault(status=302, headers=there, stays=True)]
    return server


def gvm(machine: Machine, web: Internet, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {"PYTHONPATH": str(CHECKOUT), "NO_PROXY": "*", **web.environ}
    machine.patience = 90
    return machine.run(web.inside([sys.executable, "-m", "gvm", *words]), environ=environ)


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What gvm says, without checksums, which are another machine's otherwise."""
    return re.sub(r"\b[0-9a-f]{64}\b", "<sha256>", done.stderr)


def paths(server: Server) -> list[str]:
    return [request.path for request in server.requests]


def test_new_version(
    machine: Machine,
    web: Internet,
    storage: Server,
    files: Mapping[str, bytes | Path],
    snapshot: SnapshotAssertion,
) -> None:
    """The checksum of a version that the ledger does not have is go.dev's, and the receipt says so."""
    go_dev = official(web, files)
    done = gvm(machine, web, "install", "1.99.1")
    assert done.returncode == 0, done.stderr
    assert paths(go_dev) == ["/dl/?mode=json&include=all", f"/dl/{name(NEW)}"]
    assert paths(storage) == [f"/go/{name(NEW)}"]
    receipt = (machine.root.receipts / f"{NEW}.toml").read_text()
    assert 'voucher = "the index of go.dev"' in receipt
    assert f'url = "https://dl.google.com/go/{name(NEW)}"' in receipt
    done = gvm(machine, web, "install", "latest")
    assert done.returncode == 0
    assert told(done) == snapshot


def test_new_version_with_wrong_bytes(
    machine: Machine,
    web: Internet,
    storage: Server,
    files: Mapping[str, bytes | Path],
    snapshot: SnapshotAssertion,
) -> None:
    """Bytes that go.dev's index does not vouch for are refused, and leave nothing."""
    official(web, files)
    storage.files = {f"/go/{name(NEW)}": archive(NEW, {"go/extra": b"x"})}
    done = gvm(machine, web, "install", NEW)
    assert done.returncode == 7
    assert told(done) == snapshot
    assert not (machine.root.versions / NEW).exists()
    assert list(machine.home.glob(".cache/gvm/archives/*.tar.gz*")) == []


def test_known_version(
    machine: Machine,
    web: Internet,
    storage: Server,
    files: Mapping[str, bytes | Path],
    snapshot: SnapshotAssertion,
) -> None:
    """A version of the ledger costs one request and its redirect; even go.dev's bytes must be the ledger's."""
    go_dev = official(web, files)
    done = gvm(machine, web, "install", KNOWN)
    assert done.returncode == 7
    assert told(done) == snapshot
    assert hashlib.sha256(archive(KNOWN)).hexdigest() in done.stderr
    assert (paths(go_dev), paths(storage)) == ([f"/dl/{name(KNOWN)}"], [f"/go/{name(KNOWN)}"])
    assert not (machine.root.versions / KNOWN).exists()


@pytest.mark.parametrize("failure", ["refused", "503"])
def test_second_source(
    failure: str,
    machine: Machine,
    web: Internet,
    storage: Server,
    files: Mapping[str, bytes | Path],
    snapshot: SnapshotAssertion,
) -> None:
    """Where go.dev does not answer, golang.google.cn is asked, and the user is told."""
    if failure == "503":
        go_dev = official(web, files)
        down = [Fault(status=503, headers={"Retry-After": "0"}, stays=True)]
        go_dev.faults = {"/dl/": down, f"/dl/{name(NEW)}": down}
    official(web, files, "golang.google.cn")
    done = gvm(machine, web, "install", NEW)
    assert done.returncode == 0, done.stderr
    assert told(done) == snapshot
    receipt = (machine.root.receipts / f"{NEW}.toml").read_text()
    assert 'source = "golang.google.cn"' in receipt
    assert paths(storage) == [f"/go/{name(NEW)}"]


def test_nobody(machine: Machine, web: Internet, snapshot: SnapshotAssertion) -> None:
    """Where nobody answers, that is said in one message, with what to look at."""
    done = gvm(machine, web, "install", NEW)
    assert done.returncode == 6
    assert told(done) == snapshot


def test_downgrade(
    machine: Machine,
    web: Internet,
    files: Mapping[str, bytes | Path],
    snapshot: SnapshotAssertion,
) -> None:
    """A redirect from https to http is not followed."""
    go_dev = official(web, files)
    plain = web.serve("dl.google.com", {f"/go/{name(NEW)}": files[f"/dl/{name(NEW)}"]}, port=80)
    there = {"Location": f"http://dl.google.com/go/{name(NEW)}"}
    go_dev.faults[f"/dl/{name(NEW)}"] = [Fault(status=302, headers=there, stays=True)]
    done = gvm(machine, web, "install", NEW)
    assert done.returncode == 6
    assert told(done) == snapshot
    assert plain.requests == []


PAGE = b"<!DOCTYPE html><html><body>Welcome to the hotel! Please log in.</body></html>"


@pytest.mark.parametrize("what", ["index", "archive"])
def test_captive_portal(
    what: str,
    machine: Machine,
    web: Internet,
    storage: Server,
    files: Mapping[str, bytes | Path],
    snapshot: SnapshotAssertion,
) -> None:
    """A page of HTML instead of what was asked for is named as what it is."""
    if what == "index":
        web.serve("go.dev", {"/dl/": PAGE})
    else:
        official(web, files)
        storage.files = {f"/go/{name(NEW)}": PAGE}
    done = gvm(machine, web, "install", NEW)
    assert done.returncode == 6, done.stderr
    assert told(done) == snapshot
    assert not (machine.root.versions / NEW).exists()


def test_unknown_authority(
    machine: Machine,
    web: Internet,
    storage: Server,
    files: Mapping[str, bytes | Path],
    snapshot: SnapshotAssertion,
) -> None:
    """A certificate of an authority that nobody trusts is refused, and no second source excuses it."""
    go_dev = official(web, files)
    web.environ = {}
    done = gvm(machine, web, "install", NEW)
    assert done.returncode == 6
    assert told(done) == snapshot
    assert (go_dev.requests, storage.requests) == ([], [])
