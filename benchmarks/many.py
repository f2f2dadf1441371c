"""What much of everything costs: toolchains, tools, directories."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.table import Row, compared, limited
from benchmarks.timing import Program, medians
from tests.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROUNDS = 200
_FEWER_ROUNDS = 10
_VERSIONS = [f"1.{minor}.{patch}" for minor in range(10, 40) for patch in range(10)]
_TOOLS = 1000
_DEPTH = 200
_PIN = f"golang {_VERSIONS[-1]}\n"
_GO = "#!/bin/sh\n"


def rows(cache: Path, base: Path) -> Iterator[Row]:  # noqa: ARG001 - nothing is kept
    """Measure a machine with little, and one with much."""
    few, many = _machine(base / "few", 1), _machine(base / "many", len(_VERSIONS))
    gobin = base / "gobin"
    gobin.mkdir()
    for number in range(_TOOLS):
        _executable(gobin / f"tool{number}")
    many.environ["GOBIN"] = few.environ["GOBIN"] = str(gobin)
    deep = many.write("/".join("d" * _DEPTH) + "/x", "").parent
    home = many.home
    go, tool = many.root.shims / "go", many.root.shims / "tool7"
    Program([many.root.shims / "gvm", "reshim"], many.environ, home).run()
    programs = {
        "few": Program([few.root.shims / "go", "version"], few.environ, few.home),
        "many": Program([go, "version"], many.environ, home),
        "deep": Program([go, "version"], many.environ, deep),
        "tool": Program([tool], many.environ, home),
        "install": Program([go, "install", "x"], many.environ, home),
        "sh": Program(["/bin/sh", "-c", ":"], many.environ, home),
    }
    times = {name: run.seconds for name, run in medians(programs, _ROUNDS).items()}
    yield compared("shim, 300 toolchains", times["many"], "1 toolchain", times["few"], 1.1)
    yield compared("shim, pin 200 directories up", times["deep"], "sh -c :", times["sh"])
    yield compared("shim of a tool, 1,000 in GOBIN", times["tool"], "sh -c :", times["sh"])
    yield limited("go install, 1,000 in GOBIN", times["install"], 0.05)
    yield limited("go install, 1,000 without shims", _install_new(many, programs["install"]), 0.3)
    gvm = many.root.shims / "gvm"
    commands = {name: Program([gvm, name], many.environ, home) for name in ("list", "reshim")}
    for name, run in medians(commands, _FEWER_ROUNDS).items():
        yield limited(f"gvm {name}, 300 toolchains, 1,000 tools", run.seconds, 1)


def _install_new(machine: Machine, install: Program) -> float:
    """Return the median seconds of a `go install` that finds 1,000 tools without shims."""

    def forget() -> None:
        for shim in machine.root.shims.glob("tool*"):
            shim.unlink()

    return medians({"new": install}, _FEWER_ROUNDS, forget)["new"].seconds


def _machine(base: Path, count: int) -> Machine:
    machine = Machine(base)
    machine.root.base.mkdir(parents=True)
    machine.root.venv.symlink_to(sys.prefix)
    machine.add(*_VERSIONS[-count:])
    _executable(machine.root.versions / _VERSIONS[-1] / "bin/go")
    machine.write(".tool-versions", _PIN)
    return machine


def _executable(file: Path) -> None:
    file.write_text(_GO)
    file.chmod(0o755)
