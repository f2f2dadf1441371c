"""gvm activate and deactivate: what is left, and where a file cannot be written; tests/e2e has each context."""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine

# What is in the way, and the file that cannot be written then; then, the exit code of gvm deactivate.
BARRED: dict[str, tuple[Callable[[Path], object], str, str, int]] = {
    "directory": (Path.mkdir, ".profile", ".profile", 1),
    "link to nothing": (
        lambda file: file.symlink_to("gone/x"), ".bashrc", ".bashrc", 0,
    ),
    "file above": (
        Path.touch, ".local/share/man", ".local/share/man/man1/gvm.1", 0,
    ),
}  # fmt: skip


def outside(machine: Machine) -> list[str]:
    """All that is in the home, but for gvm's root."""
    root = machine.root.path
    return sorted(
        str(path) for path in machine.home.rglob("*") if path != root and root not in path.parents
    )


def test_empty_home(machine: Machine) -> None:
    """No file and no directory is left in a home that had none, and no list of them; what the user adds stays."""
    machine.add("1.22.6")
    before = outside(machine)
    for mine in ((), (".config/environment.d/mine.conf",)):
        assert machine.gvm("activate").returncode == 0
        made = [Path(text) for text in machine.root.made_directories.read_text().split("\0")[:-1]]
        assert {str(path) for path in made} == {
            path for path in outside(machine) if path not in before and Path(path).is_dir()
        }
        kept = [machine.write(name, "") for name in mine]
        assert machine.gvm("deactivate").returncode == 0
        left = {path for file in kept for path in (file, *file.parents) if path in made}
        assert outside(machine) == sorted({*before, *map(str, [*kept, *left])})
        assert machine.root.made_directories.exists() is bool(left)


def test_at_once(machine: Machine) -> None:
    """Of several that activate at once, none forgets a directory that another has made."""
    machine.add("1.22.6")
    before = outside(machine)
    for _ in range(3):
        with ThreadPoolExecutor() as pool:
            done = list(pool.map(lambda _: machine.gvm("activate"), range(4)))
        assert [each.returncode for each in done] == [0] * 4
        assert machine.gvm("deactivate").returncode == 0
        assert outside(machine) == before


def test_dry_json(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """With --json, --dry-run has rows that say what would be done, and the diff of each; --cron has none."""
    machine.add("1.22.6")
    profile, shown = machine.home / ".profile", []
    for words in ("activate", "deactivate"):
        rows = json.loads(machine.gvm(words, "--dry-run", "--json").stdout)
        assert not profile.exists() or words == "deactivate"
        shown += [(row["told"], row["diff"]) for row in rows if row["file"] == str(profile)]
        assert "".join(row["diff"] for row in rows) == machine.gvm(words, "--dry-run").stdout
        machine.gvm("activate")
    assert [told for told, _ in shown] == snapshot
    assert all(">>> gvm >>>" in diff for _, diff in shown)
    done = machine.gvm("activate", "--cron", "--json")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("words", ["activate", "deactivate"])
def test_nothing_made_to_take_back(words: str, machine: Machine) -> None:
    """Where nothing was done, nothing is made: neither by deactivating, nor for a diff."""
    option = ["--dry-run"] if words == "activate" else []
    assert machine.gvm(words, *option).returncode == 0
    assert list(machine.home.iterdir()) == []


@pytest.mark.parametrize(("make", "obstacle", "file", "undone"), BARRED.values(), ids=BARRED)
def test_barred(
    make: Callable[[Path], object],
    obstacle: str,
    file: str,
    undone: int,
    machine: Machine,
    snapshot: SnapshotAssertion,
) -> None:
    """What cannot be written is a row that says why, and keeps nothing else from being written."""
    if "man" in file and not shutil.which("man"):
        pytest.skip("needs man")
    machine.add("1.22.6")
    there, place = machine.home / obstacle, machine.home / file
    there.parent.mkdir(parents=True, exist_ok=True)
    make(there)
    done = machine.gvm("activate", "--json")
    (row,) = (row for row in json.loads(done.stdout) if row["file"] == str(place))
    assert done.returncode == 1
    assert row["told"] == snapshot
    others = [machine.home / name for name in (".profile", ".bashrc") if name != file]
    assert all("/shims" in other.read_text() for other in others)
    done = machine.gvm("deactivate")
    assert (done.returncode, row["told"] in done.stdout) == (undone, bool(undone))
    assert not any(other.exists() for other in others)
    assert os.path.lexists(there)


@pytest.mark.parametrize(("option", "is_shown"), [("--dry-run", True), ("--quiet", False)])
def test_barred_without_a_table(
    option: str,
    is_shown: bool,  # noqa: FBT001 - a parameter
    machine: Machine,
    snapshot: SnapshotAssertion,
) -> None:
    """A diff has what can be changed; what cannot is told beside it, and is never kept quiet."""
    machine.add("1.22.6")
    machine.write(".profile/x", "")
    done = machine.gvm("activate", option)
    assert (done.returncode, f"+++ {machine.home}/.bashrc" in done.stdout) == (1, is_shown)
    assert done.stderr == snapshot


# A variable that is relative, the context whose row says so, and a file that is written nevertheless.
RELATIVE = {
    "XDG_CONFIG_HOME": ("", ".config/fish/conf.d/gvm.fish"),
    "XDG_DATA_HOME": ("", ".local/share/man/man1/gvm.1"),
    "ZDOTDIR": ("zsh", ".zshenv"),
    "BASH_COMPLETION_USER_DIR": ("bash-completion", ".local/share/bash-completion/completions/gvm"),
}


@pytest.mark.parametrize("variable", RELATIVE)
def test_relative(variable: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A relative directory is none: nothing is written into the working directory, and the row says why."""
    context, file = RELATIVE[variable]
    machine.add("1.22.6")
    work, before = machine.base / "work", outside(machine)
    work.mkdir()
    done = machine.gvm("activate", "--json", cwd=work, environ={variable: "there"})
    assert (done.returncode, list(work.iterdir())) == (0, [])
    assert os.path.lexists(machine.home / file)
    # The test's own directory is named after the variable.
    rows = json.loads(done.stdout.replace(str(machine.base), ""))
    told = {row["context"]: row["told"] for row in rows if variable in row["told"]}
    assert list(told) == ([context] if context else [])
    assert told.get(context) == snapshot
    machine.gvm("deactivate", environ={variable: "there"})
    assert outside(machine) == before


def test_another_spelling(machine: Machine) -> None:
    """What was activated by one spelling of the root is taken back by another."""
    machine.add("1.22.6")
    before, root = outside(machine), machine.root.path
    (machine.base / "link").symlink_to(machine.home)
    spellings = [
        f"{root}/../gvm", str(root), f"{root}//", f"{machine.base}/link/.local/share/gvm",
    ]  # fmt: skip
    for one, other in pairwise(spellings):
        assert machine.gvm("activate", environ={"GVM_DATA_DIR": one}).returncode == 0
        assert machine.gvm("deactivate", environ={"GVM_DATA_DIR": other}).returncode == 0
        assert outside(machine) == before
