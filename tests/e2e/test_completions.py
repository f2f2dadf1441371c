"""What TAB offers, in each shell."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time

import pytest

from tests.machine import CHECKOUT, Machine

FILES = CHECKOUT / "completions"
# What is typed, some of what is offered, and some of what is not.
CASES: dict[str, tuple[str, set[str], set[str]]] = {
    "commands": ("gvm in", {"install"}, {"uninstall", "1.22.6"}),
    "all commands": ("gvm ", {"install", "list-remote", "completions"}, {"1.22.6"}),
    "installed": ("gvm uninstall ", {"1.22.6", "1.21.13"}, {"1.20", "gvm-shim"}),
    "installed, begun": ("gvm where 1.2", {"1.22.6", "1.21.13"}, {"1.20.0"}),
    "installable lines": ("gvm install ", {"latest", "1.22", "1.20"}, {"1.22.6"}),
    "lines": ("gvm latest 1.", {"1.21"}, {"1.21.13"}),
    "options": ("gvm list --j", {"--json"}, {"--all"}),
    "values": ("gvm install --source p", {"pypi"}, {"go.dev"}),
    "choices": ("gvm env --shell f", {"fish"}, {"bash"}),
    "shims": ("gvm which gof", {"gofmt"}, {"go"}),
    "subcommands": ("gvm generate ", {"systemd", "vscode", "goland"}, {"1.22.6", "install"}),
    "subcommands, begun": ("gvm generate vs", {"vscode"}, {"systemd", "goland"}),
    "their options": ("gvm generate systemd --d", {"--directory", "--dry-run"}, {"--exec"}),
    "other options": ("gvm generate vscode --d", {"--dry-run"}, {"--directory"}),
    "shells": ("gvm completions z", {"zsh"}, {"fish"}),
}
SHELLS = ("bash", "fish", "zsh")
SETTINGS = [
    ("bash", "set -euo pipefail"),
    ("bash", "set -f; IFS=.1"),
    ("bash", "set -o posix; shopt -s failglob nocasematch"),
    ("bash", "shopt -s nullglob expand_aliases; alias gvm=false; gvm() { false; }"),
    ("zsh", "setopt KSH_ARRAYS SH_WORD_SPLIT NO_UNSET"),
    ("zsh", "setopt ERR_EXIT GLOB_SUBST; IFS=.1; gvm() { false; }"),
    ("fish", "set -g IFS .1; function gvm; false; end"),
]
BASH = """{settings}
. {file}
COMP_WORDS=({words}) COMP_CWORD={number}
_gvm
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.add("1.21.13", "1.22.6")
    gvm = machine.bin / "gvm"
    gvm.write_text(f'#!/bin/sh\nPYTHONPATH={CHECKOUT} exec {sys.executable} -m gvm "$@"\n')
    gvm.chmod(0o755)
    machine.environ["PATH"] = f"{machine.bin}:/usr/bin:/bin"
    return machine


def offered(machine: Machine, shell: str, typed: str, settings: str = "") -> set[str]:
    """Return what a shell offers when TAB is pressed behind what is typed; zsh: what it shows."""
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    if shell == "zsh":
        return set(on_terminal(machine, typed, settings).split())
    if shell == "fish":
        script = f"{settings}\nsource {FILES}/gvm.fish; complete -C '{typed}'"
        done = machine.run(["fish", "--no-config", "-c", script])
    else:
        words = [*typed.split(), *([""] if typed.endswith(" ") else [])]
        script = BASH.format(
            file=FILES / "gvm.bash",
            words=" ".join(word or "''" for word in words),
            number=len(words) - 1,
            settings=settings,
        )
        done = machine.run(["bash", "-c", script])
    assert (done.returncode, done.stderr) == (0, "")
    return {line.partition("\t")[0] for line in done.stdout.splitlines()}


def on_terminal(machine: Machine, typed: str, settings: str) -> str:
    """What a line of zsh becomes, and what zsh shows, when TAB is pressed at its end."""
    setup = f"PS1=; fpath=({FILES} $fpath); autoload -Uz compinit; compinit -u -D; {settings or ':'}; echo rea''dy\n"
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(shutil.which("zsh") or "", ["zsh", "-f", "-i"], {**machine.environ, "TERM": "dumb"})  # fmt: skip  # noqa: S606
    screen = ""
    os.write(terminal, setup.encode())
    until, sent = time.monotonic() + 10, False
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.5)[0]:
            screen += os.read(terminal, 65536).decode(errors="replace")
        elif sent:
            break
        if not sent and "ready" in screen:
            os.write(terminal, f"{typed}\t\t".encode())
            screen, sent = "", True
    os.close(terminal)
    os.waitpid(pid, 0)
    return screen


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("typed", "has", "lacks"), CASES.values(), ids=CASES)
def test_offered(shell: str, typed: str, has: set[str], lacks: set[str], machine: Machine) -> None:
    """TAB offers commands, options, installed versions and installable lines, each where it fits."""
    told = offered(machine, shell, typed)
    assert told & lacks == set()
    assert told >= has


@pytest.mark.parametrize(("shell", "settings"), SETTINGS)
def test_settings(shell: str, settings: str, machine: Machine) -> None:
    """What the user has set in the shell changes nothing, and a word that nothing fits ends no shell."""
    machine.environ["GVM_DATA_DIR"] = str(machine.base / "a root*; of [mine]")
    machine.root.path.rename(machine.environ["GVM_DATA_DIR"])
    assert offered(machine, shell, "gvm uninstall ", settings) >= {"1.22.6", "1.21.13"}
    assert not offered(machine, shell, "gvm uninstall 9", settings) & {"1.22.6", "1.21.13"}


@pytest.mark.parametrize("shell", SHELLS)
def test_names(shell: str, machine: Machine) -> None:
    """No file's name is expanded, and one that is not a plain word is not offered."""
    for name in ("$(touch ran)", "`touch ran`", "gof;touch ran", "-gof", "gof*"):
        shutil.copy(machine.root.shims / "go", machine.root.shims / name)
        shutil.copytree(machine.root.versions / "1.22.6", machine.root.versions / name)
    assert "gofmt" in offered(machine, shell, "gvm which gof")
    for typed in ("gvm which ", "gvm uninstall "):
        shown = " ".join(offered(machine, shell, typed))
        assert "go" in shown or "1.22.6" in shown
        assert "touch" not in shown
    assert not [*machine.base.rglob("ran")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a root to another user")
@pytest.mark.parametrize("shell", SHELLS)
def test_root_of_another_user(shell: str, machine: Machine) -> None:
    """Nothing of another user's root is run or offered when TAB is pressed."""
    shim = machine.root.shims / "gvm-shim"
    shim.write_text(
        f"# gvm-shim: \ntouch {machine.base}/ran; printf release={machine.root.release}"
    )
    os.chown(machine.root.path, 65533, 65533)
    for typed in ("gvm uninstall ", "gvm which "):
        assert not offered(machine, shell, typed) & {"1.22.6", "1.21.13", "gofmt"}
    assert not (machine.base / "ran").exists()


def test_static(machine: Machine) -> None:
    """The files are what the commands make of them today."""
    made = machine.base / "made"
    made.mkdir()
    subprocess.run(
        [sys.executable, CHECKOUT / "tools/make-completions", made],
        env={"PYTHONPATH": str(CHECKOUT)},
        check=True,
    )
    for file in made.iterdir():
        assert (FILES / file.name).read_text() == file.read_text(), "tools/make-completions completions"  # fmt: skip


def test_printed(machine: Machine) -> None:
    """`gvm completions` prints a shell's file."""
    for shell, name in (("bash", "gvm.bash"), ("fish", "gvm.fish"), ("zsh", "_gvm")):
        assert machine.gvm("completions", shell).stdout == (FILES / name).read_text()
    assert machine.gvm("completions", "csh").returncode == 2
