"""The settings that let VS Code's Go extension use the shims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.change import Change
from gvm.errors import GvmError
from gvm.fs.read import read_optional_text
from gvm.generate.kind import Kind, Plan
from gvm.generate.vscode import jsonc

if TYPE_CHECKING:
    from gvm.generate.kind import Project

_SETTINGS = Path(".vscode/settings.json")
# The extension takes gopls and the rest from the GOPATH that this `go` tells, and other
# versions than the shim's from a GOROOT that is set.
_GO = ("go.alternateTools", "go")
_RIVAL = "go.goroot"


def _plan(project: Project) -> Plan:
    go = project.shims / "go"
    # The extension expands ~, so that the file holds for everybody who shares it.
    is_below = go.is_relative_to(project.home)
    shown = f"~/{go.relative_to(project.home)}" if is_below else str(go)

    def edit(file: Path) -> Change:
        old = read_optional_text(file)
        try:
            return Change(file, old, jsonc.changed(old or "", _GO, shown))
        except ValueError as error:
            there = Path.cwd() / file.name
            raise GvmError(
                f"{there} is not as VS Code writes it, and stays: {error}",
                hint=f"correct {there}",
            ) from error

    return Plan(files={_SETTINGS: edit})


def _check(change: Change) -> tuple[str, str] | None:
    """Warn of settings that name a GOROOT, too."""
    node = jsonc.parse(change.new or "")
    if node is None or _RIVAL not in node.members:
        return None
    return f"go.goroot in {change.file} is in the way", "remove it"


KIND = Kind(
    name="vscode",
    summary="Let VS Code's Go extension use the shim.",
    details=f"This is written into {_SETTINGS} here, where all else stays as it is.",
    marks=[".vscode"],
    plan=_plan,
    check=_check,
)
