"""What gvm on PATH answers without Python, held against Python."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.machine import CHECKOUT, SHELLS, Machine, fake_toolchain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syrupy.assertion import SnapshotAssertion

PIN = {"w/.tool-versions": "nodejs 20\ngolang 1.22.6\n"}
LINE = {"w/.tool-versions": "golang 1.22\n"}
# Prints what differs between two environments, without what shells set for themselves.
SEES = 'env | LC_ALL=C sort | grep -v -E "^(_|SHLVL|OLDPWD|LOGNAME|A__z|LC_CTYPE|PYTHONPATH)="'


@dataclass(frozen=True)
class Call:
    """One call of gvm.

    Attributes:
        words: its arguments, as a shell splits them.
        files: content, by path below the home directory; the call is made in w.
        environ: more variables; HOME in them is the home directory.
        is_python: whether Python gives the answer.
    """

    words: str
    files: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    is_python: bool = False


def asked(version: str) -> dict[str, str]:
    return {"GVM_GO_VERSION": version}


CALLS: dict[str, Call] = {
    # current
    "pin": Call("current", PIN),
    "pin, quiet": Call("current -q", PIN),
    "pin, quiet at length": Call("current --quiet", PIN),
    "line": Call("current", LINE),
    "long file": Call("current", {"w/.tool-versions": "x 1\n" * 50 + "golang latest\n"}),
    "variable": Call("current", PIN, asked("1.21.13")),
    "asdf's variable": Call("current", PIN, {"ASDF_GOLANG_VERSION": "go1.21.13"}),
    "default": Call("current"),
    "go-version": Call("current", {"w/.go-version": "# ours\n1.22.6\n"}),
    "old line's first": Call("current", {}, asked("1.20")),
    "prerelease": Call("current", {}, asked("1.23")),
    "fallback": Call("current", {}, asked("1.19 1.22.6")),
    "not installed": Call("current", {"w/.tool-versions": "golang 1.19.1\n"}),
    "not installed, variable": Call("current", {}, asked("1.19")),
    "refused": Call("current", {"w/.tool-versions": "golang ../x\n"}),
    "refused, any patch": Call("current", {"w/.tool-versions": "golang 1.22.x\n"}),
    "refused, copy of a version": Call("current", {}, asked("1.22.6.bak")),
    "refused, no version": Call("current", {"w/.go-version": ""}),
    "refused, control characters": Call("current -q", {}, asked("1\x1b[2J")),
    "refused, hidden characters": Call("current", {}, asked("1.22.6\u202e\u200bgröße") | {"LC_ALL": "C.UTF-8"}),
    "no other go": Call("current", {}, asked("system")),
    "path without go": Call("current", {}, asked("path:/nowhere")),
    "foreign toolchain": Call("current", {}, asked("path:~/mine"), is_python=True),
    "system": Call("current", {}, asked("system") | {"PATH": "HOME/usr:PATH"}, is_python=True),
    "GOROOT": Call("current", PIN, {"GOROOT": "/x"}),
    # which
    "which": Call("which", PIN),
    "data directory written oddly": Call("which", PIN, {"GVM_DATA_DIR": "HOME//.local/share/gvm/"}, is_python=True),
    "data directory that is relative": Call("which", PIN, {"GVM_DATA_DIR": "srv"}, is_python=True),
    "no home": Call("current", PIN, {"HOME": ""}, is_python=True),
    "which gofmt": Call("which gofmt", PIN),
    "which tool": Call("which tool"),
    "which tool of the system": Call("which env"),
    "which tool that is nowhere": Call("which gopls"),
    "which version": Call("which go1.21.13"),
    "which version that is not there": Call("which go1.99.1"),
    "which gvm": Call("which gvm"),
    "which not": Call("which", {}, asked("1.19")),
    "which system": Call("which", {}, asked("system") | {"PATH": "HOME/usr:PATH"}),
    "which by an odd path": Call("which", {}, asked("system") | {"PATH": "HOME//usr:PATH"}, is_python=True),
    "which nothing": Call("which ''", PIN, is_python=True),
    "which version without go": Call("which 1.22.6", PIN),
    "which file": Call("which ../usr/go", PIN),
    # exec
    "exec": Call("exec go build -v -- 'x y' ''", PIN),
    "exec by version": Call("exec 1.21.13 go build", PIN),
    "exec by line": Call("exec 1.22 -- go -v", PIN),
    **{f"exec {word}": Call(f"exec {word} go") for word in ("v1.22", "1.20", "1.23rc1", "latest", "latest:1.22")},
    "exec by name": Call("exec go1.22.6 -- go", LINE),
    "exec after dashes": Call("exec -- go version", PIN),
    "exec after more dashes": Call("exec -- -- go version", PIN),
    "exec shims": Call("exec 1.22.6 sh -c 'go; go1.22.10; gofmt'"),
    "exec environment": Call(f"exec sh -c '{SEES}'", PIN, {"GOROOT": "/x", "PATH": "HOME/usr::PATH:HOME/usr"}),
    "exec environment by version": Call(f"exec 1.22 sh -c '{SEES}'", PIN, {"GOPATH": "/g"}),
    "exec environment by default": Call(f"exec sh -c '{SEES}'", {".config/go/env": "GOCACHE=/c\n"}),
    "exec system": Call("exec system sh -c 'command -v go; echo $GVM_GO_VERSION $PATH'", PIN, {"PATH": "HOME/usr:PATH"}),
    "exec path": Call("exec path:~/mine go"),
    "exec name": Call("exec sh -c 'echo $0'"),
    "exec file": Call("exec ../usr/go x", PIN),
    "exec code": Call("exec sh -c 'echo x >&2; exit 7'", PIN),
    "exec signal": Call("exec sh -c 'kill -s PIPE $$'", PIN),
    "exec what is no command": Call("exec nonesuch", PIN, is_python=True),
    "exec file that may not be run": Call("exec ./.tool-versions", PIN, is_python=True),
    "exec file that is not there": Call("exec ./x", PIN, is_python=True),
    "exec directory": Call("exec ..", PIN, is_python=True),
    "exec builtin": Call("exec export X=1", PIN, is_python=True),
    "exec nothing": Call("exec", PIN, is_python=True),
    "exec version only": Call("exec 1.22", PIN, is_python=True),
    "exec what is no version": Call("exec 1.22.6.bak -- true", PIN, is_python=True),
    "exec refused version": Call("exec latest:1.22.6 -- true", PIN, is_python=True),
    "exec option": Call("exec -q go version", PIN, is_python=True),
    "exec what is not installed": Call("exec 1.19 go", PIN, is_python=True),
    "exec where nothing is installed": Call("exec go", {}, asked("1.19"), is_python=True),
    # Others
    "JSON": Call("current --json", PIN, is_python=True),
    "help": Call("current --help", is_python=True),
    "help as a word": Call("help where", is_python=True),
    "version as a word": Call("version", is_python=True),
    "option before": Call("-q current", PIN, is_python=True),
    "option": Call("which -q", is_python=True),
    "system's": Call("which --system", is_python=True),
    "unknown option": Call("current -x", is_python=True),
    "too many": Call("current x", is_python=True),
    "no command": Call("", is_python=True),
    "another command": Call("where 1.22", is_python=True),
    "unknown command": Call("curent", is_python=True),
}  # fmt: skip


def laid_out(call: Call, machine: Machine) -> dict[str, str]:
    """Make files and programs; return the environment of the call."""
    program = machine.write("usr/go", '#!/bin/sh\necho "the system\'s" "$@"\n')
    tool = machine.write(f"go-{machine.root.release.name.removeprefix('ubuntu-')}/bin/tool", "")
    # What stands for install.sh's environment tells that it was needed.
    python = f"{shlex.quote(sys.executable)} -m gvm"
    gvm = machine.write(
        str((machine.root.venv / "bin/gvm").relative_to(machine.home)),
        f'#!/bin/sh\n: >"$ASKED"\nPYTHONPATH={shlex.quote(str(CHECKOUT))} exec {python} "$@"\n',
    )
    for file in (program, tool, gvm):
        file.chmod(0o755)
    machine.add("1.20.0", "1.21.13", "1.22.6", "1.22.10", "1.23rc1")
    machine.root.default.write_text("golang 1.21.13\n")
    (machine.root.versions / "1.22.6.bak").symlink_to("1.22.6")
    fake_toolchain(machine.home / "mine", "1.1.1")
    for name, content in call.files.items():
        machine.write(name, content)
    (machine.home / "w").mkdir(exist_ok=True)
    places = {"HOME": str(machine.home), "PATH": machine.environ["PATH"]}
    environ = {
        name: value.replace("HOME", places["HOME"]).replace("PATH", places["PATH"])
        for name, value in call.environ.items()
    }
    return {"ASKED": str(machine.base / "asked"), **environ}


def answer(done: subprocess.CompletedProcess[str]) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_answer(call: Call, machine: Machine) -> None:
    """Every shell gives Python's answer to the same call, and starts Python only where it must."""
    environ = laid_out(call, machine)
    words, cwd = shlex.split(call.words), machine.home / "w"
    expected = answer(machine.gvm(*words, cwd=cwd, environ=environ))
    for shell in SHELLS if not call.is_python else ("dash",):
        done = machine.shim("gvm", *words, shell=shell, cwd=cwd, environ=environ)
        assert answer(done) == expected, shell
        asked_python = machine.base / "asked"
        assert asked_python.exists() == call.is_python, shell
        asked_python.unlink(missing_ok=True)


def test_other_settings(machine: Machine) -> None:
    """Where another shim than the one that is called has the settings that hold, Python asks that one."""
    environ = laid_out(CALLS["which tool"], machine)
    elsewhere = Machine(machine.base / "elsewhere")
    elsewhere.add("1.22.6")
    environ["GVM_DATA_DIR"] = str(elsewhere.root.path)
    gvm = elsewhere.root.path / machine.root.release.name / "venv"
    gvm.symlink_to(machine.root.venv)
    expected = answer(machine.gvm("which", "tool", environ=environ))
    assert answer(machine.shim("gvm", "which", "tool", environ=environ)) == expected
    assert (machine.base / "asked").exists()


@pytest.mark.parametrize("shell", [name for name in SHELLS if name != "yash"])
def test_bytes(shell: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Of a directory that is no UTF-8, or holds what a terminal would obey, both tell the same."""
    environ = {**machine.environ, **laid_out(CALLS["pin"], machine), "PYTHONPATH": str(CHECKOUT)}
    place = bytes(machine.home) + b"/gr\xf6\xdfe\x1b[2J"
    subprocess.run(["mkdir", place], check=True)
    with open(place + b"/.tool-versions", "wb") as opened:  # noqa: PTH123 - Path takes no bytes
        opened.write(b"golang 1.22.6\n")
    told = [
        subprocess.run(argv, env=environ,
                       cwd=place, capture_output=True, check=True)
        for argv in ([sys.executable, "-m", "gvm", "current"],
                     [*SHELLS[shell], machine.root.shims / "gvm", "current"])
    ]  # fmt: skip
    assert told[0].stderr.decode() == snapshot
    assert (told[1].stdout, told[1].stderr) == (told[0].stdout, told[0].stderr)


def test_without_python(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Where gvm is not set up for this release, what needs no Python is answered all the same."""
    laid_out(CALLS["pin"], machine)
    (machine.root.venv / "bin/gvm").unlink()
    assert answer(machine.shim("gvm", "current", "-q")) == (0, "1.21.13\n", "")
    done = machine.shim("gvm", "list")
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == snapshot
