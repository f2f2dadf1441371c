"""Directories that variables name, as the XDG specification reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gvm.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the XDG base directory specification has below HOME.
_XDG = {"DATA": ".local/share", "CACHE": ".cache", "CONFIG": ".config"}


def home(environ: Mapping[str, str]) -> Path:
    """The caller's home directory.

    Raises:
        UsageError: HOME names none.
    """
    named = environ.get("HOME", "")
    if not named.startswith("/"):
        told = f"HOME={named} is not an absolute directory" if named else "HOME is not set"
        # Without HOME, a shell knows no ~ either.
        raise UsageError(told, hint='export HOME="$(getent passwd "$(id -u)" | cut -d: -f6)"')
    return Path(named)


def absolute(environ: Mapping[str, str], name: str) -> Path | None:
    """Return the directory that a variable names; None where it is unset, empty or relative."""
    value = environ.get(name, "")
    return Path(value) if value.startswith("/") else None


def completions(environ: Mapping[str, str]) -> Path | None:
    """Return the directory that BASH_COMPLETION_USER_DIR names first; None where that is not absolute."""
    first = environ.get("BASH_COMPLETION_USER_DIR", "").partition(":")[0]
    return absolute({"first": first}, "first")


def xdg(environ: Mapping[str, str], kind: str, user_home: Path | None = None) -> Path:
    """Return a base directory of the XDG specification, which ignores what is not absolute.

    Args:
        environ: with the variable XDG_kind_HOME, perhaps, and HOME.
        kind: `DATA`, `CACHE` or `CONFIG`.
        user_home: in place of HOME.

    Raises:
        UsageError: HOME is needed, and names none.
    """
    return absolute(environ, f"XDG_{kind}_HOME") or (user_home or home(environ)) / _XDG[kind]
