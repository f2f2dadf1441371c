"""The line that fixes a context, ready to be typed."""

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
    from gvm.doctor.contexts.crontabs import Job
    from gvm.doctor.contexts.factory import Context
    from gvm.doctor.contexts.probe import ProbeResult
    from gvm.doctor.host import Host
    from gvm.shell.startup_files import SourceLine, Startup

SYSTEM_SHIMS = SYSTEM_ROOT / "shims"
CRON = "gvm activate --cron --yes"


@dataclass(frozen=True)
class Fixes:
    """What can be done for one user.

    Attributes:
        startup: the user's files.
        shims: that `go` should be one of.
        is_system: whether the machine's are meant, and nothing of a user's is touched.
        acts_on_system: whether the doctor looks at nobody's account.
    """

    startup: Startup
    shims: Path
    is_system: bool
    acts_on_system: bool = False

    @classmethod
    def for_host(cls, host: Host, startup: Startup) -> Fixes:
        """Return those for an account; who has no gvm of his own has the machine's."""
        is_system = host.is_system or (
            (SYSTEM_SHIMS / "go").exists() and not (host.shims / "go").exists()
        )
        shims = SYSTEM_SHIMS if is_system else host.shims
        return cls(startup, shims, is_system, acts_on_system=host.is_system)

    def for_result(self, context: Context, answer: ProbeResult) -> tuple[str, str]:
        """Why `go` is none of gvm's in a context, and the line to type."""
        why = _describe(answer)
        if not self._is_there() and context.name != "sudo":
            return why, "sudo gvm reshim --system" if self.is_system else "gvm reshim"
        if (line := self._activation(context)) is not None:
            return why, line
        source_line = self._culprit(context, answer)
        if source_line is not None:
            return f"{why}: {source_line}", _comment_out(source_line)
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
            line = _activation_command(self._of_user, context, "", "gvm activate")
            # A shell may read no file of the user's.
            if line or any(self.startup.home in file.parents for file in context.files):
                return line
        if not has_machine_gvm():
            return machine_line()
        return _activation_command(self._of_system, context, "sudo ", machine_line())

    def _culprit(self, context: Context, answer: ProbeResult) -> SourceLine | None:
        files = [file for file in context.files if file != LINK]
        if answer.go and not answer.go.startswith("/"):
            return startup_files.find_alias(files)
        directory = answer.go.rpartition("/")[0]
        source_line = (
            startup_files.find_path_entry(files, directory, self.startup.home)
            if directory
            else None
        )
        return source_line or startup_files.find_path_reset(files)


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
    return f"sed -i {word} {shlex.quote(str(job.source_line.file))}"


def _activation_command(
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


def _describe(answer: ProbeResult) -> str:
    if answer.go.startswith("/"):
        go = quote(answer.go.replace("'", "?"), 200)
        return f"go is {go}, which is not gvm's"
    return "go is an alias or a function there" if answer.go else "there is no go on PATH"


def _comment_out(source_line: SourceLine) -> str:
    """What makes a comment of a line; of a shell's, one that may be all there is in an if."""
    is_shell = source_line.file.suffix != ".conf" and source_line.file.name != "environment"
    script = f"{source_line.number}s/^/{': # ' if is_shell else '# '}/"
    sudo = "" if os.access(source_line.file, os.W_OK) else "sudo "
    return f"{sudo}sed -i '{script}' {shlex.quote(str(source_line.file))}"


def _replacement(path: Path) -> str:
    return "".join(f"\\{char}" if char in "\\&|" else char for char in str(path))
