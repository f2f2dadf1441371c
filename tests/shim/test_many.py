"""Many toolchains, many tools, deep directories."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.faults import inject
from tests.goarchive import mirror
from tests.machine import SHELLS, Machine, fake_toolchain, told
from tests.server import Server

if TYPE_CHECKING:
    from pathlib import Path

VERSIONS = [f"1.{minor}.{patch}" for minor in range(20, 50) for patch in range(10)]
TOOLS = [f"tool{number}" for number in range(1000)]


@pytest.fixture
def machine(machine: Machine) -> Machine:
    for version in VERSIONS:
        fake_toolchain(machine.root.versions / version, version)
    machine.add()
    return machine


def test_toolchains(machine: Machine) -> None:
    """Of 300 toolchains the right one runs, each has its shim, and all are listed in order."""
    for request, version in {"1.20.7": "1.20.7", "1.33": "1.33.9", "latest": "1.49.9"}.items():
        done = machine.shim("go", "version", environ={"GVM_GO_VERSION": request})
        assert told(done.stdout)["executable"] == f"{machine.root.versions}/{version}/bin/go"
    names = {shim.name for shim in machine.root.shims.glob("go1.*")}
    assert names == {"go1.20", *(f"go{version}" for version in VERSIONS)} - {"go1.20.0"}
    listed = [row["version"] for row in json.loads(machine.gvm("list", "--json").stdout)]
    assert listed == VERSIONS


@pytest.mark.parametrize("shell", SHELLS)
def test_deep(shell: str, machine: Machine) -> None:
    """The pin of a project holds 200 directories below it."""
    machine.write(".tool-versions", "golang 1.31.4\n")
    deep = machine.write("d/" * 200 + "x", "").parent
    done = machine.shim("go", "version", shell=shell, cwd=deep)
    assert told(done.stdout)["executable"] == f"{machine.root.versions}/1.31.4/bin/go"


@pytest.mark.skipif(not inject.is_possible(), reason="strace cannot be used here")
def test_tools(machine: Machine) -> None:
    """A thousand programs that `go install` made get their shims from one process, or by `gvm reshim`."""
    machine.root.default.write_text("golang 1.31.4\n")
    gobin = machine.home / "bin"
    gobin.mkdir()
    for name in TOOLS:
        (gobin / name).write_text(f"#!/bin/sh\necho {name}\n")
        (gobin / name).chmod(0o755)
    machine.environ["GOBIN"] = str(gobin)
    log = machine.base / "log"
    trace = ["strace", "-f", "-qq", "-o", log, "-e", "trace=execve", "-e", "status=successful"]
    done = machine.run([*trace, *SHELLS["dash"], machine.root.shims / "go", "install", "x"])
    assert done.returncode == 0
    assert {shim.name for shim in machine.root.shims.glob("tool*")} == set(TOOLS)
    # The shell, go, and what root looks at beside the one process.
    assert log.read_text().count("execve(") < 10
    assert machine.shim("tool999").stdout == "tool999\n"
    for name in TOOLS[::2]:
        (machine.root.shims / name).unlink()
    assert machine.gvm("reshim", "-q").returncode == 0
    assert {shim.name for shim in machine.root.shims.glob("tool*")} == set(TOOLS)


@pytest.mark.skipif(not inject.is_possible(), reason="strace cannot be used here")
def test_cost(machine: Machine, tmp_path: Path) -> None:
    """With 300 toolchains, listing, installing and reshimming look at each a few times, and not 300 times."""
    with Server(mirror(["1.50.0"])) as server:
        machine.environ |= {"GVM_MIRROR": f"{server.url}/dl", "GVM_TRUST_MIRROR": "1"}
        for command in (["list"], ["install", "1.50.0"], ["reshim"]):
            machine.root.default.write_text("golang 1.31.4\n")
            log = tmp_path / "log"
            trace = ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=%file"]
            done = machine.gvm(*command, before=trace)
            assert done.returncode == 0, done.stderr
            looks = log.read_text().count('/versions/1.31.4/bin/go"')
            assert looks < 40, (command, looks)
    assert (machine.root.aliases / "latest").readlink().name == "1.50.0"
    assert (machine.root.shims / "go1.50.0").is_file()
