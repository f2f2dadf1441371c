"""From where `go` is called, and what makes the shims visible there."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate import texts
from gvm.activate.crontab import PROGRAM, Crontab
from gvm.activate.placement import Lines, Link
from gvm.activate.surroundings import is_container, runs_systemd, windows_go

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gvm.activate.placement import Placement

_SYSTEMD = "/usr/lib/systemd/systemd"
_ABSENT = "is not on this machine"


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
    posix = texts.posix(shims)
    logins = [".profile", *_existing(home, ".bash_profile", ".bash_login")]
    found = [
        Context("login shells (sh, bash)", [Lines(home / name, posix) for name in logins]),
    ]
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    # A login reads the .zshenv in the home, which may be what sets ZDOTDIR.
    zshenv = Path(environ.get("ZDOTDIR") or home) / ".zshenv"
    zshenvs = dict.fromkeys([zshenv, *(home / name for name in _existing(home, ".zshenv"))])
    shells = {
        # First: what follows may end where a shell is not interactive, as over ssh.
        "bash, ssh host command": [Lines(home / ".bashrc", posix, is_first=True)],
        "zsh": [Lines(file, posix) for file in zshenvs],
        "fish": [Lines(config / "fish/conf.d/gvm.fish", texts.fish(shims), is_own=True)],
    }
    for name, lines in shells.items():
        shell = name.partition(",")[0]
        # What has been removed since may have left gvm's lines.
        is_there = shutil.which(shell) or lines[0].file.exists()
        found.append(
            Context(name, lines) if is_there else Context(name, advice=f"{shell} {_ABSENT}")
        )
    found.append(_managers(config / "environment.d", shims))
    advice = "sudo knows the machine's programs only: sudo ./install.sh --system"
    found.append(Context("sudo", advice=advice if shutil.which("sudo") else f"sudo {_ABSENT}"))
    advice = f"no file is read there: ENV PATH={shims}:$PATH in the Dockerfile"
    return [*found, _cron(shims), *_guests(advice, environ)]


def of_system(environ: Mapping[str, str], shims: Path) -> list[Context]:
    """Those of everybody on the machine, for root, or why not."""
    posix = texts.posix(shims)
    programs = [Link(Path("/usr/local/bin", name), shims / name) for name in ("go", "gofmt")]
    found = [
        Context(
            "login shells (sh, bash)", [Lines(Path("/etc/profile.d/gvm.sh"), posix, is_own=True)]
        )
    ]
    shells = {
        "bash": (Path("/etc/bash.bashrc"), Lines(Path("/etc/bash.bashrc"), posix)),
        "zsh": (Path("/etc/zsh"), Lines(Path("/etc/zsh/zshenv"), posix)),
        "fish": (
            Path("/etc/fish"),
            Lines(Path("/etc/fish/conf.d/gvm.fish"), texts.fish(shims), is_own=True),
        ),
    }
    for name, (needed, lines) in shells.items():
        found.append(
            Context(name, [lines])
            if needed.exists()
            else Context(name, advice=f"{needed} {_ABSENT}")
        )
    found.append(Context("sudo, ssh host command, /etc/crontab, systemd", programs))
    found.append(_managers(Path("/etc/environment.d"), shims))
    advice = "/usr/local/bin/go is on PATH there"
    return [*found, _cron(shims), *_guests(advice, environ)]


def _cron(shims: Path) -> Context:
    if not Path(PROGRAM).exists():
        return Context("cron (your crontab)", advice=f"cron {_ABSENT}")
    placement = Crontab(texts.crontab(shims))
    name = "cron (your crontab)"
    if placement.is_there:
        return Context(name, [placement])
    line = placement.body.rstrip()
    return Context(name, advice=f"add this line: {line} (gvm activate --cron does)")


def _managers(directory: Path, shims: Path) -> Context:
    # It must sort after 99-environment.conf, which sets PATH.
    file = directory / "99-gvm.conf"
    name, lines = "systemd user services", Lines(file, texts.environment(shims), is_own=True)
    if not Path(_SYSTEMD).exists() and not file.exists():
        return Context(name, advice=f"systemd {_ABSENT}")
    advice = "" if runs_systemd() else "but no systemd runs here now that would read it"
    return Context(name, [lines], advice)


def _guests(containers: str, environ: Mapping[str, str]) -> list[Context]:
    """What only a container has, and only a Linux within Windows."""
    found = [Context("docker exec, RUN", advice=containers)] if is_container() else []
    if other := windows_go(environ.get("PATH", "")):
        advice = f"{other} is Windows' Go, another program than go"
        found.append(Context("WSL", advice=advice))
    return found


def _existing(home: Path, *names: str) -> list[str]:
    return [name for name in names if (home / name).exists()]
