"""What `go` means here, as the shim says: there is no second opinion."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gvm.assets import damaged
from gvm.errors import (
    DamagedStateError,
    GvmError,
    NothingSelectedError,
    NotInstalledError,
    UsageError,
)
from gvm.fs.read import read_text
from gvm.model.release import SHIM, ask_shim, check_open_files
from gvm.model.version import Version
from gvm.store.paths import gvm_for

if TYPE_CHECKING:
    from collections.abc import Mapping

_STARTS = "origin"


class Origin(NamedTuple):
    """Who asked for a version.

    Attributes:
        kind: `variable`, `file`, `default`, `system`, or empty for a name that needs nobody.
        name: of the variable, or the file's path.
        line: in the file, from 1, or None.
    """

    kind: str
    name: str = ""
    line: int | None = None

    @property
    def is_pin(self) -> bool:
        """Whether somebody asks for this place or this call, and not for all."""
        return self.kind in {"variable", "file"}

    def __str__(self) -> str:
        if self.kind == "system":
            return "nobody asks for another"
        return f"{self.name}, line {self.line}" if self.line else self.name


class Selection(NamedTuple):
    """One candidate, and what it leads to.

    Attributes:
        origin: who asks.
        words: all that was asked for.
        request: the word that decided, or the first that could not be met.
        status: `found`, `missing`, `refused`, `unreadable`.
        problem: why it was refused.
        toolchain: a GOROOT, or None: the system's Go keeps its own secret.
        executable: what is run, or None.
    """

    origin: Origin
    words: str
    request: str
    status: str
    problem: str
    toolchain: Path | None
    executable: Path | None

    @property
    def goroot(self) -> Path | None:
        """The toolchain, or the tree that the system's `go` turns out to be in; else None."""
        if self.toolchain is not None or self.executable is None:
            return self.toolchain
        tree = self.executable.resolve().parent.parent
        return tree if (tree / "VERSION").is_file() else None

    @property
    def version(self) -> str | None:
        """The version that the toolchain's own VERSION file tells, as gvm writes it, or None."""
        if self.goroot is None:
            return None
        try:
            told = read_text(self.goroot / "VERSION").split()[0]
        except (OSError, ValueError, IndexError):
            return None
        try:
            return str(Version.from_go_name(told))
        except UsageError:
            return told


@dataclass(frozen=True)
class Resolution:
    """All that the shim says.

    Attributes:
        release: that it ran on.
        candidates: the first one wins.
        set_variables: what the command gets in its environment …
        unset_variables: … and what it loses.
        gobin: where `go install` puts programs, or None.
        error: why the first one cannot be run, or empty …
        hint: … and what to type.
    """

    release: str
    candidates: tuple[Selection, ...]
    set_variables: Mapping[str, str] = field(default_factory=dict)
    unset_variables: tuple[str, ...] = ()
    gobin: Path | None = None
    error: str = ""
    hint: str = ""

    @property
    def selection(self) -> Selection:
        """The one that wins."""
        return self.candidates[0]

    def checked(self) -> Selection:
        """The one that wins, if it can be run.

        Raises:
            NothingSelectedError: nobody asks, and there is no other Go.
            NotInstalledError: what is asked for is not there.
            UsageError: what is asked for is refused.
        """
        selection = self.selection
        if selection.status == "found":
            return selection
        raise _error_class(selection)(self.error, hint=self.hint)


def resolve(
    environ: Mapping[str, str],
    command: str = "go",
    *,
    shim: Path | None = None,
    every: bool = False,
    directory: Path | None = None,
) -> Resolution:
    """Ask the shim.

    Args:
        environ: the caller's.
        command: the name that is called.
        shim: the root's own, whose settings hold; else the one that comes with gvm.
        every: also the candidates that lose.
        directory: to ask for, instead of the working directory.

    Raises:
        DamagedStateError: it says nothing that a shim says.
        GvmError, OSError: it cannot be run.
    """
    if shim is not None and not shim.is_file():
        shim = None
    words = ["--all", command] if every else [command]
    try:
        return parsed(ask_shim(shim, *words, environ=environ, directory=directory))
    except (DamagedStateError, ValueError) as error:
        check_open_files(shim)
        if shim is None:
            raise damaged(f"{SHIM} is damaged") from error
        hint = f"{gvm_for(shim.parent.parent)} reshim"
        raise DamagedStateError(f"{shim} is damaged", hint=hint) from error


def parsed(told: bytes) -> Resolution:
    """What the shim printed.

    Raises:
        ValueError: it is nothing that a shim prints.
    """
    fields = (os.fsdecode(text).partition("=") for text in told.split(b"\0")[:-1])
    try:
        resolution = _resolution([(key, value) for key, _, value in fields])
    except LookupError as error:
        raise ValueError(f"{error} is missing") from error
    if not resolution.candidates:
        raise ValueError("there is no candidate")
    return resolution


def for_machine(hint: str) -> str:
    """A hint of the shim's, where the machine's versions are meant."""
    return hint.replace("gvm install", "sudo gvm --system install")


def _resolution(pairs: list[tuple[str, str]]) -> Resolution:
    groups: list[dict[str, str]] = []
    variables: dict[str, str] = {}
    unset: list[str] = []
    general: dict[str, str] = {}
    for key, value in pairs:
        if key == _STARTS:
            groups.append({})
        if key == "set":
            name, _, text = value.partition("=")
            variables[name] = text
        elif key == "unset":
            unset.append(value)
        elif key in {"release", "user_root", "system_root", "gobin", "error", "hint"}:
            general[key] = value
        else:
            groups[-1][key] = value
    gobin = general.get("gobin", "")
    return Resolution(
        general["release"],
        tuple(_selection(group) for group in groups),
        variables,
        tuple(unset),
        # go refuses one that is relative.
        Path(gobin) if gobin.startswith("/") else None,
        general.get("error", ""),
        general.get("hint", ""),
    )


def _error_class(selection: Selection) -> type[GvmError]:
    if selection.status == "missing":
        return NothingSelectedError if selection.origin.kind == "system" else NotInstalledError
    return UsageError if selection.status == "refused" else GvmError


def _selection(group: Mapping[str, str]) -> Selection:
    line = group["line"]
    return Selection(
        Origin(group["origin"], group["from"], int(line) if line else None),
        group["words"],
        group["request"],
        group["status"],
        group["problem"],
        Path(group["toolchain"]) if group["toolchain"] else None,
        Path(group["executable"]) if group["executable"] else None,
    )
