"""Times of whole processes, from exec to exit."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Program:
    """A program as it is called.

    Attributes:
        argv: with the program's path first.
        environ: all of its environment.
        directory: that it runs in.
    """

    argv: Sequence[str | Path]
    environ: Mapping[str, str]
    directory: Path

    def run(self) -> Run:
        """Run it, without its output.

        Raises:
            ChildProcessError: it failed.
        """
        argv = [os.fspath(word) for word in self.argv]
        environ = {**self.environ, "PWD": str(self.directory)}
        os.chdir(self.directory)
        since = time.perf_counter()
        # No fork: how much memory this process has makes no difference.
        pid = os.posix_spawn(argv[0], argv, environ, file_actions=_QUIET)
        _, status, usage = os.wait4(pid, 0)
        seconds = time.perf_counter() - since
        if status != 0:
            raise ChildProcessError(f"{argv} ended with {os.waitstatus_to_exitcode(status)}")
        return Run(seconds, usage.ru_maxrss)


@dataclass(frozen=True)
class Run:
    """One run: seconds, and the most memory that was resident, in KiB."""

    seconds: float
    memory: int


def medians(
    programs: Mapping[str, Program], rounds: int, prepare: Callable[[], None] = lambda: None
) -> dict[str, Run]:
    """Run each program in turn, `rounds` times and once before, and take medians.

    Args:
        programs: by name.
        rounds: that count.
        prepare: called before each run.
    """
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    for number in range(rounds + 1):
        for name, program in programs.items():
            prepare()
            run = program.run()
            if number > 0:
                runs[name].append(run)
    return {name: _median(done) for name, done in runs.items()}


def _median(runs: Sequence[Run]) -> Run:
    return Run(statistics.median(run.seconds for run in runs), max(run.memory for run in runs))


_QUIET = [
    (os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0)  # as a program under cron
    for fd in (0, 1, 2)
]
