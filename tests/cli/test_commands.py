from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gvm.store.config import Config
from tests.machine import CHECKOUT, SHELLS, Machine, fake_toolchain, told

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def machine(machine: Machine) -> Machine:
    machine.add("1.21.13", "1.22.6", "1.22.10")
    machine.root.default.write_text("golang 1.21.13\n")
    return machine


def test_which(machine: Machine) -> None:
    """Which tells the file that would run."""
    done = machine.gvm("which", "go")
    assert done.stdout == f"{machine.root.versions}/1.21.13/bin/go\n"


# What is asked for, and the exit code.
NOWHERE = {
    "which gopls": 4,
    "which 1.22.6": 4,
    "which v1.22": 4,
    "which latest": 4,
    "which go1.99.1": 4,
    "which ../go": 2,
    "which ''": 2,
    "exec nonesuch": 4,
    "exec ''": 4,
    "exec ./nonesuch": 4,
    "exec './a b'": 1,
    "exec ./d": 1,
}


@pytest.mark.parametrize(("call", "code"), NOWHERE.items(), ids=NOWHERE)
def test_nowhere(call: str, code: int, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What cannot be run is told of as what it is."""
    machine.write("a b", "")
    (machine.home / "d").mkdir()
    done = machine.gvm(*shlex.split(call))
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == snapshot


ANSWERS = {
    "current": ["version", "request", "status", "origin", "from", "line", "release", "toolchain", "executable"],
    "which": ["name", "path"],
    "where": ["version", "path"],
    "root": ["root", "release"],
    "why": ["release", "candidates", "module", "gotoolchain"],
    "env": ["set", "unset", "goroot"],
}  # fmt: skip


@pytest.mark.parametrize(("command", "keys"), ANSWERS.items(), ids=ANSWERS)
def test_json(command: str, keys: list[str], machine: Machine) -> None:
    """Whatever shows something shows it as JSON too."""
    done = machine.gvm(command, "--json")
    assert done.stderr == ""
    assert list(json.loads(done.stdout)) == keys


def test_system_go(machine: Machine) -> None:
    """Where the system's own Go is selected, that is told, and where it is."""
    tree = fake_toolchain(machine.base / "usr/lib/go-1.19", "1.19.8")
    (machine.bin / "go").symlink_to(tree / "bin/go")
    machine.environ |= {"GVM_GO_VERSION": "system", "PATH": f"{machine.bin}:/usr/bin:/bin"}
    assert machine.gvm("current", "-q").stdout == "1.19.8\n"
    assert machine.gvm("where").stdout == f"{tree}\n"
    assert machine.gvm("which").stdout == f"{machine.bin}/go\n"
    (tree / "VERSION").write_text("devel go1.28-4f3c\n")
    machine.write("go.mod", "module x\ngo 1.25.1\n")
    assert machine.gvm("current", "-q").stdout == "devel\n"
    assert machine.gvm("why").returncode == 0
    (tree / "VERSION").unlink()
    assert machine.gvm("current", "-q").stdout == f"system ({machine.bin}/go)\n"
    assert machine.gvm("where").returncode == 4


def test_options_before(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """-q, -v and --system may stand before the command; where they make no sense they are refused."""
    assert machine.gvm("-q", "global", "1.22.6").stderr == ""
    assert machine.gvm("--system", "root").stdout == "/opt/gvm\n"
    done = machine.gvm("--system", "current")
    assert done.returncode == 2
    assert done.stderr == snapshot


@pytest.mark.parametrize("command", ["where", "global", "verify", "uninstall"])
def test_nothing_yet(command: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Where gvm has not installed anything yet, a version is not installed."""
    done = Machine(tmp_path).gvm(command, "1.22")
    assert done.returncode == 4
    assert done.stderr == snapshot


def test_where(machine: Machine) -> None:
    """Where tells the directory of a version, or of a line's newest."""
    assert machine.gvm("where", "1.22").stdout == f"{machine.root.versions}/1.22.10\n"
    assert machine.gvm("where", "1.19").returncode == 4
    assert machine.gvm("root").stdout == f"{machine.root.path}\n"


def test_bytes(machine: Machine) -> None:
    """A path that is no UTF-8 is printed as it is."""
    argv = [sys.executable, "-m", "gvm", "root"]
    environ = {
        b"HOME": b"/gr\xf6\xdfe", b"PYTHONIOENCODING": b"utf-8:strict",
        b"PYTHONPATH": str(CHECKOUT).encode(),
    }  # fmt: skip
    done = subprocess.run(argv, env=environ, capture_output=True, check=False, cwd=machine.home)
    assert (done.stdout, done.stderr) == (b"/gr\xf6\xdfe/.local/share/gvm\n", b"")


def test_exec(machine: Machine) -> None:
    """Exec runs a command with a version, or with the one in use, and passes all words on."""
    done = machine.gvm("exec", "1.22", "--", "go", "build", "-v", "--", "x y")
    assert told(done.stdout)["executable"] == f"{machine.root.versions}/1.22.10/bin/go"
    assert [line for line in done.stdout.splitlines() if line.startswith("argument")] == [
        "argument=build",
        "argument=-v",
        "argument=--",
        "argument=x y",
    ]
    assert "1.21.13" in machine.gvm("exec", "go").stdout
    inner = machine.gvm("exec", "1.22.6", "sh", "-c", "go; go1.22.10").stdout
    assert "1.22.6/bin/go" in inner
    assert "1.22.10/bin/go" in inner
    assert machine.gvm("exec", "1.19", "go").returncode == 4
    assert machine.gvm("exec", "1.22").returncode == 2


@pytest.mark.parametrize(
    "call", ["list", "reshim", "global 1.22", "install --", "install --arch", ""]
)
def test_long_argument(call: str, machine: Machine) -> None:
    """An argument without end makes no message without end."""
    done = machine.gvm(*call.split(), "--" + "x" * 10_000 if call == "install --" else "x" * 10_000)
    assert done.returncode == 2
    assert len(done.stderr) < 1000


def test_local(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Local writes the pin, keeps the rest of the file, and warns of what is not installed."""
    file = machine.write("p/.tool-versions", "# tools\nnodejs 20\ngolang 1.19 # old\nruby 3\n")
    done = machine.gvm("local", "1.22.6", cwd=file.parent)
    assert file.read_text() == "# tools\nnodejs 20\ngolang 1.22.6 # old\nruby 3\n"
    assert (done.returncode, done.stdout) == (0, "")
    assert "1.22.6" in machine.shim(cwd=file.parent).stdout
    done = machine.gvm("local", "1.30.1", cwd=file.parent)
    assert done.returncode == 0
    assert done.stderr == snapshot
    assert machine.gvm("local", "../x", cwd=file.parent).returncode == 2
    file.write_bytes("ruby 3\ngolang 1.21\n".encode("utf-16"))
    done = machine.gvm("local", "1.22.6", cwd=file.parent)
    assert done.returncode == 1
    assert done.stderr == snapshot
    machine.run(["sh", "-c", done.stderr.partition("hint: ")[2]])
    assert machine.gvm("local", "1.22.6", cwd=file.parent).returncode == 0
    assert file.read_text() == "ruby 3\ngolang 1.22.6\n"
    for place in (os.mkdir, os.mkfifo):
        file.unlink() if file.is_file() else file.rmdir()
        place(file)
        done = machine.gvm("local", "1.22.6", cwd=file.parent)
        assert done.returncode == 1
        assert done.stderr == snapshot


@pytest.mark.parametrize("there", ["", ".tool-versions"], ids=["new", "there"])
def test_local_where_closed(there: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """An error names the file that is meant, and what to look at."""
    place = machine.home / "closed"
    place.mkdir()
    if there:
        (place / there).touch(mode=0o444)
    place.chmod(0o555)
    # As root would not be stopped.
    limited = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-all"]
    done = machine.gvm("local", "1.22.6", cwd=place, before=limited if os.geteuid() == 0 else [])
    assert done.returncode == 1
    assert done.stderr == snapshot


def test_global_keeps(machine: Machine) -> None:
    """Global and uninstall change no more of a default than its line for Go, also behind a link."""
    mine, default = machine.write(".tool-versions", "# mine\nnodejs 20\n"), machine.root.default
    default.unlink(missing_ok=True)
    default.symlink_to(mine)
    assert machine.gvm("global", "1.22").returncode == 0
    assert mine.read_text() == "# mine\nnodejs 20\ngolang 1.22\n"
    assert machine.gvm("global", "1.21.13").returncode == 0
    assert mine.read_text() == "# mine\nnodejs 20\ngolang 1.21.13\n"
    assert machine.gvm("uninstall", "--all").returncode == 0
    assert (mine.read_text(), default.is_symlink()) == ("# mine\nnodejs 20\n", True)


def test_global(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Global sets this release's default, to what is installed only."""
    assert machine.gvm("global", "1.22").returncode == 0
    assert machine.gvm("current", "-q").stdout == "1.22.10\n"
    assert machine.gvm("global", "1.19").returncode == 4
    for word in ("path:/no", "system"):
        done = machine.gvm("global", word)
        assert done.returncode == 0
        assert done.stderr == snapshot


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shell != "busybox"])
def test_shell(shell: str, machine: Machine) -> None:
    """Shell prints the line that a shell evaluates."""
    name = {"ksh93": "ksh"}.get(shell, shell)
    line = machine.gvm("shell", "1.22.6", "--shell", name).stdout
    done = machine.run([*SHELLS[shell], "-c", f"{line}\n{machine.root.shims}/go"])
    assert "1.22.6" in told(done.stdout)["executable"]


def test_env(machine: Machine) -> None:
    """Env prints what the shim sets, as lines and as JSON."""
    machine.environ["GOROOT"] = "/foreign"
    answer = json.loads(machine.gvm("env", "--json").stdout)
    suffix = machine.root.release.name.removeprefix("ubuntu-")
    assert answer["set"]["GOPATH"] == f"{machine.home}/go-{suffix}"
    assert answer["unset"] == ["GOROOT"]
    lines = machine.gvm("env", "--shell", "bash").stdout
    done = machine.run(["bash", "-c", f'{lines}\necho "${{GOROOT-gone}} $GOCACHE"; command -v go'])
    assert done.stdout.splitlines() == [
        f"gone {machine.home}/.cache/go-build-{suffix}",
        f"{machine.root.shims}/go",
    ]


def test_why(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Why shows every candidate in order, and what GOTOOLCHAIN will do with the module."""
    machine.write("p/.tool-versions", "golang 1.22.6\n")
    machine.write("p/go.mod", "module x\ngo 1.25.1\n")
    machine.write(".tool-versions", "golang 1.19\n")
    environ = {"ASDF_GOLANG_VERSION": "1.22", "PATH": str(machine.bin)}
    done = machine.gvm("why", cwd=machine.home / "p", environ=environ)
    assert done.stdout == snapshot


def test_list_remote(machine: Machine) -> None:
    """list-remote works offline: the ledger is enough."""
    machine.environ["https_proxy"] = "http://127.0.0.1:9"
    rows = json.loads(machine.gvm("list-remote", "1.22", "--json").stdout)
    assert [row["version"] for row in rows][:2] == ["1.22.0", "1.22.1"]
    assert {row["version"] for row in rows if row["installed"]} == {"1.22.6", "1.22.10"}
    plain = machine.gvm("list-remote").stdout
    assert "rc" not in plain
    assert "rc" in machine.gvm("list-remote", "--all").stdout


def test_reshim(machine: Machine) -> None:
    """Reshim mends what is wrong, and touches nothing that is right."""
    go = machine.root.shims / "go"
    before = go.stat().st_ino
    machine.gvm("reshim")
    assert go.stat().st_ino == before
    for damage in (
        lambda: go.write_bytes(go.read_bytes()[:200] + b"damaged"),
        lambda: go.write_text(""),
        lambda: go.chmod(0o644),
    ):
        right = go.read_bytes()
        damage()
        machine.gvm("reshim")
        assert go.read_bytes() == right
        assert os.access(go, os.X_OK)


@pytest.mark.parametrize("variable", ["GOBIN", "GOPATH"])
def test_relative_tools(variable: str, machine: Machine) -> None:
    """What is in a relative GOBIN or GOPATH, which go refuses, gets no shim."""
    for name in ("bin/sudo", "bin/bin/sudo"):
        machine.write(name, "#!/bin/sh\n").chmod(0o755)
    machine.gvm("reshim", environ={variable: "bin"})
    assert not (machine.root.shims / "sudo").exists()
    machine.gvm("reshim", environ={"GOBIN": str(machine.home / "bin")})
    assert (machine.root.shims / "sudo").exists()


@pytest.mark.parametrize("request_", ["path:~/tip", "path:HOME/tip"])
def test_toolchain_without_version(
    request_: str, machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """A toolchain that does not tell its version is told by where it is."""
    tip = fake_toolchain(machine.home / "tip", "1.22.6")
    (tip / "VERSION").unlink()
    pin = machine.write(
        "p/.tool-versions", f"golang {request_}\n".replace("HOME", str(machine.home))
    )
    done = machine.gvm("current", cwd=pin.parent)
    assert (done.returncode, done.stdout) == (0, f"path:{tip}\n")
    assert done.stderr == snapshot
    row = json.loads(machine.gvm("current", "--json", cwd=pin.parent).stdout)
    assert (row["version"], row["toolchain"]) == (None, str(tip))
    assert machine.gvm("where", cwd=pin.parent).stdout == f"{tip}\n"
    row = json.loads(machine.gvm("where", "--json", cwd=pin.parent).stdout)
    assert row == {"version": None, "path": str(tip)}


def test_settings(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """The isolation of compiled things is a setting."""
    machine.write(".config/gvm/config.toml", 'isolation = "version"\n')
    machine.gvm("reshim")
    assert told(machine.shim().stdout)["GOPATH"].endswith("-1.21.13")
    machine.write(".config/gvm/config.toml", 'isolation = "shared"\n')
    machine.gvm("reshim")
    assert told(machine.shim().stdout)["GOPATH"] == "unset"
    machine.write(".config/gvm/config.toml", "isolaton = 1\n")
    done = machine.gvm("reshim")
    assert done.returncode == 2
    assert done.stderr == snapshot


def test_auto_install(machine: Machine) -> None:
    """With auto_install, a shim calls gvm for what is missing; without, it never does."""
    installer = machine.write("installer", f'#!/bin/sh\nmkdir -p {machine.root.versions}/1.30.1/bin\ncp {machine.root.versions}/1.22.6/bin/go {machine.root.versions}/1.30.1/bin/\necho "$@"\n')  # fmt: skip
    installer.chmod(0o755)
    pinned = {"GVM_GO_VERSION": "1.30.1"}
    assert machine.shim(environ=pinned).returncode == 126
    machine.reshim(Config(auto_install=True), str(installer))
    done = machine.shim(environ=pinned)
    assert "1.30.1" in told(done.stdout)["executable"]
    assert done.stderr == "install 1.30.1\n"


def test_namesake(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Another version manager of the same name is noticed."""
    alone = machine.gvm("activate").stderr
    done = machine.gvm("activate", environ={"GVM_ROOT": "/home/u/.gvm"})
    assert done.stderr.removeprefix(alone) == snapshot


UNKNOWN = [
    "instal", "isntall", "lcoal", "ls-remot", "remove", "rm", "versions", "ls-all", "listall", "alias",
    "unuse", "upgrade", "frobnicate", "halp",
]  # fmt: skip


@pytest.mark.parametrize("word", UNKNOWN)
def test_unknown_command(word: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A command that does not exist is a mistake in the call, with the one named that is meant."""
    done = machine.gvm(word, "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == snapshot


def test_unknown_option(machine: Machine) -> None:
    """An option that does not exist is a mistake in the call."""
    assert machine.gvm("install", "--nothing").returncode == 2


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("help", "--help"),
        ("help verify", "verify --help"),
        ("help generate vscode", "generate vscode --help"),
        ("version", "--version"),
    ],
)
def test_help(words: str, options: str, machine: Machine) -> None:
    """Help and version are words as well as options."""
    done, expected = (machine.gvm(*call.split()) for call in (words, options))
    assert (done.returncode, done.stdout) == (0, expected.stdout)
    assert machine.gvm("help", "nonesuch").returncode == 2


def test_activate(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Activate puts the shims on PATH, once, and tells what it did; deactivate takes that back."""
    profile = machine.write(".profile", "export MINE=1")
    before = {file: file.read_bytes() for file in machine.home.rglob("*") if file.is_file()}
    shown = machine.gvm("activate", "--dry-run").stdout
    assert f"+++ {profile}\n" in shown
    assert profile.read_text() == "export MINE=1"
    # What else is told depends on what the machine has.
    first, again = (machine.gvm("activate").stdout.splitlines()[0] for _ in range(2))
    assert first == snapshot
    assert again == snapshot
    assert machine.gvm("activate", "--dry-run").stdout == ""
    rows = json.loads(machine.gvm("activate", "--json").stdout)
    context, _, words = again.partition("  ")
    assert rows[0] == {"context": context, "file": str(profile), "told": words, "diff": ""}
    done = machine.run(["bash", "-lc", "command -v go; echo $MINE"])
    assert done.stdout.splitlines() == [f"{machine.root.shims}/go", "1"]
    assert profile.read_text().count(">>> gvm >>>") == 1
    assert machine.gvm("deactivate", "-q").stdout == ""
    for lock in machine.root.locks.iterdir():
        lock.unlink()
    assert {file: file.read_bytes() for file in machine.home.rglob("*") if file.is_file()} == before
