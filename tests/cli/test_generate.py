"""Units and settings that gvm generates."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.add("1.21.13", "1.22.6", "1.22.10")
    machine.root.default.write_text("golang 1.22.10\n")
    machine.write("app/.tool-versions", "golang 1.22.6\n")
    machine.environ["USER"] = "somebody"  # for whom the machine keeps nothing running
    return machine


@pytest.fixture
def project(machine: Machine) -> Path:
    return machine.home / "app"


def unit(machine: Machine, name: str) -> Path:
    return machine.home / ".config/systemd/user" / f"{name}.service"


def environment(machine: Machine, name: str) -> Path:
    return machine.home / ".config/gvm/services" / f"{name}.env"


def verified(machine: Machine, file: Path) -> str:
    """What systemd has to say about a unit: nothing, if it is right."""
    runtime = machine.base / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    done = machine.run(
        ["systemd-analyze", "--user", "--man=no", "verify", file],
        environ={"XDG_RUNTIME_DIR": str(runtime)},
    )
    return done.stdout + done.stderr


# Directories that a project may be in, and what it runs.
AWKWARD = {
    "plain": ("app", "go run ."), "blank": ("a b", "go run . 'a b'"), "percent": ("100%s", "go run . %i 100%"),
    "dollar": ("$HOME", "go run . '$HOME' '${X}'"), "quotes": ("it's \"x\"", "go run . \"it's\" '\"'"),
    "backslash": ("a\\b", "go run . '\\n' '\\'"), "pattern": ("[a]*?", "go run . '*' '[a]'"),
    "comment": ("#x", "go run . '#x' ';'"), "letters": ("ünï", "go run . ü"), "control": ("c", "go run . 'a\tb\nc\x07'"),
    "empty": ("e", "go run . ''"), "another": ("f", "sh -c 'go version | cat'"), "dash": ("-x", "go -C . run ."),
}  # fmt: skip


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
@pytest.mark.parametrize("name", ["a.b_c-1", "go-app@"])
@pytest.mark.parametrize(("directory", "line"), AWKWARD.values(), ids=AWKWARD)
def test_verified(directory: str, line: str, name: str, machine: Machine) -> None:
    """Systemd has nothing to say against a unit, whatever its project is called and it runs."""
    project = machine.home / directory
    project.mkdir(exist_ok=True)
    done = machine.gvm("generate", "systemd", name, "--exec", line, cwd=project)
    assert done.returncode == 0, done.stderr
    assert verified(machine, unit(machine, name)) == ""
    assert done.stdout in unit(machine, name).read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_verify_sees(machine: Machine) -> None:
    """What is no key of systemd's would be seen."""
    file = machine.write("x.service", "[Service]\nExecStart=/bin/true\nProtectEverything=yes\n")
    assert "ProtectEverything" in verified(machine, file)


def test_service(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """A service runs the shim in its project, with the version that is pinned there."""
    done = machine.gvm("generate", "systemd", "app", "--exec", "go run .", cwd=project)
    lines = done.stdout.splitlines()
    assert f"ExecStart={machine.root.shims}/go run ." in lines
    assert f"WorkingDirectory={project}" in lines
    assert f"EnvironmentFile={environment(machine, 'app')}" in lines
    variables = environment(machine, "app").read_text().splitlines()
    assert "GVM_GO_VERSION=1.22.6" in variables
    assert any(line.startswith(f"PATH={machine.root.shims}:") for line in variables)
    assert done.stderr == snapshot


def test_directory(machine: Machine, project: Path) -> None:
    """--directory says whose version it is, and what a relative program is relative to."""
    shutil.copy("/bin/true", machine.write("app/bin/server", ""))
    (project / "bin/server").chmod(0o755)
    words = ["generate", "systemd", "app", "--directory", "app", "--exec", "bin/server -v"]
    done = machine.gvm(*words, cwd=machine.home)
    assert f"ExecStart={project}/bin/server -v\n" in done.stdout
    assert "GVM_GO_VERSION=1.22.6\n" in environment(machine, "app").read_text()


def test_unpinned(machine: Machine) -> None:
    """Without a pin, the version is today's default, and Go may switch as it may in a shell."""
    (machine.root.versions / "1.22.10/go.env").write_text("GOTOOLCHAIN=auto\n")
    machine.gvm("generate", "systemd", "app", "--exec", "go run .")
    told = environment(machine, "app").read_text()
    assert "GVM_GO_VERSION=1.22.10\nGOTOOLCHAIN=auto\n" in told


def test_template(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """An instance says the version itself, which the environment does not overrule."""
    done = machine.gvm("generate", "systemd", "go-app@", "--exec", "go run .", cwd=project)
    assert "\nEnvironment=GVM_GO_VERSION=%i\n" in done.stdout
    assert "GVM_GO_VERSION" not in environment(machine, "go-app@").read_text()
    assert done.stderr == snapshot
    machine.root.default.unlink()
    assert machine.gvm("generate", "systemd", "b@", "--exec", "go run .").returncode == 0


def test_again(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """The same again changes nothing; a new pin is written."""
    words = ["generate", "systemd", "app", "--exec", "go run ."]
    files = unit(machine, "app"), environment(machine, "app")
    first = machine.gvm(*words, cwd=project)
    before = [(file.stat().st_ino, file.read_bytes()) for file in files]
    again = machine.gvm(*words, cwd=project)
    assert [(file.stat().st_ino, file.read_bytes()) for file in files] == before
    assert again.stdout == first.stdout
    assert again.stderr == snapshot
    machine.write("app/.tool-versions", "golang 1.21.13\n")
    assert machine.gvm(*words, cwd=project).returncode == 0
    assert "GVM_GO_VERSION=1.21.13\n" in environment(machine, "app").read_text()


def test_dry_run(machine: Machine, project: Path) -> None:
    """--dry-run shows the same and writes nothing."""
    words = ["generate", "systemd", "app", "--exec", "go run ."]
    dry = machine.gvm(*words, "--dry-run", cwd=project)
    assert not (machine.home / ".config").exists()
    assert machine.gvm(*words, cwd=project).stdout == dry.stdout


@pytest.mark.parametrize("kind", ["unit", "environment"])
@pytest.mark.parametrize("how", ["foreign", "edited"])
def test_kept(
    how: str, kind: str, machine: Machine, project: Path, snapshot: SnapshotAssertion
) -> None:
    """What somebody else made or edited stays, and so does its companion; --force replaces it."""
    words = ["generate", "systemd", "app", "--exec", "go run ."]
    machine.gvm(*words, cwd=project)
    file, other = unit(machine, "app"), environment(machine, "app")
    if kind == "environment":
        file, other = other, file
    text = file.read_text()
    file.write_text("X=1\n" if how == "foreign" else text.replace("=", "= ", 1))
    left, companion = file.read_bytes(), other.read_bytes()
    done = machine.gvm(*words, "--directory", ".", "--exec", "go build", cwd=project)
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert (file.read_bytes(), other.read_bytes()) == (left, companion)
    assert machine.gvm(*words, "--force", cwd=project).returncode == 0
    assert machine.gvm(*words, cwd=project).stderr == snapshot


def test_masked(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A unit that is masked stays so, and nothing is written through the link."""
    file = unit(machine, "app")
    file.parent.mkdir(parents=True)
    file.symlink_to(os.devnull)
    done = machine.gvm("generate", "systemd", "app", "--exec", "sh -c true", "--force")
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert file.is_symlink()


# What is refused: the words behind `generate systemd`, and the exit code.
REFUSED: dict[str, tuple[list[str], int]] = {
    "up": (["../x", "--exec", "go run ."], 2),
    "absolute": (["/x", "--exec", "go run ."], 2),
    "option": (["--exec", "go run .", "--", "-x"], 2),
    "line break": (["a\nb", "--exec", "go run ."], 2),
    "empty name": (["", "--exec", "go run ."], 2),
    "long": (["x" * 300, "--exec", "go run ."], 2),
    "percent": (["%i", "--exec", "go run ."], 2),
    "instance": (["app@1.22", "--exec", "go run ."], 2),
    "no command": (["app"], 2),
    "empty command": (["app", "--exec", ""], 2),
    "open quote": (["app", "--exec", "go 'run"], 2),
    "shell": (["app", "--exec", "go generate && go run ."], 2),
    "file": (["app", "--exec", "go run . >log"], 2),
    "two commands": (["app", "--exec", "go generate; go run ."], 2),
    "not built": (["app", "--exec", "./server"], 4),
    "a directory": (["app", "--exec", "../app"], 4),
    "not on PATH": (["app", "--exec", "no-such"], 4),
    "run as": (["app", "--exec", "go run .", "--run-as", "root"], 2),
}  # fmt: skip


@pytest.mark.parametrize(("words", "code"), REFUSED.values(), ids=REFUSED)
def test_refused(
    words: list[str], code: int, machine: Machine, project: Path, snapshot: SnapshotAssertion
) -> None:
    """What cannot be meant is refused, and nothing is written."""
    done = machine.gvm("generate", "systemd", *words, cwd=project)
    assert done.returncode == code, done.stderr
    assert done.stderr == snapshot
    assert not (machine.home / ".config").exists()


def test_hidden(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """A unit of the distribution's is not hidden by one of the same name."""
    theirs = "/usr/lib/systemd/user/systemd-exit.service"
    if not os.path.exists(theirs):  # noqa: PTH110 - as text
        pytest.skip(f"there is no {theirs}")
    done = machine.gvm("generate", "systemd", "systemd-exit", "--exec", "go run .", cwd=project)
    assert done.returncode == 1
    assert done.stderr == snapshot


def test_missing(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A version that is not installed yet is told, with what to type."""
    machine.write("app/.tool-versions", "golang 1.20.1\n")
    words = ["generate", "systemd", "app", "--exec", "go run ."]
    done = machine.gvm(*words, cwd=machine.home / "app")
    assert done.returncode == 0
    assert done.stderr == snapshot


def test_vscode(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """The Go extension gets the shim, by a path that holds in everybody's home."""
    old = '{\n  // mine\n  "editor.tabSize": 8, "go.alternateTools": {"dlv": "d"},\n}\n'
    file = machine.write("app/.vscode/settings.json", old)
    dry = machine.gvm("generate", "vscode", "--dry-run", cwd=project)
    assert '+  "editor.tabSize": 8, "go.alternateTools": {"dlv": "d", "go": "~/' in dry.stdout
    assert file.read_text() == old
    done = machine.gvm("generate", "vscode", cwd=project)
    assert done.returncode == 0, done.stderr
    text = file.read_text()
    assert text == old.replace('"d"', '"d", "go": "~/.local/share/gvm/shims/go"')
    assert machine.gvm("generate", "vscode", cwd=project).stderr == snapshot
    assert machine.gvm("generate", "vscode", "--dry-run", cwd=project).stdout == ""
    assert file.read_text() == text


def test_vscode_anew(machine: Machine, project: Path) -> None:
    """Where there are no settings, they are made."""
    assert machine.gvm("generate", "vscode", cwd=project).returncode == 0
    told = json.loads((project / ".vscode/settings.json").read_text())
    assert told == {"go.alternateTools": {"go": "~/.local/share/gvm/shims/go"}}


def test_vscode_refused(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """A file that is no JSON stays, and the line is told."""
    file = machine.write("app/.vscode/settings.json", '{\n  "a": 1,\n  b\n}\n')
    done = machine.gvm("generate", "vscode", cwd=project)
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert file.read_text() == '{\n  "a": 1,\n  b\n}\n'


def test_vscode_rival(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """A GOROOT in the settings, which would be in the way, is told."""
    machine.write("app/.vscode/settings.json", '{"go.goroot": "/usr/lib/go"}')
    assert machine.gvm("generate", "vscode", cwd=project).stderr == snapshot


def test_goland(machine: Machine, project: Path) -> None:
    """GoLand gets the line's link, or the version where the link leads to another."""
    told = machine.gvm("generate", "goland", cwd=project).stdout
    assert told == f"{machine.root.versions}/1.22.6\n"
    machine.write("app/.tool-versions", "golang 1.22\n")
    told = machine.gvm("generate", "goland", cwd=project).stdout
    assert told == f"{machine.root.aliases}/1.22\n"


def test_list(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """--list shows the kinds, and which are in use in a directory."""
    assert machine.gvm("generate", "--list", cwd=project).stdout == snapshot
    (project / ".vscode").mkdir()
    rows = json.loads(machine.gvm("generate", "--list", "--json", cwd=project).stdout)
    assert [row["kind"] for row in rows if row["is_used"]] == ["vscode"]
    done = machine.gvm("generate", cwd=project)
    assert done.returncode == 2
    assert done.stderr == snapshot


CHECKED = {
    "vscode": (["vscode"], ".vscode/settings.json"),
    "systemd": (["systemd", "app", "--exec", "go run ."], "../.config/systemd/user/app.service"),
}


@pytest.mark.parametrize(("words", "name"), CHECKED.values(), ids=CHECKED)
def test_check(words: list[str], name: str, machine: Machine, project: Path) -> None:
    """--check shows what is out of date, writes nothing, and exits with 1."""
    done = machine.gvm("generate", *words, "--check", cwd=project)
    assert (done.returncode, "\n+++ " in done.stdout) == (1, True)
    assert not (project / name).exists()
    assert machine.gvm("generate", *words, cwd=project).returncode == 0
    done = machine.gvm("generate", *words, "--check", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = (project / name).read_text()
    (project / name).write_text(text.replace("go", "GO"))
    done = machine.gvm("generate", *words, "--check", cwd=project)
    assert done.returncode == 1
    assert (project / name).read_text() == text.replace("go", "GO")


def test_check_all(machine: Machine, project: Path) -> None:
    """Without a kind, --check checks those that are in use."""
    assert machine.gvm("generate", "--check", cwd=project).returncode == 0
    file = machine.write("app/.vscode/settings.json", "{}\n")
    done = machine.gvm("generate", "--check", cwd=project)
    assert (done.returncode, file.read_text()) == (1, "{}\n")
    assert machine.gvm("generate", "vscode", cwd=project).returncode == 0
    assert machine.gvm("generate", "--check", cwd=project).returncode == 0


def test_environment(machine: Machine, project: Path) -> None:
    """`gvm env --format systemd` prints nothing but variables, whose values are written out."""
    environ = {"PATH": f"/usr/bin:{machine.root.shims}:/bin:/usr/bin"}
    done = machine.gvm("env", "--format", "systemd", cwd=project, environ=environ)
    told = done.stdout.splitlines()
    assert f"PATH={machine.root.shims}:/usr/bin:/bin" in told
    assert "GVM_GO_VERSION=1.22.6" in told
    assert all(line.partition("=")[0].isidentifier() for line in told)
    assert not any("$" in line or line.startswith("export") for line in told)


def test_unsayable(machine: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """What systemd would drop is refused."""
    environ = {"PATH": "/usr/bin:/bin:/a\x07b"}
    done = machine.gvm("env", "--format", "systemd", cwd=project, environ=environ)
    assert done.returncode == 1
    # Only the beginning of a long value is told.
    assert re.sub(": /.*", ": <PATH>", done.stderr) == snapshot
