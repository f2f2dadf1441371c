"""From where `go` is called, and what makes the shims visible there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate import texts
from gvm.activate.crontab import PROGRAM, Crontab
from gvm.activate.placement import Lines, Link
from gvm.share import BASH_COMPLETION, FISH_COMPLETION, FISH_FUNCTION, MANUAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gvm.activate.placement import Placement

_SYSTEMD = "/usr/lib/systemd/systemd"
_BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"


@dataclass(frozen=True)
class Context:
    """One way to call `go`.

    Attributes:
        name: as the table shows it.
        placements: what gvm does for it; empty where it can do nothing.
        advice: what the user must do there himself, or empty.
    """

    name: str
    placements: Sequence[Placement] = field(default_factory=tuple)
    advice: str = ""


def of_user(home: Path, environ: Mapping[str, str], shims: Path) -> list[Context]:
    """Those that a user can reach without root; what is not on this machine is left out."""
    posix = texts.posix(shims)
    logins = [".profile", *_existing(home, ".bash_profile", ".bash_login")]
    found = [
        Context("login shells (sh, bash)", [Lines(home / name, posix) for name in logins]),
        # First: what follows may end where a shell is not interactive, as over ssh.
        Context("bash, ssh host command", [Lines(home / ".bashrc", posix, is_first=True)]),
    ]
    # What has been removed since may have left gvm's lines.
    file = Path(environ.get("ZDOTDIR") or home) / ".zshenv"
    if shutil.which("zsh") or file.exists():
        found.append(Context("zsh", [Lines(file, texts.zsh(shims))]))
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    found += _fish(config / "fish", shims)
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share")
    completions = environ.get("BASH_COMPLETION_USER_DIR", "").partition(":")[0]
    found += _bash_completion(Path(completions or data / "bash-completion"), shims)
    found += _manual(data, shims)
    if Path(_SYSTEMD).exists():
        found.append(_managers(config / "environment.d", shims))
    if shutil.which("sudo"):
        advice = "sudo knows the machine's programs only: sudo ./install.sh --system"
        found.append(Context("sudo", advice=advice))
    return [*found, *_cron(shims)]


def of_system(shims: Path) -> list[Context]:
    """Those of everybody on the machine, for root; what is not on this machine is left out."""
    posix = texts.posix(shims)
    programs = [Link(Path("/usr/local/bin", name), shims / name) for name in ("go", "gofmt")]
    found = [
        Context(
            "login shells (sh, bash)", [Lines(Path("/etc/profile.d/gvm.sh"), posix, is_own=True)]
        )
    ]
    if Path("/etc/bash.bashrc").exists():
        found.append(Context("bash", [Lines(Path("/etc/bash.bashrc"), posix)]))
    if Path("/etc/zsh").is_dir():
        found.append(Context("zsh", [Lines(Path("/etc/zsh/zshenv"), texts.zsh(shims))]))
    if Path("/etc/fish").is_dir():
        found += _fish(Path("/etc/fish"), shims)
    found.append(Context("sudo, ssh host command, /etc/crontab, systemd", programs))
    if Path(_SYSTEMD).exists():
        found.append(_managers(Path("/etc/environment.d"), shims))
    found += _bash_completion(Path("/usr/local/share/bash-completion"), shims)
    found += _manual(Path("/usr/local/share"), shims)
    return [*found, *_cron(shims)]


def _fish(directory: Path, shims: Path) -> list[Context]:
    share = shims.parent / "share"
    links = {"functions": FISH_FUNCTION, "completions": FISH_COMPLETION}
    placements: list[Placement] = [
        Lines(directory / "conf.d/gvm.fish", texts.fish(shims), is_own=True),
        *(Link(directory / name / "gvm.fish", share / file) for name, file in links.items()),
    ]
    return _where("fish", placements, shutil.which("fish"))


def _bash_completion(directory: Path, shims: Path) -> list[Context]:
    link = Link(directory / "completions/gvm", shims.parent / "share" / BASH_COMPLETION)
    return _where("bash completion", [link], Path(_BASH_COMPLETION).exists())


def _manual(data: Path, shims: Path) -> list[Context]:
    link = Link(data / MANUAL, shims.parent / "share" / MANUAL)
    return _where("man", [link], shutil.which("man"))


def _where(name: str, placements: list[Placement], is_there: object) -> list[Context]:
    """The context, if the machine has what it is for, or has had it when gvm was activated."""
    left = any(os.path.lexists(placement.file) for placement in placements)
    return [Context(name, placements)] if is_there or left else []


def _cron(shims: Path) -> list[Context]:
    if not Path(PROGRAM).exists():
        return []
    placement = Crontab(texts.crontab(shims))
    name = "cron (your crontab)"
    if placement.is_there:
        return [Context(name, [placement])]
    line = placement.body.rstrip()
    return [Context(name, advice=f"add this line: {line} (gvm activate --cron does)")]


def _managers(directory: Path, shims: Path) -> Context:
    # It must sort after 99-environment.conf, which sets PATH.
    file = directory / "99-gvm.conf"
    return Context("systemd user services", [Lines(file, texts.environment(shims), is_own=True)])


def _existing(home: Path, *names: str) -> list[str]:
    return [name for name in names if (home / name).exists()]
