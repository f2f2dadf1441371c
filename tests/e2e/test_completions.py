"""What TAB offers, in each shell, without Python."""

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
BASH = """. {file}
COMP_WORDS=({words}) COMP_CWORD={number}
_gvm
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.add("1.21.13", "1.22.6")
    # Python would be seen.
    (machine.home / ".local/bin").mkdir(parents=True)
    return machine


def offered(machine: Machine, shell: str, typed: str) -> set[str]:
    if shell == "fish":
        script = f"source {FILES}/gvm.fish; complete -C '{typed}'"
        done = machine.run(["fish", "--no-config", "-c", script])
    else:
        words = [*typed.split(), *([""] if typed.endswith(" ") else [])]
        script = BASH.format(
            file=FILES / "gvm.bash",
            words=" ".join(word or "''" for word in words),
            number=len(words) - 1,
        )
        done = machine.run(["bash", "-c", script])
    assert (done.returncode, done.stderr) == (0, "")
    return {line.partition("\t")[0] for line in done.stdout.splitlines()}


@pytest.mark.parametrize("shell", ["bash", "fish"])
@pytest.mark.parametrize(("typed", "has", "lacks"), CASES.values(), ids=CASES)
def test_offered(shell: str, typed: str, has: set[str], lacks: set[str], machine: Machine) -> None:
    """TAB offers commands, options, installed versions and installable lines, each where it fits."""
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell}")
    told = offered(machine, shell, typed)
    assert told & lacks == set()
    assert told >= has


def on_terminal(machine: Machine, typed: str) -> str:
    """What a line of zsh becomes, and what zsh shows, when TAB is pressed at its end."""
    setup = f"PS1=; fpath=({FILES} $fpath); autoload -Uz compinit; compinit -u -D; echo rea''dy\n"
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


@pytest.mark.skipif(not shutil.which("zsh"), reason="there is no zsh")
@pytest.mark.parametrize(("typed", "has", "lacks"), CASES.values(), ids=CASES)
def test_zsh(typed: str, has: set[str], lacks: set[str], machine: Machine) -> None:
    """Zsh offers the same, or completes what is the only one."""
    shown = set(on_terminal(machine, typed).split())
    assert shown & lacks == set()
    assert shown >= has


def test_static(machine: Machine) -> None:
    """The files are what the commands make of them today."""
    made = machine.base / "made"
    made.mkdir()
    subprocess.run(
        [sys.executable, CHECKOUT / "contrib/make-completions", made],
        env={"PYTHONPATH": str(CHECKOUT)},
        check=True,
    )
    for file in made.iterdir():
        assert (FILES / file.name).read_text() == file.read_text(), "contrib/make-completions completions"  # fmt: skip
        assert not {"python", "gvm list"} & set(file.read_text().split())


def test_printed(machine: Machine) -> None:
    """`gvm completions` prints a shell's file."""
    for shell, name in (("bash", "gvm.bash"), ("fish", "gvm.fish"), ("zsh", "_gvm")):
        assert machine.gvm("completions", shell).stdout == (FILES / name).read_text()
    assert machine.gvm("completions", "csh").returncode == 2
