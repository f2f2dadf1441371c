from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gvm.model.gomod import Need, module_file, needed
from gvm.model.version import Version

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = {
    "go line": ("module x\n\ngo 1.22.6\n", "1.22.6"),
    "line only": ("go 1.22\n", "1.22.0"),
    "prerelease": ("go 1.23rc1\n", "1.23rc1"),
    "toolchain is greater": ("go 1.21\ntoolchain go1.22.6\n", "1.22.6"),
    "go is greater": ("toolchain go1.21.1\ngo 1.22.0\n", "1.22.0"),
    "toolchain default": ("go 1.22.1\ntoolchain default\n", "1.22.1"),
    "toolchain of somebody's own": ("go 1.22.1\ntoolchain go1.23.1-corp\n", "1.22.1"),
    "comment": ("go 1.22.6 // at least\n", "1.22.6"),
    "comment at once": ("go 1.22.6//at least\n", "1.22.6"),
    "commented out": ("// go 1.30\n//go 1.30\ngo 1.22.6\n", "1.22.6"),
    "CRLF": ("module x\r\n\r\ngo 1.22.6\r\n\r\ntoolchain go1.23.1\r\n", "1.23.1"),
    "no last newline": ("module x\ngo 1.22.6", "1.22.6"),
    "blanks": ("\t go \t 1.22.6 \t\n", "1.22.6"),
    "blocks": (
        "module x\ngo 1.21.5\nrequire (\n\tgolang.org/x/go v1.30.0\n)\nuse (\n\t./go\n)\n",
        "1.21.5",
    ),
    "broken over lines": ("go\n1.22.6\n", None),
    "before 1.21": ("go 1.20\n", None),
    "old toolchain": ("go 1.18\ntoolchain go1.20.3\n", None),
    "neither": ("module x\n", None),
    "no version": ("go latest\ngo \ngo 1\ngo 1.x\ngo 99999.1\n", None),
    "work": ("go 1.22.6\n\nuse ./a\nuse (\n\t./b\n)\n", "1.22.6"),
    "empty": ("", None),
}


@pytest.mark.parametrize(("text", "version"), NEEDED.values(), ids=NEEDED)
def test_needed(text: str, version: str | None, tmp_path: Path) -> None:
    """The greater of the go line and the toolchain line is needed."""
    file = tmp_path / "go.mod"
    file.write_text(text, newline="")
    found = needed(file)
    assert (found and str(found.version)) == version


REQUESTS = {
    "a version": ("go 1.22.6\n", "1.22.6"),
    "a line": ("go 1.22\n", "1.22"),
    "a line and its first version": ("go 1.22\ntoolchain go1.22.0\n", "1.22.0"),
}


@pytest.mark.parametrize(("text", "request_"), REQUESTS.values(), ids=REQUESTS)
def test_request(text: str, request_: str, tmp_path: Path) -> None:
    """Where a line is needed, the newest of the line is what to install."""
    file = tmp_path / "go.mod"
    file.write_text(text)
    need = needed(file)
    assert need is not None
    assert need.request == request_


HOSTILE = {
    "newlines": b"\n" * (1 << 20) + b"x",
    "blanks": b" " * (1 << 20),
    "go and blanks": b"go" + b" " * (1 << 20) + b"x",
    "many go": b"go " * (1 << 19),
    "digits": b"go 1." + b"1" * (1 << 20),
    "slashes": b"go 1.22.6 " + b"/" * (1 << 20),
    "zeros": bytes(1 << 20),
    "no UTF-8": b"\xff\xfe" * (1 << 19),
    "carriage returns": b"\r\n" * (1 << 19) + b"x",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile(content: bytes, tmp_path: Path) -> None:
    """A megabyte of anything is read at once."""
    file = tmp_path / "go.mod"
    file.write_bytes(b"go 1.22.6\n" + content)
    since = time.process_time()
    found = needed(file)
    assert time.process_time() - since < 20
    assert found == Need(Version.parse("1.22.6"), "1.22.6")


def made(base: Path, *names: str) -> None:
    for name in names:
        file = base / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


# Files, the working directory, GOWORK, and the file that is in force.
PLACES = {
    "module": (["go.mod"], "", None, "go.mod"),
    "above": (["go.mod", "a/b/x.go"], "a/b", None, "go.mod"),
    "nearest module": (["go.mod", "a/go.mod"], "a", None, "a/go.mod"),
    "work above wins": (["go.work", "a/go.mod"], "a", None, "go.work"),
    "nearest work": (["go.work", "a/go.work", "a/b/go.mod"], "a/b", None, "a/go.work"),
    "work below does not count": (["go.mod", "a/go.work"], "", None, "go.mod"),
    "work beside does not count": (["a/go.work", "b/go.mod"], "b", None, "b/go.mod"),
    "work is off": (["go.work", "a/go.mod"], "a", "off", "a/go.mod"),
    "off is there": (["go.work", "off", "go.mod"], "", "off", "go.mod"),
    "relative GOWORK": (["go.work", "other", "go.mod"], "", "other", "go.mod"),
    "work elsewhere": (["other/go.work", "go.work", "a/go.mod"], "a", "other/go.work", "other/go.work"),
    "work elsewhere that is not there": (["go.mod"], "", "other/go.work", "go.mod"),
    "empty GOWORK": (["go.work", "a/go.mod"], "a", "", "go.work"),
    "a directory is no module": (["go.mod/x", "x"], "", None, None),
    "nothing": (["x"], "", None, None),
}  # fmt: skip


@pytest.mark.parametrize(("files", "cwd", "gowork", "expected"), PLACES.values(), ids=PLACES)
def test_module_file(
    files: list[str],
    cwd: str,
    gowork: str | None,
    expected: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The go.work that Go finds is in force, else the nearest go.mod."""
    made(tmp_path, *files)
    monkeypatch.chdir(tmp_path / cwd)
    environ = {}
    if gowork is not None:
        environ["GOWORK"] = str(tmp_path / gowork) if "/" in gowork else gowork
    found = module_file(tmp_path / cwd, environ)
    assert (found and str(found.relative_to(tmp_path))) == expected
