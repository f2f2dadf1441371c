"""A web source's list of what it has, kept for the next time and for when there is no network."""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from gvm.errors import DownloadError, UsageError
from gvm.fs.atomic import replace_text
from gvm.fs.read import read_text
from gvm.fs.trees import make_directory
from gvm.model.version import Version
from gvm.net.http import get
from gvm.net.url import shown
from gvm.sources.base import read_archive_name
from gvm.sources.official import OFFICIAL

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.net.http import Client

_SHA256 = re.compile(r"[0-9a-f]{64}")
# An index of the largest size that is fetched, as JSON writes it.
_KEPT = 128 << 20
_QUERY = "/?mode=json&include=all"


class Entry(NamedTuple):
    """One archive in an index: checksum, empty where there is none, and bytes, 0 likewise."""

    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class Index:
    """What a source has, by version and Go's architecture."""

    entries: dict[tuple[Version, str], Entry] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Index:
        """Read go.dev's JSON, or the page that lists a directory.

        Raises:
            DownloadError: it is neither.
        """
        if text.lstrip()[:1] == "[":
            return cls(_from_json(text))
        if entries := _from_listing(text):
            return cls(entries)
        if text.lstrip()[:1] == "<":
            raise DownloadError("the answer is a web page that lists no archives of Go")
        raise DownloadError("the answer is neither an index nor a list of Go's archives")

    def versions(self, arch: str) -> list[Version]:
        """All versions for an architecture."""
        return [version for version, entry_arch in self.entries if entry_arch == arch]


def fetch_index(client: Client, base: str, directory: Path, *, max_age: float = 0) -> Index:
    """The index of a source; what is kept of it is sent again only if it changed.

    Args:
        client: who asks.
        base: the source's URL.
        directory: that keeps indexes.
        max_age: seconds for which what is kept is good enough without asking.

    Raises:
        DownloadError: it cannot be had, or read.
    """
    kept = _Kept(directory, base)
    etag, index = kept.load()
    if index.entries and kept.age() < max_age:
        return index
    url = base.rstrip("/") + _QUERY
    response = get(client, url, etag=etag if index.entries else None)
    if response.status == 304:  # noqa: PLR2004 - not modified
        kept.touch()
        return index
    try:
        index = Index.parse(response.text)
    except DownloadError as error:
        raise DownloadError(
            f"{shown(url)}: {error}",
            hint="open any page in a browser to log in to the network, then try again"
            if base in OFFICIAL
            else f"is {shown(base)} the right address?",
        ) from error
    kept.save(response.etag, response.text)
    return index


def kept_index(base: str, directory: Path) -> Index:
    """What is known of a source without asking it; empty where nothing is."""
    return _Kept(directory, base).load()[1]


class _Kept:
    """A copy of an index on disk, where there can be one."""

    def __init__(self, directory: Path, base: str) -> None:
        self._file = directory / f"{hashlib.sha256(base.encode()).hexdigest()[:16]}.json"

    def age(self) -> float:
        """Seconds since the source was asked; infinite where it never was."""
        try:
            return abs(time.time() - self._file.stat().st_mtime)
        except OSError:
            return math.inf

    def touch(self) -> None:
        with suppress(OSError):
            self._file.touch()

    def load(self) -> tuple[str | None, Index]:
        """What it was kept with, and the index; where it is damaged, as where nothing is kept."""
        try:
            kept = json.loads(read_text(self._file, limit=_KEPT, must_be_ours=True))
            etag, index = kept["etag"], Index.parse(kept["text"])
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, DownloadError):  # fmt: skip
            return None, Index()
        return (etag, index) if isinstance(etag, str | None) else (None, Index())

    def save(self, etag: str | None, text: str) -> None:
        with suppress(OSError):
            make_directory(self._file.parent)
            replace_text(self._file, json.dumps({"etag": etag, "text": text}))


def _from_json(text: str) -> dict[tuple[Version, str], Entry]:
    entries = {}
    try:
        for release in json.loads(text):
            for file in release["files"]:
                if (found := _entry(release["version"], file)) is not None:
                    entries[found[0]] = found[1]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DownloadError("the index is not what go.dev's looks like") from error
    return entries


def _entry(name: str, file: dict[str, Any]) -> tuple[tuple[Version, str], Entry] | None:
    if file["os"] != "linux" or file["kind"] != "archive":
        return None
    try:
        version = Version.from_go_name(name)
    except UsageError:
        return None
    arch, sha256, size = file["arch"], file.get("sha256") or "", file.get("size") or 0
    if not isinstance(arch, str) or not isinstance(size, int) or size < 0:
        raise TypeError(arch, size)
    return (version, arch), Entry(sha256 if _SHA256.fullmatch(sha256) else "", size)


def _from_listing(text: str) -> dict[tuple[Version, str], Entry]:
    names = (href.rpartition("/")[2] for href in re.findall(r'href="([^"]*)"', text))
    return {found: Entry() for found in map(read_archive_name, names) if found is not None}
