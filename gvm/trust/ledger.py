"""The checksums of Go's official archives that ship with gvm."""

from __future__ import annotations

from typing import NamedTuple

from gvm.assets import asset
from gvm.model.version import Version


class Ledger(NamedTuple):
    """A table with a line for each version: `1.22.6 amd64=<sha256> arm64=<sha256> …`.

    Attributes:
        text: the table; versions are in Go's spelling, oldest first.
    """

    text: str

    @classmethod
    def load(cls) -> Ledger:
        """Read the table that ships with gvm."""
        return cls("\n" + asset("trust/ledger.txt").read_text(encoding="ascii"))

    def sha256(self, version: Version, arch: str) -> str | None:
        """The checksum of one archive in lower-case hexadecimal digits, or None."""
        start = self.text.find(f"\n{version.go_name[2:]} ")
        line = self.text[start + 1 : self.text.find("\n", start + 1)] if start >= 0 else ""
        _, found, rest = line.partition(f" {arch}=")
        return rest[:64] if found else None

    def versions(self, arch: str) -> list[Version]:
        """All that it has for an architecture."""
        return [
            Version.from_go_name(line.partition(" ")[0])
            for line in self.text.splitlines()
            if f" {arch}=" in line
        ]
