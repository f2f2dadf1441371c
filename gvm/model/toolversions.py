"""Writing a `.tool-versions` as asdf's own writer would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.errors import GvmError
from gvm.fs.atomic import discard_unfinished, replace_text
from gvm.fs.edits import edit_text
from gvm.fs.read import read_text

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = {"golang", "go"}
# What editors on Windows put before a text: of UTF-8, and of UTF-16 as surrogateescape has it.
_MARK = "\ufeff"
_MARKS_OF_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")


def pin(file: Path, words: str) -> None:
    """Let `file` ask for `words`; other tools, comments and the order stay.

    The line for Go keeps its place, its name and its comment; without one it is added at the end.

    Raises:
        GvmError: it is UTF-16.
        OSError, LockTimeoutError: as `edit_text`.
    """

    def change(text: str) -> str:
        if text.startswith(_MARKS_OF_UTF_16):
            raise _utf_16(file)
        return pinned(text, words)

    try:
        edit_text(file, change)
    except FileNotFoundError:
        replace_text(file, pinned("", words))


def unpin(file: Path) -> None:
    """Take the line for Go out of `file`, and the file away where it has nothing else."""
    rest = _unpinned(read_text(file, errors="surrogateescape"))
    if rest.strip() or file.is_symlink():
        edit_text(file, _unpinned)
        return
    discard_unfinished(file)
    # In one step: who is killed between two would leave an empty file.
    file.unlink()


def _utf_16(file: Path) -> GvmError:
    import shlex  # noqa: PLC0415 - seldom needed

    name = shlex.quote(str(file.absolute()))
    return GvmError(
        f"cannot change {file.absolute()}: it is UTF-16, expected UTF-8",
        hint=f"iconv -f UTF-16 -t UTF-8 {name} >{name}.utf-8 && mv {name}.utf-8 {name}",
    )


def asked(text: str) -> list[str]:
    """The words that the content `text` has for Go; empty where it has none."""
    lines = map(_words, text.removeprefix(_MARK).split("\n"))
    return next((words for name, *words in filter(None, lines) if name in _NAMES), [])


def _words(line: str) -> list[str]:
    """What stands in a line before its comment."""
    # Not split at any white space: the shim knows blank and tab.
    content = line.removesuffix("\r").partition("#")[0]
    return [word for word in content.replace("\t", " ").split(" ") if word]


def pinned(text: str, words: str) -> str:
    """The content `text` with its line for Go changed, or one added."""
    mark = _MARK if text.startswith(_MARK) else ""
    # Not splitlines: the shim knows line feed.
    lines = text.removeprefix(mark).split("\n")
    for number, line in enumerate(lines):
        there = _words(line)
        if there and there[0] in _NAMES:
            ending = "\r" if line.endswith("\r") else ""
            _, hash_, comment = line.removesuffix("\r").partition("#")
            tail = f" {hash_}{comment}" if hash_ else ""
            lines[number] = f"{there[0]} {words}{tail}{ending}"
            break
    else:
        if not lines[-1]:
            lines.pop()
        lines.append(f"golang {words}")
    return mark + "\n".join(lines).removesuffix("\n") + "\n"


def _unpinned(text: str) -> str:
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if set(_words(line.removeprefix(_MARK))[:1]) & _NAMES:
            del lines[number]
            break
    return "\n".join(lines)
