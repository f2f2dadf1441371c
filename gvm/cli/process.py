"""The process that gvm runs in: its environment, its home, and the words it was called with."""

from __future__ import annotations

import os
import pwd
from functools import cached_property
from pathlib import Path

import click

from gvm.fs.ownership import is_own, stranger
from gvm.fs.xdg import home

# The variables that lead gvm, and pip, to settings.
_DIRECTORIES = ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_DIRS")


class Process:
    """What is read of the process, once."""

    @cached_property
    def environ(self) -> dict[str, str]:
        """The environment, as it was."""
        return dict(os.environ)

    @cached_property
    def own_environ(self) -> dict[str, str]:
        """The environment for what obeys files: a place of another user's, as sudo may keep it, is not set."""
        others = {name for name in _DIRECTORIES if not _is_own(name, self.environ.get(name, ""))}
        own = {}
        if "HOME" in others:
            try:
                own["HOME"] = pwd.getpwuid(os.geteuid()).pw_dir
            except KeyError:
                others.remove("HOME")
        return {k: v for k, v in self.environ.items() if k not in others} | own

    @property
    def home(self) -> Path:
        """The caller's home directory.

        Raises:
            UsageError: there is none.
        """
        return home(self.environ)

    @property
    def command(self) -> str:
        """What was called, as it is typed."""
        return click.get_current_context().command_path


def _is_own(name: str, value: str) -> bool:
    """Whether a variable names none but the caller's directories, and root's; XDG's ignore relative ones."""
    places = value.split(":") if name.endswith("_DIRS") else [value]
    for place in map(Path, filter(None, places)):
        if name != "HOME" and not place.is_absolute():
            return False
        # These may be made yet.
        is_new = name in {"HOME", "XDG_CACHE_HOME"} and not os.path.lexists(place)
        if not (stranger(place) is None if is_new else is_own(place)):
            return False
    return True
