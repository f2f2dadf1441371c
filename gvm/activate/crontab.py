"""The crontab of the user who calls, which only crontab(1) reads and writes."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from gvm.activate.block import Block, found, put, without
from gvm.activate.change import Change
from gvm.errors import GvmError
from gvm.versions import clean

PROGRAM = "/usr/bin/crontab"
_FILE = Path("crontab")


@dataclass(frozen=True)
class CrontabChange(Change):
    """What becomes of the crontab."""

    def make(self) -> None:
        """Install it; an empty one is removed."""
        if not self.is_none:
            _crontab(*(["-"] if self.new else ["-r"]), text=self.new)


@dataclass(frozen=True)
class Crontab:
    """A block at the start of the crontab: what is set there holds for the jobs below.

    Attributes:
        body: whole lines.
    """

    body: str
    file = _FILE

    @property
    def is_there(self) -> bool:
        """Whether the crontab has a block."""
        return found(listed() or "") is not None

    def addition(self) -> Change:
        """Put the block there; jobs and other lines are not touched."""
        old = listed()
        block = found(old or "")
        if block is not None and block.edited:
            advice = f"merge into it:\n{self.body}"
            return Change(_FILE, old, old, obstacle="was edited by hand", advice=advice)
        if block is not None and block.body == self.body:
            return Change(_FILE, old, old)
        return CrontabChange(_FILE, old, put(old or "", Block(self.body), first=True))

    def removal(self) -> Change:
        """Take the block out."""
        old = listed()
        block = found(old or "")
        if block is not None and block.edited:
            advice = "remove gvm's lines from it: crontab -e"
            return Change(_FILE, old, old, obstacle="was edited by hand", advice=advice)
        new = None if old is None else without(old)
        return CrontabChange(_FILE, old, new if new or old == new else None)


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
    raise GvmError(clean(told.partition("\n")[0]), hint="crontab -l")


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
