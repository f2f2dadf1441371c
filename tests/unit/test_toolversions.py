from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvm.model.toolversions import asked, pin, pinned, unpin
from tests.faults.inject import python

if TYPE_CHECKING:
    from pathlib import Path

# Before and after `pinned(…, "1.22.6")`.
PINNED = {
    "empty": ("", "golang 1.22.6\n"),
    "replaced": ("golang 1.21.13\n", "golang 1.22.6\n"),
    "same": ("golang 1.22.6\n", "golang 1.22.6\n"),
    "name go": ("go 1.21.13\n", "go 1.22.6\n"),
    "several": ("golang 1.21.13 1.20.0 system\n", "golang 1.22.6\n"),
    "place": ("ruby 3\ngolang 1.21\nnodejs 20\n", "ruby 3\ngolang 1.22.6\nnodejs 20\n"),
    "added": ("ruby 3\n", "ruby 3\ngolang 1.22.6\n"),
    "added without last newline": ("ruby 3", "ruby 3\ngolang 1.22.6\n"),
    "added with CRLF": ("ruby 3\r\n", "ruby 3\r\ngolang 1.22.6\n"),
    "comment": ("golang 1.21 # ours\n", "golang 1.22.6 # ours\n"),
    "comment at once": ("golang 1.21#ours # x\n", "golang 1.22.6 #ours # x\n"),
    "commented out": ("# golang 1.21\n", "# golang 1.21\ngolang 1.22.6\n"),
    "CRLF": ("ruby 3\r\ngolang 1.21\r\nx 1\r\n", "ruby 3\r\ngolang 1.22.6\r\nx 1\r\n"),
    "no version": ("golang\n", "golang 1.22.6\n"),
    "no last newline": ("golang 1.21", "golang 1.22.6\n"),
    "only the first": ("golang 1.21\ngolang 1.20\n", "golang 1.22.6\ngolang 1.20\n"),
    "tabs": ("\tgolang\t1.21\n", "golang 1.22.6\n"),
    "similar names": ("golangci-lint 1\ngopls 1\n", "golangci-lint 1\ngopls 1\ngolang 1.22.6\n"),
    "byte order mark": ("\ufeffgolang 1.21\nruby 3\n", "\ufeffgolang 1.22.6\nruby 3\n"),
    "byte order mark and comment": ("\ufeff# ours\n go 1.21\n", "\ufeff# ours\ngo 1.22.6\n"),
    "byte order mark alone": ("\ufeff", "\ufeffgolang 1.22.6\n"),
    "byte order mark elsewhere": (
        "ruby 3\n\ufeffgolang 1\n",
        "ruby 3\n\ufeffgolang 1\ngolang 1.22.6\n",
    ),
    "form feed": ("ruby 3 \fgolang 1\n", "ruby 3 \fgolang 1\ngolang 1.22.6\n"),
    "line separator": ("# a\u2028golang 1\n", "# a\u2028golang 1\ngolang 1.22.6\n"),
    "lone CR": ("ruby 3\rgolang 1\n", "ruby 3\rgolang 1\ngolang 1.22.6\n"),
    "no-break space": ("golang\u00a01.21\n", "golang\u00a01.21\ngolang 1.22.6\n"),
    "control character before": ("\x1cgolang 1\n", "\x1cgolang 1\ngolang 1.22.6\n"),
}


@pytest.mark.parametrize(("before", "after"), PINNED.values(), ids=PINNED)
def test_pinned(before: str, after: str) -> None:
    """Only the line for Go changes, or one is added at the end."""
    assert pinned(before, "1.22.6") == after


WORDS = st.lists(
    st.sampled_from(["1.22.6", "1.22", "latest", "system", "path:/x"]), min_size=1, max_size=3
).map(" ".join)
LINES = st.lists(
    st.sampled_from(
        ["golang 1.1", "go 1.1 # c", " golang\t1.1 1.2 ", "golang", "ruby 3", "golangci-lint 1",
         "# golang 1", "", "\t", "x#golang", "\fgolang 1", "go\u00a01", "\x85go 1"]
    )
    | st.text(alphabet=st.characters(exclude_characters="\n", exclude_categories=["Cs"])),
    max_size=6,
)  # fmt: skip


def obeyed(text: str) -> tuple[int, str] | None:
    """The number and the words of the line that the shim obeys."""
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n")):
        words = line.split("#")[0].removesuffix("\r").replace("\t", " ").split(" ")
        name, *rest = [word for word in words if word] or [""]
        if name in {"go", "golang"}:
            return number, " ".join(rest)
    return None


@given(
    LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from(["", "\ufeff"]), WORDS
)
def test_obeyed(lines: list[str], ending: str, ends: bool, bom: str, words: str) -> None:  # noqa: FBT001
    """Whatever the file was, the shim then reads what was pinned, and all other lines are there."""
    before = bom + ending.join(lines) + ending * ends
    after = pinned(before, words)
    told = obeyed(after)
    assert told is not None
    number, pin_words = told
    assert pin_words == words
    was = obeyed(before)
    mark = "\ufeff" * before.startswith("\ufeff")
    assert after.startswith(mark)
    before, after = before.removeprefix(mark), after.removeprefix(mark)
    old, new = before.removesuffix("\n").split("\n"), after.removesuffix("\n").split("\n")
    if was is not None:
        assert was[0] == number
        del old[number]
    del new[number]
    assert new == (old if before else [])
    assert pinned(mark + after, words) == mark + after


def test_mode(tmp_path: Path) -> None:
    """A file keeps its mode; a new one can be read by everybody."""
    file = tmp_path / ".tool-versions"
    pin(file, "1.22.6")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("golang 1.22.6\n", 0o644)
    file.chmod(0o600)
    pin(file, "1.21")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("golang 1.21\n", 0o600)
    assert list(tmp_path.iterdir()) == [file]


def test_unchanged(tmp_path: Path) -> None:
    """A file that asks for that already is not written, and what a killed run left beside it goes."""
    file = tmp_path / ".tool-versions"
    file.write_text("golang 1.22.6\n")
    inode = file.stat().st_ino
    (tmp_path / "..tool-versions.new").write_text("golang 1")
    pin(file, "1.22.6")
    assert (list(tmp_path.iterdir()), file.stat().st_ino) == ([file], inode)


def test_symbolic_link(tmp_path: Path) -> None:
    """Through a link, the file that it leads to is changed."""
    real = tmp_path / "dotfiles"
    real.write_text("ruby 3\n")
    link = tmp_path / ".tool-versions"
    link.symlink_to("dotfiles")
    pin(link, "1.22.6")
    assert link.is_symlink()
    assert real.read_text() == "ruby 3\ngolang 1.22.6\n"


def test_bytes(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 stay what they are."""
    file = tmp_path / ".tool-versions"
    file.write_bytes(b"# gr\xf6\xdfe\r\nruby 3\r\n")
    pin(file, "1.22.6")
    assert file.read_bytes() == b"# gr\xf6\xdfe\r\nruby 3\r\ngolang 1.22.6\n"


ASKED = {
    "golang 1.22.6\n": ["1.22.6"],
    "# ours\nnodejs 20\n\tgo \t1.22 1.21\t# old\r\n": ["1.22", "1.21"],
    "golang 1.22.6\r\n": ["1.22.6"],
    "\ufeffgolang 1.22.6\r\n": ["1.22.6"],
    "ruby 3\n\ufeffgolang 1.22.6\n": [],
    "go\n": [],
    "golangci-lint 1.2\n": [],
    "": [],
}


@pytest.mark.parametrize(("text", "words"), ASKED.items())
def test_asked(text: str, words: list[str]) -> None:
    """The first line that speaks of Go counts, without its comment."""
    assert asked(text) == words


UNPINNED = {
    "golang 1.22.6\n": None,
    "golang 1.22.6\n\n": None,
    "nodejs 20\ngo 1.22.6\n": "nodejs 20\n",
}


@pytest.mark.parametrize("text", UNPINNED)
@pytest.mark.parametrize("step", ["rename", "unlink"])
def test_unpinned(tmp_path: Path, text: str, step: str) -> None:
    """A run that is killed leaves the old file or the new one, and never an empty one."""
    file = tmp_path / "default"
    file.write_text(text)
    script = "from gvm.model.toolversions import unpin\nunpin(pathlib.Path(sys.argv[1]))"
    python(script, file, faults=f"{step}:signal=KILL")
    assert not file.exists() or file.read_text() in {text, UNPINNED[text]}
    if file.exists():
        unpin(file)
    left = {each.name: each.read_text() for each in tmp_path.iterdir()}
    assert left == ({"default": UNPINNED[text]} if UNPINNED[text] else {})
