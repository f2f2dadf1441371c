"""What cron gives to the jobs of a user and, as root, to all jobs of the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.contexts import machine_line
from gvm.activate.crontab import PROGRAM
from gvm.doctor.account import Account
from gvm.doctor.contexts import crontabs
from gvm.doctor.contexts.crontabs import UserCrontab
from gvm.doctor.contexts.diagnosis import classify, describe_failure
from gvm.doctor.contexts.factory import Context
from gvm.doctor.contexts.fixes import CRON, SYSTEM_SHIMS, Fixes, of_job
from gvm.doctor.contexts.probe import LaunchSpec, Probe, ProbeError, ProbeResult, run_probe
from gvm.doctor.finding import Status
from gvm.errors import GvmError
from gvm.store.paths import usual_root
from gvm.text import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gvm.doctor.contexts.crontabs import Job
    from gvm.doctor.finding import Finding

_TITLE = "cron"


@dataclass(frozen=True)
class Cron:
    """The cron of this machine.

    Attributes:
        account: whose crontab is looked at.
        probe: that will be asked.
        fixes: for the account.
        is_personal: whether the account's own crontab counts.
    """

    account: Account
    probe: Probe
    fixes: Fixes
    is_personal: bool

    def findings(self) -> Iterator[Finding]:
        """The crontab's own row, then each job that calls go."""
        if not Path(PROGRAM).exists():
            yield Context(name="cron", title=_TITLE).finding(Status.SKIPPED, "not on this machine")
            return
        if self.is_personal:
            yield from self._of_account()
        if os.geteuid() == 0:
            yield from self._of_system()

    def _of_account(self) -> Iterator[Finding]:
        context = Context(name="cron", title=_TITLE)
        try:
            crontab = UserCrontab.of(self.account)
        except GvmError as error:
            yield context.finding(Status.SKIPPED, str(error), "crontab -l")
            return
        is_addable = not crontab.has_block and not self.fixes.is_system
        addition = CRON if is_addable else ""
        of_jobs = [
            finding
            for job in crontab.jobs()
            for finding in self._of_job(job, self.account, addition)
        ]
        job = crontab.next_job()
        try:
            answer = self._answer(self.account, job.environ)
        except ProbeError as error:
            yield describe_failure(context, error)
        else:
            finding = classify(context, answer, self.fixes)
            if not answer.is_shim and self._shims(self.account):
                finding = replace(finding, fix=self._fix(job, self.account, addition))
            if not (answer.is_shim or of_jobs or crontab.has_block):
                message = f"no job calls go; for one that did, {finding.message}"
                finding = replace(finding, status=Status.SKIPPED, message=message)
            yield finding
        yield from of_jobs

    def _of_system(self) -> Iterator[Finding]:
        jobs = list(crontabs.system_jobs())
        for owner in crontabs.crontab_users():
            if not self.is_personal or owner.name != self.account.name:
                jobs += UserCrontab.of(owner).jobs()
        for job in jobs:
            account = Account.by_name(job.user)
            if account is not None:
                yield from self._of_job(job, account)

    def _of_job(self, job: Job, account: Account, addition: str = "") -> Iterator[Finding]:
        names = crontabs.invoked_programs(job.command, self._names(account))
        if not names:
            return
        context = Context(name="cron", title=f"cron: {job.source_line}")
        try:
            answer = self._answer(account, job.environ)
        except ProbeError as error:
            yield context.finding(Status.PROBLEM, str(error))
            return
        message = f"{quote(job.command)} calls "
        missing = [name for name in names if not answer.found(name)]
        if not missing:
            go = sanitize(answer.found(names[0]), 200)
            yield context.finding(Status.OK, message + go, executable=go)
            return
        fix = self._fix(job, account, "" if job.path else addition)
        message += f"{missing[0]}, which is not on its PATH"
        yield context.finding(Status.PROBLEM, message, fix)

    def _fix(self, job: Job, account: Account, addition: str) -> str:
        """What lets a job find the shims: a line that can be added for all, or its own."""
        if addition:
            return addition
        shims = self._shims(account)
        return of_job(job, shims) if shims else machine_line()

    def _shims(self, account: Account) -> Path | None:
        """Those that an account's jobs should find."""
        own = self.fixes.shims if account == self.account else usual_root(account.home) / "shims"
        places = (own, SYSTEM_SHIMS)
        return next((place for place in places if (place / "go").exists()), None)

    def _names(self, account: Account) -> frozenset[str]:
        places = (self._shims(account), SYSTEM_SHIMS)
        listed = (place.iterdir() for place in places if place is not None and place.is_dir())
        return frozenset({"go", "gofmt", *(file.name for files in listed for file in files)})

    def _answer(self, account: Account, settings: Mapping[str, str]) -> ProbeResult:
        """What a job of an account finds, from exactly what cron gives it."""
        plain = {
            "SHELL": "/bin/sh",
            "HOME": str(account.home),
            "PATH": "/usr/bin:/bin",
            **settings,
            "LOGNAME": account.name,
        }
        shell = plain["SHELL"]
        argv = [shell, "-c", self.probe.line(shell.rpartition("/")[2])]
        return run_probe(LaunchSpec(argv, plain, account.home, account), self.probe)
