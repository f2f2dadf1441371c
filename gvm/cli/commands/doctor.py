"""gvm doctor: what is not right here, and what fixes it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from gvm.cli.output import answer, print_json
from gvm.cli.session import Session, common, json_option
from gvm.doctor.engine import CHECKS, run_checks, select_checks
from gvm.doctor.finding import Status
from gvm.doctor.host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gvm.doctor.finding import Finding


@click.command("doctor")
@click.argument("names", nargs=-1, metavar="[GROUP | CHECK]...")
@click.option("--list", "is_list", is_flag=True, help="Show all checks.")
@click.option("--user", metavar="NAME", help="As root: look at another user's.")
@json_option
@common(system=True)
def doctor(
    session: Session, names: tuple[str, ...], is_list: bool, user: str | None, as_json: bool
) -> int:
    """Look for what is not right here, and show what fixes it.

    The checks of the group contexts really enter shells, su, sudo, cron, systemd, ssh and the
    desktop, and look which go is there. Exit code 1 if there is a problem.
    """
    if is_list:
        _list(as_json=as_json)
        return 0
    is_system = session.roots.is_system
    checks = select_checks(names, is_system=is_system)
    process = session.process
    host = Host.find(
        process.environ,
        process.own_environ,
        session.roots.paths.user,
        user=user,
        is_system=is_system,
    )
    findings = run_checks(checks, host)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        answer(*_table(findings, is_verbose=session.output.is_verbose))
    return int(any(finding.status == Status.PROBLEM for finding in findings))


def _list(*, as_json: bool) -> None:
    rows = [
        {"group": check.group, "check": check.name, "summary": check.summary} for check in CHECKS
    ]
    if as_json:
        print_json(rows)
        return
    width = max(len(check.name) for check in CHECKS)
    answer(*(f"{check.group}  {check.name:<{width}}  {check.summary}" for check in CHECKS))


def _table(findings: list[Finding], *, is_verbose: bool) -> Iterator[str]:
    width = max((len(finding.subject) for finding in findings), default=0)
    for finding in findings:
        message = f": {finding.message}" if finding.message else ""
        yield f"{finding.subject:<{width}}  {finding.status.value}{message}"
        is_ok = finding.status == Status.OK
        if "entered" in finding.evidence and (is_verbose or not is_ok):
            yield f"{'':<{width}}  {finding.evidence['entered']}"
        if finding.fix:
            label = "try" if finding.status == Status.SKIPPED else "fix"
            yield f"{'':<{width}}  {label}: {finding.fix}"
