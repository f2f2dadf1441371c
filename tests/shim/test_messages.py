"""What the shim says when nothing can be run."""

from __future__ import annotations

import json
import venv
from typing import TYPE_CHECKING

import pytest

from gvm.store.config import Config
from tests.machine import SHELLS, Machine

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

# Content of .tool-versions, and variables.
MESSAGES: dict[str, tuple[str, dict[str, str]]] = {
    "not installed": ("golang 1.19.1\n", {}),
    "line of a long file": ("x 1\n" * 40 + "golang 1.19\n", {}),
    "first of several": ("golang 1.19.1 1.18\n", {}),
    "variable": ("", {"GVM_GO_VERSION": "1.19.1"}),
    "nobody": ("", {}),
    "system": ("golang system\n", {}),
    "no version": ("golang\n", {}),
    "refused": ("golang ../x\n", {}),
    "any patch": ("golang 1.22.x\n", {}),
    "ref": ("golang ref:v1\n", {}),
    "control characters": ("golang \x1b[2J\x07\n", {}),
    "control characters of eight bits": ("golang \N{CONTROL SEQUENCE INTRODUCER}2J\n", {}),
    "percent": ("golang %s%n\\n\n", {}),
    "long": ("golang " + "x" * 5000 + "\n", {}),
    "relative path": ("golang path:go\n", {}),
    "path": ("golang path:/nowhere\n", {}),
}


@pytest.mark.parametrize(("pin", "environ"), MESSAGES.values(), ids=MESSAGES)
def test_message(
    pin: str, environ: dict[str, str], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """It says what was asked, by which file and line, for which release, and what to type."""
    machine.add("1.22.6")
    machine.environ["PATH"] = str(machine.bin)
    machine.write("w/.tool-versions", pin)
    place = machine.home / "w/sub"
    place.mkdir()
    said = set()
    for shell in {"dash", "bash", "busybox"} & set(SHELLS):
        done = machine.shim("go", "version", shell=shell, cwd=place, environ=environ)
        assert (done.returncode, done.stdout) == (126, "")
        said.add(done.stderr)
    (text,) = said  # the same in every shell
    assert text == snapshot


# What turns the direction of writing, what is not seen, and what is no character.
HIDDEN = (
    "\u061c\u180e\u2000\u200b\u200f\u2028\u202e\u202f\u205f\u2066\u206f\u3000\ufeff\ufffb"
    "\ue000\U000e0041\U000f0000\x9b\xa0\xad"
)
LETTERS = "größe«“大”•😀"


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize("shell", SHELLS)
def test_hidden(shell: str, locale: str, machine: Machine) -> None:
    """What is not seen, or turns the writing round, is replaced in every shell; letters stay."""
    if shell == "yash" and locale == "C":
        pytest.skip("yash ends at the first byte that is no character of the locale")
    machine.add("1.22.6")
    machine.environ["LC_ALL"] = locale
    odd = "" if shell == "yash" else "\udcff\udc9b\udcf6"
    place = machine.write(f"{LETTERS}{HIDDEN}{odd}x/.tool-versions", "golang 1.19.1\n").parent
    done = machine.shim("go", shell=shell, cwd=place)
    told = f"{machine.home}/{LETTERS}{'?' * len(HIDDEN + odd)}x/.tool-versions, line 1"
    assert (done.returncode, f"(asked for by {told})\n" in done.stderr) == (126, True), done.stderr
    done = machine.shim("go", shell=shell, environ={"GVM_GO_VERSION": HIDDEN + LETTERS})
    assert f"'{'?' * len(HIDDEN)}{LETTERS}', asked for by" in done.stderr


def test_gofmt(machine: Machine) -> None:
    """Gofmt is told of like go, where a toolchain lacks it."""
    machine.add("1.22.6")
    (machine.root.versions / "1.22.6/bin/gofmt").unlink()
    machine.write(".tool-versions", "golang 1.22.6\n")
    assert machine.shim("gofmt").returncode == 126
    assert machine.shim("go").returncode == 0


def test_gvm_itself(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A shim of gvm's own name says what sets it up where this release has none."""
    machine.add("1.22.6")
    (machine.root.shims / "gvm").write_bytes((machine.root.shims / "go").read_bytes())
    done = machine.shim("gvm", "list")
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == snapshot
    own = machine.root.venv / "bin/gvm"
    own.parent.mkdir(parents=True)
    own.write_text('#!/bin/sh\necho "gvm $*"\n')
    own.chmod(0o755)
    assert machine.shim("gvm", "list").stdout == "gvm list\n"


def test_python_of_the_caller(machine: Machine) -> None:
    """No module and no home of Python that the caller's variables name is used in gvm."""
    machine.add("1.22.6")
    (machine.root.shims / "gvm").write_bytes((machine.root.shims / "go").read_bytes())
    venv.create(machine.root.venv, symlinks=True)
    own = machine.root.venv / "bin/gvm"
    own.write_text("import json, sys\nprint(json.__file__, *sys.argv[1:])\n")
    own.chmod(0o755)
    evil = machine.write("evil/json.py", "print('evil')").parent
    environ = {
        "PYTHONPATH": str(evil),
        "PYTHONHOME": str(evil),
        "PYTHONSTARTUP": str(evil / "json.py"),
    }
    done = machine.shim("gvm", "a b", environ=environ)
    assert done.stdout == f"{json.__file__} a b\n", done.stderr
    machine.reshim(Config(auto_install=True), str(own))
    done = machine.shim("go", environ={**environ, "GVM_GO_VERSION": "1.9.9"})
    assert done.stderr.startswith(f"{json.__file__} install 1.9.9\n")


def test_update_under_way(machine: Machine) -> None:
    """A gvm that runs while install.sh updates it goes on with the modules that it began with."""
    machine.add("1.22.6")
    (machine.root.shims / "gvm").write_bytes((machine.root.shims / "go").read_bytes())
    for number in (1, 2):
        slot = machine.root.base / f"venv.{number}"
        venv.create(slot, symlinks=True)
        (modules,) = slot.glob("lib/python*/site-packages")
        (modules / "late.py").write_text(f"print('of {number}')\n")
        (slot / "bin/gvm").write_text(
            "import os, sys\nbase = sys.argv[1]\n"
            "os.symlink('venv.2', base + '/new')\nos.rename(base + '/new', base + '/venv')\n"
            "import late\n"
        )
        (slot / "bin/gvm").chmod(0o755)
    machine.root.venv.symlink_to("venv.1")
    for told in ("of 1\n", "of 2\n"):
        done = machine.shim("gvm", str(machine.root.base))
        assert (done.stdout, done.stderr) == (told, "")
