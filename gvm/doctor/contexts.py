"""The contexts of a user, and how each is entered."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.contexts import LINK
from gvm.activate.host import SYSTEMD
from gvm.doctor import systemd
from gvm.doctor.account import Account
from gvm.doctor.probe import PATIENCE, Entrance
from gvm.fs.xdg import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gvm.doctor.probe import Question
    from gvm.shell.startup_files import Startup

NAMES = ("login", "interactive", "su", "sudo", "cron", "systemd", "ssh", "desktop")
_SSHD = "/usr/sbin/sshd"
_SESSIONS = ("/usr/share/xsessions", "/usr/share/wayland-sessions")
# Nothing interactive, nothing believed for the first time, nothing left behind.
_SSH = (
    "BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=5", "ControlMaster=no",
    "ControlPath=none", "ClearAllForwardings=yes", "RequestTTY=no", "PermitLocalCommand=no",
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """One way to call `go`.

    Attributes:
        name: one of NAMES.
        title: as the table shows it.
        entrance: the way in; None where there is none, since it is not on this machine, or for a
            reason.
        reason: why there is none, where there is something to try.
        attempt: what the user may type himself, to see.
        trace: what to type where no file is at fault: it shows each line that the shell runs, or
            lets the manager read its files anew; or empty.
        files: that are read on the way; the last that speaks is heard.
        note: how it was entered, where that is not plain.
    """

    name: str
    title: str
    entrance: Entrance | None = None
    reason: str = ""
    attempt: str = ""
    trace: str = ""
    files: tuple[Path, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Place:
    """What contexts are made of.

    Attributes:
        account: whose they are.
        sudoer: who calls sudo.
        environ: the caller's, for what is typed in his shell.
        startup: the files of the account.
        question: that will be asked.
    """

    account: Account
    sudoer: Account
    environ: Mapping[str, str]
    startup: Startup
    question: Question

    def contexts(self, name: str) -> Iterator[Context]:
        """Those of a name; cron's are not made here."""
        match name:
            case "login":
                yield from self._logins()
            case "interactive":
                yield from self._interactive()
            case "su":
                yield self._su()
            case "sudo":
                yield self._sudo()
            case "systemd":
                yield self._systemd()
            case "ssh":
                yield self._ssh()
            case "desktop":
                yield self._desktop()

    def _logins(self) -> Iterator[Context]:
        for shell in ("sh", "bash", "zsh", "fish", "ksh", "ksh93", "mksh"):
            file = "/bin/sh" if shell == "sh" else shutil.which(shell)
            is_common = shell in {"sh", "bash", "zsh", "fish"}
            title = f"login {shell}"
            if file and (is_common or shell in _login_shells()):
                yield self._login("login", title, shell, file, self.account.environ())
            elif is_common:
                yield Context("login", title)

    def _login(
        self, name: str, title: str, shell: str, file: str, environ: Mapping[str, str]
    ) -> Context:
        # The dash is what login(1) calls a shell with.
        argv = [f"-{shell}", "-c", self.question.line(shell)]
        entrance = self._entrance(argv, environ, program=file)
        trace = f"fish_trace=1 {shell} -l -c true" if shell == "fish" else f"{shell} -lxc true"
        files = self.startup.of_shell(shell, is_login=True)
        return Context(name, title, entrance, trace=trace, files=(*files, LINK))

    def _interactive(self) -> Iterator[Context]:
        for shell in ("bash", "zsh"):
            title = f"interactive {shell}"
            file = shutil.which(shell)
            if not file:
                yield Context("interactive", title)
                continue
            entrance = self._entrance(
                [file, "-i", "-c", self.question.line(shell)], self.account.environ()
            )
            files = (*self.startup.of_shell(shell), LINK)
            yield Context("interactive", title, entrance, trace=f"{shell} -ixc true", files=files)

    def _su(self) -> Context:
        name = self.account.name
        title = f"su - {name}"
        attempt = f"su - {shlex.quote(name)} -c 'go version'"
        if not shutil.which("su"):
            return Context("su", title)
        if os.geteuid() != 0:
            reason = "su asks for a password, unless root calls it"
            return Context("su", title, reason=reason, attempt=attempt)
        argv = ["su", "-", name, "-c", self.question.line(self.account.shell_name)]
        # su itself becomes the other user.
        entrance = Entrance(argv, self.account.environ(), Path("/"), Account.own())
        shell = self.account.shell_name
        files = (*self.startup.of_shell(shell, is_login=True), LINK)
        return Context("su", title, entrance, "", attempt, f"{shell} -lxc true", files)

    def _sudo(self) -> Context:
        if not shutil.which("sudo"):
            return Context("sudo", "sudo")
        caller = self.sudoer
        environ = self.environ if caller.is_own else caller.environ()
        directory = Path.cwd() if caller.is_own else caller.home
        argv = ["sudo", "-n", "--", *self.question.words]
        entrance = Entrance(argv, environ, directory, caller)
        return Context("sudo", "sudo", entrance, attempt="sudo go version", files=(LINK,))

    def _systemd(self) -> Context:
        title = "systemd user services"
        if not Path(SYSTEMD).exists():
            return Context("systemd", title)
        files = (*self.startup.of_manager(), LINK)
        environ = self._bus()
        if systemd.runs(environ) and self.account.is_own:
            argv = ["systemd-run", "--user", "--pipe", "--quiet", "--wait", "--collect"]
            # Which expands what looks like one of its variables.
            words = [word.replace("$", "$$") for word in self.question.words]
            argv += [f"--property=RuntimeMaxSec={PATIENCE}", "--", *words]
            entrance = self._entrance(argv, environ)
            return Context("systemd", title, entrance, trace=systemd.RENEWAL, files=files)
        entrance = self._entrance(self.question.words, self._managed)
        note = "no manager runs: its environment generators were run instead"
        return Context("systemd", title, entrance, files=files, note=note)

    def _ssh(self) -> Context:
        title = "ssh localhost"
        if not shutil.which("ssh") or not Path(_SSHD).exists():
            return Context("ssh", title)
        options = [word for option in _SSH for word in ("-o", option)]
        shell = self.account.shell_name
        environ = self.account.environ()
        if self.account.is_own and "SSH_AUTH_SOCK" in self.environ:
            environ["SSH_AUTH_SOCK"] = self.environ["SSH_AUTH_SOCK"]
        argv = ["ssh", *options, "--", "localhost", self.question.line(shell)]
        return Context(
            "ssh",
            title,
            self._entrance(argv, environ),
            attempt="ssh localhost go version",
            files=(*self.startup.of_shell(shell), LINK),
        )

    def _desktop(self) -> Context:
        title = "desktop, IDE"
        if not any(list(Path(place).glob("*.desktop")) for place in _SESSIONS):
            return Context("desktop", title)
        # GDM and its kin start a session through the login shell, on top of what the manager has.
        shell = self.account.shell_name
        known = Path(self.account.shell).exists() and "nologin" not in shell
        shell, file = (shell, self.account.shell) if known else ("sh", "/bin/sh")
        context = self._login("desktop", title, shell, file, self._managed)
        files = (*self.startup.of_manager(), *context.files)
        note = f"as a session starts: the manager's environment, then login {shell}"
        return Context("desktop", title, context.entrance, "", "", context.trace, files, note)

    @cached_property
    def _managed(self) -> Mapping[str, str]:
        return systemd.generated(self.account, self.account.environ())

    def _bus(self) -> dict[str, str]:
        runtime = f"/run/user/{self.account.uid}"
        if self.account.is_own:
            runtime = str(absolute(self.environ, "XDG_RUNTIME_DIR") or runtime)
        return {**self.account.environ(), "XDG_RUNTIME_DIR": runtime}

    def _entrance(
        self, argv: list[str], environ: Mapping[str, str], program: str | None = None
    ) -> Entrance:
        return Entrance(argv, environ, self.account.home, self.account, program)


def _login_shells() -> set[str]:
    return {entry.pw_shell.rpartition("/")[2] for entry in pwd.getpwall()}
