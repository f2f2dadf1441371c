"""What install.sh installs: every package that gvm names, pinned, by hash."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement

from tests.machine import CHECKOUT

PROJECT = (CHECKOUT / "pyproject.toml").read_text()
# A quoted text at the start of a line of a list, or in a list of one.
NAMED = [Requirement(text) for text in re.findall(
    r'^(?:  |requires = \[)"([a-z][a-z0-9-]*>=[^"]*)"', PROJECT, re.MULTILINE
)]  # fmt: skip
EXTRA = [Requirement(text) for text in re.findall(
    r'"([^"]*)"', re.search(r"^signatures = (.*)", PROJECT, re.MULTILINE)[1]
)]  # fmt: skip
FILES = {"requirements.txt": NAMED, "requirements-signatures.txt": [*NAMED, *EXTRA]}


def locked(text: str) -> list[tuple[Requirement, str]]:
    """Each package of a file, and its hashes."""
    return [
        (Requirement(line.removesuffix("\\").strip()), hashes)
        for line, hashes in re.findall(r"^(\S.*==.*)\n((?:    --hash.*\n)+)", text, re.MULTILINE)
    ]


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize("name", FILES)
def test_locked(name: str, python: str) -> None:
    """Every Python gets one version of each package that gvm and its build ask for, in range."""
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    versions: dict[str, str] = {}
    for pin, _ in locked((CHECKOUT / name).read_text()):
        if pin.marker is None or pin.marker.evaluate(environment):
            assert pin.name not in versions
            [specifier] = pin.specifier
            versions[pin.name] = specifier.version
    for named in FILES[name]:
        if named.marker is None or named.marker.evaluate(environment):
            assert named.specifier.contains(versions[named.name]), named
    assert {"hatchling", "isal", "pip"} <= versions.keys()


@pytest.mark.parametrize("name", FILES)
def test_hashes(name: str) -> None:
    """Nothing is installed but by SHA-256, and from wherever the user's pip gets it."""
    text = (CHECKOUT / name).read_text()
    pins = locked(text)
    assert len(pins) == len(re.findall(r"^\S+==", text, re.MULTILINE))
    for pin, hashes in pins:
        assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", hashes), pin
    assert not re.search("://|--index|--find", text)
