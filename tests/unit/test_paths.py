from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.errors import GvmError, UsageError
from gvm.model.platform import Platform
from gvm.model.release import Release
from gvm.store.paths import Paths, Root

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


HOME = {"HOME": "/home/u"}
# The environment, gvm's own root, and the user's root.
ROOTS = {
    "home": (HOME, None, "/home/u/.local/share/gvm"),
    "XDG": ({**HOME, "XDG_DATA_HOME": "/data"}, None, "/data/gvm"),
    "relative XDG": ({**HOME, "XDG_DATA_HOME": "data"}, None, "/home/u/.local/share/gvm"),
    "empty XDG": ({**HOME, "XDG_DATA_HOME": ""}, None, "/home/u/.local/share/gvm"),
    "variable": ({**HOME, "GVM_DATA_DIR": "/d"}, Path("/own"), "/d"),
    "empty variable": ({**HOME, "GVM_DATA_DIR": ""}, Path("/own"), "/own"),
    "own": (HOME, Path("/own"), "/own"),
    "own before XDG": ({**HOME, "XDG_DATA_HOME": "/data"}, Path("/own"), "/own"),
    "own of the system": (HOME, Path("/opt/gvm"), "/home/u/.local/share/gvm"),
    "variable names the system's": ({**HOME, "GVM_DATA_DIR": "/opt/gvm"}, None, "/opt/gvm"),
    "trailing slash": ({"HOME": "/home/u/"}, None, "/home/u/.local/share/gvm"),
    "home of nobody": ({"HOME": "/"}, None, "/.local/share/gvm"),
}


@pytest.mark.parametrize(("environ", "own", "expected"), ROOTS.values(), ids=ROOTS)
def test_root(environ: dict[str, str], own: Path | None, expected: str) -> None:
    """The user's root is GVM_DATA_DIR, else gvm's own, else by the XDG specification."""
    paths = Paths.of(environ, own)
    assert (str(paths.user), str(paths.system)) == (expected, "/opt/gvm")


@pytest.mark.parametrize(
    "environ",
    [
        {**HOME, "GVM_DATA_DIR": "data"},
        {**HOME, "GVM_DATA_DIR": "/a:b"},
        {"HOME": "/a:b"},
        {**HOME, "GVM_DATA_DIR": "/a\nb"},
        {"HOME": "/a\nb"},
        {},
        {"HOME": ""},
        {"HOME": "home"},
    ],
    ids=lambda environ: " ".join(f"{name}={value!r}" for name, value in environ.items()),
)
def test_refused(environ: dict[str, str], snapshot: SnapshotAssertion) -> None:
    """A root that is not absolute or that PATH would split, or no home at all, is a mistake that says what to type."""
    with pytest.raises(UsageError) as caught:
        Paths.of(environ)
    assert (str(caught.value), caught.value.hint) == snapshot


def test_cache_and_settings() -> None:
    """The cache and the settings have their places by the XDG specification."""
    paths = Paths.of(HOME)
    assert str(paths.archives) == "/home/u/.cache/gvm/archives"
    assert str(paths.config) == "/home/u/.config/gvm/config.toml"
    assert Paths.of({**HOME, "XDG_CACHE_HOME": "c", "XDG_CONFIG_HOME": "s"}) == paths
    paths = Paths.of({**HOME, "XDG_CACHE_HOME": "/c", "XDG_CONFIG_HOME": "/s"})
    assert (str(paths.archives), str(paths.config)) == ("/c/gvm/archives", "/s/gvm/config.toml")


def test_layout() -> None:
    """A root is laid out as the contract says."""
    root = Root(Path("/r"), Release("ubuntu-24.04"))
    places = (root.shims, root.versions, root.aliases, root.receipts, root.default, root.staging)
    assert [str(place) for place in places] == [
        "/r/shims",
        "/r/ubuntu-24.04/versions",
        "/r/ubuntu-24.04/aliases",
        "/r/ubuntu-24.04/receipts",
        "/r/ubuntu-24.04/default",
        "/r/staging",
    ]


ARCHES = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "armv7l": "armv6l",
    "armv6l": "armv6l",
    "arm": "armv6l",
    "i686": "386",
    "386": "386",
    "loongarch64": "loong64",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}


@pytest.mark.parametrize(("arch", "expected"), ARCHES.items(), ids=ARCHES)
def test_platform(arch: str, expected: str) -> None:
    """An architecture has Go's name, whoever names it."""
    assert str(Platform.parse(arch)) == expected


@pytest.mark.parametrize("arch", ["", "sparc64", "AMD64", "amd64\n", "../amd64", "mips"])
def test_no_platform(arch: str) -> None:
    """What Go has no Linux archives for is refused."""
    with pytest.raises(UsageError):
        Platform.parse(arch)


def test_release() -> None:
    """This machine's release is os-release's ID and VERSION_ID."""
    text = Path("/etc/os-release").read_text()
    told = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    if "VERSION_ID" not in told:
        pytest.skip("this machine's os-release has no VERSION_ID")
    expected = f"{told['ID']}-{told['VERSION_ID']}".replace('"', "")
    assert str(Release.current()) == expected


@pytest.mark.parametrize("name", ["", "..", "-x", "a/b", "a\n", "Ubuntu-24.04", "a b", "24.04"])
def test_no_release(name: str) -> None:
    """A name that could lead out of its directory is no release."""
    with pytest.raises(GvmError):
        Release.parse(name)
