"""What a project asks for: its pin, and what go.mod or go.work needs beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.model.gomod import module_file, needed
from gvm.model.version import Request, Version, can_be_installed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gvm.selection.resolver import Resolution


def find_requests(
    directory: Path, environ: Mapping[str, str], resolution: Resolution
) -> list[Request]:
    """Return the versions that a directory asks for, the pinned ones first.

    Args:
        directory: of the project, or below it.
        environ: which may name a go.work.
        resolution: what the shim says of it.

    Raises:
        UsageError: there is none, or the pin is refused.
    """
    selection = resolution.selection
    if selection.status in {"refused", "unreadable"}:
        resolution.checked()
    requests = []
    if selection.origin.kind != "system":
        words = filter(can_be_installed, selection.words.split())
        requests = [Request.parse(word) for word in words]
    file = module_file(directory, environ)
    need = needed(file) if file else None
    if need is not None and not any(_reaches(request, need.version) for request in requests):
        requests.append(Request.parse(need.request))
    if not requests:
        raise UsageError(
            "no version is named, and none is asked for in this directory",
            hint="gvm install latest, or gvm install 1.22.6",
        )
    return requests


def _reaches(request: Request, version: Version) -> bool:
    """Return whether what is asked for will do where `version` is needed."""
    if request.version is not None:
        return request.version >= version
    if request.line is None:
        return True
    return Version.from_go_name(request.line).line_number >= version.line_number
