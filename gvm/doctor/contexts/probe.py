"""The probe for `go`, which is asked from inside a context."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.doctor.contexts.process import run_until_marker
from gvm.errors import GvmError
from gvm.model.release import SHIM
from gvm.selection.resolver import parsed
from gvm.selection.shims import is_shim
from gvm.shell.quoting import quoted
from gvm.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gvm.doctor.account import Account
    from gvm.selection.resolver import Resolution

PATIENCE = 10
# $1 is a secret of this run, $2 what the shell itself takes `go` for. The shim is asked right
# there, unless it is of somebody who may not be believed there.
_SCRIPT = f"""gvm_go=${{2-$(command -v go)}}
printf "%s\\0" "begin-$1" "$PATH" "$gvm_go"
case $gvm_go in /*)
gvm_shim=$(/usr/bin/readlink -f -- "$gvm_go")
gvm_shim=${{gvm_shim%/*}}/{SHIM}
case $(/usr/bin/stat -Lc %u -- "$gvm_shim" 2>/dev/null) in
0 | "$(/usr/bin/id -u)") /bin/sh "$gvm_shim" go ;;
esac ;;
esac
printf "%s\\0" "end-$1"
"""


class ProbeError(GvmError):
    """A context did not answer.

    Attributes:
        stderr: what it told last on stderr.
    """

    def __init__(self, message: str, stderr: str = "") -> None:
        super().__init__(message)
        self.stderr = stderr


@dataclass(frozen=True)
class Probe:
    """What is asked.

    Attributes:
        mark: nothing that a profile prints has it by chance.
    """

    mark: str

    @property
    def words(self) -> list[str]:
        """As a command, for what starts one."""
        return ["/bin/sh", "-c", _SCRIPT, "sh", self.mark]

    def line(self, shell: str) -> str:
        """As a line for a shell, which is asked too: it may have an alias or a function."""
        own = [] if shell == "fish" else ['"$(command -v go)"']
        return " ".join([*(quoted(shell, word) for word in self.words), *own])


@dataclass(frozen=True)
class LaunchSpec:
    """How a context is entered.

    Attributes:
        argv: a name and arguments.
        environ: all that it starts with.
        directory: where.
        account: whose it is.
        program: the file, where the name is another.
    """

    argv: Sequence[str]
    environ: Mapping[str, str] = field(repr=False)
    directory: Path
    account: Account
    program: str | None = None


@dataclass(frozen=True)
class ProbeResult:
    """What a context says.

    Attributes:
        path: PATH there.
        go: the file, or whatever else the shell runs for `go`, or empty.
        resolution: what the shim says, where `go` is one that may be believed.
    """

    path: str
    go: str
    resolution: Resolution | None

    @property
    def is_shim(self) -> bool:
        """Whether `go` is gvm's."""
        return self.go.startswith("/") and is_shim(Path(self.go))

    def found(self, name: str) -> str:
        """The file that a program's name means on PATH there, or empty."""
        for directory in self.path.split(":"):
            file = f"{directory}/{name}"
            # Unlike Path, os.path says no where nothing may be seen.
            if file.startswith("/") and os.path.isfile(file) and os.stat(file).st_mode & 0o111:  # noqa: PTH113, PTH116
                return file
        return ""


def run_probe(launch: LaunchSpec, probe: Probe, patience: float = PATIENCE) -> ProbeResult:
    """Enter a context and ask there.

    Raises:
        ProbeError: it does not answer.
    """
    begin, end = (os.fsencode(f"{word}-{probe.mark}\0") for word in ("begin", "end"))
    try:
        outcome = run_until_marker(
            launch.argv,
            launch.program,
            marks=(begin, end),
            environ=launch.environ,
            directory=launch.directory,
            account=launch.account,
            patience=patience,
        )
    except OSError as error:
        raise ProbeError(f"cannot be started: {error.strerror}") from error
    except ValueError as error:
        # A NUL, in what a crontab sets.
        raise ProbeError(f"cannot be started: {error}") from error
    if outcome.answer is None:
        message = "ends before it is asked" if outcome.is_ended else f"hangs for {patience:g} s"
        raise ProbeError(message, sanitize(outcome.stderr, 100))
    try:
        # A profile that has looked for the mark may have answered instead.
        path, go, told = outcome.answer.split(b"\0", 2)
        resolution = parsed(told) if told else None
    except ValueError as error:
        raise ProbeError("answers with something else", sanitize(outcome.stderr, 100)) from error
    return ProbeResult(os.fsdecode(path), os.fsdecode(go), resolution)
