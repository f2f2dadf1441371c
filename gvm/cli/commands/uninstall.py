"""gvm uninstall: remove Go versions."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import click

from gvm.cli.output import not_removed
from gvm.cli.session import Session, common
from gvm.errors import NotInstalledError, UsageError
from gvm.fs.locks import locked
from gvm.model.toolversions import unpin
from gvm.model.version import Request, can_be_installed, newest
from gvm.store.datadir import is_empty, sweep
from gvm.store.paths import gvm_for
from gvm.store.toolchains import (
    Toolchain,
    default,
    default_toolchain,
    installed,
    present,
    recorded,
    refresh_aliases,
    remove,
)

if TYPE_CHECKING:
    from gvm.store.paths import Root


@click.command("uninstall")
@click.argument("requests", nargs=-1, metavar="[VERSION]...")
@click.option("--all", "is_all", is_flag=True, help="Every version of this release.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common(system=True)
def uninstall(session: Session, requests: tuple[str, ...], is_all: bool, yes: bool) -> None:
    """Remove Go versions from this release.

    On a terminal it asks when a version is the default or is pinned here.
    """
    if not is_all and not requests:
        raise UsageError("no version is named", hint="gvm uninstall 1.22.6, or --all")
    wanted = [Request.parse(text) for text in requests]
    root = session.roots.unobstructed_root
    try:
        doomed = present(root) if is_all else [_one(session, request) for request in wanted]
    except NotInstalledError:
        # A run that was killed got as far as this.
        if root.base.is_dir() and not is_empty(root.base):
            sweep(root)
            _follow(session)
        raise
    left = sweep(root)
    if not doomed:
        session.output.say(f"nothing is installed for {root.release}")
    for toolchain in doomed:
        if not yes and not _may_go(session, toolchain):
            continue
        with locked(root.locks, root.toolchain_lock(toolchain.version)):
            if toolchain not in present(root):
                continue
            with locked(root.locks, root.aliases_lock()):
                left = remove(toolchain) or left
        session.output.say(f"Go {toolchain.version} is removed from {root.release}")
    _follow(session)
    if left is not None:
        session.output.say(not_removed(left))


def _one(session: Session, request: Request) -> Toolchain:
    root = session.roots.root
    there = _matching(request, root)
    if request.version is None and len(there) > 1:
        names = ", ".join(str(toolchain.version) for toolchain in there)
        raise UsageError(
            f"{request} may be {names}", hint=f"{gvm_for(root.path)} uninstall {there[0].version}"
        )
    if there:
        return there[-1]
    for other in session.roots.trusted:
        if _matching(request, other):
            raise NotInstalledError(
                f"Go {request} is in {other.path}, and not in {root.path}",
                hint=f"{gvm_for(other.path)} uninstall {request}",
            )
    if request.version is not None and request.version in recorded(root):
        receipt = Toolchain(root, request.version).receipt_file
        raise NotInstalledError(
            f"Go {request} was installed, but is not in {root.versions}",
            hint=f"mount its disk; or, if it is gone for good, forget it: rm {shlex.quote(str(receipt))}",
        )
    raise NotInstalledError(f"Go {request} is not installed for {root.release}", hint="gvm list")


def _matching(request: Request, root: Root) -> list[Toolchain]:
    return [toolchain for toolchain in present(root) if request.matches(toolchain.version)]


def _may_go(session: Session, toolchain: Toolchain) -> bool:
    version = toolchain.version
    selection = session.roots.resolution().selection
    uses = []
    if default_toolchain(toolchain.root) == toolchain:
        uses.append(f"the default of {toolchain.root.release}")
    if selection.origin.is_pin and selection.toolchain == toolchain.path:
        uses.append(f"asked for here by {selection.origin}")
    if not uses or not sys.stdin.isatty():
        return True
    return click.confirm(f"Go {version} is {' and '.join(uses)}. Remove it?", err=True)


def _follow(session: Session) -> None:
    """Let aliases and shims follow; drop a default that has nothing left to choose from.

    Where one leads to nothing though there is something, say so.
    """
    root = session.roots.root
    with locked(root.locks, root.aliases_lock()):
        refresh_aliases(root)
    session.roots.reshim()
    words = default(root)
    if words is None or not can_be_installed(words.split()[0]):
        return
    if default_toolchain(root, *session.roots.trusted):
        return
    left = newest(toolchain.version for toolchain in installed(root))
    if left is None and not recorded(root) and not present(root):
        unpin(root.default)
    elif left is not None:
        session.output.say(
            f"the default of {root.release} is gone; choose another: {gvm_for(root.path)} global {left}"
        )
