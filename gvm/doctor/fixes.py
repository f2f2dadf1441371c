"""The line that mends a context, ready to be typed."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gvm.activate import profiles
from gvm.activate.contexts import LINK, has_machine_gvm, machine_line, of_system, of_user
from gvm.fs.managed_block import found
from gvm.shell import startup_files
from gvm.store.paths import SYSTEM_ROOT
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gvm.activate import contexts as activation
    from gvm.doctor.contexts import Context
    from gvm.doctor.crontabs import Job
    from gvm.doctor.probe import Answer
    from gvm.shell.startup_files import Spot, Startup

SYSTEM_SHIMS = SYSTEM_ROOT / "shims"
CRON = "gvm activate --cron --yes"


@dataclass(frozen=True)
class Mends:
    """What can be done for one user.

    Attributes:
        startup: the user's files.
        shims: that `go` should be one of.
        is_system: whether the machine's are meant, and nothing of a user's is touched.
    """

    startup: Startup
    shims: Path
    is_system: bool

    def of(self, context: Context, answer: Answer) -> tuple[str, str]:
        """Why `go` is none of gvm's in a context, and the line to type."""
        why = _what(answer)
        if not self._is_there() and context.name != "sudo":
            return why, "sudo gvm reshim --system" if self.is_system else "gvm reshim"
        if (line := self._activation(context)) is not None:
            return why, line
        spot = self._culprit(context, answer)
        if spot is not None:
            return f"{why}: {spot}", _without(spot)
        if context.name == "sudo":
            return f"{why}: sudo's secure_path is without {LINK.parent}", "sudo visudo"
        return why, context.trace

    def _is_there(self) -> bool:
        return (self.shims / "go").exists()

    @cached_property
    def _of_user(self) -> list[activation.Context]:
        return of_user(self.startup.home, self.startup.environ, self.shims)

    @cached_property
    def _of_system(self) -> list[activation.Context]:
        return of_system(self.startup.environ, SYSTEM_SHIMS)

    def _activation(self, context: Context) -> str | None:
        """The call of gvm activate that has something to do here, or None."""
        if not self.is_system:
            line = _pending(self._of_user, context, "", "gvm activate")
            # A shell may read no file of the user's.
            if line or any(self.startup.home in file.parents for file in context.files):
                return line
        if not has_machine_gvm():
            return machine_line()
        return _pending(self._of_system, context, "sudo ", machine_line())

    def _culprit(self, context: Context, answer: Answer) -> Spot | None:
        files = [file for file in context.files if file != LINK]
        if answer.go and not answer.go.startswith("/"):
            return startup_files.calling(files)
        directory = answer.go.rpartition("/")[0]
        spot = startup_files.naming(files, directory, self.startup.home) if directory else None
        return spot or startup_files.resetting(files)


def of_job(job: Job, shims: Path) -> str:
    """What lets a job find the shims of the user that it runs as."""
    line = profiles.crontab(shims).rstrip()
    if job.path is None and job.listing:
        return f"(echo {shlex.quote(line)}; {job.listing} -l) | {job.listing} -"
    if job.path is None:
        script = "1i " + line.replace("\\", "\\\\")
    else:
        script = rf"{job.path.number}s|=[[:blank:]]*\([\"']\{{0,1\}}\)|=\1{_replacement(shims)}:|"
    word = shlex.quote(script)
    if job.listing:
        return f"{job.listing} -l | sed {word} | {job.listing} -"
    return f"sed -i {word} {shlex.quote(str(job.spot.file))}"


def _pending(
    places: Iterable[activation.Context], context: Context, sudo: str, activate: str
) -> str | None:
    """The call, if it changes a file that is read in a context; what is in its way goes first."""
    for placement in [placement for place in places for placement in place.placements]:
        change = placement.addition() if placement.file in context.files else None
        if change is None or (change.is_none and not change.obstacle):
            continue
        file = shlex.quote(str(change.file))
        if not change.obstacle:
            return activate
        if not change.is_link and found(change.old or ""):
            return f"{sudo}sed -i '/^# >>> gvm >>>/,/^# <<< gvm <<</d' {file} && {activate}"
        return f"{sudo}mv {file} {file}.other && {activate}"
    return None


def _what(answer: Answer) -> str:
    if answer.go.startswith("/"):
        go = quote(answer.go.replace("'", "?"), 200)
        return f"go is {go}, which is not gvm's"
    return "go is an alias or a function there" if answer.go else "there is no go on PATH"


def _without(spot: Spot) -> str:
    """What makes a comment of a line; of a shell's, one that may be all there is in an if."""
    is_shell = spot.file.suffix != ".conf" and spot.file.name != "environment"
    script = f"{spot.number}s/^/{': # ' if is_shell else '# '}/"
    sudo = "" if os.access(spot.file, os.W_OK) else "sudo "
    return f"{sudo}sed -i '{script}' {shlex.quote(str(spot.file))}"


def _replacement(path: Path) -> str:
    return "".join(f"\\{char}" if char in "\\&|" else char for char in str(path))
