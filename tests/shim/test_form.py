"""The form of the shim: what it may be written with, start, set and export."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from gvm.assets import assemble_shim
from tests.machine import CHECKOUT, SHELLS, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = assemble_shim()
FIRST = (CHECKOUT / "shims/parts/10-select.sh").read_text()
BUILTINS = {":", "[", "break", "continue", "exec", "export", "read", "return", "set", "shift"}
KEYWORDS = {"!", "if", "then", "elif", "else", "while", "do", "{", "}", "fi", "done", "esac"}


def code(text: str) -> str:
    """A program without comments, quoted texts and the patterns of case."""
    text = re.sub(r"(?m)(^|\s)#.*", r"\1", text)
    text = re.sub(r"\$\(\([^()]*\)\)", "1", text)
    # What gvm_each_candidate is given is a function's name.
    text = re.sub(r"""(?m)(^\s*|&& |\) )"\$1"(?=\s)""", r"\1gvm_given", text)
    text = re.sub(r"""\\.|'[^']*'|"(?:[^"\\$`]|\\.|\$(?![(`]))*\"""", "Q", text)
    text = re.sub(r"\$\{[^{}]*\}", "V", re.sub(r"\$\{[^{}]*\}", "V", text))
    for before in (r"\sin\s", ";;|^"):
        text = re.sub(rf"(?m)({before})(\s*)[^\s;()][^;()\n]*\)", r"\1\2;", text)
    return text


def commands(text: str) -> Iterator[str]:
    """The word that each simple command begins with."""
    for piece in re.split(r";|&&|\|\||\n|\(\) ", code(text)):
        words = piece.split()
        while words and (words[0] in KEYWORDS or re.match(r"\w+=|[<>]|\d*>", words[0])):
            words.pop(0)
        if words:
            yield words[0]


def offences(text: str) -> set[str]:
    """What a program does beyond builtins and its own functions."""
    found = {
        word
        for word in commands(text)
        if word not in {*BUILTINS, "case", "for"} and not re.fullmatch(r"gvm_\w+", word)
    }
    plain = code(text)
    forks = {
        "substitution": r"\$\((?!\()",
        "backquote": "`",
        "pipe": r"(?<!\|)\|(?!\|)",
        "background": r"(?<![&>])&(?![&\d])",
        "subshell": r"(?m)(?:^|[;&|]|\bthen|\bdo)\s*\((?!\))",
        "document": "<<",
    }
    return found | {name for name, pattern in forks.items() if re.search(pattern, plain)}


OFFENCES = {
    "gvm_x=$(date)": "substitution",
    'gvm_x="a$(date)"': "substitution",
    "gvm_x=`date`": "backquote",
    "gvm_f | gvm_g": "pipe",
    "case a in a | b) gvm_f | gvm_g ;; esac": "pipe",
    "gvm_f &": "background",
    "(gvm_f)": "subshell",
    "[ -f x ] && (gvm_f)": "subshell",
    "read -r gvm_x <<END": "document",
    "sed -n 1p x": "sed",
    "[ -f x ] && /bin/ls x": "/bin/ls",
    "case a in a) cat x ;; esac": "cat",
    "cat x && case a in a) gvm_f ;; esac": "cat",
    "while :; do sleep 1; done": "sleep",
    "if test -f x; then gvm_f; fi": "test",
    "gvm_f() { printf x; }": "printf",
    "eval x": "eval",
    '[ -f x ] && "/bin/ls" x': "Q",
    "gvm_x=1 env": "env",
}


@pytest.mark.parametrize(("program", "offence"), OFFENCES.items(), ids=OFFENCES)
def test_offences(program: str, offence: str) -> None:
    """What the first pass must not do is recognised."""
    assert offence in offences(program)


def test_first_pass() -> None:
    """The first pass uses builtins only, and none that forks."""
    assert TEXT.startswith(FIRST)
    assert offences(FIRST) == set()
    assert "gvm_each_candidate" in set(commands(FIRST))


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="there is no shellcheck")
def test_shellcheck() -> None:
    """Nothing is left for shellcheck to say."""
    done = subprocess.run(
        ["shellcheck", "-"], input=TEXT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def assigned(lines: str) -> set[str]:
    """The variables that code assigns."""
    names = set(re.findall(r"(?m)(?:^|[\s;{(])([A-Za-z_]\w*)=", lines))
    names |= set(re.findall(r"\bfor (\w+)", lines))
    for words in re.findall(r"\bread (?:-r )?([\w ]+)", lines):
        names |= set(words.split())
    return names


def test_names() -> None:
    """Every variable is gvm's own, and what is exported or unset is what the design names."""
    lines = code(TEXT)
    foreign = {name for name in assigned(lines) if not name.startswith("gvm_")}
    assert foreign == FOREIGN
    exported = set(re.findall(r"gvm_set ([A-Z]\w*)", lines))
    assert exported == {
        "GOTOOLCHAIN", "GOCACHE", "GOMODCACHE", "GOPATH", "GVM_SHIM_DEPTH", "GVM_GO_VERSION", "PATH"
    }  # fmt: skip
    assert set(re.findall(r"gvm_unset ([A-Z]\w*)", lines)) == {"GOROOT"}
    assert re.findall(r"(?m)^\s*((?:export|unset) .*)", TEXT) == ['export "$1=$2"', 'unset "$1"']


# Set once, and read anywhere.
SETTLED = {f"gvm_{name}" for name in (
    "own", "policy", "installer", "home", "name", "system", "user", "release", "digits", "safe", "plain"
)}  # fmt: skip
SCRATCH = {"gvm_text", "gvm_key", "gvm_place"}
FOREIGN = {"IFS", "LC_ALL"}
FUNCTION = re.compile(r"(?ms)^(?:# in: ([^\n]*); out: ([^\n]*)\n)?(gvm_\w+)\(\) \{\n(.*?)^\}$")


class Function:
    """A function of the shim, with those that have its name.

    Attributes:
        inputs: variables that the line above it names …
        outputs: … and those that it leaves behind.
        reads: those that it reads itself.
        assigns: those that it assigns itself.
        calls: names of other functions.
    """

    def __init__(self, name: str) -> None:
        bodies = [match for match in FUNCTION.findall(TEXT) if match[2] == name]
        self.inputs, self.outputs = (
            {word for match in bodies for word in match[column].split()} for column in (0, 1)
        )
        self.is_told = all(match[0] and match[1] for match in bodies)
        text = "".join(match[3] for match in bodies)
        plain = re.sub(r"(?m)(^|\s)#\s.*", r"\1", text)
        self.reads = set(re.findall(r"\$\{?#?(gvm_\w+)", plain))
        self.assigns = assigned(code(text))
        self.calls = set(re.findall(r"(?<![${#\w])gvm_\w+\b(?!=)", plain)) & NAMES - {name}


NAMES = {match[2] for match in FUNCTION.findall(TEXT)}
FUNCTIONS = {name: Function(name) for name in NAMES}


def reached(name: str) -> list[Function]:
    """A function, and all that it may call."""
    names: set[str] = set()
    further = {name}
    while further:
        names |= further
        further = {call for one in further for call in FUNCTIONS[one].calls} - names
    return [FUNCTIONS[one] for one in names]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_inputs_and_outputs(name: str) -> None:
    """The line above a function names what it reads and leaves behind, but for what is settled and scratch."""
    function, within = FUNCTIONS[name], reached(name)
    called = {out for one in within for out in one.outputs}
    arguments = {"-", "stdin", "$1", "$2", "$@"}
    assert function.is_told
    assert function.assigns - SCRATCH - FOREIGN <= function.outputs
    assert function.reads - SCRATCH - SETTLED - called <= function.inputs
    assert function.outputs - {"-"} <= {one for each in within for one in each.assigns}
    assert function.inputs - arguments <= {one for each in within for one in each.reads}
    assert ("-" in function.inputs) == (function.inputs == {"-"})


def can_trace() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    argv = [strace, "-f", "-e", "trace=execve", "-o", "/dev/null", "/bin/true"]
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0


PIN = "golang 1.22.6\n"
# Files below the home directory, and variables: what happens every day.
DAILY: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "pin": ({"work/a/.tool-versions": PIN}, {}),
    "pin above": ({".tool-versions": PIN}, {}),
    "other tools": ({"work/a/.tool-versions": f"# tools\nnodejs 20 # x\nruby 3\n{PIN}"}, {}),
    "line": ({"work/.tool-versions": "go 1.22\n"}, {}),
    "latest": ({"work/.tool-versions": "golang latest # newest\n"}, {}),
    "fallback": ({"work/.tool-versions": "golang 1.19.1 go1.22.6\n"}, {}),
    "variable": ({}, {"GVM_GO_VERSION": "1.22.6"}),
    "asdf's variable": ({}, {"ASDF_GOLANG_VERSION": "1.22"}),
    "default": ({}, {}),
    "settings of the user": ({}, {"GOPATH": "/g", "GOCACHE": "/c", "GOTOOLCHAIN": "auto"}),
}


@pytest.mark.skipif(not can_trace(), reason="strace is missing, or may not trace")
@pytest.mark.parametrize("shell", [shell for shell in ("dash", "bash") if shell in SHELLS])
@pytest.mark.parametrize("name", DAILY)
def test_no_process(name: str, shell: str, machine: Machine) -> None:
    """On a usual day the shim starts nothing: it becomes the toolchain by one execve."""
    files, environ = DAILY[name]
    machine.add("1.22.6", "1.22.10")
    machine.root.default.write_text(PIN)
    for file, content in files.items():
        machine.write(file, content)
    (machine.home / "work/a").mkdir(parents=True, exist_ok=True)
    log = machine.base / "log"
    for command, argument in (("go", "version"), ("go", "build"), ("gofmt", "-l")):
        argv = [*SHELLS[shell], machine.root.shims / command, argument]
        trace = ["strace", "-f", "-qq", "-e", "trace=process", "-e", "signal=none", "-o", log]
        done = machine.run([*trace, *argv], cwd=machine.home / "work/a", environ=environ)
        assert done.returncode == 0, done.stderr
        calls = re.findall(r"^\d+ +(\w+)\((?:\"([^\"]*)\")?", log.read_text(), re.MULTILINE)
        started = [path for call, path in calls if call.startswith("exec")]
        assert started[0] == SHELLS[shell][0]
        assert [os.path.basename(path) for path in started[1:]] == [command]  # noqa: PTH119
        assert {call for call, _ in calls} <= {"execve", "exit_group", "exit", "arch_prctl"}


def seen(machine: Machine, shell: str, environ: dict[str, str]) -> dict[str, str]:
    """The environment that the toolchain gets."""
    for program in machine.root.versions.glob("*/bin/*"):
        program.write_text("#!/bin/cat /proc/self/environ\n")
    program = machine.root.shims / "go"
    done = subprocess.run(
        [*SHELLS[shell], program], env=environ, capture_output=True, check=True, cwd=machine.home
    )
    pairs = (os.fsdecode(line).partition("=") for line in done.stdout.split(b"\0")[:-1])
    return {name: value for name, _, value in pairs}


# What the shells themselves set.
SHELLS_OWN = {"PWD", "OLDPWD", "SHLVL", "_", "LOGNAME", "A__z"}
CALLER = {
    "A": "", "LINES": "10", "multi": "a\nb", "QUOTED": "'\"$x`y`\\", "IFS": ":", "ENV": "/dev/null",
    "BLANKS": "  x  ", "GREETING": "größe", "VERSION": "7", "ID": "me",
    "NAME": "n", "command": "c", "LC_ALL": "C.UTF-8",
}  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_environment(shell: str, machine: Machine) -> None:
    """The toolchain sees the caller's environment, and of the shim only what the design names."""
    machine.add("1.22.6")
    machine.write(".tool-versions", PIN)
    environ = {**machine.environ, **CALLER}
    suffix = machine.root.release.name.removeprefix("ubuntu-")
    told = seen(machine, shell, environ)
    ours = {
        "GOTOOLCHAIN": "local",
        "GOCACHE": f"{machine.home}/.cache/go-build-{suffix}",
        "GOMODCACHE": f"{machine.home}/go/pkg/mod",
        "GOPATH": f"{machine.home}/go-{suffix}",
    }
    drop = SHELLS_OWN | {"IFS"}
    assert {k: v for k, v in told.items() if k not in drop} == {
        k: v for k, v in {**environ, **ours}.items() if k not in drop
    }


@pytest.mark.skipif("dash" not in SHELLS, reason="there is no dash")
def test_names_of_no_shell(machine: Machine) -> None:
    """A variable that dash drops, for its name, reaches the toolchain by the path that `gvm which` shows."""
    machine.add("1.22.6")
    machine.write(".tool-versions", PIN)
    odd = {"FOO.BAR": "1", "BASH_FUNC_f%%": "() { :; }"}
    environ = {**machine.environ, **odd}
    assert not odd.keys() & seen(machine, "dash", environ).keys()
    shutil.copy(machine.root.shims / "go", machine.root.shims / "gvm")
    own = machine.shim("gvm", "which", "go").stdout.removesuffix("\n")
    done = subprocess.run([own], env=environ, capture_output=True, check=True)
    assert {f"{name}={value}" for name, value in odd.items()} <= set(
        done.stdout.decode().split("\0")
    )


def variables() -> set[str]:
    return set(re.findall(r"\bgvm_\w+", TEXT)) - {"gvm_"}


SITUATIONS: dict[str, tuple[str, dict[str, str]]] = {
    "pin": (PIN, {}),
    "line": ("golang 1.22\n", {}),
    "missing": ("golang 1.19.1\n", {}),
    "refused": ("golang ../x\n", {}),
    "nothing": ("", {}),
    "system": ("golang system\n", {}),
    "path": ("golang path:/nowhere\n", {}),
    "default": ("nodejs 20\n", {"GOROOT": "/x"}),
}


def results(machine: Machine, names: tuple[str, ...], environ: dict[str, str]) -> list[object]:
    told: list[object] = []
    for name in names:
        done = machine.shim(*name.split(), environ=environ)
        told += [done.returncode, done.stdout, done.stderr]
    return told


@pytest.mark.parametrize(("pin", "environ"), SITUATIONS.values(), ids=SITUATIONS)
def test_hostile_variables(pin: str, environ: dict[str, str], machine: Machine) -> None:
    """Variables of the caller that are named like the shim's own change nothing."""
    machine.add("1.22.6")
    if "nodejs" in pin:
        machine.root.default.write_text(PIN)
    machine.write(".tool-versions", pin)
    for name in ("gopls", "go1.19.1", "gvm"):
        shutil.copy(machine.root.shims / "go", machine.root.shims / name)
    environ |= {"PATH": str(machine.bin)}
    names = ("go version", "gofmt", "go install x", "gopls", "go1.22.6", "go1.19.1",
             "gvm current", "gvm which go", "gvm which gopls", "gvm exec go",
             "gvm exec 1.22.6 go", "gvm exec gopls", "gvm-shim", "gvm-shim --all", "gvm-shim gopls", "gvm-shim go1.22.6")  # fmt: skip
    expected = results(machine, names, environ)
    for value in ("/nonexistent", "found", "1"):
        assert results(machine, names, {**dict.fromkeys(variables(), value), **environ}) == expected


def is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def test_installed_shim(tmp_path: Path) -> None:
    """What is written into the shim is only what its head says; comments are left out."""
    machine = Machine(tmp_path / 'it\'s "odd" $x `y`\\')
    machine.add("1.22.6")
    machine.root.default.write_text(PIN)
    texts = (TEXT, (machine.root.shims / "go").read_text())
    lines = ([line for line in text.splitlines() if not is_comment(line)] for text in texts)
    changed = [old for old, new in zip(*lines, strict=True) if old != new]
    assert changed == ["gvm_own=''"]
    assert machine.shim().returncode == 0
