"""The contexts of a user, and how each is entered."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.contexts import LINK
from gvm.activate.host import SYSTEMD
from gvm.doctor.account import Account
from gvm.doctor.contexts import systemd
from gvm.doctor.contexts.probe import PATIENCE, LaunchSpec
from gvm.doctor.finding import Finding
from gvm.fs.xdg import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gvm.doctor.contexts.probe import Probe
    from gvm.doctor.finding import Status
    from gvm.shell.startup_files import Startup

_SSHD = "/usr/sbin/sshd"
_SESSIONS = ("/usr/share/xsessions", "/usr/share/wayland-sessions")
# Nothing interactive, nothing believed for the first time, nothing left behind.
_SSH = (
    "BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=5", "ControlMaster=no",
    "ControlPath=none", "ClearAllForwardings=yes", "RequestTTY=no", "PermitLocalCommand=no",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Context:
    """One way to call `go`.

    Attributes:
        name: of the check.
        title: as the table shows it.
        launch: the way in; None where there is none, since it is not on this machine, or for a
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
    launch: LaunchSpec | None = None
    reason: str = ""
    attempt: str = ""
    trace: str = ""
    files: tuple[Path, ...] = ()
    note: str = ""

    def finding(self, status: Status, message: str = "", fix: str = "", **evidence: str) -> Finding:
        """Return what was found there."""
        if self.note:
            evidence["entered"] = self.note
        return Finding(
            group="contexts",
            check=self.name,
            subject=self.title,
            status=status,
            message=message,
            fix=fix,
            evidence=evidence,
        )


@dataclass(frozen=True)
class ContextFactory:
    """What contexts are made of.

    Attributes:
        account: whose they are.
        sudoer: who calls sudo.
        environ: the caller's, for what is typed in his shell.
        startup: the files of the account.
        probe: that will be asked.
    """

    account: Account
    sudoer: Account
    environ: Mapping[str, str]
    startup: Startup
    probe: Probe

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
                yield Context(name="login", title=title)

    def _login(
        self, name: str, title: str, shell: str, file: str, environ: Mapping[str, str]
    ) -> Context:
        # The dash is what login(1) calls a shell with.
        argv = [f"-{shell}", "-c", self.probe.line(shell)]
        launch = self._launch(argv, environ, program=file)
        trace = f"fish_trace=1 {shell} -l -c true" if shell == "fish" else f"{shell} -lxc true"
        files = self.startup.of_shell(shell, is_login=True)
        return Context(name=name, title=title, launch=launch, trace=trace, files=(*files, LINK))

    def _interactive(self) -> Iterator[Context]:
        for shell in ("bash", "zsh"):
            title = f"interactive {shell}"
            file = shutil.which(shell)
            if not file:
                yield Context(name="interactive", title=title)
                continue
            launch = self._launch(
                [file, "-i", "-c", self.probe.line(shell)], self.account.environ()
            )
            files = (*self.startup.of_shell(shell), LINK)
            yield Context(
                name="interactive",
                title=title,
                launch=launch,
                trace=f"{shell} -ixc true",
                files=files,
            )

    def _su(self) -> Context:
        name = self.account.name
        title = f"su - {name}"
        attempt = f"su - {shlex.quote(name)} -c 'go version'"
        if not shutil.which("su"):
            return Context(name="su", title=title)
        if os.geteuid() != 0:
            reason = "su asks for a password, unless root calls it"
            return Context(name="su", title=title, reason=reason, attempt=attempt)
        argv = ["su", "-", name, "-c", self.probe.line(self.account.shell_name)]
        # su itself becomes the other user.
        launch = LaunchSpec(argv, self.account.environ(), Path("/"), Account.current())
        shell = self.account.shell_name
        files = (*self.startup.of_shell(shell, is_login=True), LINK)
        return Context(
            name="su",
            title=title,
            launch=launch,
            attempt=attempt,
            trace=f"{shell} -lxc true",
            files=files,
        )

    def _sudo(self) -> Context:
        if not shutil.which("sudo"):
            return Context(name="sudo", title="sudo")
        caller = self.sudoer
        environ = self.environ if caller.is_own else caller.environ()
        directory = Path.cwd() if caller.is_own else caller.home
        argv = ["sudo", "-n", "--", *self.probe.words]
        launch = LaunchSpec(argv, environ, directory, caller)
        return Context(
            name="sudo", title="sudo", launch=launch, attempt="sudo go version", files=(LINK,)
        )

    def _systemd(self) -> Context:
        title = "systemd user services"
        if not Path(SYSTEMD).exists():
            return Context(name="systemd", title=title)
        files = (*self.startup.of_manager(), LINK)
        environ = self._bus()
        if systemd.is_running(environ) and self.account.is_own:
            argv = ["systemd-run", "--user", "--pipe", "--quiet", "--wait", "--collect"]
            # Which expands what looks like one of its variables.
            words = [word.replace("$", "$$") for word in self.probe.words]
            argv += [f"--property=RuntimeMaxSec={PATIENCE}", "--", *words]
            launch = self._launch(argv, environ)
            return Context(
                name="systemd",
                title=title,
                launch=launch,
                trace=systemd.RELOAD_COMMAND,
                files=files,
            )
        launch = self._launch(self.probe.words, self._managed)
        note = "no manager runs: its environment generators were run instead"
        return Context(name="systemd", title=title, launch=launch, files=files, note=note)

    def _ssh(self) -> Context:
        title = "ssh localhost"
        if not shutil.which("ssh") or not Path(_SSHD).exists():
            return Context(name="ssh", title=title)
        options = [word for option in _SSH for word in ("-o", option)]
        shell = self.account.shell_name
        environ = self.account.environ()
        if self.account.is_own and "SSH_AUTH_SOCK" in self.environ:
            environ["SSH_AUTH_SOCK"] = self.environ["SSH_AUTH_SOCK"]
        argv = ["ssh", *options, "--", "localhost", self.probe.line(shell)]
        return Context(
            name="ssh",
            title=title,
            launch=self._launch(argv, environ),
            attempt="ssh localhost go version",
            files=(*self.startup.of_shell(shell), LINK),
        )

    def _desktop(self) -> Context:
        title = "desktop, IDE"
        if not any(list(Path(place).glob("*.desktop")) for place in _SESSIONS):
            return Context(name="desktop", title=title)
        # GDM and its kin start a session through the login shell, on top of what the manager has.
        shell = self.account.shell_name
        known = Path(self.account.shell).exists() and "nologin" not in shell
        shell, file = (shell, self.account.shell) if known else ("sh", "/bin/sh")
        context = self._login("desktop", title, shell, file, self._managed)
        files = (*self.startup.of_manager(), *context.files)
        note = f"as a session starts: the manager's environment, then login {shell}"
        return replace(context, files=files, note=note)

    @cached_property
    def _managed(self) -> Mapping[str, str]:
        return systemd.generated_environment(self.account, self.account.environ())

    def _bus(self) -> dict[str, str]:
        runtime = f"/run/user/{self.account.uid}"
        if self.account.is_own:
            runtime = str(absolute(self.environ, "XDG_RUNTIME_DIR") or runtime)
        return {**self.account.environ(), "XDG_RUNTIME_DIR": runtime}

    def _launch(
        self, argv: list[str], environ: Mapping[str, str], program: str | None = None
    ) -> LaunchSpec:
        return LaunchSpec(argv, environ, self.account.home, self.account, program)


def _login_shells() -> set[str]:
    return {entry.pw_shell.rpartition("/")[2] for entry in pwd.getpwall()}
