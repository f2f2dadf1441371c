"""gvm global: what is used when nothing else is asked for."""

from __future__ import annotations

import click

from gvm.cli.commands.local import checked
from gvm.cli.session import Session, common
from gvm.fs.locks import locked
from gvm.fs.oserrors import writing
from gvm.model.version import Request, can_be_installed
from gvm.selection.resolver import for_machine, resolve
from gvm.store.toolchains import choose_default, find


@click.command("global")
@click.argument("request", metavar="VERSION")
@common(system=True)
def global_(session: Session, request: str) -> None:
    """Make VERSION the default of this release."""
    root = session.roots.writable_root
    words = checked(request)
    if can_be_installed(words):
        find(Request.parse(words), session.roots.root.release, *session.roots.trusted)
    with locked(root.locks, root.aliases_lock()), writing(root.default):
        choose_default(root, words)
    session.output.say(f"Go {words} is now the default of {root.release}")
    asked = resolve({**session.process.environ, "GVM_GO_VERSION": words}, shim=session.roots.shim)
    if asked.selection.status != "found":
        hint = for_machine(asked.hint) if session.roots.is_system else asked.hint
        session.output.warn(f"{words} leads to no Go yet", hint)
