"""gvm activate and deactivate, where a file cannot be written; tests/e2e has each context."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.machine import Machine

# A file that is there, the one that cannot be written then, what is in its way, and why.
BARRED = {
    "directory": (".profile/x", ".profile", ".profile", "it is no plain file"),
    "file above": (
        ".local/share/man", ".local/share/man/man1/gvm.1", ".local/share/man", "Not a directory",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("made", "file", "obstacle", "why"), BARRED.values(), ids=BARRED)
def test_barred(made: str, file: str, obstacle: str, why: str, machine: Machine) -> None:
    """What cannot be written is a row that says why, and keeps nothing else from being written."""
    if "man" in file and not shutil.which("man"):
        pytest.skip("needs man")
    machine.add("1.22.6")
    machine.write(made, "")
    place, bashrc = machine.home / file, machine.home / ".bashrc"
    told = f"{place}: {why}; see what it is: ls -ld {machine.home / obstacle}"
    done = machine.gvm("activate", "--json")
    (row,) = (row for row in json.loads(done.stdout) if row["file"] == str(place))
    assert (done.returncode, row["told"]) == (1, told)
    assert "/shims" in bashrc.read_text()
    done = machine.gvm("deactivate")
    assert (done.returncode, told in done.stdout) == ((1, True) if "x" in made else (0, False))
    assert not bashrc.exists()
    assert (machine.home / made).is_file()


@pytest.mark.parametrize(("option", "is_shown"), [("--dry-run", True), ("--quiet", False)])
def test_barred_without_a_table(option: str, is_shown: bool, machine: Machine) -> None:  # noqa: FBT001 - a parameter
    """A diff has what can be changed; what cannot is told beside it, and is never kept quiet."""
    machine.add("1.22.6")
    profile = machine.write(".profile/x", "").parent
    done = machine.gvm("activate", option)
    assert (done.returncode, f"+++ {machine.home}/.bashrc" in done.stdout) == (1, is_shown)
    assert done.stderr.startswith(
        f"gvm: {profile}: it is no plain file\nhint: see what it is: ls -ld {profile}\n"
    )
