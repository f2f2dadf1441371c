"""A marked block in a text file, which tells what it was when gvm wrote it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from io import StringIO
from zlib import crc32

# A begin that lost its end begins nothing: what follows it is the user's.
_BEGIN, _END = "# >>> gvm >>>", "# <<< gvm <<<"
_BLOCK = re.compile(
    r"^# >>> gvm >>>(?P<notes>[^\n]*)\n"
    r"(?P<body>(?:(?!# >>> gvm >>>|# <<< gvm <<<$).*\n)*)# <<< gvm <<<(?:\n|\Z)",
    re.MULTILINE,
)
_NOTES = re.compile(r" (?P<checksum>[0-9a-f]{8})(?P<joined> joined)?(?P<created> created)?")


@dataclass(frozen=True)
class Block:
    """What stands between the marks, and how to take it out without a trace.

    Attributes:
        body: whole lines.
        joined: the text before it did not end its last line.
        created: there was no file.
        edited: somebody has changed it since.
    """

    body: str
    joined: bool = False
    created: bool = False
    edited: bool = False

    def __str__(self) -> str:
        notes = f" {crc32(self.body.encode('utf-8', 'surrogateescape')):08x}"
        notes += " joined" * self.joined + " created" * self.created
        return f"# >>> gvm >>>{notes}\n{self.body}# <<< gvm <<<\n"


def found(text: str) -> Block | None:
    """The last block of a text, or None."""
    match = None
    for match in _BLOCK.finditer(text):  # noqa: B007 - the last one
        pass
    if match is None:
        return None
    notes = _NOTES.fullmatch(match["notes"])
    block = Block(match["body"], edited=True)
    if notes is None:
        return block
    block = replace(
        block,
        joined=bool(notes["joined"]),
        created=bool(notes["created"]),
        edited=False,
    )
    is_whole = str(block) == match[0].removesuffix("\n") + "\n"
    return block if is_whole else replace(block, edited=True)


def without(text: str) -> str:
    """A text as it was before blocks were put into it."""
    kept: list[str] = []
    # Where in it a block may begin: when one inside of it is gone, it is one too.
    begins: list[int] = []
    last = ""
    for line in StringIO(text, newline="\n"):
        last = ""
        if line.startswith(_BEGIN) and line.endswith("\n"):
            begins.append(len(kept))
        kept.append(line)
        if begins and line.removesuffix("\n") == _END:
            begin = begins.pop()
            last = kept[begin]
            del kept[begin:]
    notes = _NOTES.fullmatch(last.removeprefix(_BEGIN).removesuffix("\n"))
    if kept and notes is not None and notes["joined"]:
        kept[-1] = kept[-1].removesuffix("\n")
    return "".join(kept)


def put(text: str, block: Block, *, first: bool = False) -> str:
    """A text with a block in place of all others: at its end, or at its start.

    What is there already keeps its place.
    """
    match = None if first else _BLOCK.search(text)
    there = found(text)
    if match is not None and there is not None and len(_BLOCK.findall(text)) == 1:
        block = replace(block, joined=there.joined)
        return f"{text[: match.start()]}{block}{text[match.end() :]}"
    rest = without(text)
    if first:
        return f"{block}{rest}"
    joined = bool(rest) and not rest.endswith("\n")
    ending = "\n" if joined else ""
    return f"{rest}{ending}{replace(block, joined=joined)}"
