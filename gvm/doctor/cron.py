"""What cron gives to the jobs of a user and, as root, to all jobs of the machine."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.contexts import machine_line
from gvm.activate.crontab import PROGRAM
from gvm.doctor import crontabs
from gvm.doctor.account import Account
from gvm.doctor.contexts import Context
from gvm.doctor.crontabs import Crontab
from gvm.doctor.diagnosis import judged, silent
from gvm.doctor.findings import ABSENT, BARRED, UNUSED, WELL, WRONG, Finding
from gvm.doctor.fixes import CRON, SYSTEM_SHIMS, Mends, of_job
from gvm.doctor.probe import Answer, Entrance, Question, SilentError, ask
from gvm.errors import GvmError
from gvm.store.paths import usual_root
from gvm.text import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gvm.doctor.crontabs import Job

_TITLE = "cron"


@dataclass(frozen=True)
class Cron:
    """The cron of this machine.

    Attributes:
        account: whose crontab is looked at.
        question: that will be asked.
        mends: for the account.
        is_personal: whether the account's own crontab counts.
    """

    account: Account
    question: Question
    mends: Mends
    is_personal: bool

    def findings(self) -> Iterator[Finding]:
        """The crontab's own row, then each job that calls go."""
        if not Path(PROGRAM).exists():
            yield Finding("cron", _TITLE, ABSENT)
            return
        if self.is_personal:
            yield from self._of_account()
        if os.geteuid() == 0:
            yield from self._of_machine()

    def _of_account(self) -> Iterator[Finding]:
        try:
            crontab = Crontab.of(self.account)
        except GvmError as error:
            yield Finding("cron", _TITLE, BARRED, str(error), attempt="crontab -l")
            return
        context = Context("cron", _TITLE)
        is_addable = not crontab.has_block and not self.mends.is_system
        addition = CRON if is_addable else ""
        of_jobs = [
            finding
            for job in crontab.jobs()
            for finding in self._of_job(job, self.account, addition)
        ]
        job = crontab.next_job()
        try:
            answer = self._answer(self.account, job.environ)
        except SilentError as error:
            yield silent(context, error)
        else:
            finding = judged(context, answer, self.mends)
            if not answer.is_shim and self._shims(self.account):
                mend = self._mend(job, self.account, addition)
                finding = replace(finding, mend=mend)
            if not (answer.is_shim or of_jobs or crontab.has_block):
                told = f"no job calls go; for one that did, {finding.told}"
                finding = replace(finding, status=UNUSED, told=told)
            yield finding
        yield from of_jobs

    def _of_machine(self) -> Iterator[Finding]:
        jobs = list(crontabs.machine_jobs())
        for owner in crontabs.owners():
            if not self.is_personal or owner.name != self.account.name:
                jobs += Crontab.of(owner).jobs()
        for job in jobs:
            account = Account.named(job.user)
            if account is not None:
                yield from self._of_job(job, account)

    def _of_job(self, job: Job, account: Account, addition: str = "") -> Iterator[Finding]:
        names = crontabs.called(job.command, self._names(account))
        if not names:
            return
        title = f"cron: {job.spot}"
        try:
            answer = self._answer(account, job.environ)
        except SilentError as error:
            yield Finding("cron", title, WRONG, str(error))
            return
        told = f"{quote(job.command)} calls "
        missing = [name for name in names if not answer.found(name)]
        if not missing:
            go = sanitize(answer.found(names[0]), 200)
            yield Finding("cron", title, WELL, told + go, go=go)
            return
        mend = self._mend(job, account, "" if job.path else addition)
        yield Finding("cron", title, WRONG, f"{told}{missing[0]}, which is not on its PATH", mend)

    def _mend(self, job: Job, account: Account, addition: str) -> str:
        """What lets a job find the shims: a line that can be added for all, or its own."""
        if addition:
            return addition
        shims = self._shims(account)
        return of_job(job, shims) if shims else machine_line()

    def _shims(self, account: Account) -> Path | None:
        """Those that an account's jobs should find."""
        own = self.mends.shims if account == self.account else usual_root(account.home) / "shims"
        places = (own, SYSTEM_SHIMS)
        return next((place for place in places if (place / "go").exists()), None)

    def _names(self, account: Account) -> frozenset[str]:
        places = (self._shims(account), SYSTEM_SHIMS)
        listed = (place.iterdir() for place in places if place is not None and place.is_dir())
        return frozenset({"go", "gofmt", *(file.name for files in listed for file in files)})

    def _answer(self, account: Account, settings: Mapping[str, str]) -> Answer:
        """What a job of an account finds, from exactly what cron gives it."""
        plain = {
            "SHELL": "/bin/sh",
            "HOME": str(account.home),
            "PATH": "/usr/bin:/bin",
            **settings,
            "LOGNAME": account.name,
        }
        shell = plain["SHELL"]
        argv = [shell, "-c", self.question.line(shell.rpartition("/")[2])]
        return ask(Entrance(argv, plain, account.home, account), self.question)
