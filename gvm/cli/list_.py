"""gvm list: what is installed."""

from __future__ import annotations

import click

from gvm.cli.session import Session, common, json_option, print_json
from gvm.ledger import Ledger
from gvm.paths import Root
from gvm.platform import Platform
from gvm.toolchains import Toolchain, default, installed
from gvm.versions import supported_lines


@click.command("list")
@json_option
@common(system=True)
def command(session: Session, as_json: bool) -> None:
    """Show the installed versions; * marks the one in use here."""
    roots = [session.root]
    if not session.is_system and session.paths.system != session.paths.user:
        roots.append(Root(session.paths.system, session.root.release))
    in_use = session.resolution().selection.toolchain
    lines = supported_lines(
        [*Ledger.load().versions(Platform.current().arch)]
        + [toolchain.version for root in roots for toolchain in installed(root)]
    )
    rows = [_row(toolchain, in_use, lines) for root in roots for toolchain in installed(root)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(_line(row))
    if not rows:
        session.say(f"nothing is installed for {session.root.release}; try: gvm install latest")


def _row(toolchain: Toolchain, in_use: object, lines: frozenset[str]) -> dict[str, object]:
    receipt = toolchain.receipt
    return {
        "version": str(toolchain.version),
        "in_use": toolchain.path == in_use,
        "default": default(toolchain.root) == str(toolchain.version),
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
    support = "" if row["supported"] else "  no longer supported"
    chosen = "  default" if row["default"] else ""
    source = row["source"] or "no receipt"
    text = f"{mark} {row['version']:<10} {size:>7}  {row['release']}  {source}{chosen}{support}"
    return text.rstrip()
