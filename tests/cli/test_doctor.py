"""gvm doctor, as anybody may call it; tests/e2e has all contexts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine

KEYS = {
    "context", "title", "status", "told", "mend", "attempt", "go", "version", "origin", "note",
}  # fmt: skip


def test_mended(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A login shell is wrong before gvm activate, which is what is to be typed, and well after it."""
    machine.add("1.22.6")
    machine.root.default.write_text("golang 1.22.6\n")
    call = ("doctor", "--context", "login", "--json")
    done = machine.gvm(*call)
    (*_, found) = (row for row in json.loads(done.stdout) if row["title"] == "login sh")
    assert (done.returncode, found["status"], found["mend"]) == (1, "wrong", "gvm activate")
    assert set(found) == KEYS
    assert machine.gvm("activate").returncode == 0
    done = machine.gvm(*call)
    assert done.returncode == 0, done.stdout
    (*_, found) = (row for row in json.loads(done.stdout) if row["title"] == "login sh")
    assert found["go"] == str(machine.root.shims / "go")
    assert (found["version"], found["origin"]) == ("1.22.6", f"{machine.root.default}, line 1")
    text = machine.gvm("doctor", "--context", "login").stdout
    assert [line for line in text.splitlines() if line.startswith("login sh ")] == snapshot


def test_missing(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Where the shim cannot meet what is asked for, the line is the one that installs it."""
    machine.add("1.22.6")
    machine.write(".tool-versions", "golang 1.21.3\n")
    assert machine.gvm("activate").returncode == 0
    done = machine.gvm("doctor", "--context", "interactive", "--json")
    (found, *_) = json.loads(done.stdout)
    assert (done.returncode, found["mend"]) == (1, "gvm install 1.21.3")
    assert found["told"] == snapshot


def test_context(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """An unknown context is refused, with those that there are; so is a user's with --system."""
    done = machine.gvm("doctor", "--context", "kitchen")
    assert done.returncode == 2
    assert done.stderr == snapshot
    done = machine.gvm("doctor", "--system", "--context", "su")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == snapshot


@pytest.mark.skipif(os.geteuid() == 0, reason="root may")
def test_other_user(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Only root looks at another user's."""
    done = machine.gvm("doctor", "--user", "root")
    assert done.returncode == 1
    assert done.stderr == snapshot
