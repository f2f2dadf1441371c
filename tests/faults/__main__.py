"""Injects every fault of the kinds that are named, or of all, and prints a table; `run` calls it."""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from multiprocessing import get_context

from tests.faults.campaign import KINDS, jobs, played, table


def main() -> None:
    """Play all parts, two at a time; end with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="tests/faults/run")
    parser.add_argument("kinds", nargs="*", metavar=" | ".join(KINDS))
    parser.add_argument("--every", type=int, default=1, help="only every so manieth fault")
    asked = parser.parse_args()
    if unknown := set(asked.kinds) - set(KINDS):
        parser.error(f"{', '.join(unknown)} is none of {', '.join(KINDS)}")
    # A process for each part: some have mounts of their own.
    with get_context("spawn").Pool(2, maxtasksperchild=1) as pool:
        wanted = jobs(asked.kinds or KINDS, asked.every)
        found = list(chain.from_iterable(pool.imap_unordered(played, wanted)))
    wrong = [result for result in found if result.wrong]
    print("\n".join([*table(found), *map(str, wrong)]))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
