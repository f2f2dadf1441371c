"""go.dev, golang.google.cn, and mirrors of either layout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gvm.download.http import MissingError, get
from gvm.errors import DownloadError, IntegrityError
from gvm.sources.base import Archive, Checksum, archive_name, no_such_version
from gvm.sources.index import Index, fetch_index
from gvm.versions import Request

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.download.http import Client
    from gvm.ledger import Ledger
    from gvm.platform import Platform
    from gvm.versions import Version

GO_DEV = "https://go.dev/dl"
GOOGLE_CN = "https://golang.google.cn/dl"
OFFICIAL = (GO_DEV, GOOGLE_CN)


@dataclass
class WebSource:
    """A web server.

    Attributes:
        base: its URL; archives are directly below.
        client: the connection.
        ledger: the checksums that gvm knows.
        indexes: the directory that keeps indexes.
        is_trusted: whether its own checksums count though it is not the Go project's.
    """

    base: str
    client: Client
    ledger: Ledger
    indexes: Path
    is_trusted: bool = False

    @property
    def name(self) -> str:
        """The host of an official source, else the URL."""
        return self.base.split("/")[2] if self.base in OFFICIAL else self.base

    @cached_property
    def _index(self) -> Index:
        return fetch_index(self.client, self.base, self.indexes)

    def versions(self, platform: Platform) -> list[Version]:
        """All that its index has."""
        return self._index.versions(platform.arch)

    def archive(self, version: Version, platform: Platform) -> Archive:
        """One archive; nothing is fetched for a version that is in the ledger.

        Raises:
            NoSuchVersionError: the server's index does not have it.
            IntegrityError: nobody vouches for it.
            DownloadError: the index cannot be had.
        """
        checksums = tuple(self._checksums(version, platform))
        if not checksums:
            raise IntegrityError(
                f"nobody vouches for {archive_name(version, platform)} from {self.name}: "
                "it is not in gvm's ledger, and go.dev cannot be asked",
                hint="give --sha256 from a source that you trust, or set GVM_TRUST_MIRROR=1 "
                "to believe the mirror",
            )
        name = archive_name(version, platform)
        return Archive(
            version, platform, name, self.name, f"{self.base.rstrip('/')}/{name}", None, checksums
        )

    def missing(self, version: Version, platform: Platform) -> Exception:
        """The error for a version that the server turns out not to have."""
        try:
            versions = self.versions(platform)
        except DownloadError:
            versions = []
        return no_such_version(Request.parse(str(version)), self.name, versions)

    def _checksums(self, version: Version, platform: Platform) -> list[Checksum]:
        known = self.ledger.sha256(version, platform.arch)
        found = [Checksum(known, "gvm's ledger")] if known else []
        if self.is_trusted and (own := self._own_checksum(version, platform)):
            found.append(own)
        if not found:
            found += self._official_checksums(version, platform)
        return found

    def _own_checksum(self, version: Version, platform: Platform) -> Checksum | None:
        try:
            entry = self._index.entries.get((version, platform.arch))
        except DownloadError:
            entry = None
        if entry is not None and entry.sha256:
            return Checksum(entry.sha256, f"the mirror {self.name}")
        url = f"{self.base.rstrip('/')}/{archive_name(version, platform)}.sha256"
        try:
            text = get(self.client, url, limit=4096).text
        except DownloadError:
            return None
        # Either the bare hash, or as sha256sum writes it.
        match = re.match(r"\s*([0-9a-fA-F]{64})(\s|$)", text)
        return Checksum(match[1].lower(), f"the mirror {self.name}") if match else None

    def _official_checksums(self, version: Version, platform: Platform) -> list[Checksum]:
        bases = (self.base,) if self.base in OFFICIAL else OFFICIAL
        error: DownloadError | None = None
        for base in bases:
            try:
                index = (
                    self._index
                    if base == self.base
                    else fetch_index(self.client, base, self.indexes)
                )
            except DownloadError as caught:
                error = caught
                continue
            entry = index.entries.get((version, platform.arch))
            if entry is None:
                available = index.versions(platform.arch)
                raise no_such_version(Request.parse(str(version)), base.split("/")[2], available)
            if entry.sha256:
                return [Checksum(entry.sha256, f"the index of {base.split('/')[2]}")]
        if error is not None and self.base in OFFICIAL:
            raise error
        return []


__all__ = ["GOOGLE_CN", "GO_DEV", "OFFICIAL", "MissingError", "WebSource"]
