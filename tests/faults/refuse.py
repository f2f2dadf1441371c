"""A system that refuses: each system call with which a file system is changed fails, in each way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.faults import system
from tests.faults.result import Result
from tests.faults.scenes import SCENES
from tests.faults.snapshot import differences
from tests.faults.stage import Stage
from tests.machine import Machine

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.inject import Step

PARTS = tuple(SCENES)
_OPENS = {"open", "openat", "creat"}
_TAKES_ROOM = {*_OPENS, "write", "pwrite64", "mkdir", "mkdirat", "rename", "link", "linkat", "symlink", "symlinkat"}  # fmt: skip
_OF_OPEN_FILES = {"write", "pwrite64", "ftruncate", "fchmod", "fchown", "fsync", "syncfs"}
_INDEXES = ".cache/gvm/indexes"
_LOST = "it was said to be done, but what was written may be lost"
# What helps nobody.
_IDLE = re.compile(r"Traceback|Error:|\[Errno|GVM_DEBUG")
_TOLD = re.compile(r"gvm: [^\n]+\nhint: [^\n]+\n\Z")
# A row of the table of gvm activate.
_ROW = re.compile(r"  /[^\n]+: [^\n]+; [^\n]+\n")


def _errors(call: str) -> Iterator[str]:
    """The errors with which a call may really fail."""
    yield "EIO"
    if call in _TAKES_ROOM:
        yield from ("ENOSPC", "EDQUOT")
    if call not in _OF_OPEN_FILES:
        yield "EROFS"
    if call in _OPENS:
        yield "EMFILE"


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Refuse the command of a scene every so manieth step, in each way."""
    if not system.is_possible_for(SCENES[part]):
        return
    with Stage(SCENES[part], Machine(base)) as stage:
        cases = [(step, error) for step in stage.steps() for error in _errors(step.call)]
        for step, error in cases[::every]:
            done = stage.play(*step.injecting(f"error={error}"))
            wrong = [*told_wrong(done), *_done_wrong(stage, step, done), *stage.wrong()]
            if _INDEXES in step.path and done.returncode == 0:
                # A source whose answer could not be kept is asked again.
                wrong = [text for text in wrong if text != _LOST and _INDEXES not in text]
            yield Result.of(error, f"{part}: {step}", wrong)
            stage.reset()


def told_wrong(done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    """Tell what is wrong with a refusal: it has a message, a hint and the code for all else."""
    if done.returncode == 0:
        return
    if done.returncode != 1:
        yield f"the exit code is {done.returncode}"
    is_told = _TOLD.search(done.stderr) or _ROW.search(done.stdout)
    if not is_told or _IDLE.search(done.stdout + done.stderr):
        yield f"it says {done.stderr!r}"


def _done_wrong(stage: Stage, step: Step, done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    """Tell what is wrong where a command found another way: all that it does is done."""
    if done.returncode == 0:
        if step.call in {"write", "pwrite64", "fsync", "syncfs"}:
            yield _LOST
        now = stage.snapshot()
        if step.call == "unlink" and step.path.endswith(".new"):
            # What was to take a file's place, and could not, goes with the next run.
            now = {path: entry for path, entry in now.items() if not path.endswith(".new")}
        for text in differences(stage.new, now):
            yield f"it was said to be done, but {text}"
