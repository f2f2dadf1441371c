"""What the shim should choose, told once more from the design alone, over plain descriptions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gvm.model.version import Version, newest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LINE = r"[1-9][0-9]{0,3}\.(?:0|[1-9][0-9]{0,3})"
VERSION = rf"{LINE}(?:\.(?:0|[1-9][0-9]{{0,3}}))?(?:(?:beta|rc)[1-9][0-9]{{0,2}})?"
REQUEST = re.compile(rf"latest|latest:{LINE}|(?:go|v)?{VERSION}")


@dataclass(frozen=True)
class World:
    """All that a choice depends on.

    Attributes:
        installed: the versions in the user's root.
        files: content by path, absolute.
        home: the home directory.
        cwd: the working directory.
        environ: the variables that ask for a version.
        default: the path of the release's default file.
        toolchains: other directories that hold a toolchain.
        system: the Go that is on PATH, or None.
    """

    installed: frozenset[str]
    files: Mapping[str, bytes]
    home: str
    cwd: str
    environ: Mapping[str, str] = field(default_factory=dict)
    default: str = ""
    toolchains: frozenset[str] = frozenset()
    system: str | None = None


@dataclass(frozen=True)
class Asked:
    """Who asks, and for what words."""

    origin: str
    name: str
    line: int | None
    words: list[str]


@dataclass(frozen=True)
class Answer:
    """The outcome: `found` with what is run and in which version, `missing` or `refused`."""

    asked: Asked
    status: str
    run: str = ""


def answer(world: World) -> Answer:
    """What the first who asks gets; nobody after that is asked."""
    asked = next(candidates(world))
    if not asked.words:
        return Answer(asked, "refused")
    for word in asked.words:
        status, run = met(world, word)
        if status != "missing":
            return Answer(asked, status, run)
    return Answer(asked, "missing")


def candidates(world: World) -> Iterator[Asked]:
    """Everybody who asks, the strongest first."""
    for name in ("GVM_GO_VERSION", "ASDF_GOLANG_VERSION"):
        if text := world.environ.get(name):
            yield Asked("variable", name, None, re.split(r"[ \t\n]+", text.strip(" \t\n")))
    places = upward(world.cwd)
    for place in places:
        yield from in_directory(world, place)
    if world.home not in places:
        yield from pinned(world, "file", f"{world.home}/.tool-versions")
    yield from pinned(world, "default", world.default)
    yield Asked("system", "", None, ["system"])


def upward(directory: str) -> list[str]:
    """A directory, the one above it, and so on to the root, which is empty."""
    parts = directory.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]


def in_directory(world: World, place: str) -> Iterator[Asked]:
    """The .tool-versions of a directory, else its .go-version."""
    pins = list(pinned(world, "file", f"{place}/.tool-versions"))
    yield from pins
    name = f"{place}/.go-version"
    if pins or name not in world.files:
        return
    for number, line in enumerate(lines(world.files[name]), 1):
        if words := split(line):
            yield Asked("file", name, number, words)
            return
    yield Asked("file", name, None, [])


def pinned(world: World, origin: str, name: str) -> Iterator[Asked]:
    """The first line for Go."""
    for number, line in enumerate(lines(world.files.get(name, b"")), 1):
        words = split(line)
        if words and words[0] in {"go", "golang"}:
            yield Asked(origin, name, number, words[1:])
            return


def lines(content: bytes) -> list[bytes]:
    return content.removesuffix(b"\n").split(b"\n") if content else []


def split(line: bytes) -> list[str]:
    """The words before the comment; a carriage return at the end is no part of them."""
    text = line.replace(b"\0", b"").decode("latin-1").partition("#")[0].removesuffix("\r")
    return re.split(r"[ \t]+", text.strip(" \t")) if text.strip(" \t") else []


def met(world: World, word: str) -> tuple[str, str]:
    """What one word leads to."""
    if word == "system":
        return ("found", world.system) if world.system else ("missing", "")
    if word.startswith("path:"):
        place = re.sub(r"^~/", f"{world.home}/", word.removeprefix("path:"))
        if not place.startswith("/"):
            return "refused", ""
        return ("found", place) if place in world.toolchains else ("missing", "")
    if REQUEST.fullmatch(word) is None:
        return "refused", ""
    version = chosen(world.installed, re.sub(r"^(latest:|go|v)", "", word))
    return ("found", version) if version else ("missing", "")


def chosen(installed: frozenset[str], request: str) -> str | None:
    """The version itself, or the newest of its line, or of all."""
    if request in installed:
        return request
    versions = {Version.parse(text) for text in installed}
    found = newest(version for version in versions if request in {"latest", version.line})
    return str(found) if found else None
