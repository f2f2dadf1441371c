"""What gvm takes for a toolchain's hash and for a checksum database, held against the go command's own."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

import pytest

from gvm.model.platform import Platform
from gvm.model.version import Version
from gvm.trust.sumdb.toolchain import MODULE, Contents, module_hash, module_version
from tests import debiansource, realgo
from tests.goarchive import ARCH
from tests.realgo import NEW, OLD
from tests.server import Server
from tests.sumdb import Signer, filler, record, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.machine import Machine

VERSION = module_version(Version.parse(OLD), ARCH)
_LEFT_OUT = {"api", "doc", "misc", "test"}


@pytest.fixture(scope="module")
def proxy(gopher: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A module proxy that has a real toolchain, as Go's own has it."""
    directory = tmp_path_factory.mktemp("proxy")
    place = directory / "golang.org/toolchain/@v"
    place.mkdir(parents=True)
    goroot = gopher.root.versions / OLD
    with ZipFile(place / f"{VERSION}.zip", "w", ZIP_STORED) as module:
        for file in goroot.rglob("*"):
            name = file.relative_to(goroot)
            if file.is_file() and name.parts[0] not in _LEFT_OUT:
                name = name.with_name("_go.mod") if name.name == "go.mod" else name
                module.write(file, f"{MODULE}@{VERSION}/{name}")
    (place / f"{VERSION}.mod").write_text(f"module {MODULE}\n")
    (place / f"{VERSION}.info").write_text(f'{{"Version":"{VERSION}"}}\n')
    yield directory
    shutil.rmtree(directory)


@pytest.mark.skipif(ARCH.arch != "amd64", reason="the hash is amd64's")
def test_official(tmp_path: Path) -> None:
    """Go 1.23.1, put together from its programs and its sources, has the hash that is in Go's database."""
    try:
        programs, sources = realgo.archive(debiansource.VERSION), debiansource.archive()
    except realgo.UnavailableError as error:
        pytest.skip(str(error))
    for archive in (sources, programs):
        # The second has nothing that the first has otherwise.
        argv = ["tar", "-xzf", archive, "-C", tmp_path, "--strip-components=1", "--no-same-owner"]
        assert subprocess.run(argv, check=False).returncode == 0
    contents = Contents.of(tmp_path, Platform("amd64"))
    version = module_version(Version.parse(debiansource.VERSION), Platform("amd64"))
    official = "h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M="
    assert contents.extra == ()
    assert module_hash(contents.files, f"{MODULE}@{version}") == official


def downloaded(
    gopher: Machine, proxy: Path, directory: Path, sumdb: str
) -> tuple[int, dict[str, str]]:
    """What `go mod download -json` says of that toolchain."""
    environ = {
        "GOPROXY": f"file://{proxy}", "GOSUMDB": sumdb, "GOFLAGS": "-modcacherw",
        "GOMODCACHE": str(directory / "mod"), "GOPATH": str(directory / "go"),
        "GOTOOLCHAIN": "local",
    }  # fmt: skip
    argv = [f"go{NEW}", "mod", "download", "-json", f"{MODULE}@{VERSION}"]
    done = gopher.run(argv, environ=environ, cwd=directory)
    shutil.rmtree(directory / "mod", ignore_errors=True)
    return done.returncode, json.loads(done.stdout or "{}")


def hash_of(gopher: Machine) -> str:
    contents = Contents.of(gopher.root.versions / OLD, ARCH)
    assert contents.extra == ()
    return module_hash(contents.files, f"{MODULE}@{VERSION}")


def test_hash(gopher: Machine, proxy: Path, tmp_path: Path) -> None:
    """The hash of a real toolchain is the one that the go command computes of its module."""
    code, told = downloaded(gopher, proxy, tmp_path, "off")
    assert code == 0, told
    assert told["Sum"] == hash_of(gopher)


def test_database(gopher: Machine, proxy: Path, tmp_path: Path) -> None:
    """The tests' database is one for the go command too: it believes it, and refuses another hash."""
    signer = Signer("sum.example.org")
    go_mod = downloaded(gopher, proxy, tmp_path, "off")[1]["GoModSum"]
    for hash1, expected in ((hash_of(gopher), 0), (f"h1:{'C' * 43}=", 1)):
        text = record(MODULE, VERSION, hash1).rpartition(" ")[0] + f" {go_mod}\n"
        files = served([*filler(100), text, *filler(200, seed="x")], signer)
        with Server(files) as server:
            code, told = downloaded(gopher, proxy, tmp_path, f"{signer.verifier} {server.url}")
            assert (code, "Error" in told) == (expected, bool(expected)), told
            assert any("/tile/" in request.path for request in server.requests)
