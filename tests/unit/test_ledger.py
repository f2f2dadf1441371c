from __future__ import annotations

import re
import time

import pytest

from gvm.assets import asset
from gvm.model.version import Version
from gvm.trust.ledger import Ledger

ARCHES = ("386", "amd64", "arm64", "armv6l", "ppc64le", "riscv64", "s390x")
LINES = asset("trust/ledger.txt").read_text(encoding="ascii").splitlines()
LINE = re.compile(r"([0-9][0-9a-z.]*)((?: [0-9a-z]+=[0-9a-f]{64})+)")


def test_form() -> None:
    """Each line is a version and its checksums, with architectures and versions in order."""
    versions = []
    for line in LINES:
        match = LINE.fullmatch(line)
        assert match is not None, line
        arches = [word.partition("=")[0] for word in match[2].split()]
        assert arches == sorted(set(arches))
        assert set(arches) <= set(ARCHES)
        version = Version.from_go_name(match[1])
        assert version.go_name == f"go{match[1]}"
        versions.append(version)
    assert versions == sorted(set(versions))
    assert asset("trust/ledger.txt").read_bytes().endswith(b"\n")


def test_size() -> None:
    """It knows 338 versions, and 1981 archives, no two of which have one checksum."""
    sums = [word for line in LINES for word in line.split()[1:]]
    assert (len(LINES), len(sums)) == (338, 1981)
    assert len({word.partition("=")[2] for word in sums}) == len(sums)


def test_lookup() -> None:
    """Every checksum is found by version and architecture, and nothing else is."""
    ledger = Ledger.load()
    for line in LINES:
        name, *sums = line.split()
        version = Version.from_go_name(name)
        told = dict(word.split("=") for word in sums)
        assert {arch: ledger.sha256(version, arch) for arch in ARCHES} == {
            arch: told.get(arch) for arch in ARCHES
        }
    assert ledger.sha256(Version.parse("1.99.0"), "amd64") is None
    assert ledger.sha256(Version.parse("1.22.6"), "amd") is None
    amd64 = ledger.versions("amd64")
    assert len(amd64) == sum(" amd64=" in line for line in LINES)
    assert ledger.versions("mips") == []


# One that was published; the others are checked when the ledger is made.
KNOWN = {
    ("1.22.6", "amd64"): "999805bed7d9039ec3da1a53bfbcafc13e367da52aa823cb60b68ba22d44c616",
}


@pytest.mark.parametrize(("version", "arch"), KNOWN)
def test_known(version: str, arch: str) -> None:
    """It says what the Go project published."""
    assert Ledger.load().sha256(Version.parse(version), arch) == KNOWN[version, arch]


def test_speed() -> None:
    """Loading it and looking something up takes no time that a user would notice."""
    since = time.process_time()
    Ledger.load().sha256(Version.parse("1.27.0"), "amd64")
    assert time.process_time() - since < 0.5
