"""What a project's go.mod or go.work needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"^\s*(?:go\s+|toolchain\s+go)([0-9][0-9a-z.]*)\s*(?://.*)?$", re.MULTILINE)
_LIMIT = 1 << 20


def module_file(directory: Path) -> Path | None:
    """The go.work that is in force in a directory, else the go.mod; None outside of modules."""
    places = [directory, *directory.parents]
    for name in ("go.work", "go.mod"):
        for place in places:
            if (place / name).is_file():
                return place / name
    return None


def needed(file: Path) -> Version | None:
    """The version that a go.mod or go.work needs: the greater of its go and toolchain lines.

    None where it names none, or one from before Go 1.21, whose line asked for no toolchain.
    """
    with file.open(encoding="utf-8", errors="replace") as opened:
        text = opened.read(_LIMIT)
    named = []
    for name in _LINE.findall(text):
        try:
            # `go 1.22` means the first of that line, as `go 1.22.0` does.
            named.append(Version.from_go_name(name))
        except UsageError:
            continue
    version = max(named, default=None)
    return version if version is not None and (version.major, version.minor) >= (1, 21) else None
