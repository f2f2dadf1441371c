"""Go versions, and the requests that people make for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

# Go 1.21 is the first whose initial version is written with three numbers.
FIRST_THREE_NUMBERS = (1, 21)

_VERSION = re.compile(
    r"(?:go|v)?(?P<major>[1-9]\d{0,3})\.(?P<minor>0|[1-9]\d{0,3})"
    r"(?:\.(?P<patch>0|[1-9]\d{0,3}))?(?:(?P<stage>beta|rc)(?P<serial>[1-9]\d{0,2}))?",
    re.ASCII,
)


class Stage(IntEnum):
    """How far a version has come."""

    BETA = 0
    RC = 1
    FINAL = 2


@dataclass(frozen=True, order=True)
class Version:
    """A Go version; ordered as Go orders them: 1.21rc1 < 1.21.0 < 1.21.1.

    Attributes:
        major: 1.
        minor: of its line.
        patch: 0 for the first version of a line.
        stage: beta, release candidate or final.
        serial: of a beta or a release candidate, from 1; otherwise 0.

    Raises:
        ValueError: a final version has a serial number, or another has none.
    """

    major: int
    minor: int
    patch: int = 0
    stage: Stage = Stage.FINAL
    serial: int = 0

    def __post_init__(self) -> None:
        """Refuse what no version is."""
        if (self.stage == Stage.FINAL) != (self.serial == 0):
            raise ValueError(f"stage {self.stage.name} with serial {self.serial}")

    @classmethod
    def parse(cls, text: str) -> Version:
        """The version that `text` names.

        `1.22.6`, `go1.22.6` and `1.23rc1` do; `1.22` does not: it is a line. A Go release name
        such as `go1.20`, which does mean one version, is read by `from_go_name`.

        Raises:
            UsageError: `text` names no version.
        """
        match = _VERSION.fullmatch(text)
        if match is None or (match["patch"] is None and not match["stage"]):
            raise UsageError(
                f"{quote(text)} is not a Go version", hint="write it like 1.22.6 or 1.23rc1"
            )
        return _from_match(match)

    @classmethod
    def from_go_name(cls, name: str) -> Version:
        """The version that Go's own name means: `go1.20` is 1.20.0, with or without `go`.

        Raises:
            UsageError: `name` is no name of a Go release.
        """
        match = _VERSION.fullmatch(name)
        if match is None:
            raise UsageError(f"{quote(name)} is not the name of a Go release")
        return _from_match(match)

    @property
    def line(self) -> str:
        """The release line, such as `1.22`."""
        return f"{self.major}.{self.minor}"

    @property
    def line_number(self) -> tuple[int, int]:
        """The same in numbers, to be compared."""
        return self.major, self.minor

    @property
    def is_prerelease(self) -> bool:
        """Whether this is a beta or a release candidate."""
        return self.stage != Stage.FINAL

    @property
    def go_name(self) -> str:
        """What the Go project calls it: `go1.22.6`, `go1.20`, `go1.23rc1`."""
        if self.patch == 0 and not self.is_prerelease and self.line_number < FIRST_THREE_NUMBERS:
            return f"go{self.line}"
        return f"go{self}"

    def __str__(self) -> str:
        if self.is_prerelease:
            middle = f".{self.patch}" if self.patch else ""
            return f"{self.line}{middle}{self.stage.name.lower()}{self.serial}"
        return f"{self.line}.{self.patch}"


@dataclass(frozen=True)
class Request:
    """What somebody asked for, of what gvm can install: a version, a line, or the latest.

    Attributes:
        text: how it is written in a `.tool-versions`: `1.22.6`, `1.22` or `latest`.
        version: the version, where the request names one.
        line: the line, where the request names one.
    """

    text: str
    version: Version | None = None
    line: str | None = None

    @classmethod
    def parse(cls, text: str) -> Request:
        """`1.22.6`, `go1.22.6`, `v1.22.6`, `1.23rc1`, `1.22`, `latest`, `latest:1.22`.

        Raises:
            UsageError: it is none of these.
        """
        if text == "latest":
            return cls(text)
        rest = text.removeprefix("latest:")
        match = _VERSION.fullmatch(rest)
        if match is None:
            raise UsageError(
                f"{quote(text)} is not a Go version",
                hint="write it like 1.22.6, 1.22, 1.23rc1 or latest",
            )
        line = f"{match['major']}.{match['minor']}"
        if rest not in {text, line}:
            raise UsageError(
                f"{quote(text)}: latest: takes a line", hint=f"write it like latest:{line}"
            )
        if match["patch"] is None and not match["stage"]:
            return cls(line, line=line)
        version = _from_match(match)
        return cls(str(version), version=version)

    def matches(self, version: Version) -> bool:
        """Whether `version` is among those asked for."""
        if self.version is not None:
            return version == self.version
        return self.line is None or version.line == self.line

    def newest(self, versions: Iterable[Version]) -> Version | None:
        """The newest of `versions` that is asked for; a prerelease only where nothing else is."""
        return newest(version for version in versions if self.matches(version))

    def __str__(self) -> str:
        return self.text


def can_be_installed(word: str) -> bool:
    """Whether a word of a .tool-versions asks for a version, and not for a place."""
    return word != "system" and not word.startswith(("path:", "ref:"))


def newest(versions: Iterable[Version]) -> Version | None:
    """The newest stable version, else the newest prerelease, else None."""
    return max(versions, key=lambda version: (not version.is_prerelease, version), default=None)


def supported_lines(versions: Iterable[Version]) -> frozenset[str]:
    """The lines that the Go project supports: the two newest with a stable version."""
    lines = {version.line_number for version in versions if not version.is_prerelease}
    return frozenset(f"{major}.{minor}" for major, minor in sorted(lines)[-2:])


def _from_match(match: re.Match[str]) -> Version:
    return Version(
        int(match["major"]),
        int(match["minor"]),
        int(match["patch"] or 0),
        Stage[(match["stage"] or "final").upper()],
        int(match["serial"] or 0),
    )
