"""How shells and systemd write that a variable is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.shell.quoting import environment_line, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELLS = ("bash", "dash", "fish", "ksh", "mksh", "sh", "yash", "zsh")


SYSTEMD = "systemd"


def this_shell(environ: Mapping[str, str]) -> str:
    """The user's login shell, as far as it is known here; else `sh`."""
    name = environ.get("SHELL", "").rpartition("/")[2]
    return name if name in SHELLS else "sh"


def set_line(shell: str, name: str, value: str) -> str:
    """A line that sets and exports a variable; the value is quoted whole."""
    if shell == SYSTEMD:
        return environment_line(name, value)
    if shell == "fish":
        parts = value.split(":") if name == "PATH" else [value]
        return f"set -gx {name} {' '.join(quoted(shell, part) for part in parts)};"
    return f"export {name}={quoted(shell, value)};"


def unset_line(shell: str, name: str) -> str:
    """A line that removes a variable."""
    return f"set -e {name};" if shell == "fish" else f"unset {name};"
