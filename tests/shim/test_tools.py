"""Shims of programs that `go install` made, of versions, and the Go that is not gvm's."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.store.config import Config
from tests.machine import SHELLS, Machine, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

PIN = "golang 1.22.6\n"
TELLS = '#!/bin/sh\necho "$0" "$@"\n'


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.add("1.22.6", "1.21.13")
    machine.root.default.write_text(PIN)
    machine.environ["PATH"] = f"{machine.root.shims}:{machine.bin}:/usr/bin:/bin"
    return machine


def program(file: Path, text: str = TELLS) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
    return file


def shim_for(machine: Machine, name: str) -> None:
    shutil.copy(machine.root.shims / "gvm-shim", machine.root.shims / name)


def suffix(machine: Machine) -> str:
    return machine.root.release.name.removeprefix("ubuntu-")


def test_tool(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A tool is the one that was installed for this release, and another release's is not run."""
    shim_for(machine, "gopls")
    program(machine.home / "go-99.04/bin/gopls")
    done = machine.shim("gopls", "serve")
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == snapshot
    own = program(machine.home / f"go-{suffix(machine)}/bin/gopls")
    assert machine.shim("gopls", "serve", "a b").stdout == f"{own} serve a b\n"
    own.chmod(0o644)
    assert machine.shim("gopls").returncode == 127


def test_tool_of_the_system(machine: Machine) -> None:
    """A tool that was not installed with go is the first on PATH that is no shim."""
    shim_for(machine, "gopls")
    shim_for(machine, "dlv")
    other = program(machine.base / "other/shims/gopls")
    program(machine.base / "usr/gopls")
    path = f"{machine.root.shims}:{other.parent}:{machine.base / 'usr'}:/usr/bin:/bin"
    done = machine.shim("gopls", environ={"PATH": path})
    assert done.stdout == f"{machine.base}/usr/gopls\n"
    assert machine.shim("dlv", environ={"PATH": path}).returncode == 127


BINS = {
    "GOBIN": ({"GOBIN": "HOME/b"}, "", "b"),
    "GOPATH": ({"GOPATH": "HOME/g:HOME/h"}, "", "g/bin"),
    "go env GOBIN": ({}, "GOBIN=HOME/b\n", "b"),
    "go env GOPATH": ({}, "GOPATH=HOME/g\n", "g/bin"),
    "GOBIN before GOPATH": ({"GOBIN": "HOME/b", "GOPATH": "HOME/g"}, "GOBIN=/x\n", "b"),
}


@pytest.mark.parametrize(("environ", "go_env", "place"), BINS.values(), ids=BINS)
def test_gobin(environ: dict[str, str], go_env: str, place: str, machine: Machine) -> None:
    """Tools are looked for where go puts them, whoever set that."""
    home = str(machine.home)
    shim_for(machine, "gopls")
    if go_env:
        machine.write(".config/go/env", go_env.replace("HOME", home))
    own = program(machine.home / place / "gopls")
    done = machine.shim("gopls", environ={k: v.replace("HOME", home) for k, v in environ.items()})
    assert done.stdout == f"{own}\n", done.stderr


def test_tool_per_version(machine: Machine) -> None:
    """With a GOPATH for each version, tools are those of the version in use."""
    machine.reshim(Config(isolation="version"))
    shim_for(machine, "gopls")
    shutil.copy(machine.root.shims / "go", machine.root.shims / "gopls")
    for version in ("1.22.6", "1.21.13"):
        program(machine.home / f"go-{suffix(machine)}-{version}/bin/gopls")
    assert "-1.22.6/" in machine.shim("gopls").stdout
    assert "-1.21.13/" in machine.shim("gopls", environ={"GVM_GO_VERSION": "1.21"}).stdout


INSTALLS = {
    "install": ("install", "x@latest"),
    "get": ("get", "x"),
    "elsewhere": ("-C", ".", "install", "x"),
    "elsewhere at once": ("-C=.", "install", "x"),
    "elsewhere with two dashes": ("--C", ".", "get", "x"),
    "elsewhere at once with two dashes": ("--C=.", "install", "x"),
}


@pytest.mark.parametrize(
    "shell", [shell for shell in ("dash", "bash", "busybox") if shell in SHELLS]
)
@pytest.mark.parametrize("arguments", INSTALLS.values(), ids=INSTALLS)
def test_install(arguments: tuple[str, ...], shell: str, machine: Machine) -> None:
    """After `go install` each new program has its shim, and go's exit code is passed on."""
    go = machine.root.versions / "1.22.6/bin/go"
    program(go, '#!/bin/sh\nmkdir -p "$GOPATH/bin"; cd "$GOPATH/bin" || exit\n'
            'for n in gopls go -x "a b" .hid "q\'x" .. x1+.2; do cp "$TELLS" "./$n"; done 2>&-\n'
            'echo text >plain; echo "$*"; exit 3\n')  # fmt: skip
    before = (machine.root.shims / "go").read_bytes()
    tells = program(machine.base / "tells")
    done = machine.shim("go", *arguments, shell=shell, environ={"TELLS": str(tells)})
    assert (done.returncode, done.stdout) == (3, " ".join(arguments) + "\n")
    names = {file.name for file in machine.root.shims.iterdir()}
    assert names == {"gvm-shim", "go", "gofmt", "go1.22.6", "go1.21.13", "gopls", "x1+.2"}
    assert (machine.root.shims / "go").read_bytes() == before
    assert machine.run([machine.root.shims / "gopls", "x"]).stdout.endswith("/bin/gopls x\n")


@pytest.mark.parametrize(
    "environ",
    [{"GOBIN": "bin"}, {"GOBIN": "./bin"}, {"GOPATH": "here"}],
    ids=["GOBIN", "dotted", "GOPATH"],
)
def test_relative(environ: dict[str, str], machine: Machine) -> None:
    """What stands where a relative GOBIN or GOPATH says, which go refuses, gets no shim and is not run."""
    for name in ("bin/sudo", "here/bin/sudo"):
        program(machine.home / name)
    before = {file.name for file in machine.root.shims.iterdir()}
    assert machine.shim("go", "install", "x", environ=environ).returncode == 0
    assert machine.gvm("reshim", environ=environ).returncode == 0
    assert {file.name for file in machine.root.shims.iterdir()} == before
    shim_for(machine, "sudo")
    assert machine.shim("sudo", environ={**environ, "PATH": str(machine.bin)}).returncode == 127


def test_version_by_name(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A shim that is named like a version runs that one, whatever is pinned."""
    machine.add("1.20.0", "1.23rc1")
    machine.write(".tool-versions", PIN)
    for name, version in {
        "go1.21.13": "1.21.13",
        "go1.20": "1.20.0",
        "go1.23rc1": "1.23rc1",
    }.items():
        done = machine.shim(name, "build", environ={"GOROOT": "/x"})
        seen = told(done.stdout)
        assert seen["executable"] == f"{machine.root.versions}/{version}/bin/go"
        assert (seen["argument"], seen["GOROOT"], seen["GOTOOLCHAIN"]) == (
            "build",
            "unset",
            "unset",
        )
        assert seen["GOPATH"].endswith(f"/go-{suffix(machine)}")
    shim_for(machine, "go1.99.1")
    done = machine.shim("go1.99.1")
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == snapshot


def test_version_that_go_installed(machine: Machine) -> None:
    """A program go1.99.1 that `go install golang.org/dl/go1.99.1` made is run by its name."""
    shim_for(machine, "go1.99.1")
    own = program(machine.home / f"go-{suffix(machine)}/bin/go1.99.1")
    assert machine.shim("go1.99.1", "download").stdout == f"{own} download\n"


def test_system(machine: Machine) -> None:
    """The system's Go is the first on PATH outside of every shims directory, and no copy of a shim."""
    machine.write(".tool-versions", "golang system\n")
    others = (".asdf/shims", "mise/shims", ".goenv/shims")
    directories = [program(machine.home / name / "go").parent for name in others]
    directories.append(machine.root.shims)
    copies = machine.base / "copies"
    copies.mkdir()
    shutil.copy(machine.root.shims / "go", copies / "go")
    linked = machine.base / "linked"
    linked.mkdir()
    (linked / "go").symlink_to(machine.root.shims / "go")
    plain = machine.base / "plain"
    plain.mkdir()
    (plain / "go").write_text(TELLS)
    (machine.base / "directory/go").mkdir(parents=True)
    directories += [copies, linked, plain, machine.base / "directory", Path(), Path("relative")]
    program(machine.home / "go")
    real = program(machine.base / "usr bin/go")
    program(machine.base / "later/go")
    path = ":".join(map(str, [*directories, "", real.parent, machine.base / "later", machine.bin]))
    done = machine.shim("go", "version", environ={"PATH": path, "GOROOT": "/its/own"})
    assert done.stdout == f"{real} version\n", done.stderr
    gone = ":".join(map(str, [*directories, machine.bin]))
    done = machine.shim("go", environ={"PATH": gone})
    assert (done.returncode, done.stdout) == (126, "")


def test_system_keeps_its_goroot(machine: Machine) -> None:
    """The system's Go keeps the GOROOT of the caller, unless that is a toolchain of gvm's."""
    machine.write(".tool-versions", "golang system\n")
    program(machine.base / "usr/go", '#!/bin/sh\necho "GOROOT=${GOROOT-unset}"\n')
    path = f"{machine.base / 'usr'}:{machine.bin}"
    for goroot, seen in {"/own": "/own", f"{machine.root.versions}/1.22.6": "unset"}.items():
        done = machine.shim("go", environ={"PATH": path, "GOROOT": goroot})
        assert done.stdout == f"GOROOT={seen}\n"


@pytest.mark.parametrize("name", ["go", "gopls"])
def test_wrapper(name: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A wrapper on PATH that calls the shim again is told of, and does not go on for ever."""
    machine.write(".tool-versions", "golang system\n")
    shim_for(machine, "gopls")
    wrapper = program(machine.base / f"usr/{name}", f'#!/bin/sh\nexec {name} "$@"\n')
    path = f"{machine.root.shims}:{wrapper.parent}:{machine.bin}:/usr/bin:/bin"
    done = machine.run([machine.root.shims / name], environ={"PATH": path})
    assert (done.returncode, done.stdout) == (126 if name == "go" else 127, "")
    assert done.stderr == snapshot
