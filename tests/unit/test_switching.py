from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gvm.model.gomod import Need
from gvm.model.gotoolchain import Setting, foretold, setting
from gvm.model.version import Version

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

NEED = Need(Version.parse("1.23.1"), "1.23.1")
# Selected, GOTOOLCHAIN or nothing, installed besides.
CASES: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "it reaches": ("1.23.1", "auto", ()),
    "newer": ("1.24.0", "local", ()),
    "before switching": ("1.20.3", "auto", ()),
    "pinned": ("1.22.6", "local", ()),
    "nobody": ("1.22.6", None, ()),
    "gvm has it": ("1.22.6", "auto", ("1.23.1",)),
    "gvm has it, path": ("1.22.6", "path", ("1.23.1",)),
    "gvm has another": ("1.22.6", "auto", ("1.23.2",)),
    "gvm has nothing, path": ("1.22.6", "path", ()),
    "one and nothing else": ("1.22.6", "go1.22.9", ("1.23.1",)),
    "at least, enough": ("1.22.6", "go1.24.0+auto", ()),
    "at least, too little": ("1.22.6", "go1.22.9+auto", ()),
    "local at least": ("1.22.6", "local+path", ("1.23.1",)),
}  # fmt: skip


@pytest.mark.parametrize(("have", "value", "there"), CASES.values(), ids=CASES)
def test_foretold(
    have: str, value: str | None, there: tuple[str, ...], snapshot: SnapshotAssertion
) -> None:
    """What go will do follows from GOTOOLCHAIN, and from what gvm has."""
    chosen = Setting(value, "us") if value else None
    installed = [Version.parse(text) for text in there]
    assert foretold(NEED, Version.parse(have), chosen, installed) == snapshot


def test_line_alone(snapshot: SnapshotAssertion) -> None:
    """`go 1.23` makes go ask for a toolchain that there never was."""
    need = Need(Version.parse("1.23.0"), "1.23")
    told = foretold(need, Version.parse("1.22.6"), Setting("auto", "us"), [])
    assert told == snapshot


def test_setting(tmp_path: Path) -> None:
    """The environment wins, then the pin, then `go env -w`, then the toolchain's own file."""
    goroot, home = tmp_path / "goroot", tmp_path / "home"
    (home / ".config/go").mkdir(parents=True)
    goroot.mkdir()
    environ = {"HOME": str(home)}
    assert setting(environ, {}, goroot) is None
    (goroot / "go.env").write_text("# defaults\nGOPROXY=x\nGOTOOLCHAIN=auto\r\n")
    assert setting(environ, {}, goroot) == Setting("auto", str(goroot / "go.env"))
    (home / ".config/go/env").write_text("GOTOOLCHAIN=path\n")
    assert setting(environ, {}, goroot) == Setting("path", str(home / ".config/go/env"))
    (home / "elsewhere").mkdir()
    (home / "elsewhere/env").write_text("GOTOOLCHAIN=go1.22.6\n")
    assert setting({"GOENV": str(home / "elsewhere/env")}, {}, None) is not None
    assert setting({**environ, "GOENV": "off"}, {}, None) is None
    assert setting({**environ, "XDG_CONFIG_HOME": "elsewhere"}, {}, None) is None
    assert setting(environ, {"GOTOOLCHAIN": "local"}, goroot) == Setting("local", "the pin")
    assert setting({**environ, "GOTOOLCHAIN": "auto"}, {"GOTOOLCHAIN": "local"}, None) == Setting(
        "auto", "the environment"
    )
