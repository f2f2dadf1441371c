"""The environment that the systemd manager of a user gives to services."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gvm.doctor.account import Account

# What a session has told it, which comes before all files, is forgotten too.
RELOAD_COMMAND = "systemctl --user unset-environment PATH && systemctl --user daemon-reload"
_PATIENCE = 10
# The first that has a name wins, as systemd.environment-generator(7) says.
_PLACES = ("/run/systemd", "/etc/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd")


def is_running(environ: Mapping[str, str]) -> bool:
    """Whether the caller's manager runs and answers."""
    try:
        done = subprocess.run(
            ["/usr/bin/systemctl", "--user", "show-environment"],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def generated_environment(account: Account, environ: Mapping[str, str]) -> dict[str, str]:
    """What a manager would have, made as it makes it: by its environment generators."""
    result = dict(environ)
    is_other = not account.is_own
    for generator in _generators():
        try:
            told = subprocess.run(
                [generator],
                env=result,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=_PATIENCE,
                user=account.uid if is_other else None,
                group=account.gid if is_other else None,
                extra_groups=[] if is_other else None,
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            continue
        result.update(_assignments(os.fsdecode(told)))
    return result


def _generators() -> list[Path]:
    found: dict[str, Path] = {}
    for place in _PLACES:
        directory = Path(place, "user-environment-generators")
        for file in directory.iterdir() if directory.is_dir() else ():
            found.setdefault(file.name, file)
    return [
        file for _, file in sorted(found.items()) if file.is_file() and os.access(file, os.X_OK)
    ]


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, is_set, value = line.partition("=")
        try:
            words = shlex.split(value)
        except ValueError:
            continue
        if is_set and name.isidentifier():
            yield name, " ".join(words)
