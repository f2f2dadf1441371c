"""Files for other programs, so that they use the right Go; one folder for each kind."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gvm.generate.kind import Kind

# Those that need no more than the project. A service has a name and a command: see `systemd`.
KINDS = ("vscode", "goland")


def load_kind(name: str) -> Kind:
    """Return a kind by its name, which is that of its folder."""
    kind: Kind = import_module(f"gvm.generate.{name}").KIND
    return kind
