"""Crontabs, and the programs that their jobs call."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.crontab import listed
from gvm.doctor.account import Account
from gvm.fs.managed_block import found
from gvm.fs.read import read_text
from gvm.shell.startup_files import SourceLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SPOOL = Path("/var/spool/cron/crontabs")
_MACHINE = Path("/etc/crontab")
_PACKAGES = Path("/etc/cron.d")
_JOB = re.compile(r"\s*(?:@\w+|(?:[-\w*/,~]+\s+){4}[-\w*/,~]+)\s+(?P<rest>\S.*)")
_SETTING = re.compile(r"\s*(['\"]?)(?P<name>[A-Za-z_]\w*)\1\s*=(?P<value>.*)")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_SUBSTITUTED = re.compile(r"(?:\$\(|`)([^()`]*)")
# What has another command behind it, after options and perhaps a word of its own.
_WRAPPERS = {
    "chronic", "command", "do", "else", "env", "exec", "flock", "if", "ionice", "nice", "nohup",
    "setsid", "then", "time", "timeout", "until", "while", "xargs", "!", "{",
}  # fmt: skip
_SHELLS = {"sh", "bash", "dash", "zsh", "ksh"}


@dataclass(frozen=True)
class Job:
    """A line of a crontab that runs something.

    Attributes:
        source_line: where it stands.
        command: what it runs.
        user: as whom, where the file says so.
        environ: what is set above it.
        path: where that sets PATH, or None.
        listing: the start of the command that shows and takes the crontab; empty for a plain file.
    """

    source_line: SourceLine
    command: str
    user: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    path: SourceLine | None = None
    listing: str = ""


def jobs(
    text: str, file: Path, *, has_users: bool = False, user: str = "", listing: str = ""
) -> Iterator[Job]:
    """The jobs of a crontab, in order.

    Args:
        text: of the crontab.
        file: that it is called.
        user: whose it is, where jobs do not say so.
        listing: how it is called, where crontab(1) keeps it.
        has_users: whether each job says as whom it runs, as in /etc/crontab.
    """
    environ: dict[str, str] = {}
    path = None
    for number, line in enumerate(text.splitlines(), 1):
        source_line = SourceLine(file, number, line)
        if line.lstrip().startswith("#"):
            continue
        if setting := _SETTING.fullmatch(line):
            environ[setting["name"]] = _unquoted(setting["value"].strip())
            path = source_line if setting["name"] == "PATH" else path
        elif job := _JOB.fullmatch(line):
            command = job["rest"]
            if has_users:
                user, command = (*command.split(None, 1), "")[:2]
            # Behind an unescaped % is what the command reads.
            command = re.split(r"(?<!\\)%", command)[0].replace("\\%", "%").strip()
            yield Job(source_line, command, user, dict(environ), path, listing)


@dataclass(frozen=True)
class UserCrontab:
    """The crontab of an account, as crontab(1) shows it.

    Attributes:
        account: whose.
        text: empty where there is none.
    """

    account: Account
    text: str

    @classmethod
    def of(cls, account: Account) -> UserCrontab:
        """Have it shown.

        Raises:
            GvmError: crontab(1) does not show it.
        """
        return cls(account, listed(*_arguments(account)) or "")

    @property
    def has_block(self) -> bool:
        """Whether gvm's lines are in it."""
        return found(self.text) is not None

    def jobs(self) -> list[Job]:
        """Its jobs."""
        return self._jobs(self.text)

    def next_job(self) -> Job:
        """One at the end, which sees all that is set."""
        return self._jobs(f"{self.text}\n@daily true")[-1]

    def _jobs(self, text: str) -> list[Job]:
        listing = _listing(self.account)
        return list(jobs(text, Path(listing), user=self.account.name, listing=listing))


def invoked_programs(command: str, names: frozenset[str]) -> list[str]:
    """The programs among `names` that a job finds through the PATH that cron gives it.

    Not those behind a PATH of the job's own, of a login shell or of sudo, nor those called by path.
    """
    if re.search(r"\bPATH=|(?:^|[;&|]\s*)(?:\.|source)\s", command):
        return []
    result = [
        name for inner in _SUBSTITUTED.findall(command) for name in invoked_programs(inner, names)
    ]
    for words in _simple_commands(command):
        result += _invoked(words, names)
    return list(dict.fromkeys(result))


def system_jobs() -> Iterator[Job]:
    """The jobs of every file that names their users."""
    names = re.compile(r"[A-Za-z0-9_-]+")
    packages = sorted(_PACKAGES.glob("*")) if _PACKAGES.is_dir() else []
    for file in [_MACHINE, *(file for file in packages if names.fullmatch(file.name))]:
        yield from jobs(_text(file), file, has_users=True)


def crontab_users() -> Iterator[Account]:
    """The accounts that have a crontab, for root."""
    for file in sorted(_SPOOL.glob("*")) if _SPOOL.is_dir() else []:
        account = Account.by_name(file.name)
        if account is not None:
            yield account


def _listing(account: Account) -> str:
    return shlex.join(["crontab", *_arguments(account)])


def _arguments(account: Account) -> list[str]:
    return [] if account.is_own else ["-u", account.name]


def _text(file: Path) -> str:
    try:
        return read_text(file, errors="surrogateescape")
    except OSError:
        return ""


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value


def _simple_commands(command: str) -> Iterator[list[str]]:
    reader = shlex.shlex(command, posix=True, punctuation_chars=True)
    words: list[str] = []
    try:
        for word in reader:
            if set(word) <= set("();|&"):
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:
        # A quote that nothing closes: the shell refuses it too.
        return
    yield words


def _invoked(words: list[str], names: frozenset[str]) -> list[str]:
    is_behind = False
    for number, word in enumerate(words):
        if word in names:
            return [word]
        if word in _SHELLS:
            others = words[number + 1 :]
            return (
                invoked_programs(others[others.index("-c") + 1], names)
                if "-c" in others[:-1]
                else []
            )
        # Behind such a word may stand options, and a word of its own.
        is_behind = word in _WRAPPERS or (is_behind and not _ASSIGNMENT.match(word))
        if not is_behind and not _ASSIGNMENT.match(word):
            return []
    return []
