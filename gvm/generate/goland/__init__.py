"""The GOROOT that GoLand is set to, whose path outlives patch releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.errors import NothingSelectedError
from gvm.generate.kind import Kind, Plan

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.generate.kind import Project


def _plan(project: Project) -> Plan:
    return Plan(
        files={},
        text=f"{_find_goroot(project)}\n",
        note="in GoLand: Settings, Go, GOROOT, +, Local…",
    )


def _find_goroot(project: Project) -> Path:
    """Return the alias of the line, where it leads to the version in use here; else the version itself."""
    selection = project.resolution.checked()
    toolchain = selection.goroot
    if toolchain is None:
        raise NothingSelectedError(
            f"{selection.executable} does not tell where its GOROOT is", hint="gvm local 1.22"
        )
    aliases = [alias for root in project.roots for alias in root.aliases.glob("[1-9]*")]
    return next((alias for alias in aliases if alias.resolve() == toolchain.resolve()), toolchain)


KIND = Kind(
    name="goland",
    summary="Print the GOROOT for GoLand.",
    details="The path stays the same when a patch release is installed.",
    marks=[".idea"],
    plan=_plan,
)
