"""Programs that may hang, fill every pipe and never end."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gvm.signals import process_start, undoing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gvm.doctor.account import Account

_ANSWER = 1 << 20
_TALK = 4096
# For a program that has said all: some clean up behind it.
_PARTING = 1.0


@dataclass(frozen=True)
class Outcome:
    """What came of a program.

    Attributes:
        answer: what it printed between the marks, or None.
        is_ended: whether it ended, or was done with answering.
        stderr: the last line that it told on stderr.
    """

    answer: bytes | None
    is_ended: bool
    stderr: str


def run_until_marker(
    argv: Sequence[str],
    program: str | None,
    *,
    marks: tuple[bytes, bytes],
    environ: Mapping[str, str],
    directory: Path,
    account: Account,
    patience: float,
) -> Outcome:
    """Run a program as a user, until it has printed an answer, or for some seconds.

    Args:
        argv: its name and arguments.
        program: its file, where the name is another.
        marks: what stands before and behind the answer; all else is noise.
        environ: all of it.
        directory: where it starts; `/` where the caller cannot go there.
        account: never runs as root what another user may have written.
        patience: in seconds.
    """
    is_other = not account.is_own
    with process_start:
        process = subprocess.Popen(
            argv,
            executable=program,
            env=dict(environ),
            cwd=directory if os.access(directory, os.X_OK) else "/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            user=account.uid if is_other else None,
            group=account.gid if is_other else None,
            extra_groups=os.getgrouplist(account.name, account.gid) if is_other else None,
        )
    reader = _Reader(process, marks)
    try:
        with undoing(partial(_kill, process.pid)):
            is_ended = reader.read(patience)
    finally:
        _end(process, _PARTING if reader.answer is not None else 0)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
    stderr = reader.stderr.decode("utf-8", "replace").strip()
    return Outcome(reader.answer, is_ended, stderr.splitlines()[-1] if stderr else "")


class _Reader:
    """What is of use in two endless streams."""

    def __init__(self, process: subprocess.Popen[bytes], marks: tuple[bytes, bytes]) -> None:
        self._begin, self._end = marks
        self._output = b""
        self._process = process
        self.answer: bytes | None = None
        self.stderr = b""

    def read(self, patience: float) -> bool:
        """Read until the answer is complete or the program has ended; False if that is too late."""
        deadline = time.monotonic() + patience
        with selectors.DefaultSelector() as selector:
            for stream in (self._process.stdout, self._process.stderr):
                if stream is not None:
                    selector.register(stream, selectors.EVENT_READ)
            while selector.get_map() and self.answer is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                # What a profile leaves in the background may hold the streams open.
                ready = selector.select(min(left, 0.2))
                if not ready and self._process.poll() is not None:
                    break
                for key, _ in ready:
                    piece = os.read(key.fd, 65536)
                    if not piece:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is self._process.stderr:
                        self.stderr = (self.stderr + piece)[-_TALK:]
                    else:
                        self._take(piece)
        return True

    def _take(self, piece: bytes) -> None:
        self._output += piece
        begin = self._output.find(self._begin)
        if begin < 0:
            self._output = self._output[-len(self._begin) :]
            return
        told = self._output[begin + len(self._begin) :]
        end = told.find(self._end)
        if end >= 0:
            self.answer = told[:end]
        else:
            self._output = self._output[begin : begin + _ANSWER]


def _kill(group: int) -> None:
    """Kill what is left of a session, also when its leader has ended."""
    with suppress(OSError):
        os.killpg(group, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes], parting: float) -> None:
    """End it, with all that it has started in its session."""
    for number, patience in ((0, parting), (signal.SIGTERM, 1), (signal.SIGKILL, 1)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            process.wait()
            return
        except PermissionError:
            # Root's, as sudo is: it ends when nobody reads any more.
            return
