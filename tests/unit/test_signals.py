from __future__ import annotations

import signal
import subprocess
import sys
import time

from tests.machine import CHECKOUT

BEGIN = """
import os, signal, threading, time
from gvm import signals
left = [1, 2, 3]
def undo():
    left.pop()
    if left:
        raise OSError
signals.catch(lambda number: os.write(1, b"left: %d" % len(left)))
with signals.undoing({undo}):
    print("begun", flush=True)
    {body}
"""


def begun(undo: str, body: str = "time.sleep(60)") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN.format(undo=undo, body=body)],
        env={"PYTHONPATH": str(CHECKOUT)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def test_again() -> None:
    """What cannot be undone yet is undone a moment later, before the report."""
    with begun("undo") as process:
        process.terminate()
        assert process.communicate(timeout=10)[0] == "left: 0"
    assert process.returncode == 128 + signal.SIGTERM


def test_other_thread() -> None:
    """A signal that another thread gets wakes the main one, and what is undone is undone in whole."""
    undo = "lambda: (event.set(), time.sleep(0.3), left.clear())"
    kill = "lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)"
    body = f"event = threading.Event(); threading.Timer(0.2, {kill}).start(); event.wait()"
    with begun(undo, body) as process:
        assert process.communicate(timeout=10)[0] == "left: 0"


def test_impatient() -> None:
    """Signals that go on for more than a moment end what takes too long."""
    with begun("lambda: time.sleep(60)") as process:
        since = time.monotonic()
        while process.poll() is None:
            process.terminate()
            time.sleep(0.02)
        # Not at the second one, which a closed terminal sends; and before gvm itself gives up.
        assert 0.9 < time.monotonic() - since < 5
    assert process.returncode == 128 + signal.SIGTERM
