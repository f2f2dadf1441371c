"""JSON with comments and trailing commas, changed without touching anything else."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"(?P<space>[\s\ufeff]+|//[^\r\n]*|/\*.*?\*/)"
    r'|(?P<string>"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*")'
    r"|(?P<plain>true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    r"|(?P<mark>[][{},:])",
    re.DOTALL | re.ASCII,
)


@dataclass
class Node:
    """A value, and where it stands.

    Attributes:
        start: of its text.
        end: behind its text.
        is_object: whether it is one.
        members: of an object: where each name starts, and its value; of two equal ones the last.
        has_comma: whether a comma follows the last of them.
    """

    start: int
    end: int = 0
    is_object: bool = False
    members: dict[str, tuple[int, Node]] = field(default_factory=dict)
    has_comma: bool = False


def parse(text: str) -> Node | None:
    """The value that a text holds; None where it holds only blanks and comments.

    Raises:
        ValueError: it is no JSON; the line is told.
    """
    parser = _Parser(text)
    if parser.kind == "end":
        return None
    try:
        node = parser.value()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    parser.expect("")
    return node


def changed(text: str, names: tuple[str, ...], value: str) -> str:
    """A text in which the object has, at the end of a path of names, a string.

    Raises:
        ValueError: the text is no JSON, or no object.
    """
    node = parse(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    if node is None:
        ending = "" if not text or text.endswith("\n") else newline
        return f"{text}{ending}{_object(names, value, '', _unit(text, None), newline)}{newline}"
    if not node.is_object:
        raise ValueError("it holds no object")
    unit = _unit(text, node)
    for depth, name in enumerate(names):
        if name not in node.members:
            return _added(text, node, names[depth:], value, unit, newline)
        indentation = _indentation(text, node.members[name][0])
        node = node.members[name][1]
        if not node.is_object:
            new = _object(names[depth + 1 :], value, indentation, unit, newline)
            same = not names[depth + 1 :] and _said(text, node) == value
            return text if same else text[: node.start] + new + text[node.end :]
    new = json.dumps(value, ensure_ascii=False)
    return text[: node.start] + new + text[node.end :]


def _added(
    text: str, node: Node, names: tuple[str, ...], value: str, unit: str, newline: str
) -> str:
    """A new member, behind all others and the comments there."""
    close = node.end - 1
    behind = len(text[:close].rstrip())
    is_inline = bool(node.members) and not re.search(r"[\r\n]", text[behind:close])
    starts = [start for start, _ in node.members.values()]
    outer = _indentation(text, node.start)
    inner = _indentation(text, starts[-1]) if starts and not is_inline else outer + unit
    member = f"{json.dumps(names[0])}: {_object(names[1:], value, inner, unit, newline)}"
    if is_inline:
        member = " " + json.dumps(names[0]) + ": " + _object(names[1:], value, "", "", "")
    else:
        member = newline + inner + member
    if not node.members:
        ending = "" if re.search(r"[\r\n]", text[behind:close]) else newline + outer
        return text[:behind] + member + ending + text[behind:]
    comma = "" if node.has_comma else ","
    last = max(value.end for _, value in node.members.values())
    tail = "," if node.has_comma else ""
    return text[:last] + comma + text[last:behind] + member + tail + text[behind:]


def _object(names: tuple[str, ...], value: str, outer: str, unit: str, newline: str) -> str:
    """A string, in an object for each name."""
    if not names:
        return json.dumps(value, ensure_ascii=False)
    inner = outer + unit
    rest = _object(names[1:], value, inner, unit, newline)
    return f"{{{newline}{inner}{json.dumps(names[0])}: {rest}{newline}{outer}}}"


def _said(text: str, node: Node) -> object:
    return json.loads(text[node.start : node.end]) if text[node.start] == '"' else None


def _indentation(text: str, place: int) -> str:
    line = text[:place].rpartition("\n")[2]
    return line[: len(line) - len(line.lstrip())]


def _unit(text: str, node: Node | None) -> str:
    """What the file indents with; VS Code's own is four blanks."""
    starts = [start for start, _ in node.members.values()] if node else []
    return next(filter(None, (_indentation(text, start) for start in starts)), "    ")


class _Parser:
    """Reads a text from its start to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._next()

    def _next(self) -> None:
        while True:
            match = _TOKEN.match(self._text, self._place)
            self.start, self.word, self.kind = self._place, "", "end"
            if match is None:
                if self._place < len(self._text):
                    self._fail()
                return
            self._place = match.end()
            if match.lastgroup != "space":
                self.word, self.kind = match[0], match.lastgroup or ""
                return

    def _fail(self) -> None:
        line = self._text.count("\n", 0, self.start) + 1
        raise ValueError(f"line {line} is no JSON")

    def expect(self, word: str) -> None:
        """Go on, over a mark; `""` is the end."""
        if self.word != word:
            self._fail()
        self._next()

    def value(self) -> Node:
        """Read a value."""
        node = Node(self.start, is_object=self.word == "{")
        if self.kind in {"string", "plain"}:
            node.end = self._place
            self._next()
        elif self.word in {"{", "["}:
            self._items(node, "}" if node.is_object else "]")
        else:
            self._fail()
        return node

    def _items(self, node: Node, closing: str) -> None:
        self._next()
        while self.word != closing:
            node.has_comma = False
            start, name = self.start, self.word
            if node.is_object:
                if self.kind != "string":
                    self._fail()
                self._next()
                self.expect(":")
            item = self.value()
            if node.is_object:
                node.members.pop(json.loads(name), None)
                node.members[json.loads(name)] = (start, item)
            if self.word == ",":
                node.has_comma = True
                self._next()
            elif self.word != closing:
                self._fail()
        node.end = self._place
        self._next()
