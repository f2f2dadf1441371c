"""Injects every fault of the kinds that are named, or of all, and prints a table; `run` calls it."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.faults.result import Result

KINDS = ("kill", "refuse", "room", "power", "network", "load")


def main() -> None:
    """Play all parts, two at a time; end with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="tests/faults/run")
    parser.add_argument("kinds", nargs="*", choices=[[], *KINDS], metavar="|".join(KINDS))
    parser.add_argument("--every", type=int, default=1, help="only every so manieth fault")
    asked = parser.parse_args()
    jobs = [
        (kind, part)
        for kind in asked.kinds or KINDS
        for part in importlib.import_module(f"tests.faults.{kind}").PARTS
    ]
    found: list[Result] = []
    # A process for each part: some have mounts of their own.
    with ProcessPoolExecutor(2, max_tasks_per_child=1) as pool:
        for done in as_completed(pool.submit(played, *job, asked.every) for job in jobs):
            found += done.result()
    wrong = [result for result in found if result.wrong]
    print("\n".join([*table(found), *map(str, wrong)]))
    sys.exit(bool(wrong))


def played(kind: str, part: str, every: int) -> list[Result]:
    """All that one part of a kind finds, on memory-backed storage."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a directory of its own in it
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


if __name__ == "__main__":
    main()
