"""go.dev, golang.google.cn, and mirrors of either layout."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gvm.errors import DownloadError, UnreachableError
from gvm.net.http import MissingError, get
from gvm.net.url import shown
from gvm.sources.base import SIGNATURE_LIMIT, Archive, archive_name, no_such_version, unsigned
from gvm.sources.checksums import from_index, from_ledger, from_text
from gvm.sources.index import Index, fetch_index
from gvm.sources.official import OFFICIAL, named

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.model.platform import Platform
    from gvm.model.version import Version
    from gvm.net.http import Client
    from gvm.sources.base import Checksum
    from gvm.trust.ledger import Ledger


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
        return named(self.base)

    @property
    def _is_doubted(self) -> bool:
        return not self.is_trusted and self.base not in OFFICIAL

    @cached_property
    def _index(self) -> Index:
        return fetch_index(self.client, self.base, self.indexes)

    def versions(self, platform: Platform) -> list[Version]:
        """All that its index has."""
        return self._index.versions(platform.arch)

    def archive(self, version: Version, platform: Platform) -> Archive:
        """Where one archive should be; nothing is asked."""
        name = archive_name(version, platform)
        url = f"{self.base.rstrip('/')}/{name}"
        return Archive(version, platform, name, self.name, url, None, self._is_doubted)

    def checksums(self, version: Version, platform: Platform) -> list[Checksum]:
        """What one archive may be; nothing is fetched for a version that is in the ledger.

        Raises:
            NoSuchVersionError: the server's index does not have it.
            MissingError: nobody knows it, and the server has no such archive.
            DownloadError: the server gives nothing away.
        """
        known = from_ledger(self.ledger, version, platform)
        if known and not self.is_trusted:
            return known
        index = self._own_index()
        if index is not None and (version, platform.arch) not in index.entries:
            raise no_such_version(version, self.name, index.versions(platform.arch))
        if self._is_doubted:
            found = self._official(version, platform)
        else:
            told = from_index(index, self.base, version, platform) if index else []
            found = known + (told or self._beside(version, platform, is_needed=not known))
        if not found and index is None:
            # Whoever has no archive, or gives none away, says so.
            self.client.open(self.archive(version, platform).url).close()
        return found

    def signature(self, version: Version, platform: Platform) -> bytes:
        """What it has under the archive's name with `.asc`."""
        archive = self.archive(version, platform)
        try:
            return get(self.client, f"{archive.url}.asc", limit=SIGNATURE_LIMIT).body
        except MissingError as error:
            # Which says so where there is no such version.
            self.checksums(version, platform)
            raise unsigned(archive.name, self.name) from error

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

    def _beside(self, version: Version, platform: Platform, *, is_needed: bool) -> list[Checksum]:
        """What a mirror keeps in a file beside the archive, if it does."""
        url = f"{self.archive(version, platform).url}.sha256"
        try:
            found = from_text(get(self.client, url, limit=4096).text, self.name)
        except UnreachableError:
            raise
        except MissingError:
            return []
        except DownloadError:
            if is_needed:
                raise
            return []
        if is_needed and not found:
            raise DownloadError(
                f"{shown(url)} is no checksum", hint=f"is {self.name} the right address?"
            )
        return found

    def _official(self, version: Version, platform: Platform) -> list[Checksum]:
        """What the first of the Go project's own servers that answers says."""
        for base in OFFICIAL:
            try:
                index = fetch_index(self.client, base, self.indexes)
            except DownloadError:
                continue
            return from_index(index, base, version, platform)
        return []
