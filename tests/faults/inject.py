"""System calls that fail on purpose, or end the process that makes them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What changes a file system, and where each call has the name that is changed: an open file, or
# a path among its arguments.
_FILE = r"\d+<(?P<file>/[^>]*)>"
_FIRST = r'(?:(?:\w+)(?:<(?P<directory>[^>]*)>)?, )?"(?P<path>[^"]*)"'
_SECOND = r'"[^"]*", ' + _FIRST
CALLS = {
    "open": _FIRST, "openat": _FIRST, "creat": _FIRST,
    "write": _FILE, "pwrite64": _FILE, "ftruncate": _FILE, "fchmod": _FILE, "fchown": _FILE,
    "fsync": _FILE, "fdatasync": _FILE, "syncfs": _FILE,
    "mkdir": _FIRST, "mkdirat": _FIRST, "rmdir": _FIRST, "unlink": _FIRST, "unlinkat": _FIRST,
    "chmod": _FIRST, "fchmodat": _FIRST,
    "rename": _FIRST, "renameat": _FIRST, "renameat2": _FIRST, "link": _FIRST, "linkat": _FIRST,
    "symlink": _SECOND, "symlinkat": _SECOND,
}  # fmt: skip
_OPENS = {"open", "openat", "creat"}
_QUIET = ("strace", "-f", "-qq")


@cache
def is_possible() -> bool:
    """Whether strace is here and may be used."""
    command = [*_QUIET, "-o", "/dev/null", "true"]
    return bool(
        shutil.which("strace")
        and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


def failing(*faults: str) -> list[str]:
    """Begin a command whose system calls fail as strace's `inject` says; skip where that is not to be had."""
    if not is_possible():
        pytest.skip("strace cannot be used here")
    return [*_QUIET, "-o", "/dev/null"] + [
        word for fault in faults for word in ("-e", f"inject={fault}")
    ]


def python(script: str, *arguments: Path, faults: str = "") -> subprocess.CompletedProcess[str]:
    """Run a script that may use gvm.fs.edits, gvm.fs.files and gvm.fs.trees, with system calls that fail."""
    script = f"import pathlib, sys\nfrom gvm.fs import atomic, edits, trees\n{script}"
    return subprocess.run(
        [*failing(*faults.split()), sys.executable, "-B", "-c", script, *arguments],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class Step:
    """One system call of a command that changes a file system.

    Attributes:
        call: its name.
        path: as the call names it, or of its open file.
        number: how many of the kind the command has made on that path, with this one.
    """

    call: str
    path: str
    number: int

    def __str__(self) -> str:
        return f"{self.call} {self.number} of {self.path}"

    def injecting(self, fault: str) -> list[str]:
        """Begin a command that has a fault, as strace writes it, at this step."""
        inject = f"inject={self.call}:{fault}:when={self.number}"
        only = ["-e", f"trace={self.call}", "-P", self.path]
        return [*_QUIET, "-o", "/dev/null", *only, "-e", inject]


def steps(
    command: Sequence[str],
    trees: Sequence[Path],
    log: Path,
    *,
    cwd: Path,
    environ: Mapping[str, str],
) -> list[Step]:
    """Run a command, and list what it changes in some trees, in order."""
    within = tuple(f"{tree}/" for tree in trees)
    trace = [*_QUIET, "-y", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
    done = subprocess.run(
        [*trace, *command], cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found, made = [], Counter[tuple[str, str, str]]()
    for line in log.read_text(errors="replace").splitlines():
        # The end of a call that another thread's stood in the middle of.
        if "resumed>" in line:
            continue
        process, _, told = line.partition(" ")
        call, _, arguments = told.strip().partition("(")
        match = re.match(CALLS[call], arguments) if call in CALLS else None
        if match is None:
            continue
        fields = match.groupdict()
        path = fields.get("path") or fields.get("file") or ""
        made[process, call, path] += 1
        changes = call not in _OPENS or "O_CREAT" in arguments or "O_TRUNC" in arguments
        where = os.path.join(fields.get("directory") or os.fspath(cwd), path)  # noqa: PTH118 - may be relative
        if changes and where.startswith(within):
            found.append(Step(call, path, made[process, call, path]))
    return found
