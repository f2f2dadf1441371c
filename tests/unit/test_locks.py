from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gvm.errors import LockTimeoutError
from gvm.fs.locks import locked
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

HOLD = """
import pathlib, sys
from gvm.fs.locks import locked
with locked(pathlib.Path(sys.argv[1]), "x"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(directory: Path) -> subprocess.Popen[str]:
    """A process that holds the lock `x` until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


@pytest.fixture
def held(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock `x`."""
    with holder(tmp_path) as process:
        yield process
        process.kill()


def test_only_ours(tmp_path: Path) -> None:
    """Nobody else may read a lock's file, and hold it thereby; not that of an older gvm either."""
    file = tmp_path / "a.lock"
    for mode in (None, 0o644):
        if mode is not None:
            file.chmod(mode)
        with locked(tmp_path, "a"):
            assert file.stat().st_mode & 0o777 == 0o600


def test_timeout(held: subprocess.Popen[str], tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A lock that is not given up in time is an error with its own exit code."""
    told: list[str] = []
    with (
        pytest.raises(LockTimeoutError) as caught,
        locked(tmp_path, "x", waiting=lambda: told.append("waiting"), timeout=0.3),
    ):
        pytest.fail("two hold one lock")
    assert held.poll() is None
    assert (caught.value.exit_code, told) == (8, ["waiting"])
    assert (str(caught.value), caught.value.hint) == snapshot


def test_killed(held: subprocess.Popen[str], tmp_path: Path) -> None:
    """A holder that was killed blocks nobody."""
    held.kill()
    held.wait()
    with locked(tmp_path, "x", waiting=lambda: pytest.fail("nobody holds it"), timeout=0):
        pass


def test_waiting(tmp_path: Path) -> None:
    """Whoever waits says so once, and goes on as soon as the other one ends."""
    told = []
    with holder(tmp_path) as process:
        assert process.stdin is not None
        stdin = process.stdin

        def waiting() -> None:
            told.append("waiting")
            stdin.close()

        with locked(tmp_path, "x", waiting=waiting, timeout=60):
            assert told == ["waiting"]
        assert process.wait() == 0


def test_free(tmp_path: Path) -> None:
    """A free lock is taken without a word, others do not matter, and an error gives it back."""
    told: list[str] = []
    for _ in range(2):
        with (
            pytest.raises(ZeroDivisionError),
            locked(tmp_path / "new", "x", waiting=lambda: told.append("waiting")),
            locked(tmp_path / "new", "y", waiting=lambda: told.append("waiting")),
        ):
            raise ZeroDivisionError
    assert told == []
