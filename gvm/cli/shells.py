"""How shells write that a variable is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELLS = ("bash", "dash", "fish", "ksh", "mksh", "sh", "yash", "zsh")


def this_shell(environ: Mapping[str, str]) -> str:
    """The user's login shell, as far as it is known here; else `sh`."""
    name = environ.get("SHELL", "").rpartition("/")[2]
    return name if name in SHELLS else "sh"


def set_line(shell: str, name: str, value: str) -> str:
    """A line that sets and exports a variable; the value is quoted whole."""
    if shell == "fish":
        quoted = value.replace("\\", "\\\\").replace("'", "\\'")
        words = f"'{quoted}'"
        if name == "PATH":
            words = " ".join(f"'{part}'" for part in quoted.split(":"))
        return f"set -gx {name} {words};"
    quoted = value.replace("'", "'\\''")
    return f"export {name}='{quoted}';"


def unset_line(shell: str, name: str) -> str:
    """A line that removes a variable."""
    return f"set -e {name};" if shell == "fish" else f"unset {name};"
