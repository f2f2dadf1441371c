"""gvm why: who asks for which version, and who wins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.cli.output import answer, print_json
from gvm.cli.session import Session, common, json_option
from gvm.errors import UsageError
from gvm.model.gomod import module_file, needed
from gvm.model.gotoolchain import foretold, setting
from gvm.model.version import Version
from gvm.store.toolchains import installed

if TYPE_CHECKING:
    from gvm.selection.resolver import Resolution, Selection


@click.command("why")
@json_option
@common()
def why(session: Session, as_json: bool) -> None:
    """Show who asks for which version, and who wins.

    Every candidate is shown in order, and why it won, lost or could not; then what Go's own
    toolchain switching will do with the module here.
    """
    resolution = session.roots.resolution(every=True)
    file = module_file(Path.cwd(), session.process.environ)
    switching = _switching(session, resolution, file)
    if as_json:
        print_json(
            {
                "release": resolution.release,
                "candidates": [
                    {
                        **selection.origin._asdict(),
                        "words": selection.words,
                        "wins": number == 0,
                        "status": selection.status,
                        "verdict": _verdict(selection, is_first=number == 0),
                    }
                    for number, selection in enumerate(resolution.candidates)
                ],
                "module": str(file) if file else None,
                "gotoolchain": switching,
            }
        )
        return
    for number, selection in enumerate(resolution.candidates):
        mark = "→" if number == 0 else " "
        who = str(selection.origin) if selection.origin.kind != "system" else "the first go on PATH"
        verdict = _verdict(selection, is_first=number == 0)
        words = (
            "" if selection.origin.kind == "system" else f" asks for {selection.words or 'nothing'}"
        )
        answer(f"{mark} {who}{words}: {verdict}")
    if switching:
        answer(switching)


def _verdict(selection: Selection, *, is_first: bool) -> str:
    if selection.status == "refused":
        result = f"refused: {selection.problem}"
    elif selection.status == "unreadable":
        result = "it cannot be read"
    elif selection.status == "missing":
        is_system = selection.request == "system"
        result = "there is none" if is_system else f"{selection.request} is not installed"
    else:
        result = str(selection.executable)
    if selection.status == "found":
        return f"wins, {result}" if is_first else f"loses to the first; would be {result}"
    return f"first, but {result}" if is_first else f"loses to the first, and {result}"


def _switching(session: Session, resolution: Resolution, file: Path | None) -> str:
    """What Go's own toolchain switching will do with this module."""
    need = needed(file) if file else None
    selection = resolution.selection
    if need is None or selection.status != "found" or selection.version is None:
        return ""
    try:
        version = Version.from_go_name(selection.version)
    except UsageError:
        # Somebody's own build: who knows what it does.
        return ""
    chosen = setting(session.process.environ, resolution.set_variables, selection.goroot)
    there = [toolchain.version for root in session.roots.trusted for toolchain in installed(root)]
    told = foretold(need, version, chosen, there)
    return f"{file} needs Go {need.request}: {told}"
