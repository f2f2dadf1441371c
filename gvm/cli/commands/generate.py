"""gvm generate: files for other programs, so that they use the right Go."""

from __future__ import annotations

import os
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.cli.commands.generate_systemd import systemd
from gvm.cli.session import Session, common, dry_run_option
from gvm.errors import GvmError, NothingSelectedError
from gvm.fs.impersonate import visiting
from gvm.fs.oserrors import writing

if TYPE_CHECKING:
    from gvm.selection.resolver import Selection

_SETTINGS = Path(".vscode/settings.json")


@click.group("generate")
def command() -> None:
    """Make files for services and editors."""


command.add_command(systemd)


@command.command("vscode")
@dry_run_option
@common()
def vscode(session: Session, dry_run: bool) -> None:
    """Let VS Code's Go extension use the shim.

    This is written into .vscode/settings.json here, where all else stays as it is.
    """
    from gvm.generate.vscode import has_rival, settings

    file, shims, home = Path.cwd() / _SETTINGS, session.roots.shims[0], session.process.home
    directory = _SETTINGS.parent
    try:
        with writing(file), visiting(Path()):
            if not dry_run:
                directory.mkdir(0o755, exist_ok=True)
            is_there = os.path.lexists(directory)
            with visiting(directory) if is_there else nullcontext():
                change = settings(Path(_SETTINGS.name) if is_there else _SETTINGS, shims, home)
                if dry_run:
                    click.echo(replace(change, file=file).diff(), nl=False)
                else:
                    change.make()
        if not dry_run:
            session.output.say(f"{file} {'is right already' if change.is_none else 'is written'}")
    except ValueError as error:
        raise GvmError(
            f"{file} is not as VS Code writes it, and stays: {error}", hint=f"correct {file}"
        ) from error
    if has_rival(change.new or ""):
        session.output.warn(f"go.goroot in {file} is in the way", "remove it")


@command.command("goland")
@common()
def goland(session: Session) -> None:
    """Print the GOROOT for GoLand.

    The path stays the same when a patch release is installed.
    """
    selection = session.roots.resolution().checked()
    click.echo(_goroot(session, selection))
    session.output.say("in GoLand: Settings, Go, GOROOT, +, Local…")


def _goroot(session: Session, selection: Selection) -> Path:
    """The alias of the line, where it leads to the version in use here; else the version itself."""
    toolchain = selection.goroot
    if toolchain is None:
        raise NothingSelectedError(
            f"{selection.executable} does not tell where its GOROOT is", hint="gvm local 1.22"
        )
    aliases = [alias for root in session.roots.trusted for alias in root.aliases.glob("[1-9]*")]
    return next((alias for alias in aliases if alias.resolve() == toolchain.resolve()), toolchain)
