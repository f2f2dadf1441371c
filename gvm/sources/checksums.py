"""Whose word on the checksum of an archive counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gvm.sources.base import Checksum
from gvm.sources.official import named

if TYPE_CHECKING:
    from gvm.model.platform import Platform
    from gvm.model.version import Version
    from gvm.sources.index import Index
    from gvm.trust.ledger import Ledger

# The bare hash, or as sha256sum writes it.
_BESIDE = re.compile(r"\s*([0-9a-fA-F]{64})(?:\s|$)")


def from_ledger(ledger: Ledger, version: Version, platform: Platform) -> list[Checksum]:
    """What gvm itself knows: one checksum or none."""
    sha256 = ledger.sha256(version, platform.arch)
    return [Checksum(sha256, "gvm's ledger")] if sha256 else []


def from_index(index: Index, base: str, version: Version, platform: Platform) -> list[Checksum]:
    """What the index of the source at `base` says: one checksum or none."""
    entry = index.entries.get((version, platform.arch))
    if entry is None or not entry.sha256:
        return []
    return [Checksum(entry.sha256, f"the index of {named(base)}")]


def from_text(text: str, where: str) -> list[Checksum]:
    """What stands in a `.sha256` file at `where`: one checksum or none."""
    match = _BESIDE.match(text)
    return [Checksum(match[1].lower(), f"a .sha256 file of {where}")] if match else []
