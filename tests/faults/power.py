"""A loss of power, at each step of a command and at random moments, on a real file system."""

from __future__ import annotations

import random
import subprocess
import time
from itertools import cycle, product
from typing import TYPE_CHECKING

from gvm.fs.trees import sync
from tests.faults.disk import FLAGS, OPTIONS, Disk
from tests.faults.result import Result
from tests.faults.scenes import SCENES
from tests.faults.stage import Stage
from tests.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A file that is written in place may then have a part of each text.
PARTS = tuple(name for name, scene in SCENES.items() if not scene.in_place)
_MOMENTS = 40


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Cut the power at every so manieth step and moment, on disks mounted in two ways.

    Where `every` is odd, both flags have their turn.
    """
    for name, options in OPTIONS.items():
        place = base / name
        place.mkdir()
        with Disk(place, options) as disk, Stage(SCENES[part], Machine(place), disk) as stage:
            _reset(stage)
            yield from _at_steps(f"power loss, {name}", part, stage, disk, every)
            yield from _at_moments(f"power loss, {name}", part, stage, disk, _MOMENTS // every)


def _at_steps(kind: str, part: str, stage: Stage, disk: Disk, every: int) -> Iterator[Result]:
    cases = list(product(stage.steps(), FLAGS))
    for step, flag in cases[::every]:
        stage.play(*step.injecting("signal=KILL"))
        yield _cut(kind, f"{part}: {step}, {flag}", stage, disk, flag)


def _at_moments(kind: str, part: str, stage: Stage, disk: Disk, count: int) -> Iterator[Result]:
    since = time.monotonic()
    stage.play()
    seconds = time.monotonic() - since
    _reset(stage)
    for number, flag in zip(range(count), cycle(FLAGS), strict=False):
        moment = random.Random(f"{part} {number}").uniform(0, seconds)  # noqa: S311 - keeps no secret
        with subprocess.Popen(
            stage.command,
            cwd=stage.project,
            env=stage.machine.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            time.sleep(moment)
            process.kill()
        yield _cut(kind, f"{part}: after {moment:.3f} s, {flag}", stage, disk, flag)


def _cut(kind: str, where: str, stage: Stage, disk: Disk, flag: str) -> Result:
    disk.cut(FLAGS[flag])
    result = Result.of(kind, where, stage.wrong())
    _reset(stage)
    return result


def _reset(stage: Stage) -> None:
    """Let everything be as it was before, on the disk."""
    stage.reset()
    sync(stage.machine.home)
