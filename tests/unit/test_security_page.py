"""docs/security.md against the tests that hold what it says."""

from __future__ import annotations

import re

import pytest

from tests.machine import CHECKOUT

PAGE = CHECKOUT / "docs/security.md"
POINTS = re.findall(r"^- (.*?)(?=^- |^#|^$)", PAGE.read_text(), re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[(test_\w+)\]\((\S+)\)")


@pytest.mark.parametrize("point", POINTS, ids=[point[:40].split("\n")[0] for point in POINTS])
def test_held(point: str) -> None:
    """Each point of the page ends with the tests that hold it, which there are."""
    links = LINK.findall(point)
    assert links
    assert LINK.sub("", point).strip().endswith(".")
    for name, place in links:
        text = (PAGE.parent / place).read_text()
        assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{place} has no {name}"


def test_points() -> None:
    """No point is missed because of how it is written."""
    assert len(POINTS) == PAGE.read_text().count("\n- ") > 30
