"""Archives that are on this machine already."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.errors import IntegrityError, UsageError
from gvm.platform import Platform
from gvm.sources.base import Archive, Checksum, archive_name, no_such_version
from gvm.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.ledger import Ledger

_FILE = re.compile(r"(go[0-9][0-9a-z.]*)\.linux-([0-9a-z]+)\.tar\.gz")


@dataclass(frozen=True)
class DirectorySource:
    """A directory that holds archives under their official names."""

    directory: Path
    ledger: Ledger

    @property
    def name(self) -> str:
        """The directory."""
        return str(self.directory)

    def versions(self, platform: Platform) -> list[Version]:
        """Those of its archives."""
        versions = []
        for file in self.directory.iterdir():
            match = _FILE.fullmatch(file.name)
            if match is None or match[2] != platform.arch:
                continue
            try:
                versions.append(Version.from_go_name(match[1]))
            except UsageError:
                continue
        return versions

    def archive(self, version: Version, platform: Platform) -> Archive:
        """One archive of it."""
        file = self.directory / archive_name(version, platform)
        if not file.is_file():
            raise no_such_version(version, self.name, self.versions(platform))
        return local_archive(file, self.ledger)


def local_archive(file: Path, ledger: Ledger, sha256: str | None = None) -> Archive:
    """An archive file, known by its official name.

    Raises:
        UsageError: its name tells no version.
        IntegrityError: nobody vouches for it.
    """
    match = _FILE.fullmatch(file.name)
    if match is None:
        raise UsageError(
            f"{file} is not named like an archive of Go",
            hint="it should be like go1.22.6.linux-amd64.tar.gz",
        )
    version, platform = Version.from_go_name(match[1]), Platform.parse(match[2])
    if sha256 is None and (known := ledger.sha256(version, platform.arch)):
        checksum = Checksum(known, "gvm's ledger")
    elif sha256 is not None:
        checksum = Checksum(sha256, "--sha256")
    else:
        raise IntegrityError(
            f"nobody vouches for {file.name}: it is not in gvm's ledger",
            hint="give --sha256 from a source that you trust",
        )
    size = file.stat().st_size
    return Archive(version, platform, file.name, str(file.parent), "", file, (checksum,), size)
