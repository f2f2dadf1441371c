"""The shim against a model of the design, on many worlds."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gvm.errors import UsageError
from gvm.model.version import Request
from tests.machine import SHELLS, Machine, examples, fake_toolchain
from tests.shim.model import Answer, World, answer

SETS = [
    frozenset({"1.20.0", "1.21.13", "1.22.6", "1.22.10", "1.23rc1"}),
    frozenset({"1.22.9", "1.22.10", "1.9.7", "1.10.8"}),
    frozenset({"1.24rc1", "1.24beta1"}),
    frozenset[str](),
]
WORDS = st.sampled_from(
    ["1.22.6", "1.22.10", "1.21.13", "1.22", "1.23", "1.20.0", "1.20", "1.24", "latest", "go1.22.6",
     "v1.22", "latest:1.22", "latest:1.9", "1.23rc1", "1.9.7", "1.19.1", "system", "path:/nowhere",
     "path:~/mine", "path:mine", "path:", "ref:main", "../1.22.6", "1.22.6/", "*", "1.*", "?",
     "$HOME", "$(x)", "`x`", "-x", "\\", "'", '"', "1.22.6\v", "größe", "\x7f", "golatest", "gov1",
     "v", "go", "latest:", "latest:latest", "latest:go1.22", "..", ".", "1..2", "~", "1" * 23,
     "1" * 24, "[1]", "1.22.6;", "&", "|", "=", "GVM_X=1", "!", "\xa01.22.6",
     "1.22.x", "1.22.", "1.022", "1", "latest:1", "latest:1.22.6", "1.22.6.1", "1.22.6.bak"]
)  # fmt: skip
NAMES = st.sampled_from(
    ["golang", "go", "golang", "go", "nodejs", "golangci-lint", "gopls", "Go", "xgo", "#golang",
     "go#", "golang=", "\vgolang", "\fgo", "\xa0go", "-n", "*", "\\golang", "'go'", ""]
)  # fmt: skip
GAPS = st.sampled_from([" ", "\t", "  ", " \t "])
TAILS = st.sampled_from(["", " ", "\t", " # 1.1", "#x", " #", "\r", " # ü\r"])


@st.composite
def line(draw: st.DrawFn) -> str:
    words = draw(st.lists(WORDS, max_size=3))
    gap = draw(GAPS)
    return draw(st.sampled_from(["", " ", "\t"])) + gap.join([draw(NAMES), *words]) + draw(TAILS)


@st.composite
def tool_versions(draw: st.DrawFn) -> bytes:
    filler = draw(st.sampled_from([0, 0, 0, 0, 1, 29, 31, 32, 33, 40]))
    ending = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = ending.join(["tool 1"] * filler + draw(st.lists(line(), max_size=4)))
    text += ending * draw(st.integers(0, 1))
    return text.encode(draw(st.sampled_from(["utf-8", "latin-1"])))


GO_VERSION = st.builds(
    lambda lines, ending: ending.join(lines).encode(),
    st.lists(st.sampled_from(["", "# ours", "  "]) | WORDS, max_size=3),
    st.sampled_from(["\n", "\r\n"]),
)
REQUESTS = st.lists(WORDS, max_size=3).map(" ".join)
PLACES = ("home", "home/w", "home/w/a", "home/w/a/b", "else", "else/a")


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """A world, with paths from the machine's base on."""
    files = {}
    for place in PLACES:
        if draw(st.integers(0, 2)) == 0:
            files[f"{place}/.tool-versions"] = draw(tool_versions())
        if draw(st.integers(0, 5)) == 0:
            files[f"{place}/.go-version"] = draw(GO_VERSION)
    return {
        "installed": draw(st.integers(0, len(SETS) - 1)),
        "files": files,
        "cwd": draw(st.sampled_from(PLACES)),
        "environ": {
            name: draw(REQUESTS)
            for name in ("GVM_GO_VERSION", "ASDF_GOLANG_VERSION")
            if draw(st.integers(0, 7)) == 0
        },
        "default": draw(st.none() | tool_versions()),
        "has_system": draw(st.booleans()),
    }


class Worlds:
    """Machines with each set of toolchains, in which a plan is laid out."""

    def __init__(self, machines: list[Machine]) -> None:
        self._machines = machines
        self._numbers = itertools.count()

    def lay_out(self, plan: dict[str, Any]) -> tuple[Machine, World]:
        """Make a plan's files, and describe them."""
        machine = self._machines[plan["installed"]]
        base = machine.base
        for place in ("home/w", "else"):
            shutil.rmtree(base / place, ignore_errors=True)
        for place in PLACES:
            (base / place).mkdir(parents=True, exist_ok=True)
        for name in (".tool-versions", ".go-version"):
            (machine.home / name).unlink(missing_ok=True)
        machine.root.default.unlink(missing_ok=True)
        files = {str(base / name): content for name, content in plan["files"].items()}
        if plan["default"] is not None:
            files[str(machine.root.default)] = plan["default"]
        for name, content in files.items():
            with open(name, "wb") as file:  # noqa: PTH123 - thousands of times
                file.write(content)
        path = f"{machine.bin}:{base}/system" if plan["has_system"] else str(machine.bin)
        machine.environ = {"HOME": str(machine.home), "PATH": path, **plan["environ"]}
        machine.environ["LC_ALL"] = "C"
        return machine, World(
            SETS[plan["installed"]], files, str(machine.home), str(base / plan["cwd"]),
            plan["environ"], str(machine.root.default), frozenset({str(machine.home / "mine")}),
            str(base / "system/go") if plan["has_system"] else None,
        )  # fmt: skip


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    machines = []
    for installed in SETS:
        machine = Machine(tmp_path_factory.mktemp("world"))
        machine.add(*sorted(installed))
        machine.root.base.mkdir(exist_ok=True)
        fake_toolchain(machine.home / "mine", "1.1.1")
        shutil.copytree(
            fake_toolchain(machine.base / "sys", "1.2.2") / "bin", machine.base / "system"
        )
        machines.append(machine)
    return Worlds(machines)


def told(machine: Machine, shell: str, cwd: str) -> dict[str, str]:
    """What the shim prints."""
    # yash drops a variable that has bytes which are no characters of the locale.
    locale = {"LC_ALL": "C.UTF-8"} if shell == "yash" else {}
    done = subprocess.run(
        [*SHELLS[shell], machine.root.shims / "gvm-shim"],
        env={**machine.environ, **locale}, cwd=cwd, capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    assert done.stderr == b""
    return dict(os.fsdecode(pair).partition("=")[::2] for pair in done.stdout.split(b"\0")[:-1])


def executable(machine: Machine, wanted: Answer) -> str:
    if wanted.run.startswith("/"):
        return wanted.run if wanted.run.endswith("system/go") else f"{wanted.run}/bin/go"
    return f"{machine.root.versions}/{wanted.run}/bin/go"


def agrees(machine: Machine, world: World, shell: str) -> Answer:
    wanted = answer(world)
    fields = told(machine, shell, world.cwd)
    assert (fields["origin"], fields["from"]) == (wanted.asked.origin, wanted.asked.name)
    if wanted.asked.line is not None:
        assert fields["line"] == str(wanted.asked.line)
    assert fields["status"] == wanted.status
    is_version = wanted.status == "found" and not wanted.run.endswith("system/go")
    if wanted.status == "found":
        assert fields["executable"] == executable(machine, wanted)
    expected = fields["executable"].removesuffix("/bin/go") if is_version else ""
    assert fields["toolchain"] == expected
    return wanted


MANY = settings(
    deadline=None,
    max_examples=examples(300),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@MANY
@given(plan=plans())
def test_dash(worlds: Worlds, plan: dict[str, Any]) -> None:
    """Whatever lies around, the shim prints what the design says."""
    agrees(*worlds.lay_out(plan), "dash")


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell != "dash"])
@settings(MANY, max_examples=examples(30))
@given(plan=plans())
@example(plan={"installed": 0, "files": {}, "cwd": "home", "environ": {"GVM_GO_VERSION": "größe"}, "default": None, "has_system": False})  # fmt: skip
def test_other_shells(worlds: Worlds, shell: str, plan: dict[str, Any]) -> None:
    """Every other shell prints the same."""
    agrees(*worlds.lay_out(plan), shell)


PARTS = st.sampled_from(
    ["0", "1", "9", "22", "1.22", "1.22.6", "1.23", "rc", "beta", "rc1", "go", "v", "latest", ":", ".",
     "x", "99999"]
)  # fmt: skip


@settings(MANY)
@given(word=st.lists(PARTS, min_size=1, max_size=6).map("".join))
@example(word="latest:go1.22")
@example(word="9999.9999.9999beta999")
@example(word="1.22rc1000")
@example(word="1.22.06")
def test_words(worlds: Worlds, word: str) -> None:
    """A word is a version to the shim and to Python, or to neither."""
    try:
        Request.parse(word)
        is_version = True
    except UsageError:
        is_version = False
    plan = {"installed": 0, "files": {}, "cwd": "home", "environ": {"GVM_GO_VERSION": word}}
    machine, _ = worlds.lay_out({**plan, "default": None, "has_system": False})
    assert (told(machine, "dash", str(machine.home))["status"] != "refused") == is_version


@settings(MANY, max_examples=examples(50))
@given(plan=plans())
def test_running(worlds: Worlds, plan: dict[str, Any]) -> None:
    """What is printed is what is run; what cannot be run is told in two lines, with 126."""
    machine, world = worlds.lay_out(plan)
    wanted = answer(world)
    done = subprocess.run(
        [*SHELLS["dash"], machine.root.shims / "go", "version"],
        env=machine.environ, cwd=world.cwd, capture_output=True, check=False, timeout=30,
    )  # fmt: skip
    if wanted.status == "found":
        first = f"executable={executable(machine, wanted)}\nargument=version\n"
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode().startswith(first)
    else:
        assert (done.returncode, done.stdout) == (126, b"")
        assert done.stderr.startswith(b"gvm: ")
        assert done.stderr.count(b"\n") == 2
        assert re.search(rb"[\0-\x09\x0b-\x1f\x7f]", done.stderr) is None
