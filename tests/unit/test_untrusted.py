"""What others write, at random: text becomes a type that cannot be wrong, or is refused."""

from __future__ import annotations

import json
import re
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from gvm.errors import DamagedStateError, DownloadError, GvmError, IntegrityError, UsageError
from gvm.fs.managed_block import found, without
from gvm.generate.vscode.jsonc import changed
from gvm.model.gomod import needed
from gvm.model.release import Release
from gvm.model.toolversions import pinned
from gvm.model.version import Request, Version
from gvm.net.partial_file import Part, Promise
from gvm.net.retry import asked_for
from gvm.net.url import followed, web
from gvm.selection.resolver import parsed
from gvm.sources.base import read_archive_name
from gvm.sources.checksums import from_text
from gvm.sources.index import Index
from gvm.store.config import Config
from gvm.store.receipts import Receipt
from gvm.trust.sumdb.note import GOLANG, opened
from gvm.trust.sumdb.tlog import Head

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = settings(max_examples=100, deadline=5000)
# Words that mean something, in any order, with anything between them.
WORDS = ["go", "golang", "1.22.6", "go1.22.6.linux-amd64.tar.gz", "1.22", "latest", "../", "/", "\\",
         "..", "$(id)", "`id`", ";", "|", "'", '"', "#", "\n", "\r", "\t", " ", "\0", "\x1b[2J", "=",
         "[", "]", "{", "}", ",", ":", "toolchain", "ref:", "path:", "href=", "<a", "é", "\ud800",
         "9" * 5000, "-1", "1e999", "٣", "\u202e", "\x9b"]  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(), max_size=80),
    st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), max_size=12).map("".join),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["version", "files", "os", "arch", "kind", "sha256", "size",
                                         "linux", "etag"]), inner, max_size=7),
    ),
    max_leaves=20,
)  # fmt: skip
COMPONENT = re.compile(r"[a-z0-9][a-z0-9.-]*", re.ASCII)


def is_safe(version: Version) -> bool:
    """Whether a version can be a name in a directory, and nothing else."""
    return COMPONENT.fullmatch(str(version)) is not None and ".." not in str(version)


def outcome(read: Callable[[], Any], refusal: type[GvmError]) -> tuple[Any, GvmError | None]:
    """What is read, or why not."""
    try:
        return read(), None
    except refusal as error:
        return None, error


def file_of(directory: str, text: str) -> Path:
    file = Path(directory) / "file"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return file


@SETTINGS
@given(TEXTS)
def test_versions(text: str) -> None:
    """A request, a version and an archive's name are names, whatever text they are read from."""
    for parse in (Version.parse, Version.from_go_name, Request.parse):
        read, refusal = outcome(partial(parse, text), UsageError)
        assert COMPONENT.fullmatch(str(read)) if refusal is None else str(refusal).isprintable()
    found = read_archive_name(text)
    assert found is None or is_safe(found[0])


@SETTINGS
@given(TEXTS)
def test_releases(text: str) -> None:
    """The name of a release is one component of a path."""
    try:
        name = str(Release.parse(text))
    except GvmError:
        return
    assert COMPONENT.fullmatch(name)
    assert name not in {".", ".."}


@SETTINGS
@given(TEXTS)
@example("go " * 10_000)
@example("go 1." + "1." * 100_000)
def test_files_of_projects(text: str) -> None:
    """A go.mod names a version or none, and a pin changes one line of a .tool-versions."""
    with tempfile.TemporaryDirectory() as directory:
        need = needed(file_of(directory, text))
    assert need is None or (is_safe(need.version) and COMPONENT.fullmatch(need.request))
    changed = pinned(text, "1.22.6")
    old, new = text.removesuffix("\n").split("\n"), changed.removesuffix("\n").split("\n")
    assert sum(one != other for one, other in zip(old, new, strict=False)) <= 1
    assert changed == pinned(changed, "1.22.6")


@SETTINGS
@given(TEXTS)
@example("a = " + "[" * 20_000)
@example("mirror = " + "9" * 100_000)
@example("[isolation]\n" * 2)
def test_own_files(text: str) -> None:
    """Settings and receipts that somebody spoilt are refused, with what to do."""
    with tempfile.TemporaryDirectory() as directory:
        file = file_of(directory, text)
        for load, kind in (
            (lambda: Config.load(file, {}), UsageError),
            (lambda: Receipt.load(file), DamagedStateError),
        ):
            _, refusal = outcome(load, kind)
            assert refusal is None or refusal.hint


@SETTINGS
@given(st.one_of(TEXTS, JSON.map(json.dumps), st.lists(JSON, max_size=3).map(json.dumps)))
@example("[" * 100_000)
@example('["' + '{"a":' * 50_000)
@example("[" + "9" * 100_000 + "]")
@example(
    '[{"version":"go1.22.6","files":[{"os":"linux","kind":"archive","arch":"amd64","sha256":[]}]}]'
)
@example('[{"version":[],"files":[{"os":"linux","kind":"archive","arch":"amd64"}]}]')
@example(
    '[{"version":"go1.22.6","files":[{"os":"linux","kind":"archive","arch":"../..","size":-1}]}]'
)
@example('href="' * 100_000)
def test_indexes(text: str) -> None:
    """An index or a page that a mirror sends is read as versions, or refused."""
    from_text(text, "there")
    index, refusal = outcome(lambda: Index.parse(text), DownloadError)
    entries = {} if refusal else index.entries
    assert all(is_safe(version) and entry.size >= 0 for (version, _), entry in entries.items())


@SETTINGS
@given(TEXTS, TEXTS)
@example("9" * 5000, "bytes 0-1/" + "9" * 5000)
@example("٣", "bytes \u0660-\u0661/\u0662")
def test_headers(one: str, other: str) -> None:
    """Headers may say anything."""
    headers = {"Content-Length": one, "Content-Range": other, "ETag": one, "Last-Modified": other}
    promise = Promise.of("http://x/y", headers)
    assert Promise.parse(str(promise)) == promise
    with (
        tempfile.TemporaryDirectory() as directory,
        Part(Path(directory, "x"), "http://x/y") as part,
    ):
        part.start(promise)
        part.append(b"z")
        part.continues_with(206, headers)


@SETTINGS
@given(TEXTS)
@example("Mon, " + "9" * 20 + " Jan 2020 00:00:00 GMT")
@example("Fri, 31 Dec 9999 23:59:59 -2359")
@example("9" * 5000)
def test_retry_after(text: str) -> None:
    """A Retry-After is a time, or none."""
    seconds = asked_for(text)
    assert seconds is None or seconds >= 0


@SETTINGS
@given(TEXTS)
@example("//\udcff@[::1")
@example("http://x:99999999/")
def test_redirects(text: str) -> None:
    """A redirect leads to the web, and from https to https."""
    try:
        there = followed("https://user:secret@go.dev/dl", text)
    except DownloadError:
        return
    assert web(there).scheme == "https"
    assert "secret" not in there or web(there).hostname == "go.dev"


KEYS = st.sampled_from(["release", "origin", "from", "line", "words", "request", "status", "problem",
                        "toolchain", "executable", "set", "unset", "gobin", "error", ""])  # fmt: skip


@SETTINGS
@given(st.lists(st.tuples(KEYS, TEXTS).map("=".join)).map("\0".join))
def test_answers(text: str) -> None:
    """What a context answers in the shim's place is read like the shim's, or refused."""
    try:
        assert parsed(text.encode("utf-8", "surrogatepass") + b"\0").selection
    except ValueError:
        return


NOTE = f"go.sum database tree\n12\n{'A' * 43}=\n\n\N{EM DASH} {GOLANG.name} Az3grg{'A' * 80}=\n"


@SETTINGS
@given(TEXTS, st.integers(0, len(NOTE)), st.integers(0, 9))
def test_notes(text: str, at: int, length: int) -> None:
    """A state of the checksum database that nobody has signed is refused, however it looks."""
    note = NOTE[:at] + text + NOTE[at + length :]
    assert outcome(lambda: opened(note, GOLANG), IntegrityError)[1]
    head, error = outcome(lambda: Head.parse(note.partition("\n\n")[0] + "\n"), IntegrityError)
    assert error or head.size > 0


@SETTINGS
@given(TEXTS, st.integers(0, 9))
def test_startup_files(text: str, count: int) -> None:
    """A block is found in any text, or none; what is left has none."""
    marked = text.join(["# >>> gvm >>>\n", "# <<< gvm <<<\n"] * count)
    found(marked)
    assert found(without(marked)) is None


@SETTINGS
@given(st.one_of(TEXTS, JSON.map(json.dumps), JSON.map(json.dumps).map('{{"go.goroot": {}'.format)))
def test_editor_settings(text: str) -> None:
    """An editor's settings are changed, or refused where they are no JSON with comments."""
    try:
        new = changed(text, ("go.alternateTools", "go"), "x")
    except ValueError:
        return
    assert json.dumps("x") in new
