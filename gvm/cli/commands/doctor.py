"""gvm doctor: what is not right here, and what mends it."""

from __future__ import annotations

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.cli.output import answer, print_json
from gvm.cli.session import Session, common, json_option
from gvm.doctor.account import Account
from gvm.doctor.contexts import NAMES, Place
from gvm.doctor.cron import Cron
from gvm.doctor.diagnosis import examined
from gvm.doctor.findings import BARRED, WELL, WRONG
from gvm.doctor.fixes import SYSTEM_SHIMS, Mends
from gvm.doctor.probe import Question
from gvm.errors import GvmError, UsageError
from gvm.selection.resolver import for_machine
from gvm.shell.startup_files import Startup
from gvm.store.paths import Paths
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gvm.doctor.findings import Finding

# Of a user, and not of the machine.
_PERSONAL = {"su", "ssh"}
_THREADS = 4


@click.command("doctor")
@click.option(
    "--context",
    "name",
    type=click.Choice(["all", *NAMES]),
    default="all",
    help="Look at one way to call go.",
)
@click.option("--user", metavar="NAME", help="As root: look at another user's.")
@json_option
@common(system=True)
def doctor(session: Session, name: str, user: str | None, as_json: bool) -> int:
    """Enter each context, and tell what go is there.

    Shells, su, sudo, cron, systemd, ssh and the desktop are really entered. Exit code 1 if go is
    not right in one of them.
    """
    if session.roots.is_system and name in _PERSONAL:
        raise UsageError(
            f"{name} enters a user's account, and --system looks at nobody's",
            hint=f"gvm doctor --context {name}",
        )
    findings = _findings(session, name, user)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        answer(*_table(findings, is_verbose=session.output.is_verbose))
    return int(any(finding.status == WRONG for finding in findings))


def _findings(session: Session, name: str, user: str | None) -> list[Finding]:
    account, environ = _account(session, user)
    startup = Startup(account.home, environ)
    question = Question(secrets.token_hex(16))
    sudoer = Account.own() if session.roots.is_system else account
    place = Place(account, sudoer, session.process.environ, startup, question)
    paths = Paths.of(
        {**environ, "HOME": str(account.home)}, session.roots.paths.user if account.is_own else None
    )
    shims = paths.user / "shims"
    # Who has no gvm of his own has the machine's.
    if session.roots.is_system or ((SYSTEM_SHIMS / "go").exists() and not (shims / "go").exists()):
        mends = Mends(startup, SYSTEM_SHIMS, is_system=True)
    else:
        mends = Mends(startup, shims, is_system=False)
    names = [name] if name != "all" else list(NAMES)
    contexts = [
        context
        for one in names
        if not (session.roots.is_system and one in _PERSONAL)
        for context in place.contexts(one)
    ]
    with ThreadPoolExecutor(_THREADS) as threads:
        entered = [threads.submit(examined, context, question, mends) for context in contexts]
        cron = (
            Cron(account, question, mends, not session.roots.is_system).findings()
            if "cron" in names
            else ()
        )
        findings = [*cron, *(future.result() for future in entered)]
    if session.roots.is_system:
        findings = [replace(finding, mend=for_machine(finding.mend)) for finding in findings]
    return sorted(findings, key=lambda finding: NAMES.index(finding.context))


def _account(session: Session, user: str | None) -> tuple[Account, Mapping[str, str]]:
    """Whose contexts are meant, and the variables that say where the account's files are."""
    is_root = os.geteuid() == 0
    if user is not None:
        if not is_root:
            raise GvmError("--user is for root", hint=f"sudo gvm doctor --user {user}")
        account = Account.named(user)
        if account is None:
            raise GvmError(f"there is no user {quote(user)}", hint="getent passwd")
        return account, {}
    if session.roots.is_system:
        # Who has done nothing himself finds only what is everybody's.
        nobody = Account.named("nobody") if is_root else None
        return replace(nobody or Account.own(), home=Path("/nonexistent")), {}
    home = session.process.own_environ.get("HOME") or "/"
    return replace(Account.own(), home=Path(home)), session.process.own_environ


def _table(findings: list[Finding], *, is_verbose: bool) -> Iterator[str]:
    width = max((len(finding.title) for finding in findings), default=0)
    for finding in findings:
        told = finding.status
        if finding.told:
            told += f": {finding.told}"
        yield f"{finding.title:<{width}}  {told}"
        if finding.note and (is_verbose or finding.status != WELL):
            yield f"{'':<{width}}  {finding.note}"
        if finding.mend:
            yield f"{'':<{width}}  type: {finding.mend}"
        if finding.attempt and finding.status == BARRED:
            yield f"{'':<{width}}  try: {finding.attempt}"
