"""The release of the operating system that this process runs on."""

from __future__ import annotations

import os
import re
import subprocess
from typing import NamedTuple

from gvm.assets import asset
from gvm.errors import GvmError

# As the shim's gvm_is_release has it.
_NAME = re.compile(r"[a-z][a-z0-9.-]{0,98}")


class Release(NamedTuple):
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
        command = ["/bin/sh", os.fspath(asset("shims/gvm-shim")), "--release"]
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={}).stdout
        return cls.parse(told.partition(b"\0")[0].decode().removeprefix("release="))

    def __str__(self) -> str:
        return self.name
