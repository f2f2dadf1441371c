"""gvm list: what is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvm.cli.output import answer, print_json
from gvm.cli.session import Session, common, json_option
from gvm.model.platform import Platform
from gvm.model.version import supported_lines
from gvm.store.paths import gvm_for
from gvm.store.toolchains import Toolchain, default_toolchain, present
from gvm.trust.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("list")
@json_option
@common(system=True)
def list_(session: Session, as_json: bool) -> None:
    """Show the installed versions; * marks the one in use here."""
    in_use = session.roots.resolution().selection.toolchain
    there = [toolchain for root in session.roots.trusted for toolchain in present(root)]
    known = Ledger.load().versions(Platform.current().arch)
    lines = supported_lines([*known, *(t.version for t in there if t.is_runnable)])
    defaults = [default_toolchain(root, *session.roots.trusted) for root in session.roots.trusted]
    rows = [_row(toolchain, in_use, defaults, lines) for toolchain in there]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        answer(_line(row))
    if not rows:
        command = f"{gvm_for(session.roots.root.path)} install latest"
        session.output.say(f"nothing is installed for {session.roots.root.release}; try: {command}")


def _row(
    toolchain: Toolchain,
    in_use: object,
    defaults: Sequence[Toolchain | None],
    lines: frozenset[str],
) -> dict[str, object]:
    receipt = toolchain.receipt
    return {
        "version": str(toolchain.version),
        "line": toolchain.version.line,
        "status": "ok" if toolchain.is_runnable else "damaged",
        "in_use": toolchain.path == in_use,
        "default": toolchain in defaults,
        "supported": toolchain.version.line in lines,
        "release": toolchain.root.release.name,
        "root": str(toolchain.root.path),
        "path": str(toolchain.path),
        "size": receipt.size if receipt else None,
        "source": receipt.source if receipt else None,
        "voucher": receipt.voucher if receipt else None,
        "installed": receipt.installed if receipt else None,
    }


def _line(row: dict[str, object]) -> str:
    mark = "*" if row["in_use"] else " "
    size = f"{row['size'] // 1_000_000} MB" if isinstance(row["size"], int) else "?"
    state = "  damaged" if row["status"] == "damaged" else ""
    support = "" if row["supported"] else f"  {row['line']} is no longer supported"
    chosen = "  default" if row["default"] else ""
    source = row["source"] or "no receipt"
    text = (
        f"{mark} {row['version']:<10} {size:>7}  {row['release']}  {source}{state}{chosen}{support}"
    )
    return text.rstrip()
