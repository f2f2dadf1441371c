"""What gvm does while it is disturbed: each command that changes files, on a home that has some."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.machine import Machine

VERSIONS = ["1.21.13", "1.22.6", "1.22.12"]


@dataclass(frozen=True)
class Scene:
    """One command, and what it finds.

    Attributes:
        command: of gvm.
        before: commands that came before.
        files: of the user's, below the home directory.
        prepare: what else is done to the machine first.
        again: exit codes with which what comes next may end.
        next: commands that come after the fault, if not the same one again.
        linked: files that have another hard link, so that no file can take their place.
        mounted: files that are mounted alone, of which the same is true.
    """

    command: Sequence[str]
    before: Sequence[Sequence[str]] = ()
    files: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Machine], object] = lambda _: None
    again: tuple[int, ...] = (0,)
    next: Sequence[Sequence[str]] = ()
    linked: tuple[str, ...] = ()
    mounted: tuple[str, ...] = ()

    @property
    def in_place(self) -> tuple[str, ...]:
        """The files that are written in place, below the home directory."""
        return (*self.linked, *map(other_name, self.linked), *self.mounted)

    @property
    def is_system(self) -> bool:
        """Whether it is the machine that is changed, and not a home."""
        return "--system" in self.command


def other_name(file: str) -> str:
    """Return the other name of a file that has two."""
    return f"{file}.link"


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
_BACK = [["activate"], ["deactivate"]]
_ALL, *_ALL_BACK = ([*words, "--system"] for words in (*_TWO, *_BACK))
_PIN = "project/.tool-versions"
_PINS = {_PIN: "nodejs 20\ngolang 1.22.12 # old\n"}
_USERS = {
    ".bashrc": "alias ll='ls -l'\n",
    ".profile": "umask 022",
    ".zshenv": "path+=(~/bin)\n",
    ".config/fish/conf.d/other.fish": "set -x A 1\n",
    ".config/environment.d/other.conf": "A=1\n",
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
    "local": Scene(["local", "1.22.6"], _TWO, _PINS),
    "local, hard-linked": Scene(["local", "1.22.6"], _TWO, _PINS, linked=(_PIN,)),
    "local, hard-linked, longer": Scene(
        ["local", "1.21.13", "1.22.6", "1.22"], _TWO, _PINS, linked=(_PIN,)
    ),
    "local, mounted": Scene(["local", "1.22.6"], _TWO, _PINS, mounted=(_PIN,)),
    "activate": Scene(["activate"], _TWO, _USERS),
    # Whether the last line is ended is not known once blank lines may be behind it.
    "activate, hard-linked": Scene(
        ["activate"], _TWO, {**_USERS, ".profile": "umask 022\n"}, linked=(".bashrc", ".profile")
    ),
    "activate, then deactivate": Scene(["activate"], [*_TWO, *_BACK], next=_BACK[1:]),
    "activate, twice, then deactivate": Scene(["activate"], [*_TWO, *_BACK], next=_BACK),
    "deactivate": Scene(["deactivate"], [*_TWO, ["activate"]], _USERS),
    "deactivate, then back": Scene(["deactivate"], [*_TWO, ["activate"]], next=_BACK),
    "activate --system": Scene(["activate", "--system"], [_ALL]),
    "activate --system, then deactivate": Scene(
        ["activate", "--system"], [_ALL, *_ALL_BACK], next=_ALL_BACK[1:]
    ),
    "deactivate --system": Scene(["deactivate", "--system"], [_ALL, _ALL_BACK[0]]),
    "deactivate --system, then back": Scene(
        ["deactivate", "--system"], [_ALL, _ALL_BACK[0]], next=_ALL_BACK
    ),
}
