from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.machine import COMMON, SHELLS, Machine, is_nightly, told
from tests.shim.cases import ALL, CASES, SAMPLE, STRANGE, Case

if TYPE_CHECKING:
    from pathlib import Path

REFUSALS = {"missing", "refused", "unreadable", "nothing"}


def laid_out(case: Case, machine: Machine) -> Path:
    machine.add(*ALL)
    # What somebody has put beside them is no version.
    for name, there in STRANGE.items():
        (machine.root.versions / name).symlink_to(there)
    machine.environ["PATH"] = str(machine.bin)
    if case.default:
        machine.root.default.write_text(case.default)
    cwd = (machine.home / case.cwd).resolve()
    cwd.mkdir(parents=True)
    for name, content in case.files.items():
        machine.write(name, content)
    machine.environ.update(case.environ)
    return cwd


def origin_of(case: Case, machine: Machine) -> tuple[str, str, str]:
    kind, _, rest = case.origin.partition(":")
    if kind == "file":
        name, _, number = rest.rpartition(":")
        return kind, str(machine.home / name), number
    if kind == "default":
        return kind, str(machine.root.default), "1"
    return kind, rest, ""


CALLS = [
    pytest.param(case, shell, id=f"{name}-{shell}")
    for name, case in CASES.items()
    for shell in SHELLS
    if shell in COMMON or name in SAMPLE or is_nightly()
]


@pytest.mark.parametrize(("case", "shell"), CALLS)
def test_choice(case: Case, shell: str, machine: Machine) -> None:
    """Every shell runs, and prints, what the table says; or refuses with a message and 126."""
    if shell in case.but:
        pytest.skip(f"{shell} cannot read such bytes")
    cwd = laid_out(case, machine)
    done = machine.shim("go", "version", "-m  x", shell=shell, cwd=cwd)
    printed = machine.shim("gvm-shim", shell=shell, cwd=cwd)
    fields = dict(field.partition("=")[::2] for field in printed.stdout.split("\0")[:-1])
    assert list(machine.home.rglob("pwned")) == []
    assert (fields["origin"], fields["from"], fields["line"]) == origin_of(case, machine)
    if case.result in REFUSALS:
        assert fields["status"] == {"nothing": "missing"}.get(case.result, case.result)
        assert fields["toolchain"] == fields["executable"] == ""
        assert (done.returncode, done.stdout) == (126, "")
        assert re.fullmatch(r"gvm: [^\n]+\nhint: [^\n]+\n", done.stderr)
        assert len(done.stderr) < 1000
        assert "\x1b" not in done.stderr
    else:
        expected = machine.root.versions / case.result
        assert (fields["status"], fields["toolchain"]) == ("found", str(expected))
        assert (done.returncode, done.stderr) == (0, "")
        assert told(done.stdout)["executable"] == str(expected / "bin/go")
        assert done.stdout.splitlines()[1:3] == ["argument=version", "argument=-m  x"]


CODES = {"missing": 4, "refused": 2, "nothing": 3, "unreadable": 1}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_current(case: Case, machine: Machine) -> None:
    """`gvm current --json` says the same as the shells."""
    cwd = laid_out(case, machine)
    done = machine.gvm("current", "--json", cwd=cwd)
    answer = json.loads(done.stdout)
    kind, name, line = origin_of(case, machine)
    asked = (kind, name or None, int(line) if line else None)
    assert (answer["origin"], answer["from"], answer["line"]) == asked
    assert answer["release"] == machine.root.release.name
    assert done.returncode == CODES.get(case.result, 0)
    assert answer["version"] == (None if case.result in REFUSALS else case.result)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "name", ["with space", "new\nline", "größe", "quote's", "a*b", "-x", "$(x)"]
)
def test_odd_directories(name: str, shell: str, machine: Machine) -> None:
    """Directories may be called anything."""
    machine.add("1.22.6")
    if shell == "yash":
        # It reads every byte as a character of the locale.
        machine.environ["LC_ALL"] = "C.UTF-8"
    file = machine.write(f"{name}/.tool-versions", "golang 1.22.6\n")
    (file.parent / "sub").mkdir()
    done = machine.shim(shell=shell, cwd=file.parent / "sub")
    assert done.returncode == 0, done.stderr
    file.write_text("golang 1.0.1\n")
    done = machine.shim(shell=shell, cwd=file.parent / "sub")
    assert (done.returncode, done.stdout) == (126, "")
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize("shell", SHELLS)
def test_symbolic_link(shell: str, machine: Machine) -> None:
    """Through a symbolic link, the path that the user walked counts."""
    machine.add("1.22.6", "1.21.13")
    machine.write("real/.tool-versions", "golang 1.21.13\n")
    (machine.home / "real/sub").mkdir()
    machine.write("proj/.tool-versions", "golang 1.22.6\n")
    (machine.home / "proj/link").symlink_to(machine.home / "real/sub")
    walked = machine.home / "proj/link"
    done = machine.shim(shell=shell, cwd=walked, environ={"PWD": str(walked)})
    assert "1.22.6" in told(done.stdout)["executable"]
    done = machine.shim(shell=shell, cwd=walked, environ={"PWD": "/somewhere/else"})
    assert "1.21.13" in told(done.stdout)["executable"]


@pytest.mark.parametrize("shell", SHELLS)
def test_deleted_directory(shell: str, machine: Machine) -> None:
    """In a directory that is gone, the default holds."""
    machine.add("1.22.6")
    machine.root.default.write_text("golang 1.22.6\n")
    gone = machine.home / "gone"
    gone.mkdir()
    script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    program = machine.root.shims / "go"
    argv = ["sh", "-c", script, "sh", gone, *SHELLS[shell], program]
    done = machine.run(argv)
    assert "1.22.6" in told(done.stdout)["executable"]


@pytest.mark.parametrize("shell", SHELLS)
def test_empty_environment(shell: str, machine: Machine) -> None:
    """With no variable at all, the shim finds the root that it is in."""
    machine.add("1.22.6")
    machine.root.default.write_text("golang 1.22.6\n")
    # yash finds even its own `[` through PATH only.
    path = ["PATH=/usr/bin:/bin"] if shell == "yash" else []
    done = machine.run(["/usr/bin/env", "-i", *path, *SHELLS[shell], machine.root.shims / "go"])
    assert "1.22.6" in told(done.stdout)["executable"], done.stderr
    assert told(done.stdout)["GOPATH"] == "unset"
