from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gvm.errors import NoSuchVersionError, UsageError
from gvm.model.platform import Platform
from gvm.model.version import Version
from gvm.sources.base import Checksum
from gvm.sources.local import DirectorySource, read_name
from gvm.trust.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

AMD64 = Platform("amd64")
SUM = "a" * 64
LEDGER = Ledger(f"\n1.20 amd64={SUM}\n1.22.6 amd64={'b' * 64} arm64={'c' * 64}\n")
FILES = (
    "go1.20.linux-amd64.tar.gz",
    "go1.22.6.linux-amd64.tar.gz",
    "go1.22.6.linux-arm64.tar.gz",
    "go1.99.9.linux-amd64.tar.gz",
    "go1.22.6.linux-amd64.tar.gz.sha256",
    "go1.22.7.linux-amd64.tar.gz.part",
    "go1.22.6.1.linux-amd64.tar.gz",
    "go1..linux-amd64.tar.gz",
    "go1.x.linux-amd64.tar.gz",
    "go1.22.8.darwin-amd64.tar.gz",
    "README",
)


@pytest.fixture
def source(tmp_path: Path) -> DirectorySource:
    for name in FILES:
        (tmp_path / name).write_text(name)
    return DirectorySource(tmp_path, LEDGER, tmp_path / "indexes")


def test_versions(source: DirectorySource) -> None:
    """A directory has the versions that its archives are named after; other files do not matter."""
    assert sorted(map(str, source.versions(AMD64))) == ["1.20.0", "1.22.6", "1.99.9"]
    assert list(map(str, source.versions(Platform("arm64")))) == ["1.22.6"]


def test_archive(source: DirectorySource) -> None:
    """Its archive is vouched for by the ledger."""
    version = Version.parse("1.20.0")
    assert source.archive(version, AMD64).file == source.directory / FILES[0]
    assert source.checksums(version, AMD64) == [Checksum(SUM, "gvm's ledger")]


def test_no_archive(source: DirectorySource, snapshot: SnapshotAssertion) -> None:
    """A version that is not there is named, with the one that is near."""
    with pytest.raises(NoSuchVersionError) as caught:
        source.archive(Version.parse("1.22.7"), AMD64)
    assert (str(caught.value), caught.value.hint) == snapshot


def test_vouchers(source: DirectorySource) -> None:
    """The directory's own word counts only where it is trusted; what go.dev said counts always."""
    version = Version.parse("1.99.9")
    assert source.checksums(version, AMD64) == []
    (source.directory / f"{FILES[3]}.sha256").write_text(f"{SUM.upper()}  {FILES[3]}\n")
    assert source.checksums(version, AMD64) == []
    trusting = replace(source, is_trusted=True)
    assert [found.sha256 for found in trusting.checksums(version, AMD64)] == [SUM]


def test_one_file(source: DirectorySource) -> None:
    """A source may be one file of a directory."""
    one = replace(source, only=FILES[3])
    assert list(map(str, one.versions(AMD64))) == ["1.99.9"]
    with pytest.raises(NoSuchVersionError):
        one.archive(Version.parse("1.22.6"), AMD64)


@pytest.mark.parametrize(
    "name",
    ["go.tar.gz", "go1.22.6.tar.gz", "go1.22.6.src.tar.gz", "go1..linux-amd64.tar.gz",
     "go1.22.6.linux-sparc.tar.gz", "xgo1.22.6.linux-amd64.tar.gz"],
)  # fmt: skip
def test_name(name: str, tmp_path: Path) -> None:
    """A file whose name tells no version and architecture is refused."""
    (tmp_path / name).touch()
    with pytest.raises(UsageError):
        read_name(tmp_path / name)
