"""gvm as a function of the shells, from the files that activation leaves."""

from __future__ import annotations

import contextlib
import os
import pty
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.machine import CHECKOUT, SHELLS, Machine

if TYPE_CHECKING:
    from subprocess import CompletedProcess

# Each shell, and what makes it read the file that activation has put there.
FILES = {name: [*argv, "-c", '. "$HOME/.profile"\n'] for name, argv in SHELLS.items()}
WITH_FISH = FILES | ({"fish": ["fish", "-c", ""]} if shutil.which("fish") else {})
READERS = {
    name: argv
    for name, argv in {
        "dash, login": ["dash", "-lc", ""],
        "bash, login": ["bash", "-lc", ""],
        "bash, interactive": ["bash", "-ic", ""],
        "ksh93, login": ["ksh93", "-lc", ""],
        "mksh, login": ["mksh", "-lc", ""],
        "busybox, login": ["busybox", "sh", "-lc", ""],
        "zsh, script": ["zsh", "-c", ""],
        "zsh, login": ["zsh", "-lc", ""],
        "zsh, interactive": ["zsh", "-ic", ""],
        "fish, login": ["fish", "-lc", ""],
        "fish, interactive": ["fish", "-ic", ""],
    }.items()
    if shutil.which(argv[0])
}
CHILD = "/bin/sh -c 'echo child=${GVM_GO_VERSION-none}'"
POSIX = f"""gvm shell 1.21 >"$HOME/line"
go version; {CHILD}
gvm shell --help
gvm local 1.22 1.21; gvm local 1..2 || echo "code=$?"
gvm shell 1..2 || echo "code=$?"
gvm shell --unset >/dev/null; {CHILD}
eval "$(gvm shell 1.22)"; {CHILD}
gvm -q shell 1.21 | cat; {CHILD}
"""
FISH = POSIX.replace("$?", "$status").replace('eval "$(gvm shell 1.22)"', "gvm shell 1.22 | source")


@pytest.fixture
def activated(machine: Machine) -> Machine:
    machine.add("1.21.13", "1.22.6")
    program = machine.write(
        ".local/bin/gvm",
        f'#!/bin/sh\nPYTHONPATH="{CHECKOUT}" exec "{sys.executable}" -m gvm "$@"\n',
    )
    program.chmod(0o755)
    machine.environ["SHELL"] = "/bin/nologin"
    assert machine.gvm("activate").returncode == 0
    return machine


def run(machine: Machine, argv: list[str], script: str) -> CompletedProcess[str]:
    return machine.run([*argv[:-1], argv[-1] + script])


@pytest.mark.parametrize("argv", WITH_FISH.values(), ids=WITH_FISH)
def test_running_shell(argv: list[str], activated: Machine) -> None:
    """`gvm shell` changes the running shell and what it starts; all else is the program's own."""
    is_fish = argv[0] == "fish"
    done = run(activated, argv, FISH if is_fish else POSIX)
    before, _, after = done.stdout.partition(activated.gvm("shell", "--help").stdout)
    assert f"executable={activated.root.versions}/1.21.13/bin/go\n" in before
    assert before.endswith("\nchild=1.21\n")
    line = "set -gx GVM_GO_VERSION '1.21';" if is_fish else "export GVM_GO_VERSION='1.21';"
    assert (activated.home / "line").read_text() == f"{line}\n"
    # The left end of a pipe is another shell in most.
    assert after.splitlines()[:-1] == ["code=2", "code=2", "child=none", "child=1.22", line]
    assert after.splitlines()[-1] == ("child=1.21" if is_fish else "child=1.22")
    assert (activated.home / ".tool-versions").read_text() == "golang 1.22 1.21\n"


@pytest.mark.parametrize("argv", READERS.values(), ids=READERS)
def test_reached(argv: list[str], activated: Machine) -> None:
    """Each shell that activation reaches has it, however it starts; another one is not affected."""
    done = run(activated, argv, f"gvm shell 1.21 >/dev/null; go version; {CHILD}")
    assert f"executable={activated.root.versions}/1.21.13/bin/go\n" in done.stdout
    assert done.stdout.endswith("\nchild=1.21\n")
    assert run(activated, argv, CHILD).stdout == "child=none\n"


@pytest.mark.parametrize("argv", FILES.values(), ids=FILES)
def test_strict(argv: list[str], activated: Machine) -> None:
    """Under `set -eu` it works too, leaves no variable, and a failure ends the script as it should."""
    script = 'set -eu; set >"$HOME/1"; gvm shell 1.21 >/dev/null; gvm root; set >"$HOME/2"; gvm shell 1..2; echo more'
    done = run(activated, argv, script)
    assert (done.stdout, done.returncode) == (f"{activated.root.path}\n", 2)
    names = [
        {line.partition("=")[0] for line in (activated.home / name).read_text().splitlines()}
        for name in "12"
    ]
    assert {name for name in names[1] - names[0] if "gvm" in name.lower()} == {"GVM_GO_VERSION"}


@pytest.mark.parametrize(
    "argv", [["bash", "--noprofile", "-i"], ["zsh", "-i"], ["fish", "-i"]], ids=lambda argv: argv[0]
)
def test_terminal(argv: list[str], activated: Machine) -> None:
    """On a terminal, `gvm shell` prints nothing, and no hint to evaluate something."""
    if not shutil.which(argv[0]):
        pytest.skip(f"there is no {argv[0]}")
    script = f"echo begun; gvm shell 1.21; {CHILD}; gvm root"
    pid, terminal = pty.fork()
    if pid == 0:
        environ = {**activated.environ, "TERM": "dumb"}
        os.execve(shutil.which(argv[0]) or "", [argv[0], "-ic", script], environ)  # noqa: S606
    screen = b""
    # Its end is an error, when the other side has gone.
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            screen += piece
    os.waitpid(pid, 0)
    lines = [line.strip() for line in screen.decode().splitlines() if "job control" not in line]
    assert lines[-3:] == ["begun", "child=1.21", str(activated.root.path)]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_another_gvm(shell: str, activated: Machine) -> None:
    """The function of another gvm stays, whichever comes first; so does an alias of that name."""
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    theirs = "export GVM_ROOT=/g; gvm() { echo theirs; }"
    ours = '. "$HOME/.profile"'
    for script in (f"{theirs}; {ours}; gvm x", f"{ours}; {theirs}; gvm x"):
        assert activated.run([shell, "-c", script]).stdout == "theirs\n"
    aliased = f"alias gvm='echo mine'\n{ours}\neval 'gvm x'"
    option = ["-O", "expand_aliases"] if shell == "bash" else []
    done = activated.run([shell, *option, "-c", aliased])
    assert (done.stdout, done.stderr) == ("mine x\n", "")
