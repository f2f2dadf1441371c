"""gvm verify: whether an installed toolchain is what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvm.cli.output import answer, print_json
from gvm.cli.session import Session, common, json_option
from gvm.errors import GvmError, NotInstalledError
from gvm.model.version import Request, Version
from gvm.store.toolchains import Toolchain, find

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gvm.fs.treediff import Difference
    from gvm.install.verification import ArchiveCheck, DatabaseCheck

# So many files are named; --json names all.
_NAMED = 20


@click.command("verify")
@click.argument("request", required=False, metavar="[VERSION]")
@click.option("--sumdb", is_flag=True, help="Ask Go's checksum database.")
@click.option("--database", metavar="URL", help="A copy of that database; implies --sumdb.")
@click.option("--source", help="Where the archive is fetched from, as for gvm install.")
@json_option
@common(system=True)
def verify(
    session: Session,
    request: str | None,
    sumdb: bool,
    database: str | None,
    source: str | None,
    as_json: bool,
) -> None:
    """Check an installed version, or the one in use, file by file.

    It is compared with the archive that it was made of, which is fetched again if it is not kept.
    With --sumdb, its hash is compared with the one that Go's checksum database proves.
    """
    toolchain = _toolchain(session, request)
    session.roots.guard_cache(is_needed=True)
    check: ArchiveCheck | DatabaseCheck
    if sumdb or database is not None:
        check = _by_database(session, toolchain, database)
        facts, sentence = _database_facts(session, check)
    else:
        check = _by_archive(session, toolchain, source)
        facts, sentence = _archive_facts(check)
        if not as_json:
            _list(check.differences)
    fault = _fault(check)
    if as_json:
        known = {"version": str(toolchain.version), "path": str(toolchain.path)}
        print_json({**known, "verified": fault is None, **facts})
    if fault is not None:
        raise fault
    if not as_json:
        click.echo(sentence)


def _toolchain(session: Session, request: str | None) -> Toolchain:
    roots = session.roots.trusted
    if request is not None:
        return find(Request.parse(request), session.roots.root.release, *roots)
    selection = session.roots.resolution().checked()
    for root in roots:
        if selection.version and selection.goroot == root.versions / selection.version:
            return Toolchain(root, Version.parse(selection.version))
    raise NotInstalledError(
        f"{selection.executable} was not installed by gvm", hint="gvm verify VERSION"
    )


def _by_archive(session: Session, toolchain: Toolchain, source: str | None) -> ArchiveCheck:
    from gvm.cli.fetching import open_client, open_fetcher
    from gvm.install.verification import check_against_archive, require_receipt

    receipt = require_receipt(toolchain)
    name = receipt.source if source is None else source
    with open_client(session) as http, open_fetcher(session, http, name) as fetcher:
        return check_against_archive(toolchain, receipt, fetcher, session.roots.paths.cache)


def _by_database(session: Session, toolchain: Toolchain, database: str | None) -> DatabaseCheck:
    from gvm.cli.fetching import open_client
    from gvm.install.verification import check_against_database

    base = database if database is not None else session.roots.config.sumdb or None
    with open_client(session) as http:
        cache = session.roots.paths.sumdb
        return check_against_database(toolchain, base, http, cache, session.output.say)


def _archive_facts(check: ArchiveCheck) -> tuple[dict[str, object], str]:
    receipt = check.receipt
    facts: dict[str, object] = {
        "archive": receipt.archive,
        "sha256": receipt.sha256,
        "voucher": receipt.voucher,
        "signer": receipt.signer,
        "differences": [{"file": one.name, "how": one.how} for one in check.differences],
    }
    signed = f" and {receipt.signer} signed" if receipt.signer else ""
    return facts, (
        f"Go {check.toolchain.version} is what {receipt.archive} holds, and that is what "
        f"{receipt.voucher} says{signed}"
    )


def _database_facts(session: Session, check: DatabaseCheck) -> tuple[dict[str, object], str]:
    for name in check.extra[:_NAMED]:
        session.output.say(f"{name} is no part of Go, and was not looked at")
    facts: dict[str, object] = {
        "module": check.module,
        "database": check.database,
        "hash": check.hash,
        "expected": check.expected,
        "extra": list(check.extra),
    }
    return facts, f"Go {check.toolchain.version} is the Go project's: {check.database} says so too"


def _fault(check: ArchiveCheck | DatabaseCheck) -> GvmError | None:
    try:
        check.raise_fault()
    except GvmError as error:
        return error
    return None


def _list(found: Sequence[Difference]) -> None:
    for one in found[:_NAMED]:
        answer(f"{one.how:<7}  {one.name}")
    if len(found) > _NAMED:
        click.echo(f"… and {len(found) - _NAMED} more; --json names all")
