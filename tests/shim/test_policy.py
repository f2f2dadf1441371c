"""What the toolchain gets to see: what is kept apart, and what the user set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gvm.store.config import Config
from tests.machine import Machine, told

if TYPE_CHECKING:
    from collections.abc import Mapping

PIN = "golang 1.22.6\n"
GO_ENV = ".config/go/env"


def apart(machine: Machine, policy: str = "release") -> dict[str, str]:
    """What a release gets where the user set nothing; HOME stands for the home directory."""
    suffix = machine.root.release.name.removeprefix("ubuntu-")
    if policy == "shared":
        return dict.fromkeys(("GOPATH", "GOCACHE", "GOMODCACHE"), "unset")
    version = "-1.22.6" if policy == "version" else ""
    return {
        "GOPATH": f"HOME/go-{suffix}{version}",
        "GOCACHE": f"HOME/.cache/go-build-{suffix}",
        "GOMODCACHE": "HOME/go/pkg/mod",
    }


# Variables, the file of `go env -w`, and what differs then.
SETTINGS: dict[str, tuple[Mapping[str, str], str, Mapping[str, str]]] = {
    "nothing": ({}, "", {}),
    "GOPATH": ({"GOPATH": "/g"}, "", {"GOPATH": "/g", "GOMODCACHE": "unset"}),
    "GOPATH of two": ({"GOPATH": "/g:/h"}, "", {"GOPATH": "/g:/h", "GOMODCACHE": "unset"}),
    "empty GOPATH": ({"GOPATH": ""}, "", {}),
    "GOCACHE": ({"GOCACHE": "/c"}, "", {"GOCACHE": "/c"}),
    "GOMODCACHE": ({"GOMODCACHE": "/m"}, "", {"GOMODCACHE": "/m"}),
    "XDG_CACHE_HOME": ({"XDG_CACHE_HOME": "/x"}, "", {"GOCACHE": "/x/go-build-SUFFIX"}),
    "relative XDG_CACHE_HOME": ({"XDG_CACHE_HOME": "x"}, "", {}),
    "relative XDG_CONFIG_HOME": ({"XDG_CONFIG_HOME": ".config"}, "GOPATH=/g\n", {}),
    "relative GOENV": (
        {"GOENV": ".config/go/env"},
        "GOPATH=/g\n",
        {"GOPATH": "unset", "GOMODCACHE": "unset"},
    ),
    "go env GOPATH": ({}, "GOPATH=/g\n", {"GOPATH": "unset", "GOMODCACHE": "unset"}),
    "go env GOCACHE": ({}, "GOCACHE=/c\n", {"GOCACHE": "unset"}),
    "go env GOMODCACHE": ({}, "GOMODCACHE=/m", {"GOMODCACHE": "unset"}),
    "go env of others": ({}, "# x\n\nGOFLAGS=-mod=mod\nGOPROXY=off\n", {}),
    "go env of nothing": ({}, "GOPATH=\nGOTOOLCHAIN=\n", {}),
    "last of go env": ({}, "GOPATH=/g\nGOPATH=\n", {}),
    "variable before go env": ({"GOCACHE": "/c"}, "GOCACHE=/d\n", {"GOCACHE": "/c"}),
    "go env is off": ({"GOENV": "off"}, "GOPATH=/g\nGOTOOLCHAIN=auto\n", {}),
    "go env elsewhere": (
        {"GOENV": "HOME/elsewhere"},
        "GOPATH=/g\n",
        {},
    ),
    "GOTOOLCHAIN": ({"GOTOOLCHAIN": "auto"}, "", {"GOTOOLCHAIN": "auto"}),
    "go env GOTOOLCHAIN": ({}, "GOTOOLCHAIN=path\n", {"GOTOOLCHAIN": "unset"}),
    "GOROOT": ({"GOROOT": "/usr/lib/go"}, "", {}),
}


@pytest.mark.parametrize("policy", ["release", "version", "shared"])
@pytest.mark.parametrize(("environ", "go_env", "differs"), SETTINGS.values(), ids=SETTINGS)
def test_policy(
    environ: Mapping[str, str],
    go_env: str,
    differs: Mapping[str, str],
    policy: str,
    machine: Machine,
) -> None:
    """Compiled things are kept apart as the policy says, and what the user set wins."""
    machine.add("1.22.6")
    if policy != "release":
        machine.reshim(Config(isolation=policy))
    machine.write(".tool-versions", PIN)
    if go_env:
        machine.write(GO_ENV, go_env)
    home = str(machine.home)
    suffix = machine.root.release.name.removeprefix("ubuntu-")
    done = machine.shim(environ={k: v.replace("HOME", home) for k, v in environ.items()})
    expected = {"GOROOT": "unset", "GOTOOLCHAIN": "local", **apart(machine, policy)}
    if policy == "shared":
        # Nothing is set then, but what the user set is there.
        kept = {name: value for name, value in environ.items() if name in expected}
        differs = {"GOROOT": "unset"} | {k: v for k, v in differs.items() if k == "GOTOOLCHAIN"}
        expected |= kept
    expected |= differs
    seen = told(done.stdout)
    assert {name: seen[name] for name in expected} == {
        name: value.replace("HOME", home).replace("SUFFIX", suffix)
        for name, value in expected.items()
    }


PLACES = {
    "GOENV": ({"GOENV": "HOME/a/env"}, "a/env"),
    "XDG_CONFIG_HOME": ({"XDG_CONFIG_HOME": "HOME/b"}, "b/go/env"),
    "GOENV first": ({"GOENV": "HOME/a/env", "XDG_CONFIG_HOME": "HOME/b"}, "a/env"),
    "home": ({}, GO_ENV),
    "empty": ({"GOENV": "", "XDG_CONFIG_HOME": ""}, GO_ENV),
}


@pytest.mark.parametrize(("environ", "place"), PLACES.values(), ids=PLACES)
def test_go_env_places(environ: Mapping[str, str], place: str, machine: Machine) -> None:
    """The settings of `go env -w` are found where the go command finds them."""
    machine.add("1.22.6")
    machine.write(".tool-versions", PIN)
    machine.write(place, "GOTOOLCHAIN=auto\n")
    done = machine.shim(
        environ={k: v.replace("HOME", str(machine.home)) for k, v in environ.items()}
    )
    assert told(done.stdout)["GOTOOLCHAIN"] == "unset"


WRITES = {
    "here": ("env", "-w"),
    "elsewhere": ("-C", ".", "env", "-w"),
    "elsewhere with two dashes": ("--C", ".", "env", "-w"),
    "elsewhere at once": ("-C=.", "env", "-w"),
}


@pytest.mark.parametrize("words", WRITES.values(), ids=WRITES)
def test_go_env_written(words: tuple[str, ...], machine: Machine) -> None:
    """`go env -w` gets nothing that it would warn of, since what it writes is in force the next time."""
    machine.add("1.22.6")
    machine.write(".tool-versions", PIN)
    seen = told(machine.shim("go", *words, "GOPATH=/g").stdout)
    assert (seen["GOPATH"], seen["GOCACHE"], seen["GOTOOLCHAIN"]) == ("unset", "unset", "local")
    assert told(machine.shim("go", *words, "GOTOOLCHAIN=auto").stdout)["GOTOOLCHAIN"] == "unset"
    for other in (words[:-1], words[:-2], ("-C",)):
        assert told(machine.shim("go", *other).stdout)["GOPATH"] != "unset"


# Who asks, and whether the go command may then switch toolchains.
PINS: dict[str, tuple[Mapping[str, str], Mapping[str, str], str, str]] = {
    "variable": ({}, {"GVM_GO_VERSION": "1.22.6"}, "", "local"),
    "asdf's variable": ({}, {"ASDF_GOLANG_VERSION": "1.22"}, "", "local"),
    "file": ({"w/.tool-versions": PIN}, {}, "", "local"),
    "go-version": ({"w/.go-version": "1.22.6"}, {}, "", "local"),
    "home": ({".tool-versions": PIN}, {}, "", "local"),
    "default": ({}, {}, PIN, "unset"),
    "nobody": ({}, {}, "", "unset"),
}


@pytest.mark.parametrize(("files", "environ", "default", "expected"), PINS.values(), ids=PINS)
def test_switching(
    files: Mapping[str, str],
    environ: Mapping[str, str],
    default: str,
    expected: str,
    machine: Machine,
) -> None:
    """Only an explicit pin keeps the go command from switching toolchains."""
    machine.add("1.22.6")
    (machine.home / "w").mkdir()
    for name, content in files.items():
        machine.write(name, content)
    if default:
        machine.root.default.write_text(default)
    for name in ("go", "gofmt"):
        program = machine.write(
            f"usr/{name}", (machine.root.versions / "1.22.6/bin/go").read_bytes()
        )
        program.chmod(0o755)
    environ = {"PATH": f"{machine.bin}:{machine.home}/usr", **environ}
    for arguments in (["version"], ["install", "x"], ["-C", ".", "build"], ["env"]):
        done = machine.shim("go", *arguments, cwd=machine.home / "w", environ=environ)
        assert told(done.stdout)["GOTOOLCHAIN"] == expected
    done = machine.shim("gofmt", cwd=machine.home / "w", environ=environ)
    assert told(done.stdout)["GOTOOLCHAIN"] == "unset"


# HOME in the environment, and what becomes of it; BASE is the machine's directory.
HOMES = {
    "trailing slash": ("BASE/home/", "BASE/home"),
    "slashes within": ("BASE//home", "BASE//home"),
    "root": ("/", ""),
    "unset": (None, None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("home", "place"), HOMES.values(), ids=HOMES)
def test_home(home: str | None, place: str | None, machine: Machine) -> None:
    """However HOME is written, paths below it are plain; without one, nothing is kept apart."""
    machine.add("1.22.6")
    machine.root.default.write_text(PIN)
    del machine.environ["HOME"]
    base = str(machine.base)
    environ = {} if home is None else {"HOME": home.replace("BASE", base)}
    seen = told(machine.shim(environ=environ).stdout)
    kept = dict.fromkeys(("GOPATH", "GOCACHE", "GOMODCACHE"), "unset")
    if place is not None:
        kept = apart(machine)
    assert {name: seen[name] for name in kept} == {
        name: value.replace("HOME", (place or "").replace("BASE", base))
        for name, value in kept.items()
    }
