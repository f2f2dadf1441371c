"""Archives that are on this machine already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.fs.read import read_start, read_text
from gvm.model.platform import Platform
from gvm.sources.base import (
    SIGNATURE_LIMIT,
    Archive,
    Checksum,
    archive_name,
    no_such_version,
    read_archive_name,
    unsigned,
)
from gvm.sources.checksums import from_index, from_ledger, from_text
from gvm.sources.index import kept_index
from gvm.sources.official import OFFICIAL

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.model.version import Version
    from gvm.trust.ledger import Ledger


@dataclass(frozen=True)
class DirectorySource:
    """A directory that holds archives under their official names.

    Attributes:
        directory: that is meant.
        ledger: the checksums that gvm knows.
        indexes: the directory that keeps what go.dev said; it is not asked again.
        is_trusted: whether the directory's own `.sha256` files count.
        only: the one file that is meant, or None.
    """

    directory: Path
    ledger: Ledger
    indexes: Path
    is_trusted: bool = False
    only: str | None = None

    @property
    def name(self) -> str:
        """The directory, or the file."""
        return str(self.directory / (self.only or ""))

    def versions(self, platform: Platform) -> list[Version]:
        """Those of its archives."""
        names = (
            [self.only]
            if self.only
            else [file.name for file in self.directory.iterdir() if file.is_file()]
        )
        found = filter(None, map(read_archive_name, names))
        return [version for version, arch in found if arch == platform.arch]

    def archive(self, version: Version, platform: Platform) -> Archive:
        """One archive of it."""
        if version not in self.versions(platform):
            raise no_such_version(version, self.name, self.versions(platform))
        file = self.directory / archive_name(version, platform)
        where = str(self.directory)
        return Archive(version, platform, file.name, where, "", file, not self.is_trusted)

    def checksums(self, version: Version, platform: Platform) -> list[Checksum]:
        """What that archive may be."""
        known = from_ledger(self.ledger, version, platform)
        for base in OFFICIAL:
            known += from_index(kept_index(base, self.indexes), base, version, platform)
        if self.is_trusted:
            file = self.directory / f"{archive_name(version, platform)}.sha256"
            known += from_text(_text(file), str(self.directory))
        return known

    def signature(self, version: Version, platform: Platform) -> bytes:
        """The file beside that archive that is named like it, with `.asc`."""
        name = self.archive(version, platform).name
        try:
            return read_start(self.directory / f"{name}.asc", SIGNATURE_LIMIT)
        except FileNotFoundError as error:
            raise unsigned(name, str(self.directory)) from error


def read_name(file: Path) -> tuple[Version, Platform]:
    """What an archive is, by its official name.

    Raises:
        UsageError: it is named otherwise.
    """
    found = read_archive_name(file.name)
    if found is None:
        raise UsageError(
            f"{file} is not named like an archive of Go",
            hint="it should be like go1.22.6.linux-amd64.tar.gz",
        )
    version, arch = found
    return version, Platform.parse(arch)


def _text(file: Path) -> str:
    try:
        return read_text(file, errors="replace")
    except OSError:
        return ""
