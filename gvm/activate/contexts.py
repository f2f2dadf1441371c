"""From where `go` is called, and what makes the shims visible there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate import profiles
from gvm.activate.crontab import ManagedCrontab
from gvm.activate.host import SYSTEMD, is_container, runs_systemd, windows_go
from gvm.activate.managed import Lines, Link
from gvm.errors import GvmError
from gvm.fs.xdg import absolute, completions, xdg
from gvm.store.paths import SYSTEM_ROOT
from gvm.store.shared_files import BASH_COMPLETION, FISH_COMPLETION, FISH_FUNCTION, MANUAL
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gvm.activate.managed import Placement

# The machine's, on the PATH of whoever reads no file.
LINK = Path("/usr/local/bin/go")
# The machine's gvm: that of install.sh, or any other that sudo finds.
_PROGRAMS = (SYSTEM_ROOT / "shims/gvm", LINK.with_name("gvm"))
_BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"


@dataclass(frozen=True)
class Context:
    """One way to call `go`.

    Attributes:
        name: as the table shows it.
        placements: what gvm does for it; empty where it can do nothing.
        advice: what else there is to know or to do, or empty.
    """

    name: str
    placements: Sequence[Placement] = field(default_factory=tuple)
    advice: str = ""


def of_user(home: Path, environ: Mapping[str, str], shims: Path) -> list[Context]:
    """Those that a user can reach without root, or why not."""
    posix = profiles.posix(shims)
    config, data = xdg(environ, "CONFIG", home), xdg(environ, "DATA", home)
    logins = [".profile", *_existing(home, ".bash_profile", ".bash_login")]
    # First: what follows may end where a shell is not interactive, as over ssh.
    bashrc = Lines(home / ".bashrc", posix, is_first=True)
    return [
        Context("login shells (sh, bash)", [Lines(home / name, posix) for name in logins]),
        _needing(shutil.which("bash"), "bash, ssh host command", [bashrc]),
        _zsh(home, environ, shims),
        _needing(shutil.which("fish"), "fish", _fish(config / "fish", shims)),
        _users_bash_completion(data, environ, shims),
        _manual(data, shims),
        _managers(config / "environment.d", shims),
        _sudo(),
        _cron(shims),
        *_guests(f"no file is read there: ENV PATH={shims}:$PATH in the Dockerfile", environ),
    ]


def of_system(environ: Mapping[str, str], shims: Path) -> list[Context]:
    """Those of everybody on the machine, for root, or why not."""
    posix = profiles.posix(shims)
    profile, bashrc = Path("/etc/profile.d/gvm.sh"), Path("/etc/bash.bashrc")
    programs = [Link(LINK.with_name(name), shims / name) for name in ("go", "gofmt")]
    zsh, fish, share = Path("/etc/zsh"), Path("/etc/fish"), Path("/usr/local/share")
    return [
        Context("login shells (sh, bash)", [Lines(profile, posix, is_own=True)]),
        _needing(bashrc.exists(), "bash", [Lines(bashrc, posix)]),
        _needing(zsh.is_dir(), "zsh", [Lines(zsh / "zshenv", profiles.zsh(shims))]),
        _needing(fish.is_dir(), "fish", _fish(fish, shims)),
        Context("sudo, ssh host command, /etc/crontab, systemd", programs),
        _bash_completion(share / "bash-completion", shims),
        _manual(share, shims),
        _managers(Path("/etc/environment.d"), shims),
        _cron(shims),
        *_guests("/usr/local/bin/go is on PATH there", environ),
    ]


def has_machine_gvm() -> bool:
    """Whether root can call gvm by its name."""
    return any(program.exists() for program in _PROGRAMS)


def machine_line() -> str:
    """What gives everybody the machine's shims."""
    return "sudo gvm activate --system" if has_machine_gvm() else "sudo ./install.sh --system"


def _needing(program: object, name: str, placements: Sequence[Placement]) -> Context:
    """A context of a program's, if the machine has it, or had it when gvm was activated."""
    if program or any(os.path.lexists(placement.file) for placement in placements):
        return Context(name, placements)
    return Context(name, advice=f"{name.split(maxsplit=1)[0].rstrip(',')} is not on this machine")


def _zsh(home: Path, environ: Mapping[str, str], shims: Path) -> Context:
    # A login reads the .zshenv in the home, which may be what sets ZDOTDIR.
    directories = [absolute(environ, "ZDOTDIR") or home]
    directories += [home] if _existing(home, ".zshenv") else []
    files = dict.fromkeys(directory / ".zshenv" for directory in directories)
    context = _needing(shutil.which("zsh"), "zsh", [Lines(f, profiles.zsh(shims)) for f in files])
    return _with_relative(context, environ, "ZDOTDIR")


def _users_bash_completion(data: Path, environ: Mapping[str, str], shims: Path) -> Context:
    directory = completions(environ) or data / "bash-completion"
    context = _bash_completion(directory, shims)
    return _with_relative(context, environ, "BASH_COMPLETION_USER_DIR")


def _with_relative(context: Context, environ: Mapping[str, str], name: str) -> Context:
    """Return a context whose advice says that a variable is of no use, where it is relative."""
    value = environ.get(name, "")
    if not context.placements or not value or value.startswith("/"):
        return context
    advice = (
        f"but {name}={quote(value)} is relative, so another file is read in each directory: "
        f"make {name} absolute, and activate again"
    )
    return replace(context, advice=advice)


def _fish(directory: Path, shims: Path) -> list[Placement]:
    share = shims.parent / "share"
    links = {"functions": FISH_FUNCTION, "completions": FISH_COMPLETION}
    return [
        Lines(directory / "conf.d/gvm.fish", profiles.fish(shims), is_own=True),
        *(Link(directory / name / "gvm.fish", share / file) for name, file in links.items()),
    ]


def _bash_completion(directory: Path, shims: Path) -> Context:
    link = Link(directory / "completions/gvm", shims.parent / "share" / BASH_COMPLETION)
    return _needing(Path(_BASH_COMPLETION).exists(), "bash-completion", [link])


def _manual(data: Path, shims: Path) -> Context:
    link = Link(data / MANUAL, shims.parent / "share" / MANUAL)
    return _needing(shutil.which("man"), "man", [link])


def _cron(shims: Path) -> Context:
    name = "cron (your crontab)"
    placement = ManagedCrontab(profiles.crontab(shims))
    try:
        is_there = placement.is_there
    except GvmError as error:
        return Context(name, advice=str(error))
    if is_there:
        return Context(name, [placement])
    line = placement.body.rstrip()
    return Context(name, advice=f"add this line: {line} (gvm activate --cron does)")


def _sudo() -> Context:
    if not shutil.which("sudo"):
        return Context("sudo", advice="sudo is not on this machine")
    if LINK.resolve() == SYSTEM_ROOT / "shims/go":
        return Context("sudo", advice=f"finds the machine's {LINK}")
    return Context("sudo", advice=f"sudo knows the machine's programs only: {machine_line()}")


def _managers(directory: Path, shims: Path) -> Context:
    # It must sort after 99-environment.conf, which sets PATH.
    lines = Lines(directory / "99-gvm.conf", profiles.environment(shims), is_own=True)
    context = _needing(Path(SYSTEMD).exists(), "systemd user services", [lines])
    if not context.placements:
        return context
    reading = "which is read at login, or by: systemctl --user daemon-reload"
    nothing = "but no systemd runs here now that would read it"
    return Context(context.name, [lines], reading if runs_systemd() else nothing)


def _guests(containers: str, environ: Mapping[str, str]) -> list[Context]:
    """What only a container has, and only a Linux within Windows."""
    found = [Context("docker exec, RUN", advice=containers)] if is_container() else []
    if other := windows_go(environ.get("PATH", "")):
        advice = f"{other} is Windows' Go, another program than go"
        found.append(Context("WSL", advice=advice))
    return found


def _existing(home: Path, *names: str) -> list[str]:
    return [name for name in names if (home / name).exists()]
