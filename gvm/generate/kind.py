"""What a kind of file is: how it is planned from a project, and how it is written there."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.fs.impersonate import visiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gvm.activate.change import Change
    from gvm.selection.resolver import Resolution
    from gvm.store.paths import Root


@dataclass(frozen=True, kw_only=True)
class Project:
    """A directory for which files are made.

    Attributes:
        home: the user's.
        shims: the directory of the `go` that the files lead to.
        roots: with the toolchains that may be meant.
        resolution: what the shim says of the directory.
    """

    home: Path
    shims: Path
    roots: Sequence[Root]
    resolution: Resolution


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a kind makes of a project.

    Attributes:
        files: by its path in the project, what becomes of a file.
        text: what the user is to paste where gvm cannot write, or empty.
        note: what to do with the text, or empty.
    """

    files: Mapping[Path, Callable[[Path], Change]]
    text: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of file that `gvm generate` makes.

    Attributes:
        name: that of its folder, and of the command.
        summary: one sentence about it, for the help …
        details: … and one more.
        marks: paths in a project that show that the kind is in use there.
        plan: makes a plan.
        check: returns a warning about what a file holds now and what to do about it, or None.
    """

    name: str
    summary: str
    details: str
    marks: Sequence[str]
    plan: Callable[[Project], Plan]
    check: Callable[[Change], tuple[str, str] | None] = lambda _: None

    def is_used(self, directory: Path) -> bool:
        """Return whether a directory has one of the marks."""
        return any((directory / mark).exists() for mark in self.marks)


def edit_below(file: Path, plan: Callable[[Path], Change], *, dry_run: bool) -> Change:
    """Change a file in the working directory or below, and return the change.

    Each directory on the way is worked in with its owner's rights, because the owner could make a
    link of anything in it.

    Args:
        file: relative to the working directory.
        plan: what becomes of it, by its name relative to the directory that is worked in.
        dry_run: whether to change nothing.

    Raises:
        OSError: it cannot be read or written.
    """
    with ExitStack() as stack:
        stack.enter_context(visiting(Path()))
        rest = list(file.parts)
        while rest[1:]:
            directory = Path(rest[0])
            if not dry_run:
                directory.mkdir(0o755, exist_ok=True)
            elif not directory.is_symlink() and not directory.exists():
                break
            stack.enter_context(visiting(directory))
            rest.pop(0)
        change = plan(Path(*rest))
        if not dry_run:
            change.make()
    return replace(change, file=Path.cwd() / file)
