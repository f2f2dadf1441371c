"""Versions that are there, but have no go that can be run."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.goarchive import mirror
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine


@pytest.fixture
def machine(machine: Machine) -> Iterator[Machine]:
    """One with a version that is whole, and one that will be damaged."""
    with Server(mirror(["1.21.13", "1.22.6"])) as server:
        machine.environ |= server.variables
        assert machine.gvm("install", "-q", "1.21.13", "1.22.6").returncode == 0
        yield machine


def led(tree: Path, target: str) -> None:
    shutil.rmtree(tree)
    tree.symlink_to(target)


def replaced(tree: Path) -> None:
    shutil.rmtree(tree)
    tree.touch()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no go": lambda tree: (tree / "bin/go").unlink(),
    "go without x": lambda tree: (tree / "bin/go").chmod(0o644),
    "go is a link to nothing": lambda tree: (tree / "bin/go").rename(tree / "go") and (tree / "bin/go").symlink_to("x"),
    "empty": lambda tree: [shutil.rmtree(tree), tree.mkdir()],
    "file": replaced,
    "link to nothing": lambda tree: led(tree, "gone"),
    "link in a circle": lambda tree: led(tree, tree.name),
    "pipe": lambda tree: [shutil.rmtree(tree), os.mkfifo(tree)],
}  # fmt: skip
CALLS = {
    "uninstall 1.22": {"1.21.13": "ok"},
    "uninstall --all": {},
    "install --force 1.22.6": {"1.21.13": "ok", "1.22.6": "ok"},
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged(
    damage: Callable[[Path], object], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """What is damaged is listed as such, installed anew, and uninstalled like any other version."""
    damage(machine.root.versions / "1.22.6")
    assert rows(machine) == {"1.21.13": "ok", "1.22.6": "damaged"}
    assert machine.gvm("list").stdout == snapshot
    finish("install 1.22.6", {"1.21.13": "ok", "1.22.6": "ok"}, machine)
    damage(machine.root.versions / "1.22.6")
    finish("uninstall 1.22.6", {"1.21.13": "ok"}, machine)


@pytest.mark.parametrize(("call", "left"), CALLS.items(), ids=CALLS)
def test_calls(call: str, left: dict[str, str], machine: Machine) -> None:
    """Whatever means a damaged version does to it what it does to any other."""
    (machine.root.versions / "1.22.6/bin/go").unlink()
    finish(call, left, machine)


RECEIPTS: dict[str, Callable[[Path], object]] = {
    "empty": lambda file: file.write_bytes(b""),
    "no text": lambda file: file.write_bytes(b"\x89\xff"),
    "UTF-16": lambda file: file.write_text(file.read_text(), "utf-16"),
    "too large": lambda file: os.truncate(file, 1 << 30),
    "missing": os.unlink,
}


@pytest.mark.parametrize("damage", RECEIPTS.values(), ids=RECEIPTS)
def test_receipt(
    damage: Callable[[Path], object], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """A receipt that is damaged is told of, and what the hint says makes it anew."""
    damage(machine.root.receipts / "1.22.6.toml")
    done = machine.gvm("verify", "1.22.6")
    assert done.returncode == 9
    assert done.stderr == snapshot
    hint = done.stderr.rpartition("gvm ")[2]
    assert machine.gvm(*hint.split()).returncode == 0
    assert machine.gvm("verify", "1.22.6").returncode == 0


def finish(call: str, left: dict[str, str], machine: Machine) -> None:
    done = machine.gvm(*call.split())
    assert done.returncode == 0, done.stderr
    assert rows(machine) == left
    assert list(machine.root.staging.iterdir()) == []
    assert {file.stem for file in machine.root.receipts.iterdir()} == set(left)


def rows(machine: Machine) -> dict[str, str]:
    listed = json.loads(machine.gvm("list", "--json").stdout)
    return {row["version"]: row["status"] for row in listed}
