"""What a project's go.mod or go.work needs."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.fs.read import read_text
from gvm.model.version import FIRST_THREE_NUMBERS, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(r"[ \t]*(?:go[ \t]+|toolchain[ \t]+go)([0-9][0-9a-z.]*)[ \t]*(?://.*)?\r?")
# The first version whose go line asks for a toolchain.


@dataclass(frozen=True)
class Need:
    """The least version that will do.

    Attributes:
        version: it; the first of its line where only a line is named.
        request: what brings it, as for `gvm install`: `1.23`, the newest of a line, or `1.23.1`.
    """

    version: Version
    request: str


def module_file(directory: Path, environ: Mapping[str, str]) -> Path | None:
    """The go.work that is in force in a directory, else the go.mod; None outside of modules."""
    places = [directory, *directory.parents]
    work = environ.get("GOWORK", "")
    # That, or off, or what go refuses.
    files = [Path(work)] if os.path.isabs(work) else []  # noqa: PTH117 - as text
    files += [] if work else [place / "go.work" for place in places]
    files += [place / "go.mod" for place in places]
    # Where a directory is closed to the caller, os.path says no.
    return next((file for file in files if os.path.isfile(file)), None)  # noqa: PTH113


def needed(file: Path) -> Need | None:
    """What a go.mod or go.work needs: the greater of its go and toolchain lines.

    None where it names none, or one from before Go 1.21, whose line asked for no toolchain.
    """
    text = read_text(file, errors="replace")
    needs = []
    for match in filter(None, map(_LINE.fullmatch, text.split("\n"))):
        try:
            needs.append(Need(Version.from_go_name(match[1]), match[1]))
        except UsageError:
            continue
    # Of two that say the same, the one with three numbers says it better.
    need = max(needs, key=lambda need: (need.version, len(need.request)), default=None)
    return need if need is not None and need.version.line_number >= FIRST_THREE_NUMBERS else None
