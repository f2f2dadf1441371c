"""Who may import whom, what is loaded when, and where the process is looked at."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.machine import CHECKOUT, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# What may import what: only what is further right, but for modules of the same package. The last
# stand for all modules that are directly in gvm/.
LAYERS = (
    "cli → doctor → install, generate → sources, selection, activate → trust, store"
    " → model, shell → net, archive, fs → text, errors"
)
ROWS = [set(row.split(", ")) for row in LAYERS.split(" → ")]
FILES = sorted((CHECKOUT / "gvm").rglob("*.py"))
NAMES = [str(file.relative_to(CHECKOUT / "gvm")) for file in FILES]


def part(name: str) -> str:
    """The first component below gvm: of a module's name, or of a file's path."""
    return re.split(r"[./]", name.removesuffix(".py"))[0]


def row(name: str) -> int:
    """Return the place of a package, or of a module directly in gvm/, from the left."""
    if not (CHECKOUT / "gvm" / name).is_dir():
        return len(ROWS) - 1 if name != "__main__" else -1
    (place,) = (number for number, names in enumerate(ROWS) if name in names)
    return place


def test_page() -> None:
    """The page on the design has the same line."""
    page = (CHECKOUT / "docs/design.md").read_text(encoding="utf-8")
    assert LAYERS in page.replace("\n", " ")


def imports(tree: ast.AST) -> Iterator[str]:
    """All modules that are imported, at any place."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_downward(file: Path) -> None:
    """A module imports only what is further right, or of its own package."""
    name = part(str(file.relative_to(CHECKOUT / "gvm")))
    for module in imports(ast.parse(file.read_text())):
        if not module.startswith("gvm."):
            continue
        other = part(module.removeprefix("gvm."))
        is_low = row(name) == row(other) == len(ROWS) - 1
        assert other == name or is_low or row(other) > row(name), f"{name} imports {module}"


def shows(tree: ast.AST) -> Iterator[str]:
    """What only the command line may do: print, and look at the process."""
    for module in imports(tree):
        if module.partition(".")[0] in {"click", "rich", "getpass"}:
            yield module
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="print" | "input"):
                yield node.id
            case ast.Attribute(
                value=ast.Name(id="os"), attr="environ" | "environb" | "getenv" | "putenv"
            ):
                yield f"os.{node.attr}"
            case ast.Attribute(
                value=ast.Name(id="sys"), attr="argv" | "stdout" | "stderr" | "stdin" | "exit"
            ):
                yield f"sys.{node.attr}"
            case _:
                pass


BELOW = [file for file in FILES if "cli" not in file.relative_to(CHECKOUT / "gvm").parts]


@pytest.mark.parametrize(
    "file", BELOW, ids=[str(file.relative_to(CHECKOUT / "gvm")) for file in BELOW]
)
def test_only_the_command_line(file: Path) -> None:
    """Only the command line prints, knows click and rich, and reads the environment."""
    assert list(shows(ast.parse(file.read_text()))) == []


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_not_at_import(file: Path) -> None:
    """No module looks at the process while it is imported."""
    looks = {"environ", "environb", "getenv", "argv", "getcwd", "cwd", "home", "geteuid", "getuid"}
    outside = [
        node
        for top in ast.parse(file.read_text()).body
        if not isinstance(top, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in unless_called(top)
    ]
    found = {node.attr for node in outside if isinstance(node, ast.Attribute)} & looks
    assert found == set()


def unless_called(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are evaluated when a module is imported."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from unless_called(child)


# What a command does without, since it takes long to load.
HEAVY = {
    "asyncio", "cryptography", "ctypes", "difflib", "gvm.net.http", "hashlib", "http.client",
    "isal", "logging", "multiprocessing", "pip", "platformdirs", "pysequoia", "rich", "shutil", "socket",
    "ssl", "tarfile", "tomli_w", "urllib.request", "zipfile",
}  # fmt: skip
LIGHT = {
    "--version": (["--version"], HEAVY),
    "root": (["root"], HEAVY),
    "current": (["current"], HEAVY),
    "which": (["which", "go"], HEAVY),
    "env": (["env"], HEAVY),
    "shell": (["shell", "1.22"], HEAVY),
    "list": (["list"], {"cryptography", "http.client", "rich", "pysequoia", "ssl", "isal"}),
}


@pytest.mark.parametrize(("arguments", "heavy"), LIGHT.values(), ids=LIGHT)
def test_light(arguments: list[str], heavy: set[str], machine: Machine) -> None:
    """What needs no network and no table loads nothing for it."""
    machine.add("1.22.6")
    machine.root.default.write_text("golang 1.22.6\n")
    argv = [sys.executable, "-X", "importtime", "-m", "gvm", *arguments]
    done = machine.run(argv, environ={"PYTHONPATH": str(CHECKOUT)})
    assert done.returncode == 0, done.stderr
    loaded = set(re.findall(r"^import time:.*\|\s*(\S+)$", done.stderr, re.MULTILINE))
    assert "gvm.cli" in loaded
    assert loaded & heavy == set()


def test_import_is_alone() -> None:
    """Every module can be imported first, in an empty environment."""
    modules = [
        ".".join(file.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")
        for file in FILES
    ]
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    for loaded in [m for m in sys.modules if m.partition('.')[0] == 'gvm']:\n"
        "        del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *modules],
        env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


PROGRAMS = [CHECKOUT / "install.sh", *sorted((CHECKOUT / "tests").rglob("*.py"))]


@pytest.mark.parametrize("file", PROGRAMS, ids=[file.name for file in PROGRAMS])
def test_in_text(file: Path) -> None:
    """What a program in a text imports of gvm is there."""
    for module, names in re.findall(
        r"from (gvm(?:\.\w+)*) import (\w+(?:, \w+)*)", file.read_text()
    ):
        imported = importlib.import_module(module)
        for name in names.split(", "):
            assert hasattr(imported, name) or importlib.import_module(f"{module}.{name}")
