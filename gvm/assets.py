"""Files that come with gvm and are no Python."""

from __future__ import annotations

from pathlib import Path

from gvm.errors import DamagedStateError

_PACKAGE = Path(__file__).parent
# In an installed package, and in a checkout.
_BASES = (_PACKAGE, _PACKAGE.parent)


def asset(name: str) -> Path:
    """Where `shims/gvm.sh` or another file lies.

    Raises:
        DamagedStateError: it is nowhere.
    """
    for base in _BASES:
        if (base / name).is_file():
            return base / name
    raise damaged(f"{name} is missing from gvm")


def assemble_shim() -> str:
    """Return the shim's program: its parts, in the order of their names.

    Raises:
        DamagedStateError: there are none.
    """
    for base in _BASES:
        if parts := sorted((base / "shims/parts").glob("*.sh")):
            return "".join(part.read_text(encoding="utf-8") for part in parts)
    raise damaged("shims/parts is missing from gvm")


def damaged(message: str) -> DamagedStateError:
    """Return the error of what is wrong with gvm's own files."""
    return DamagedStateError(message, hint="install gvm again")
