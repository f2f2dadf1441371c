"""Files that come with gvm and are no Python."""

from __future__ import annotations

from pathlib import Path

from gvm.errors import DamagedStateError


def asset(name: str) -> Path:
    """Where `shims/gvm-shim` or another file lies, in an installed package and in a checkout.

    Raises:
        DamagedStateError: it is in neither.
    """
    package = Path(__file__).parent
    for base in (package, package.parent):
        if (base / name).is_file():
            return base / name
    raise DamagedStateError(f"{name} is missing from gvm", hint="install gvm again")
