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
    "group", "check", "subject", "status", "message", "fix", "evidence",
}  # fmt: skip


def test_mended(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A login shell is wrong before gvm activate, which is what is to be typed, and well after it."""
    machine.add("1.22.6")
    machine.root.default.write_text("golang 1.22.6\n")
    call = ("doctor", "login", "--json")
    done = machine.gvm(*call)
    (*_, found) = (row for row in json.loads(done.stdout) if row["subject"] == "login sh")
    assert (done.returncode, found["status"], found["fix"]) == (1, "problem", "gvm activate")
    assert set(found) == KEYS
    assert machine.gvm("activate").returncode == 0
    done = machine.gvm(*call)
    assert done.returncode == 0, done.stdout
    (*_, found) = (row for row in json.loads(done.stdout) if row["subject"] == "login sh")
    assert found["evidence"]["executable"] == str(machine.root.shims / "go")
    assert found["evidence"]["version"] == "1.22.6"
    assert found["evidence"]["origin"] == f"{machine.root.default}, line 1"
    text = machine.gvm("doctor", "login").stdout
    assert [line for line in text.splitlines() if line.startswith("login sh ")] == snapshot


def test_missing(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Where the shim cannot meet what is asked for, the line is the one that installs it."""
    machine.add("1.22.6")
    machine.write(".tool-versions", "golang 1.21.3\n")
    assert machine.gvm("activate").returncode == 0
    done = machine.gvm("doctor", "interactive", "--json")
    (found, *_) = json.loads(done.stdout)
    assert (done.returncode, found["fix"]) == (1, "gvm install 1.21.3")
    assert found["message"] == snapshot


def test_context(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """An unknown check is refused; so is a user's with --system."""
    done = machine.gvm("doctor", "kitchen")
    assert done.returncode == 2
    assert done.stderr == snapshot
    done = machine.gvm("doctor", "--system", "su")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == snapshot


@pytest.mark.skipif(os.geteuid() == 0, reason="root may")
def test_other_user(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Only root looks at another user's."""
    done = machine.gvm("doctor", "--user", "root")
    assert done.returncode == 1
    assert done.stderr == snapshot


def test_list(machine: Machine) -> None:
    """--list shows all checks; a group is called by its name as its checks are by theirs."""
    rows = json.loads(machine.gvm("doctor", "--list", "--json").stdout)
    text = machine.gvm("doctor", "--list").stdout
    assert [line.split()[1] for line in text.splitlines()] == [row["check"] for row in rows]
    findings = json.loads(machine.gvm("doctor", "contexts", "--json").stdout)
    assert {finding["check"] for finding in findings} == {row["check"] for row in rows}
