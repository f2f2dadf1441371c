"""A process that is killed, at each system call with which it changes a file system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.faults import system
from tests.faults.result import Result
from tests.faults.scenes import SCENES
from tests.faults.stage import Stage
from tests.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTS = tuple(SCENES)


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Kill the command of a scene at every so manieth step."""
    if not system.is_possible_for(SCENES[part]):
        return
    with Stage(SCENES[part], Machine(base), blanks=True) as stage:
        for step in stage.steps()[::every]:
            done = stage.play(*step.injecting("signal=KILL"))
            wrong = ["it was not killed"] if done.returncode == 0 else stage.wrong()
            yield Result.of("SIGKILL", f"{part}: {step}", wrong)
            stage.reset()
