"""The crontab of the user who calls, which only crontab(1) reads and writes."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from gvm.activate.change import Change
from gvm.activate.managed import Lines
from gvm.errors import GvmError
from gvm.fs.managed_block import found
from gvm.text import sanitize

PROGRAM = "/usr/bin/crontab"


@dataclass(frozen=True)
class ManagedCrontab(Lines):
    """Lines at the start of the crontab: what is set there holds for the jobs below."""

    file: Path = field(default=Path("crontab"), init=False)
    is_first: bool = True

    @property
    def is_there(self) -> bool:
        """Whether the crontab has a block."""
        return found(self.text() or "") is not None

    def text(self) -> str | None:
        """The crontab as it is; None where there is none."""
        return listed()

    def change(self, old: str | None, new: str | None) -> Change:
        """What installs another."""
        return _Change(self.file, old, new)


def listed(*arguments: str) -> str | None:
    """A crontab as crontab(1) lists it; None where there is none.

    Raises:
        GvmError: it does not list it.
    """
    if not Path(PROGRAM).exists():
        raise GvmError("cron is not on this machine", hint="sudo apt install cron")
    done = subprocess.run(
        [PROGRAM, *arguments, "-l"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape")
    told = done.stderr.decode("utf-8", "replace").strip()
    if told.startswith("no crontab for"):
        return None
    raise GvmError(sanitize(told.partition("\n")[0]), hint="crontab -l")


@dataclass(frozen=True)
class _Change(Change):
    def make(self) -> None:
        """Install it; an empty one is removed."""
        if not self.is_none:
            _crontab(*(["-"] if self.new else ["-r"]), text=self.new)


def _crontab(*arguments: str, text: str | None) -> None:
    done = subprocess.run(
        [PROGRAM, *arguments],
        input=(text or "").encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip()
        raise GvmError(f"crontab does not take it: {told}", hint="crontab -e shows what is there")
