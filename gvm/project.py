"""What a project's go.mod or go.work needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.versions import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(r"[ \t]*(?:go[ \t]+|toolchain[ \t]+go)([0-9][0-9a-z.]*)[ \t]*(?://.*)?\r?")
_LIMIT = 1 << 20


def module_file(directory: Path, environ: Mapping[str, str]) -> Path | None:
    """The go.work that is in force in a directory, else the go.mod; None outside of modules."""
    places = [directory, *directory.parents]
    work = environ.get("GOWORK", "")
    files = [Path(work)] if work else [place / "go.work" for place in places]
    files += [place / "go.mod" for place in places]
    return next((file for file in files if file.is_file()), None)


def needed(file: Path) -> Version | None:
    """The version that a go.mod or go.work needs: the greater of its go and toolchain lines.

    None where it names none, or one from before Go 1.21, whose line asked for no toolchain.
    """
    with file.open(encoding="utf-8", errors="replace", newline="\n") as opened:
        text = opened.read(_LIMIT)
    named = []
    for match in filter(None, map(_LINE.fullmatch, text.split("\n"))):
        try:
            # `go 1.22` means the first of that line, as `go 1.22.0` does.
            named.append(Version.from_go_name(match[1]))
        except UsageError:
            continue
    version = max(named, default=None)
    return version if version is not None and (version.major, version.minor) >= (1, 21) else None
