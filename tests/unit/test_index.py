from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvm.errors import DownloadError
from gvm.model.version import Version
from gvm.sources.index import Entry, Index, _Kept, kept_index

if TYPE_CHECKING:
    from pathlib import Path

SUM = "0123456789abcdef" * 4


def file(**changes: object) -> dict[str, Any]:
    return {
        "filename": "go1.22.6.linux-amd64.tar.gz", "os": "linux", "arch": "amd64",
        "version": "go1.22.6", "sha256": SUM, "size": 68988925, "kind": "archive", **changes,
    }  # fmt: skip


def index(*files: object, version: object = "go1.22.6") -> str:
    return json.dumps([{"version": version, "stable": True, "files": files}])


FOUND = Entry(SUM, 68988925)
# What one file of 1.22.6 comes to.
FILES: dict[str, tuple[dict[str, Any], Entry | None]] = {
    "archive": (file(), FOUND),
    "no checksum": (file(sha256=""), Entry("", 68988925)),
    "checksum null": (file(sha256=None), Entry("", 68988925)),
    "no checksum field": ({k: v for k, v in file().items() if k != "sha256"}, Entry("", 68988925)),
    "checksum of upper case": (file(sha256=SUM.upper()), Entry("", 68988925)),
    "checksum with a tail": (file(sha256=f"{SUM}\n"), Entry("", 68988925)),
    "size null": (file(size=None), Entry(SUM)),
    "source": (file(os="", arch="", kind="source"), None),
    "bootstrap": (file(os="linux", arch="bootstrap", kind="source"), None),
    "installer": (file(os="darwin", kind="installer"), None),
    "darwin": (file(os="darwin"), None),
    "windows": (file(os="windows"), None),
}


@pytest.mark.parametrize(("told", "entry"), FILES.values(), ids=FILES)
def test_files(told: dict[str, Any], entry: Entry | None) -> None:
    """Of go.dev's index, the archives for Linux count."""
    entries = Index.parse(index(told)).entries
    assert entries.get((Version.parse("1.22.6"), "amd64")) == entry
    assert len(entries) == (entry is not None)


def test_versions() -> None:
    """Versions are read by Go's own names; one that is none of them is passed over."""
    releases = [
        {"version": name, "files": [file(), file(arch="arm64")]}
        for name in ("go1.23rc1", "go1.20", "go1.9.2rc2", "weekly.2012", "go1.22.6")
    ]
    found = Index.parse(f" \n{json.dumps(releases)}")
    versions = ["1.23rc1", "1.20.0", "1.9.2rc2", "1.22.6"]
    assert [str(version) for version in found.versions("arm64")] == versions
    assert found.versions("s390x") == []
    assert Index.parse("[]").entries == {}


LISTING = """<!DOCTYPE html><a href="../">Parent</a>
<a href="go1.20.linux-amd64.tar.gz">go1.20.linux-amd64.tar.gz</a>
<a href="/golang/go1.22.6.linux-arm64.tar.gz">…</a>
<a href="go1.22.6.linux-amd64.tar.gz.sha256">…</a> <a href="go1.22.6.darwin-amd64.tar.gz">…</a>
<a href="go1.22.6.linux-amd64.tar.gz">…</a> <a href="go1.x.linux-amd64.tar.gz">…</a>
<a href="go1.22.6.src.tar.gz">…</a>"""


def test_listing() -> None:
    """A page that lists a directory tells versions, and no checksums."""
    found = Index.parse(LISTING)
    assert [str(version) for version in found.versions("amd64")] == ["1.20.0", "1.22.6"]
    assert [str(version) for version in found.versions("arm64")] == ["1.22.6"]
    assert set(found.entries.values()) == {Entry()}


HOSTILE = {
    "empty": "",
    "page": "<html>404</html>",
    "object": '{"version": "go1.22.6"}',
    "cut": index(file())[:-9],
    "deep": "[" * 200_000,
    "deep objects": '[{"version": "go1.22.6", "files": ' + '{"a":' * 100_000,
    "numbers": "[1, 2]",
    "nulls": "[null]",
    "no files": '[{"version": "go1.22.6"}]',
    "files of null": '[{"version": "go1.22.6", "files": null}]',
    "version of number": index(file(), version=1),
    "version of list": index(file(), version=["go1.22.6"]),
    "no kind": '[{"version": "go1.22.6", "files": [{"os": "linux"}]}]',
    "arch of list": index(file(arch=["amd64"])),
    "arch of null": index(file(arch=None)),
    "arch of number": index(file(arch=386)),
    "checksum of number": index(file(sha256=1)),
    "size of text": index(file(size="much")),
    "size of list": index(file(size=[1])),
    "endless size": index(file(size=float("inf"))),
    "no size": index(file(size=float("nan"))),
    "less than no size": index(file(size=-1)),
    "size of many digits": index(file()).replace("68988925", "9" * 10_000),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile(text: str) -> None:
    """What is no index is a failed download, and nothing worse."""
    with pytest.raises(DownloadError):
        Index.parse(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from(["linux", "archive", "go1.22.6", SUM, "amd64"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from([*file(), "files"]) | st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
RELEASES = st.lists(
    st.fixed_dictionaries(
        {"version": st.just("go1.22.6") | JSON},
        optional={
            "files": st.lists(
                st.fixed_dictionaries(
                    {"os": st.just("linux") | JSON, "kind": st.just("archive") | JSON},
                    optional={"arch": JSON, "size": JSON, "sha256": JSON},
                ),
                max_size=2,
            )
            | JSON
        },
    )
    | JSON,
    max_size=2,
)


@given((RELEASES | JSON).map(json.dumps) | st.text() | st.text().map("[{}".format))
def test_any(text: str) -> None:
    """Any answer is an index whose parts are what they say, or a failed download."""
    try:
        entries = Index.parse(text).entries
    except DownloadError:
        return
    for (version, arch), entry in entries.items():
        assert isinstance(version, Version)
        assert isinstance(arch, str)
        assert len(entry.sha256) in {0, 64}
        assert entry.size >= 0


KEPT = {
    "nothing": b"",
    "not JSON": b"<html>",
    "not UTF-8": b"\xff",
    "list": b"[]",
    "a field less": b'{"etag": "x"}',
    "text of number": b'{"etag": "x", "text": 1}',
    "etag of number": b'{"etag": 1, "text": "[]"}',
    "deep": b"[" * 200_000,
}


@pytest.mark.parametrize("content", KEPT.values(), ids=KEPT)
def test_damaged_copy(content: bytes, tmp_path: Path) -> None:
    """A damaged copy of an index is as none."""
    kept = _Kept(tmp_path, "https://go.dev/dl")
    kept.save("etag", index(file()))
    assert kept_index("https://go.dev/dl", tmp_path).versions("amd64") == [Version.parse("1.22.6")]
    (copy,) = tmp_path.iterdir()
    copy.write_bytes(content)
    assert kept.load() == (None, Index())
    assert kept_index("https://go.dev/dl", tmp_path) == Index()
