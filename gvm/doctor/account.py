"""Whose contexts are entered."""

from __future__ import annotations

import os
import pwd
import re
from dataclasses import dataclass
from pathlib import Path

_PATH = "/usr/local/bin:/usr/bin:/bin"
_ENVIRONMENT = re.compile(r"^\s*PATH=[\"']?([^\"'\n\0]*)", re.MULTILINE)
_LOGIN_DEFS = re.compile(r"^\s*ENV_PATH\s+(?:PATH=)?([^\s\0]+)", re.MULTILINE)


@dataclass(frozen=True)
class Account:
    """A user of this machine.

    Attributes:
        name: at login.
        uid: whose processes the user's are.
        gid: the first group.
        home: where a login starts.
        shell: the file of the login shell.
    """

    name: str
    uid: int
    gid: int
    home: Path
    shell: str

    @classmethod
    def by_name(cls, name: str) -> Account | None:
        """The one of that name, or None."""
        try:
            return cls._of(pwd.getpwnam(name))
        except KeyError:
            return None

    @classmethod
    def current(cls) -> Account:
        """The one whose process this is; a container may have no name for it."""
        uid = os.geteuid()
        try:
            return cls._of(pwd.getpwuid(uid))
        except KeyError:
            return cls(str(uid), uid, os.getegid(), Path("/"), "/bin/sh")

    @property
    def shell_name(self) -> str:
        """What the login shell is called: `bash`."""
        return self.shell.rpartition("/")[2]

    @property
    def is_own(self) -> bool:
        """Whether it is the caller."""
        return self.uid == os.geteuid()

    def environ(self) -> dict[str, str]:
        """What a login sets before any shell reads a file."""
        return {
            "HOME": str(self.home),
            "USER": self.name,
            "LOGNAME": self.name,
            "SHELL": self.shell,
            "PATH": _login_path(),
        }

    @classmethod
    def _of(cls, entry: pwd.struct_passwd) -> Account:
        shell = entry.pw_shell or "/bin/sh"
        return cls(entry.pw_name, entry.pw_uid, entry.pw_gid, Path(entry.pw_dir), shell)


def _login_path() -> str:
    for file, pattern in (("/etc/environment", _ENVIRONMENT), ("/etc/login.defs", _LOGIN_DEFS)):
        try:
            match = pattern.search(Path(file).read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        if match and match[1]:
            return match[1]
    return _PATH
