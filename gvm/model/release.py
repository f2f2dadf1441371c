"""The release of the operating system that this process runs on."""

from __future__ import annotations

import errno
import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.assets import assemble_shim, damaged
from gvm.errors import DamagedStateError, GvmError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SHIM = "gvm-shim"
# A shell opens a script as its tenth file or later.
_OPEN_FILES = 16
# As the shim's gvm_is_release has it.
_NAME = re.compile(r"[a-z][a-z0-9.-]{0,98}")


@dataclass(frozen=True)
class Release:
    """An operating-system release, such as `ubuntu-24.04`."""

    name: str

    @classmethod
    def parse(cls, name: str) -> Release:
        """Read a name.

        Raises:
            GvmError: it cannot be part of a path.
        """
        if not _NAME.fullmatch(name):
            raise GvmError(f"{name!r} is no name of an operating-system release")
        return cls(name)

    @classmethod
    def current(cls) -> Release:
        """Ask the shim, which decides it for every command."""
        told = ask_shim(None, "--release", environ={})
        return cls.parse(told.partition(b"\0")[0].decode().removeprefix("release="))

    def __str__(self) -> str:
        return self.name


def ask_shim(
    shim: Path | None, *words: str, environ: Mapping[str, str], directory: Path | None = None
) -> bytes:
    """Return what a shim prints, or the one that comes with gvm.

    Raises:
        OSError: there is no process to be had, or the shell has too few open files for it.
        GvmError: it was ended by a signal.
        DamagedStateError: it ended with an error of its own.
    """
    program = [os.fspath(shim)] if shim is not None else ["-c", assemble_shim(), SHIM]
    done = subprocess.run(
        ["/bin/sh", *program, *words],
        stdout=subprocess.PIPE,
        check=False,
        env=dict(environ),
        cwd=directory,
    )
    if done.returncode == 0:
        return done.stdout
    check_open_files(shim)
    if done.returncode < 0:
        raise GvmError(
            f"cannot run {shim or SHIM}: it was ended by signal {-done.returncode}",
            hint="see what takes the memory, and what is limited: free -h; ulimit -a",
        )
    if shim is None:
        raise damaged(f"{SHIM} is damaged")
    raise DamagedStateError(f"{shim} is damaged")


def check_open_files(shim: Path | None) -> None:
    """Raise where a shim failed because the shell may open too few files for it.

    Raises:
        OSError: so it is.
    """
    import resource  # noqa: PLC0415 - seldom needed

    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < _OPEN_FILES:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE), str(shim or SHIM))
