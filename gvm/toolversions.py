"""Writing a `.tool-versions` as asdf's own writer would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.edits import edit_text
from gvm.files import replace_text, text_of

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = {"golang", "go"}


def pin(file: Path, words: str) -> None:
    """Let `file` ask for `words`; other tools, comments and the order stay.

    The line for Go keeps its place, its name and its comment; without one it is added at the end.

    Raises:
        OSError, LockTimeoutError: as `edit_text`.
    """
    try:
        edit_text(file, lambda text: pinned(text, words))
    except FileNotFoundError:
        replace_text(file, pinned("", words))


def unpin(file: Path) -> None:
    """Take the line for Go out of `file`, and the file away where it has nothing else."""
    edit_text(file, _unpinned)
    if not file.is_symlink() and not text_of(file, errors="replace").strip():
        file.unlink()


def asked(text: str) -> list[str]:
    """The words that the content `text` has for Go; empty where it has none."""
    lines = map(_words, text.split("\n"))
    return next((words for name, *words in filter(None, lines) if name in _NAMES), [])


def _words(line: str) -> list[str]:
    """What stands in a line before its comment."""
    # Not split at any white space: the shim knows blank and tab.
    content = line.removesuffix("\r").partition("#")[0]
    return [word for word in content.replace("\t", " ").split(" ") if word]


def pinned(text: str, words: str) -> str:
    """The content `text` with its line for Go changed, or one added."""
    # Not splitlines: the shim knows line feed.
    lines = text.split("\n")
    for number, line in enumerate(lines):
        there = _words(line)
        if there and there[0] in _NAMES:
            ending = "\r" if line.endswith("\r") else ""
            _, mark, comment = line.removesuffix("\r").partition("#")
            tail = f" {mark}{comment}" if mark else ""
            lines[number] = f"{there[0]} {words}{tail}{ending}"
            break
    else:
        if not lines[-1]:
            lines.pop()
        lines.append(f"golang {words}")
    return "\n".join(lines).removesuffix("\n") + "\n"


def _unpinned(text: str) -> str:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _words(line)[:1] and _words(line)[0] in _NAMES:
            del lines[number]
            break
    return "\n".join(lines)
