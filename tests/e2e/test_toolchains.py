from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.realgo import NEW, OLD

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine


def answer(machine: Machine, *argv: str, cwd: Path, **environ: str) -> str:
    done = machine.run(argv, cwd=cwd, environ=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("version", [OLD, NEW])
def test_build(version: str, gopher: Machine, project: Path) -> None:
    """A pinned project is built, run and tested by its version."""
    (project / ".tool-versions").write_text(f"golang {version}\n")
    assert f"go version go{version} " in answer(gopher, "go", "version", cwd=project)
    answer(gopher, "go", "build", "-o", "out", ".", cwd=project)
    assert answer(gopher, "./out", cwd=project) == f"hello go{version}\n"
    assert answer(gopher, "go", "run", ".", cwd=project) == f"hello go{version}\n"
    assert "ok " in answer(gopher, "go", "test", "./...", cwd=project)
    assert (
        answer(gopher, "go", "env", "GOROOT", cwd=project) == f"{gopher.root.versions}/{version}\n"
    )


def test_gofmt(gopher: Machine, project: Path) -> None:
    """The shim of gofmt formats."""
    done = gopher.run(["gofmt"], cwd=project, stdin="package  x\nvar   a=1")
    assert (done.stdout, done.returncode) == ("package x\n\nvar a = 1\n", 0)


def test_alias(gopher: Machine, project: Path) -> None:
    """A pinned line runs in the version's own directory, whatever the alias becomes."""
    (project / ".tool-versions").write_text("golang 1.22\n")
    assert answer(gopher, "go", "env", "GOROOT", cwd=project) == f"{gopher.root.versions}/{OLD}\n"


def test_foreign_goroot(gopher: Machine, project: Path) -> None:
    """A GOROOT of another version, which breaks a compiler, does not reach it."""
    goroot = str(gopher.root.versions / NEW)
    broken = [gopher.root.versions / OLD / "bin/go", "build", "-o", "out", "."]
    assert gopher.run(broken, cwd=project, environ={"GOROOT": goroot}).returncode != 0
    answer(gopher, "go", "build", "-o", "out", ".", cwd=project, GOROOT=goroot)
    assert answer(gopher, "./out", cwd=project) == f"hello go{OLD}\n"


SWITCHES = {
    # Whether the project pins, GOTOOLCHAIN in the environment and by go env -w: who runs.
    "nothing said": (False, "", "", NEW),
    "pin": (True, "", "", "refused"),
    "pin, but the variable says auto": (True, "auto", "", NEW),
    "pin, but go env says path": (True, "", "path", NEW),
    "variable says local": (False, "local", "", "refused"),
    "go env says local": (False, "", "local", "refused"),
    "variable before go env": (True, "path", "local", NEW),
}


@pytest.mark.parametrize(("is_pinned", "variable", "file", "runs"), SWITCHES.values(), ids=SWITCHES)
def test_switching(
    is_pinned: bool,  # noqa: FBT001 - a column of the table
    variable: str,
    file: str,
    runs: str,
    gopher: Machine,
    project: Path,
) -> None:
    """Go itself finds the version that go.mod needs, unless a pin or the user forbids it."""
    (project / "go.mod").write_text(f"module example.com/hello\n\ngo {NEW}\n")
    environ = {"GOENV": str(project / "env")}
    if file:
        answer(gopher, "go", "env", "-w", f"GOTOOLCHAIN={file}", cwd=project.parent, **environ)
    if is_pinned:
        (project / ".tool-versions").write_text(f"golang {OLD}\n")
    if variable:
        environ["GOTOOLCHAIN"] = variable
    done = gopher.run(["go", "run", "."], cwd=project, environ=environ)
    if runs == "refused":
        assert done.returncode == 1
        told = f"go.mod requires go >= {NEW} (running go {OLD}; GOTOOLCHAIN=local)"
        assert told in done.stderr
    else:
        assert (done.stdout, done.stderr) == (f"hello go{NEW}\n", "")


def test_switching_to_nothing(gopher: Machine, project: Path) -> None:
    """Where the version that go.mod needs is not installed, Go says that it cannot be had."""
    (project / "go.mod").write_text("module example.com/hello\n\ngo 1.27.9\n")
    done = gopher.run(["go", "version"], cwd=project)
    assert done.returncode == 1
    assert "go1.27.9" in done.stderr


POLICY = ("GOPATH", "GOCACHE", "GOMODCACHE")


def test_policy(gopher: Machine, project: Path) -> None:
    """Compiled things lie apart for the release, sources do not; what the user says, wins."""
    home, suffix = gopher.home, gopher.root.release.name.removeprefix("ubuntu-")
    apart = [f"{home}/go-{suffix}", f"{home}/.cache/go-build-{suffix}", f"{home}/go/pkg/mod"]
    assert answer(gopher, "go", "env", *POLICY, cwd=project).split() == apart
    assert answer(gopher, f"go{NEW}", "env", *POLICY, cwd=project).split() == apart
    mine = {"GOPATH": "/my/path", "GOCACHE": "/my/cache", "GOMODCACHE": "/my/mod"}
    assert answer(gopher, "go", "env", *POLICY, cwd=project, **mine).split() == list(mine.values())
    environ = {"GOENV": str(project / "env")}
    written = [f"{name}={value}" for name, value in mine.items()]
    answer(gopher, "go", "env", "-w", *written, cwd=project, **environ)
    told = answer(gopher, "go", "env", *POLICY, cwd=project, **environ)
    assert told.split() == list(mine.values())


def test_go_env_w(gopher: Machine, project: Path) -> None:
    """`go env -w` writes without complaint, in a pinned project too."""
    (project / ".tool-versions").write_text(f"golang {OLD}\n")
    environ = {"GOENV": str(project / "env")}
    for setting in ("GOTOOLCHAIN=auto", "GOPATH=/my/path", "GOCACHE=/my/cache"):
        done = gopher.run(["go", "env", "-w", setting], cwd=project, environ=environ)
        assert (done.returncode, done.stderr) == (0, "")


INSTALLS = {
    # What is typed, and where the program then is, below HOME.
    "plainly": ("go install ./cmd/plainly", "go-RELEASE/bin"),
    "from-there": ("go -C cmd/from-there install", "go-RELEASE/bin"),
    "gobin": ("export GOBIN=$HOME/mine; go install ./cmd/gobin", "mine"),
    "gobin-w": (
        "export GOENV=$PWD/env; go env -w GOBIN=$HOME/ours; go install ./cmd/gobin-w",
        "ours",
    ),
    "gopath": ("export GOPATH=$HOME/path:$HOME/other; go install ./cmd/gopath", "path/bin"),
    "named": (f"go{NEW} install ./cmd/named", "go-RELEASE/bin"),
}


@pytest.mark.parametrize(("program", "typed"), INSTALLS.items(), ids=INSTALLS)
def test_go_install(program: str, typed: tuple[str, str], gopher: Machine, project: Path) -> None:
    """A program that `go install` made can be called in the same shell at once."""
    source = project / "cmd" / program
    source.mkdir(parents=True)
    (source / "main.go").write_text('package main\n\nfunc main() { println("greetings") }\n')
    line, directory = typed
    script = f"{program}; {line} && {program} && gvm-shim {program} | tr '\\0' '\\n'"
    done = gopher.run(["bash", "-c", script], cwd=project)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "greetings"), done.stderr
    directory = directory.replace("RELEASE", gopher.root.release.name.removeprefix("ubuntu-"))
    assert f"executable={gopher.home}/{directory}/{program}\n" in done.stdout


def test_go_install_latest(gopher: Machine, project: Path, tmp_path: Path) -> None:
    """The same from a module proxy, with `@latest`; the source goes to the shared module cache."""
    served = tmp_path / "example.com/tool/@v"
    served.mkdir(parents=True)
    go_mod = b"module example.com/tool\n\ngo 1.21\n"
    packed = io.BytesIO()
    with ZipFile(packed, "w") as module:
        module.writestr("example.com/tool@v1.0.0/go.mod", go_mod)
        module.writestr(
            "example.com/tool@v1.0.0/main.go", 'package main\n\nfunc main() { println("tooled") }\n'
        )
    (served / "list").write_text("v1.0.0\n")
    (served / "v1.0.0.info").write_text('{"Version": "v1.0.0", "Time": "2024-01-01T00:00:00Z"}')
    (served / "v1.0.0.mod").write_bytes(go_mod)
    (served / "v1.0.0.zip").write_bytes(packed.getvalue())
    script = "go install example.com/tool@latest && tool"
    environ = {"GOPROXY": f"file://{tmp_path}", "GOFLAGS": ""}
    done = gopher.run(["sh", "-c", script], cwd=project, environ=environ)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "tooled"), done.stderr
    assert (gopher.home / "go/pkg/mod/example.com/tool@v1.0.0/main.go").is_file()


def test_exec(gopher: Machine, project: Path) -> None:
    """`gvm exec` runs a program that finds its version, and nothing else."""
    (project / ".tool-versions").write_text(f"golang {OLD}\n")
    for words, version in (([NEW, "--"], NEW), (["1.22"], OLD), ([], OLD)):
        done = gopher.gvm("exec", *words, "sh", "-c", "go run .; go env GOROOT", cwd=project)
        expected = f"hello go{version}\n{gopher.root.versions}/{version}\n"
        assert (done.stdout, done.stderr) == (expected, "")


def test_questions(gopher: Machine, project: Path, snapshot: SnapshotAssertion) -> None:
    """which, current and why tell what really runs, and why."""
    (project / ".tool-versions").write_text(f"golang {NEW}\n")
    assert gopher.gvm("which", "go", cwd=project).stdout == f"{gopher.root.versions}/{NEW}/bin/go\n"
    told = json.loads(gopher.gvm("current", "--json", cwd=project).stdout)
    assert (told["version"], told["from"]) == (NEW, str(project / ".tool-versions"))
    why = gopher.gvm("why", cwd=project).stdout
    # After the first two lines, what the machine has on PATH.
    why = why.replace(str(project), "<project>").replace(str(gopher.home), "<home>")
    assert why.splitlines()[:2] == snapshot


@pytest.mark.skipif(shutil.which("gcc") is None, reason="there is no gcc")
@pytest.mark.parametrize("version", [OLD, NEW])
def test_cgo(version: str, gopher: Machine, project: Path) -> None:
    """Cgo finds the C compiler, and the program runs."""
    (project / ".tool-versions").write_text(f"golang {version}\n")
    (project / "main.go").write_text(
        'package main\n\n// int seven(void) { return 7; }\nimport "C"\n\nfunc main() { println(Greeting(), C.seven()) }\n'
    )
    done = gopher.run(["go", "run", "."], cwd=project)
    assert (done.returncode, done.stderr) == (0, "hello 7\n")
