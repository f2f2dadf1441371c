"""From where `go` is called, and what makes the shims visible there."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate import texts
from gvm.activate.crontab import PROGRAM, Crontab
from gvm.activate.placement import Lines, Link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gvm.activate.placement import Placement

_SYSTEMD = "/usr/lib/systemd/systemd"


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
        # A login reads the one in the home, which may be what sets ZDOTDIR.
        files = dict.fromkeys([file, *(home / name for name in _existing(home, ".zshenv"))])
        found.append(Context("zsh", [Lines(file, posix) for file in files]))
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    file = config / "fish/conf.d/gvm.fish"
    if shutil.which("fish") or file.exists():
        found.append(Context("fish", [Lines(file, texts.fish(shims), is_own=True)]))
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
        found.append(Context("zsh", [Lines(Path("/etc/zsh/zshenv"), posix)]))
    if Path("/etc/fish").is_dir():
        file = Path("/etc/fish/conf.d/gvm.fish")
        found.append(Context("fish", [Lines(file, texts.fish(shims), is_own=True)]))
    found.append(Context("sudo, ssh host command, /etc/crontab, systemd", programs))
    if Path(_SYSTEMD).exists():
        found.append(_managers(Path("/etc/environment.d"), shims))
    return [*found, *_cron(shims)]


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
