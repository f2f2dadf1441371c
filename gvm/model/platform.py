"""The machine that a toolchain is for, in Go's words."""

from __future__ import annotations

import os
from dataclasses import dataclass

from gvm.errors import UsageError
from gvm.text import quote

# From what uname -m says.
_ARCHES = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "armv6l": "armv6l",
    "armv7l": "armv6l",
    "armv8l": "armv6l",
    "i386": "386",
    "i686": "386",
    "loongarch64": "loong64",
    "ppc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
}


@dataclass(frozen=True)
class Platform:
    """A processor architecture of Linux, as Go's archives name it: `amd64`, `armv6l`."""

    arch: str

    @classmethod
    def parse(cls, arch: str) -> Platform:
        """Read Go's name, or the kernel's.

        Raises:
            UsageError: Go has no Linux archives for it.
        """
        arch = _ARCHES.get(arch, "armv6l" if arch == "arm" else arch)
        if arch not in _ARCHES.values():
            known = ", ".join(sorted(set(_ARCHES.values())))
            raise UsageError(f"there is no Go for {quote(arch)}", hint=f"--arch takes {known}")
        return cls(arch)

    @classmethod
    def current(cls) -> Platform:
        """What this machine is."""
        return cls.parse(os.uname().machine)

    def __str__(self) -> str:
        return self.arch
