"""What cron gives to the jobs of a user and, as root, to all jobs of the machine."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.block import found
from gvm.activate.crontab import PROGRAM
from gvm.doctor import crontabs
from gvm.doctor.account import Account
from gvm.doctor.contexts import Context
from gvm.doctor.examine import judged, silent
from gvm.doctor.findings import ABSENT, BARRED, WELL, WRONG, Finding
from gvm.doctor.mends import CRON, INSTALL, SYSTEM_SHIMS, Mends
from gvm.doctor.probe import Answer, Entrance, Question, SilentError, ask
from gvm.errors import GvmError
from gvm.versions import clean, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gvm.doctor.crontabs import Job

_TITLE = "cron"
_SHIMS = ".local/share/gvm/shims"


@dataclass(frozen=True)
class Cron:
    """The cron of this machine.

    Attributes:
        account: whose crontab is looked at.
        question: that will be asked.
        mends: for the account.
    """

    account: Account
    question: Question
    mends: Mends

    def findings(self) -> Iterator[Finding]:
        """The crontab's own row, then each job that calls go."""
        if not Path(PROGRAM).exists():
            yield Finding("cron", _TITLE, ABSENT)
            return
        if not self.mends.is_system:
            yield from self._of_account()
        if os.geteuid() == 0:
            for job in crontabs.machine_jobs():
                account = Account.named(job.user)
                is_seen = account == self.account and job.spot.file.parent == crontabs.SPOOL
                if account is not None and not is_seen:
                    yield from self._of_job(job, account)

    def _of_account(self) -> Iterator[Finding]:
        try:
            text = crontabs.own_text(self.account)
        except GvmError as error:
            yield Finding("cron", _TITLE, BARRED, str(error), attempt="crontab -l")
            return
        job = crontabs.next_job(text)
        context = Context("cron", _TITLE)
        try:
            answer = self._answer(self.account, job.environ)
        except SilentError as error:
            yield silent(context, error)
        else:
            finding = judged(context, answer, self.mends)
            if not answer.is_shim and self._shims(self.account):
                has_block = found(text) is not None
                mend = self._mend(job, self.account, "crontab") if has_block else CRON
                finding = replace(finding, mend=mend)
            yield finding
        for job in crontabs.jobs(text, crontabs.OWN):
            yield from self._of_job(job, self.account)

    def _of_job(self, job: Job, account: Account) -> Iterator[Finding]:
        names = crontabs.called(job.command, self._names(account))
        if not names:
            return
        title = f"cron: {job.spot}"
        try:
            answer = self._answer(account, job.environ)
        except SilentError as error:
            yield Finding("cron", title, WRONG, str(error))
            return
        missing = [name for name in names if not answer.found(name)]
        if missing:
            told = f"{shown(job.command)} calls {missing[0]}, which is not on its PATH"
            yield Finding("cron", title, WRONG, told, self._job_mend(job, account))
        else:
            go = answer.found(names[0])
            told = f"{shown(job.command)} calls {clean(go, 200)}"
            yield Finding("cron", title, WELL, told, go=clean(go, 200))

    def _job_mend(self, job: Job, account: Account) -> str:
        if job.spot.file == crontabs.OWN:
            text = crontabs.own_text(account)
            return self._mend(job, account, "crontab") if found(text) or job.path else CRON
        is_spooled = job.spot.file.parent == crontabs.SPOOL
        listed = f"crontab -u {shlex.quote(account.name)}" if is_spooled else ""
        return self._mend(job, account, listed)

    def _mend(self, job: Job, account: Account, listed: str) -> str:
        shims = self._shims(account)
        return self.mends.of_job(job, shims, listed) if shims else INSTALL

    def _shims(self, account: Account) -> Path | None:
        """Those that an account's jobs should find."""
        own = self.mends.shims if account == self.account else account.home / _SHIMS
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
