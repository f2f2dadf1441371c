"""go.dev, golang.google.cn, and mirrors of either layout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gvm.download.http import get
from gvm.errors import DownloadError, IntegrityError, UnreachableError
from gvm.sources.base import Archive, Checksum, archive_name, no_such_version
from gvm.sources.index import Entry, Index, fetch_index

if TYPE_CHECKING:
    from collections.abc import Iterator
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
        return host(self.base) if self.base in OFFICIAL else self.base

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
        name = archive_name(version, platform)
        known = self.ledger.sha256(version, platform.arch)
        checksums = [Checksum(known, "gvm's ledger")] if known else []
        if not known or self.is_trusted:
            checksums += self._told_checksums(version, platform)
        if not checksums:
            raise IntegrityError(
                f"nobody vouches for {name} from {self.name}: "
                "it is not in gvm's ledger, and go.dev cannot be asked",
                hint="give --sha256 from a source that you trust, or set GVM_TRUST_MIRROR=1 "
                "to believe the mirror",
            )
        url = f"{self.base.rstrip('/')}/{name}"
        return Archive(version, platform, name, self.name, url, None, tuple(checksums))

    def _told_checksums(self, version: Version, platform: Platform) -> list[Checksum]:
        """What servers say of a version; the word of the Go project's counts always."""
        index = self._own_index()
        key = (version, platform.arch)
        if index is not None and key not in index.entries:
            raise no_such_version(version, self.name, index.versions(platform.arch))
        if self.base in OFFICIAL or self.is_trusted:
            entry = index.entries[key] if index else Entry()
            sha256 = entry.sha256 or self._beside(version, platform)
            if sha256:
                kind = "index of" if self.base in OFFICIAL else "mirror"
                return [Checksum(sha256, f"the {kind} {self.name}")]
        return list(self._official_checksums(version, platform))

    def _own_index(self) -> Index | None:
        """The server's index; None where a mirror has none."""
        try:
            return self._index
        except UnreachableError:
            raise
        except DownloadError:
            if self.base in OFFICIAL:
                raise
            return None

    def _beside(self, version: Version, platform: Platform) -> str:
        """The checksum that a mirror keeps in a file beside the archive, or nothing."""
        url = f"{self.base.rstrip('/')}/{archive_name(version, platform)}.sha256"
        try:
            text = get(self.client, url, limit=4096).text
        except DownloadError:
            return ""
        # Either the bare hash, or as sha256sum writes it.
        match = re.match(r"\s*([0-9a-fA-F]{64})(\s|$)", text)
        return match[1].lower() if match else ""

    def _official_checksums(self, version: Version, platform: Platform) -> Iterator[Checksum]:
        if self.base in OFFICIAL:
            return
        for base in OFFICIAL:
            try:
                index = fetch_index(self.client, base, self.indexes)
            except DownloadError:
                continue
            entry = index.entries.get((version, platform.arch))
            if entry is not None and entry.sha256:
                yield Checksum(entry.sha256, f"the index of {host(base)}")
            return


def host(base: str) -> str:
    """The name of an official source: `go.dev`."""
    return base.split("/")[2]
