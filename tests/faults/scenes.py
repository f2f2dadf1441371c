"""What gvm does while it is disturbed: each command that changes files, on a home that has some."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.faults.inject import Step, steps
from tests.faults.snapshot import Snapshot, differences, half_done, snapshot
from tests.goarchive import mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence

    from typing_extensions import Self

VERSIONS = ["1.21.13", "1.22.6", "1.22.12"]


@dataclass(frozen=True)
class Scene:
    """One command, and what it finds.

    Attributes:
        command: of gvm.
        before: commands that came before.
        files: of the user's, below the home directory.
        prepare: what else is done to the machine first.
        again: exit codes with which the same command may end when it is called once more.
    """

    command: Sequence[str]
    before: Sequence[Sequence[str]] = ()
    files: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Machine], object] = lambda _: None
    again: tuple[int, ...] = (0,)


def _outdate(machine: Machine) -> None:
    """Leave one shim missing, one of old bytes, and one that belongs to nothing any more."""
    shims = machine.root.shims
    (shims / "gofmt").unlink()
    (shims / "go").write_bytes((shims / "go").read_bytes() + b"# old\n")
    shutil.copy(shims / "go", shims / "go1.20.1")


def _damage(machine: Machine) -> None:
    (machine.root.versions / "1.22.6/bin/gofmt").write_text("damaged")


def _elsewhere(machine: Machine) -> None:
    """Let another release have what is installed."""
    machine.root.base.rename(machine.root.path / "ubuntu-99.04")


_TWO = [["install", "1.22.6", "1.22.12"]]
# The directories are there: an empty one that a killed run leaves is the user's from then on.
_USERS = {
    ".bashrc": "alias ll='ls -l'\n",
    ".profile": "umask 022",
    ".zshenv": "path+=(~/bin)\n",
    ".config/fish/conf.d/other.fish": "set -x A 1\n",
    ".config/fish/completions/other.fish": "",
    ".config/fish/functions/other.fish": "",
    ".config/environment.d/other.conf": "A=1\n",
    ".local/share/man/man1/other.1": "",
    ".local/share/bash-completion/completions/other": "",
}
SCENES = {
    "install the first": Scene(["install", "1.22.6"]),
    "install another": Scene(["install", "1.22.12", "1.21.13"], [["install", "1.22.6"]]),
    "install --force": Scene(
        ["install", "--force", "1.22.6"], [["install", "1.22.6"]], prepare=_damage
    ),
    "install, cloned": Scene(["install", "1.22.6"], [["install", "1.22.6"]], prepare=_elsewhere),
    "uninstall the newest": Scene(["uninstall", "1.22.12"], _TWO, again=(0, 4)),
    "uninstall --all": Scene(["uninstall", "--all"], _TWO),
    "reshim": Scene(["reshim"], _TWO, prepare=_outdate),
    "global": Scene(["global", "1.22.12"], _TWO),
    "local": Scene(
        ["local", "1.22.6"], _TWO, {"project/.tool-versions": "nodejs 20\ngolang 1.22.12 # old\n"}
    ),
    "activate": Scene(["activate"], _TWO, _USERS),
    "deactivate": Scene(["deactivate"], [*_TWO, ["activate"]], _USERS),
}


class Stage:
    """A machine on which one scene is played again and again, as a context manager.

    Attributes:
        machine: that it is played on.
        old: how things are before.
        new: how they are when nothing goes wrong.
    """

    def __init__(self, scene: Scene, machine: Machine) -> None:
        self.scene = scene
        self.machine = machine
        self.project = machine.home / "project"
        self._kept = machine.base / "kept"
        self._server = Server(mirror(VERSIONS))

    def __enter__(self) -> Self:
        self._server.__enter__()
        more = {"GVM_MIRROR": f"{self._server.url}/dl", "GVM_TRUST_MIRROR": "1"}
        paths = {"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
        self.machine.environ |= {**more, **paths}
        self.project.mkdir()
        for name, content in self.scene.files.items():
            self.machine.write(name, content)
        for command in self.scene.before:
            done = self.machine.gvm(*command)
            assert done.returncode == 0, done.stderr
        self.scene.prepare(self.machine)
        shutil.copytree(self.machine.home, self._kept, symlinks=True)
        self.old = snapshot(self.machine.home)
        assert self.play().returncode == 0
        self.new = snapshot(self.machine.home)
        assert self.old != self.new
        self.reset()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    @property
    def command(self) -> list[str]:
        """The whole command."""
        return [sys.executable, "-m", "gvm", *self.scene.command]

    def reset(self) -> None:
        """Let everything be as it was before."""
        for entry in self.machine.home.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.copytree(self._kept, self.machine.home, symlinks=True, dirs_exist_ok=True)

    def play(self, *prefix: str) -> subprocess.CompletedProcess[str]:
        """Give the command, after a prefix."""
        return self.machine.run([*prefix, *self.command], cwd=self.project)

    def steps(self) -> list[Step]:
        """All that the command changes."""
        found = steps(
            self.command, self.machine.home, cwd=self.project, environ=self.machine.environ
        )
        self.reset()
        return found

    def wrong(self, *, is_over: bool = True) -> Iterator[str]:
        """Tell what is not as it should be after a fault; the next run mends all else.

        Args:
            is_over: the next run is judged too.
        """
        now = snapshot(self.machine.home)
        yield from half_done(self.old, self.new, now)
        yield from self._unusable(now)
        if not is_over:
            return
        done = self.play()
        if done.returncode not in self.scene.again:
            yield f"the next run ended with {done.returncode}: {done.stderr}"
        for text in differences(self.new, snapshot(self.machine.home)):
            yield f"after the next run, {text}"

    def _unusable(self, now: Snapshot) -> Iterator[str]:
        listed = self.machine.gvm("list", "--json")
        if listed.returncode != 0:
            yield f"gvm list ended with {listed.returncode}: {listed.stderr}"
        default = f"{self.machine.root.base.relative_to(self.machine.home)}/default"
        if default in self.old and default in self.new and default in now:
            ran = self.machine.shim("go", "version", cwd=self.project)
            if not ran.stdout.startswith("go version"):
                yield f"go ended with {ran.returncode}: {ran.stderr}"
