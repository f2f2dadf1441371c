"""The settings that let VS Code's Go extension use the shims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.activate.change import Change
from gvm.fs.read import read_optional_text
from gvm.generate import jsonc

if TYPE_CHECKING:
    from pathlib import Path

# The extension takes gopls and the rest from the GOPATH that this `go` tells, and other
# versions than the shim's from a GOROOT that is set.
_GO = ("go.alternateTools", "go")
_RIVAL = "go.goroot"


def settings(file: Path, shims: Path, home: Path) -> Change:
    """What becomes of a settings.json, in which all else stays as it is.

    Args:
        file: it.
        shims: the directory of the `go` to use.
        home: of the user; what is below it is written with `~`, which the extension expands, so
            that the file holds for everybody who shares it.

    Raises:
        ValueError: the file is no JSON.
    """
    old = read_optional_text(file)
    go = shims / "go"
    shown = f"~/{go.relative_to(home)}" if go.is_relative_to(home) else str(go)
    return Change(file, old, jsonc.changed(old or "", _GO, shown))


def has_rival(text: str) -> bool:
    """Whether settings name a GOROOT too."""
    node = jsonc.parse(text)
    return node is not None and _RIVAL in node.members
