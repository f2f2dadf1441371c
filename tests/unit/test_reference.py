"""docs/reference.md against the code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from gvm import errors
from gvm.cli import COMMANDS, group
from gvm.model.release import Release
from gvm.store.config import Config
from gvm.store.paths import Root
from tests.machine import CHECKOUT

TEXT = (CHECKOUT / "docs/reference.md").read_text(encoding="utf-8")
COMMON = {"-h", "--help"}


def section(title: str) -> str:
    match = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert match, f"there is no section {title}"
    return match[1]


def first_column(title: str) -> set[str]:
    rows = re.findall(r"^\| (.*?) \|", section(title), re.MULTILINE)
    return {word for row in rows[1:] for word in re.findall(r"`([^`]*)`", row) or [row]}


def command(name: str) -> click.Command:
    found: click.Command | None = group
    for word in name.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), word)
    assert found is not None
    return found


# A group's commands are in sections of their own, below its own.
EVERYTHING = [
    full
    for name in COMMANDS
    for full in (name, *(f"{name} {sub}" for sub in getattr(command(name), "commands", ())))
]


def test_commands() -> None:
    """The page has every command, in the order of the help, and no other."""
    assert tuple(re.findall(r"^### gvm (\S+)$", TEXT, re.MULTILINE)) == COMMANDS
    assert re.findall(r"^####? gvm (.+)$", TEXT, re.MULTILINE) == EVERYTHING


@pytest.mark.parametrize("name", EVERYTHING)
def test_options(name: str) -> None:
    """Each command's section has its options, and no other."""
    parameters = command(name).params
    options = {text for one in parameters if isinstance(one, click.Option) for text in one.opts}
    listed = [line for line in section(f"gvm {name}").splitlines() if line.startswith("- `-")]
    told = {word for line in listed for word in re.findall(r"`(--?[a-z0-9-]+)`", line)}
    assert told == options - COMMON


@pytest.mark.parametrize("name", EVERYTHING)
def test_usage(name: str) -> None:
    """Each command's section begins with how it is called."""
    context = click.Context(command(name), info_name=f"gvm {name}")
    pieces = [
        piece for piece in context.command.collect_usage_pieces(context) if piece != "[OPTIONS]"
    ]
    assert section(f"gvm {name}").strip().startswith(f"`{' '.join([f'gvm {name}', *pieces])}`")


def test_exit_codes() -> None:
    """The page has every exit code of every error."""
    codes = {str(error.exit_code) for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.GvmError)}  # fmt: skip
    assert first_column("Exit codes") == codes | {"0", "126", "127", "130"}


def test_settings() -> None:
    """The page has every setting, with its default."""
    told = dict(re.findall(r"^\| `(\w+)` \| `(.*?)` \|", section("Settings"), re.MULTILINE))
    quoted = {True: "true", False: "false"}
    assert told == {
        name: quoted.get(value, f'"{value}"') for name, value in Config._field_defaults.items()
    }


def test_variables() -> None:
    """The page has every variable of gvm's own that the code knows."""
    code = [*(CHECKOUT / "shims").rglob("*.sh"), *(CHECKOUT / "gvm").rglob("*.py")]
    known = {
        name
        for file in code
        for name in re.findall(r"\b(?:GVM|ASDF)_[A-Z_]+\b", file.read_text(encoding="utf-8"))
    }
    namesake = {"GVM_ROOT"}
    told = set(re.findall(r"`((?:GVM|ASDF)_[A-Z_]+)`", section("Variables")))
    assert told == known - namesake


def test_files() -> None:
    """The page has every place of a root."""
    root = Root(Path("/r"), Release("RELEASE"))
    places = {
        str(getattr(root, name).relative_to("/r"))
        for name, value in vars(Root).items()
        if isinstance(value, property)
    } - {"RELEASE"}
    told = {word.rstrip("/") for word in first_column("Files")}
    for place in places:
        assert any(word == place or word.startswith(f"{place}/") for word in told), place
