"""Services that gvm generates, run by a user's real systemd with real toolchains."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from gvm.fs.read import compute_sha256
from gvm.shell.quoting import environment_line
from tests import manager, realgo
from tests.island import SHOWN, Island
from tests.manager import Manager, boot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(bool(manager.missing()), reason=manager.missing() or "all is there"),
    pytest.mark.xdist_group("services"),
]

SHIMS = "/home/gopher/.local/share/gvm/shims"
PROJECT = "/home/gopher/my 100% $app's"
PROJECT_QUOTED = PROJECT.replace("'", "'\\''")
AWKWARD = "/home/gopher/[c]*? 100% \\\\ d"
FILES = {
    "go.mod": "module example.com/app\n\ngo 1.21\n",
    "main.go": """package main

import (
	"os"
	"runtime"
)

func main() {
	told := runtime.Version()
	for _, word := range os.Args[2:] {
		told += "\\n" + word
	}
	os.WriteFile("new", []byte(told), 0o644)
	os.Rename("new", os.Args[1])
}
""",
    ".tool-versions": f"golang {realgo.OLD}\n",
}
ARGUMENTS = ["100%", "%i", "$HOME", "${HOME}", "a b", "", '"', "'", "\\n", "a\tb", ";", "ü"]
TYPED = """'100%' %i '$HOME' '${HOME}' 'a b' '' '"' "'" '\\n' 'a\tb' ';' ü"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, user_layer: Path) -> Iterator[Island]:
    """A machine whose user has gvm, two versions and a project."""
    try:
        archives = {realgo.archive(version): version for version in (realgo.OLD, realgo.NEW)}
    except realgo.UnavailableError as error:
        pytest.skip(f"there are no real toolchains: {error}")
    with Island(tmp_path_factory.mktemp("island"), user_layer) as place:
        for archive in archives:
            place.put(archive, f"/tmp/{archive.name}")
            words = ["install", f"/tmp/{archive.name}", "--sha256", compute_sha256(archive)]
            done = place.run(f'{SHIMS}/gvm "$@"', *words, user="gopher")
            assert done.returncode == 0, done.stderr
        for name, text in FILES.items():
            place.put(text, f"{PROJECT}/{name}", "gopher")
        yield place


@pytest.fixture(scope="module")
def gopher(place: Island) -> Iterator[Manager]:
    with Manager(place, "gopher") as gopher:
        yield gopher


def gvm(place: Island, *words: str) -> str:
    done = place.run(f'cd "$1"; shift; {SHIMS}/gvm "$@"', PROJECT, *words, user="gopher")
    assert done.returncode == 0, done.stderr
    return done.stdout


def started(gopher: Manager, unit: str, file: str) -> str:
    """What the program of a unit tells, when it has been started."""
    told = gopher.run(f"""cd '{PROJECT_QUOTED}'; rm -f '{file}'
    systemctl --user daemon-reload; systemctl --user start {unit}
    for n in $(seq 300); do [ ! -e '{file}' ] || break; sleep 0.1; done
    cat '{file}' || systemctl --user status {unit} --no-pager""")
    return told.stdout


def test_service(gopher: Manager, place: Island) -> None:
    """A service builds and runs with its project's version, and gets each word as it was typed."""
    gvm(place, "generate", "systemd", "app", "--exec", f"go run . told {TYPED}")
    assert started(gopher, "app", "told").split("\n") == [f"go{realgo.OLD}", *ARGUMENTS]


def test_template(gopher: Manager, place: Island) -> None:
    """Each instance of a template runs with the version that it is named by, and so do its children."""
    line = "sh -c 'go version >new; mv new told-by-many'"
    gvm(place, "generate", "systemd", "many@", "--exec", line)
    for name, version in (("1.22", realgo.OLD), (realgo.NEW, realgo.NEW)):
        told = started(gopher, f"many@{name}", "told-by-many")
        assert told.startswith(f"go version go{version} ")


def test_activated(gopher: Manager) -> None:
    """What gvm activate wrote reaches a unit, which finds go by its name."""
    done = gopher.run("systemd-run --user --wait --pipe -q sh -c 'command -v go'")
    assert done.stdout == f"{SHIMS}/go\n"


# What keeps a manager that runs from knowing where the shims are.
STALE = {
    "activated since it runs": f"{SHIMS}/gvm deactivate -q; systemctl --user daemon-reload; {SHIMS}/gvm activate -q",
    "told so by a session": "systemctl --user set-environment PATH=/usr/bin:/bin",
}


@pytest.mark.parametrize("spoil", STALE.values(), ids=STALE)
def test_doctor(spoil: str, gopher: Manager) -> None:
    """The doctor asks the manager that runs, and tells what lets it find go."""
    doctor = f"{SHIMS}/gvm doctor systemd --json"

    def found() -> dict[str, str]:
        (finding,) = json.loads(gopher.run(f"cd; {doctor}").stdout)
        return finding

    assert (found()["evidence"].get("executable", ""), found()["evidence"].get("entered", "")) == (
        f"{SHIMS}/go",
        "",
    )
    assert gopher.run(spoil).returncode == 0
    assert found()["status"] == "problem"
    assert gopher.run(found()["fix"]).returncode == 0
    assert (found()["status"], found()["evidence"].get("version", "")) == ("ok", realgo.OLD)


VALUES = (
    "plain", "", " a  b ", "#x", "a # b", ";x", '"a"', "it's", "\\", "\\n", "a\\", "a\nb", "a\tb",
    "$HOME", "${HOME}", "`x`", "%h", "100%", "ü", "a=b", "=", "~/x", "\n", "-", "!", "a\n\nb\\\nc",
)  # fmt: skip


def test_values(gopher: Manager, place: Island) -> None:
    """Each value in a file for EnvironmentFile= comes back as it was."""
    variables = {f"V{number}": value for number, value in enumerate(VALUES)}
    lines = [environment_line(name, value) for name, value in variables.items()]
    place.put("\n".join(lines) + "\n", "/tmp/values", "gopher")
    run = "systemd-run --user --wait --pipe -q -p EnvironmentFile=/tmp/values env -0"
    told = dict(pair.split("=", 1) for pair in gopher.run(run).stdout.split("\0")[:-1])
    assert {name: told.get(name) for name in variables} == variables


def test_env(gopher: Manager, place: Island) -> None:
    """With what `gvm env --format systemd` prints, a unit has the version's go and its places."""
    place.put(gvm(place, "env", "--format", "systemd"), "/tmp/environment", "gopher")
    run = "systemd-run --user --wait --pipe -q --same-dir -p EnvironmentFile=/tmp/environment"
    done = gopher.run(f"cd '{PROJECT_QUOTED}'; {run} sh -c 'go version; go env GOPATH GOTOOLCHAIN'")
    version, gopath, switching = done.stdout.splitlines()
    assert version.startswith(f"go version go{realgo.OLD} ")
    assert gopath.startswith("/home/gopher/go-")
    assert switching == "local"


@pytest.mark.skipif(not shutil.which("systemd-nspawn"), reason="there is no systemd-nspawn")
def test_machine(place: Island) -> None:
    """A service of the machine's builds and runs as the project's owner, when the machine boots."""
    gvm = f"PYTHONPATH='{SHOWN}' {SHIMS.removesuffix('/shims')}/*/venv/bin/python -m gvm --system"
    archive = f"/tmp/{realgo.archive(realgo.OLD).name}"
    digest = compute_sha256(realgo.archive(realgo.OLD))
    done = place.run(f"{gvm} install {archive} --sha256 {digest}")
    assert done.returncode == 0, done.stderr
    words = ["generate", "systemd", "served", "--exec", "go run . told-by-machine 'a b'"]
    done = place.run(f'cd "$1"; shift; {gvm} "$@"', PROJECT, *words)
    assert done.returncode == 0, done.stderr
    assert "\nUser=gopher\n" in done.stdout
    assert "\nExecStart=/opt/gvm/shims/go run " in done.stdout
    told = boot(place, "served.service", f"{PROJECT}/told-by-machine")
    assert told.split("\n") == [f"go{realgo.OLD}", "a b"]


def test_config_home(gopher: Manager, place: Island) -> None:
    """A service finds its environment below a directory whose name is a pattern to systemd."""
    place.put("", f"{AWKWARD}/.keep", "gopher")
    script = f"""export XDG_CONFIG_HOME="$1"; cd "$2"
    {SHIMS}/gvm generate systemd odd --exec "sh -c 'echo \\$GVM_GO_VERSION >told-by-odd'" """
    done = place.run(script, AWKWARD, PROJECT, user="gopher")
    assert done.returncode == 0, done.stderr
    gopher.run(f"systemctl --user link '{AWKWARD}/systemd/user/odd.service'")
    assert started(gopher, "odd", "told-by-odd") == f"{realgo.OLD}\n"
