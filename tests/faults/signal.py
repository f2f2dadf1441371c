"""A signal between any two instructions of the main thread, where threads, locks and files are at stake."""

from __future__ import annotations

import re
import subprocess
import sys
from signal import SIGHUP, SIGINT, SIGTERM
from typing import TYPE_CHECKING

from tests.faults import system
from tests.faults.result import Result
from tests.faults.scenes import SCENES
from tests.faults.stage import Stage
from tests.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from signal import Signals

# Samples: where one thread waits for another that is not to go on, and where a version goes.
_SAMPLE = {
    "threads": ("install the first", "install/streaming.py"),
    "removal": ("uninstall the newest", "fs/trees.py move_tree"),
}
PARTS = (*_SAMPLE, *SCENES)
SIGNALS = (SIGINT, SIGTERM, SIGHUP)
# What it says then: one sentence, and nothing to type.
_TOLD = re.compile(r"(^|\n)gvm: [^\n]+\n\Z")
# Until the command must have ended; seconds.
_PATIENCE = 10


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Send the command of a scene signals at every so manieth boundary, in turn or, in whole, all three."""
    scene, file = _SAMPLE.get(part, (part, ""))
    if not system.is_possible_for(SCENES[scene]):
        return
    with Stage(SCENES[scene], Machine(base, patience=_PATIENCE)) as stage:
        places = boundaries(stage)
        places = [place for place in places if place.startswith(file)]
        if part == "threads":
            # The last one of each function: what it has started is there, and nobody has it yet.
            places = list({tuple(place.split()[:2]): place for place in places}.values())
        cases = [(place, number) for place in places for number in SIGNALS]
        # Another signal each time.
        for place, number in cases[:: every if every % 3 else every + 1]:
            wrong = [*_sent(stage, place, number), *stage.wrong()]
            yield Result.of(f"signal: {number.name}", f"{part}: {place}", wrong)
            stage.reset()


def boundaries(stage: Stage) -> list[str]:
    """All that the command of a scene comes to, in order."""
    done = _run(stage, "LIST")
    assert done.returncode == 0, done.stderr
    stage.reset()
    return [line for line in done.stdout.splitlines() if line.count(" ") == 3 and ".py " in line]


def _run(stage: Stage, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.boundary", *words, *stage.scene.command]
    return stage.machine.run(command, cwd=stage.project)


def _sent(stage: Stage, place: str, number: Signals) -> Iterator[str]:
    """Send a signal, and tell what is wrong with how the command ended."""
    try:
        done = _run(stage, str(int(number)), place)
    except subprocess.TimeoutExpired:
        yield f"it has not ended after {_PATIENCE} s"
        return
    # Before gvm can answer to it, a signal ends it at once.
    if done.returncode not in {128 + number, -number}:
        yield f"the exit code is {done.returncode}"
    if "Traceback" in done.stderr or "Exception ignored" in done.stderr:
        yield f"it says {done.stderr!r}"
    if number == SIGINT and done.returncode > 0 and not _TOLD.search(done.stderr):
        yield f"it says {done.stderr!r}"
