"""JSON with comments: one string changes, and not a byte elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvm.generate.vscode.jsonc import changed

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


PATH = ("a.b", "go")
# A text before, and after.
CASES: dict[str, tuple[str, str]] = {
    "nothing": ("", '{\n    "a.b": {\n        "go": "x"\n    }\n}\n'),
    "only a comment": ("// mine", '// mine\n{\n    "a.b": {\n        "go": "x"\n    }\n}\n'),
    "empty": ("{}", '{\n    "a.b": {\n        "go": "x"\n    }\n}'),
    "empty, with a comment": (
        "{\n  // mine\n}\n",
        '{\n  // mine\n    "a.b": {\n        "go": "x"\n    }\n}\n',
    ),
    "behind others": (
        '{\n  "k": 1\n}\n',
        '{\n  "k": 1,\n  "a.b": {\n    "go": "x"\n  }\n}\n',
    ),
    "behind comments": (
        '{\n\t"k": [1, /* , */ 2] // one\n\t// two\n}\n',
        '{\n\t"k": [1, /* , */ 2], // one\n\t// two\n\t"a.b": {\n\t\t"go": "x"\n\t}\n}\n',
    ),
    "trailing comma": (
        '{\n  "k": "}", // one\n}\n',
        '{\n  "k": "}", // one\n  "a.b": {\n    "go": "x"\n  },\n}\n',
    ),
    "one line": ('{"k": 1}', '{"k": 1, "a.b": {"go": "x"}}'),
    "line ends": ('{\r\n  "k": 1\r\n}', '{\r\n  "k": 1,\r\n  "a.b": {\r\n    "go": "x"\r\n  }\r\n}'),
    "other tools": (
        '{\n  "a.b": {\n    "dlv": "d" // mine\n  },\n  "k": 1\n}',
        '{\n  "a.b": {\n    "dlv": "d", // mine\n    "go": "x"\n  },\n  "k": 1\n}',
    ),
    "no tools": (
        '{\n  "a.b": {},\n  "k": 1\n}',
        '{\n  "a.b": {\n    "go": "x"\n  },\n  "k": 1\n}',
    ),
    "null": ('{\n  "a.b": null\n}', '{\n  "a.b": {\n    "go": "x"\n  }\n}'),
    "another": ('{"a.b": {"go": /* old */ "y", "k": 1}}', '{"a.b": {"go": /* old */ "x", "k": 1}}'),
    "twice": ('{"a.b": 1, "a.b": {"go": "y"}}', '{"a.b": 1, "a.b": {"go": "x"}}'),
    "right": ('{"a.b" : {"\\u0067o":"x",}} // mine', '{"a.b" : {"\\u0067o":"x",}} // mine'),
    "byte order mark": ('\ufeff{"k": 1}', '\ufeff{"k": 1, "a.b": {"go": "x"}}'),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_changed(before: str, after: str) -> None:
    """The member is put where it belongs; all else stays; a second time changes nothing."""
    assert changed(before, PATH, "x") == after
    assert changed(after, PATH, "x") == after


REFUSED = {
    "no object": "[]", "a word": "x", "open": "{", "open string": '{"k": "', "open comment": "{} /*",
    "no colon": '{"k" 1}', "no comma": '{"k": 1 "l": 2}', "two": "{} {}", "no name": "{,}",
    "single quotes": "{'k': 1}", "deep": "[" * 100_000, "octal": '{"k": 01}', "line break": '{"k": "a\nb"}',
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_refused(text: str, snapshot: SnapshotAssertion) -> None:
    """What is no JSON is refused."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - its text is a snapshot
        changed(text, PATH, "x")
    assert str(caught.value) == snapshot


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(
    st.dictionaries(st.text() | st.sampled_from(PATH), VALUES, max_size=4),
    st.sampled_from((None, 1, 2, 4, "\t")),
)
def test_any(settings: dict[str, object], indent: int | str | None) -> None:
    """Whatever JSON there was, it holds the same and the new member afterwards."""
    told = json.loads(changed(json.dumps(settings, indent=indent), PATH, "x"))
    old = settings.get("a.b")
    tools = old if isinstance(old, dict) else {}
    assert told == {**settings, "a.b": {**tools, "go": "x"}}
