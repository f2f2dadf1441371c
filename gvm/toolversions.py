"""Writing a `.tool-versions` as asdf's own writer would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.files import replace_text

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = {"golang", "go"}


def pin(file: Path, words: str) -> None:
    """Let `file` ask for `words`; other tools, comments and the order stay.

    The line for Go keeps its place, its name and its comment; without one it is added at the end.
    """
    try:
        with file.open(encoding="utf-8", errors="surrogateescape", newline="") as opened:
            text = opened.read()
        mode = file.stat().st_mode & 0o777
    except FileNotFoundError:
        text, mode = "", 0o644
    replace_text(file, pinned(text, words), mode=mode)


def pinned(text: str, words: str) -> str:
    """The content `text` with its line for Go changed, or one added."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        content, mark, comment = line.partition("#")
        name = content.split()[:1]
        if name and name[0] in _NAMES:
            ending = line[len(line.rstrip("\r\n")) :] or "\n"
            tail = f" #{comment.rstrip()}" if mark else ""
            lines[number] = f"{name[0]} {words}{tail}{ending}"
            return "".join(lines)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return "".join([*lines, f"golang {words}\n"])
