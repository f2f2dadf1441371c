"""Faults of all kinds, part by part, and the table of what came of them."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.result import Result

KINDS = ("kill", "refuse", "room", "power", "network", "pypi", "load", "setup", "signal")
Job: TypeAlias = tuple[str, str, int]
"""A kind, a part of it, and every how manieth fault is injected."""


def jobs(kinds: Iterable[str], every: int) -> list[Job]:
    """All parts of some kinds."""
    return [
        (kind, part, every)
        for kind in kinds
        for part in importlib.import_module(f"tests.faults.{kind}").PARTS
    ]


def played(job: Job) -> list[Result]:
    """All that one part of a kind finds, on memory-backed storage."""
    kind, part, every = job
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as base:
        Path(base).chmod(0o755)
        module = importlib.import_module(f"tests.faults.{kind}")
        results: list[Result] = list(module.results(part, Path(base), every=every))
    print(f"{kind}, {part}: {len(results)}", file=sys.stderr, flush=True)
    return results


def table(results: list[Result]) -> list[str]:
    """How many faults of each kind were injected, and after how many something was wrong."""
    made = Counter(result.kind for result in results)
    wrong = Counter(result.kind for result in results if result.wrong)
    rows = [f"| {kind} | {count:,} | {wrong[kind]:,} |" for kind, count in sorted(made.items())]
    total = f"| all | {made.total():,} | {wrong.total():,} |"
    return ["| fault | injected | something wrong |", "|---|---|---|", *rows, total]
