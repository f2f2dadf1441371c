from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvm.errors import UsageError
from gvm.model.version import Request, Version, newest, supported_lines
from gvm.text import quote

# As golang.org/x/mod and go/version order them.
ORDER = (
    "1.5.3", "1.9.2rc2", "1.9.2", "1.10beta1", "1.10rc1", "1.10.0", "1.20rc1", "1.20.0", "1.20.1",
    "1.20.14", "1.21beta1", "1.21rc2", "1.21rc10", "1.21.0", "1.21.1", "1.22.6", "1.22.10", "2.0.0",
)  # fmt: skip
GO_NAMES = {
    "1.5.3": "go1.5.3",
    "1.20.0": "go1.20",
    "1.20.1": "go1.20.1",
    "1.20rc1": "go1.20rc1",
    "1.21rc2": "go1.21rc2",
    "1.21.0": "go1.21.0",
    "1.22.6": "go1.22.6",
    "1.9.2rc2": "go1.9.2rc2",
    "2.0.0": "go2.0.0",
}
NO_VERSION = {
    "empty": "",
    "go": "go",
    "one number": "1",
    "four numbers": "1.2.3.4",
    "leading zero": "1.022.6",
    "zero": "0.1.2",
    "sign": "+1.22.6",
    "space": " 1.22.6",
    "line break": "1.22.6\n",
    "NUL": "1.22.6\0",
    "both prefixes": "gov1.22.6",
    "upper case": "GO1.22.6",
    "no serial": "1.23rc",
    "serial of nought": "1.23rc0",
    "alpha": "1.23alpha1",
    "dashes": "1.23.0-rc1",
    "up": "../1.22.6",
    "other digits": "1.٢٢.6",
    "wide digits": "\uff11.22.6",
    "five digits": "1.22.60000",
    "megabyte": "1." * 500_000,
    "digits": "1" * 1_000_000,
    "wheel": "1.23.3.1",
    "any patch": "1.22.x",
    "no patch": "1.22.",
    "stage without serial": "1.22beta",
    "copy": "1.22.6.bak",
}
VERSIONS = st.builds(
    lambda major, minor, patch, stage: f"{major}.{minor}{stage or f'.{patch}'}",
    st.integers(1, 9999),
    st.integers(0, 9999),
    st.integers(0, 9999),
    st.just("") | st.builds("{}{}".format, st.sampled_from(["beta", "rc"]), st.integers(1, 999)),
)


def test_order() -> None:
    """Versions sort as Go sorts them."""
    versions = [Version.parse(text) for text in ORDER]
    mixed = random.Random(1).sample(versions, len(versions))  # noqa: S311 - no secret
    assert [str(version) for version in sorted(mixed)] == list(ORDER)


@pytest.mark.parametrize(("text", "name"), GO_NAMES.items(), ids=GO_NAMES)
def test_go_name(text: str, name: str) -> None:
    """A version has Go's own name, by which it is found again."""
    version = Version.parse(text)
    assert version.go_name == name
    assert Version.from_go_name(name) == version


@given(VERSIONS)
def test_round_trip(text: str) -> None:
    """What a version writes, under any of its names, is read as the same version."""
    version = Version.parse(text)
    assert str(version) == text
    for written in (str(version), f"go{version}", f"v{version}"):
        assert Version.parse(written) == version
        assert Request.parse(written) == Request(text, version=version)
    assert Version.from_go_name(version.go_name) == version


@pytest.mark.parametrize("text", NO_VERSION.values(), ids=NO_VERSION)
def test_no_version(text: str) -> None:
    """What is no version is refused in one short line."""
    for parse in (Version.parse, Version.from_go_name, Request.parse):
        with pytest.raises(UsageError) as caught:
            parse(text)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 120


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text is a request that is one safe word, or is refused."""
    try:
        request = Request.parse(text)
    except UsageError:
        return
    assert request.text.isascii()
    assert request.text.replace(".", "").isalnum()
    assert Request.parse(str(request)) == request


def test_line_is_no_version() -> None:
    """A line is a request, and no version; Go's own name of an old release is one."""
    with pytest.raises(UsageError):
        Version.parse("1.20")
    assert Request.parse("1.20") == Request.parse("latest:1.20") == Request("1.20", line="1.20")
    assert str(Version.from_go_name("go1.20")) == "1.20.0"


def test_latest_takes_a_line() -> None:
    """A request for the latest of what is no line is a mistake."""
    for text in ("1.22.6", "1.23rc1", "", "latest", "x", "go1.22", "v1.22"):
        with pytest.raises(UsageError):
            Request.parse(f"latest:{text}")


NEWEST = {
    "latest": "1.22.10",
    "1.22": "1.22.10",
    "go1.21": "1.21.13",
    "latest:1.21": "1.21.13",
    "1.23": "1.23rc2",
    "1.22.6": "1.22.6",
    "1.23rc1": "1.23rc1",
    "1.19": None,
    "1.22.7": None,
    "1.2": None,
}
THERE = [
    Version.parse(text)
    for text in ("1.22.9", "1.23rc2", "1.21.13", "1.22.10", "1.22.6", "1.23rc1", "1.20.0")
]


@pytest.mark.parametrize(("text", "expected"), NEWEST.items(), ids=NEWEST)
def test_newest(text: str, expected: str | None) -> None:
    """A request means the newest that it matches; a prerelease only where nothing else is."""
    found = Request.parse(text).newest(THERE)
    assert (found and str(found)) == expected


def test_supported_lines() -> None:
    """The two newest lines with a stable version are supported."""
    assert supported_lines(THERE) == {"1.21", "1.22"}
    assert supported_lines([]) == set()
    assert newest([]) is None


@given(st.text(max_size=200))
def test_shown(text: str) -> None:
    """A text is shown in one short printable line."""
    assert quote(text).isprintable()
    assert len(quote(text)) <= 63
