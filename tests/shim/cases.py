"""What the shim chooses: a table, for every shell and for Python."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = "work/a/b"
ALL = ("1.20.0", "1.21.13", "1.22.6", "1.22.10", "1.23rc1")
# Links beside them that gvm has not made.
STRANGE = {"1.22.6.bak": "1.22.6", "1.022": "1.22.6", "1.21": "1.22.6", "latest": "1.22.6"}


@dataclass(frozen=True)
class Case:
    """One row.

    Attributes:
        files: content, by path below the home directory.
        result: the version chosen; or `missing`, `refused`, `unreadable`, `nothing`.
        origin: what asks: `file:work/.tool-versions:1`, `variable:GVM_GO_VERSION`, `default`.
        environ: more variables.
        cwd: below the home directory.
        default: what the release's default file says.
        but: shells that cannot read such bytes.
    """

    files: Mapping[str, str | bytes]
    result: str
    origin: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    cwd: str = HERE
    default: str = "golang 1.20.0\n"
    but: tuple[str, ...] = ()


def line(text: str | bytes, result: str, number: int = 1) -> Case:
    """A .tool-versions in the working directory."""
    return Case({f"{HERE}/.tool-versions": text}, result, f"file:{HERE}/.tool-versions:{number}")


def variable(text: str, result: str) -> Case:
    return Case({}, result, "variable:GVM_GO_VERSION", {"GVM_GO_VERSION": text})


def legacy(text: str | bytes, result: str, number: int = 1) -> Case:
    return Case({f"{HERE}/.go-version": text}, result, f"file:{HERE}/.go-version:{number}")


PIN = "golang 1.22.6\n"
# zsh takes a NUL for a character, and yash reads no bytes that are none.
WIDE = ("zsh", "yash")
LONG = "".join(f"tool{number} 1.0\n" for number in range(999))

CASES: dict[str, Case] = {
    # Who wins
    "default": Case({}, "1.20.0", "default"),
    "no default": Case({}, "nothing", "system", default=""),
    "byte order mark": line("\ufeff" + PIN, "1.22.6"),
    "byte order mark before a name that ends in go": line("\ufeffhugo 1\n" + PIN, "1.22.6", 2),
    "byte order mark of a long file": line(
        f"\ufeff{LONG}{PIN}", "1.22.6", LONG.count("\n") + 1
    ),
    "byte order mark in go-version": replace(legacy("\ufeff1.22.6\n", "1.22.6"), but=("yash",)),
    "no mark, and no name": line("\xa0golang 1.21.13\n" + PIN, "1.22.6", 2),
    "UTF-16": replace(line(codecs.BOM_UTF16_LE + PIN.encode("utf-16-le"), "unreadable"), but=WIDE),
    "UTF-16 of the other order": replace(
        line(codecs.BOM_UTF16_BE + PIN.encode("utf-16-be"), "unreadable"), but=WIDE
    ),
    "here": line(PIN, "1.22.6"),
    "above": Case({"work/.tool-versions": PIN}, "1.22.6", "file:work/.tool-versions:1"),
    "nearest": Case(
        {"work/.tool-versions": PIN, "work/a/.tool-versions": "golang 1.21.13\n"},
        "1.21.13",
        "file:work/a/.tool-versions:1",
    ),
    "other tools only": Case(
        {"work/a/b/.tool-versions": "nodejs 20\n", "work/.tool-versions": PIN},
        "1.22.6",
        "file:work/.tool-versions:1",
    ),
    "tool-versions before go-version": Case(
        {f"{HERE}/.tool-versions": PIN, f"{HERE}/.go-version": "1.21.13"},
        "1.22.6",
        f"file:{HERE}/.tool-versions:1",
    ),
    "go-version where tool-versions is silent": Case(
        {f"{HERE}/.tool-versions": "nodejs 20\n", f"{HERE}/.go-version": "1.21.13"},
        "1.21.13",
        f"file:{HERE}/.go-version:1",
    ),
    "go-version nearer": Case(
        {"work/.tool-versions": PIN, f"{HERE}/.go-version": "1.21.13\n"},
        "1.21.13",
        f"file:{HERE}/.go-version:1",
    ),
    "variable before file": Case(
        {f"{HERE}/.tool-versions": PIN},
        "1.21.13",
        "variable:GVM_GO_VERSION",
        {"GVM_GO_VERSION": "1.21.13"},
    ),
    "asdf's variable": Case({}, "1.22.6", "variable:ASDF_GOLANG_VERSION", {"ASDF_GOLANG_VERSION": "1.22.6"}),
    "own variable before asdf's": Case(
        {},
        "1.21.13",
        "variable:GVM_GO_VERSION",
        {"GVM_GO_VERSION": "1.21.13", "ASDF_GOLANG_VERSION": "1.22.6"},
    ),
    "empty variable": Case({f"{HERE}/.tool-versions": PIN}, "1.22.6", f"file:{HERE}/.tool-versions:1", {"GVM_GO_VERSION": ""}),
    "home from outside": Case({".tool-versions": PIN}, "1.22.6", "file:.tool-versions:1", cwd="../elsewhere"),
    "home on the way": Case({".tool-versions": PIN}, "1.22.6", "file:.tool-versions:1"),
    # How lines are read
    "comment behind": line("golang 1.22.6 # the one\n", "1.22.6"),
    "comment at once": line("golang 1.22.6#x\n", "1.22.6"),
    "commented out": line("#golang 1.21.13\ngolang 1.22.6\n", "1.22.6", 2),
    "first line wins": line("golang 1.22.6\ngolang 1.21.13\n", "1.22.6"),
    "tabs": line("golang\t1.22.6\n", "1.22.6"),
    "spaces around": line("   golang   1.22.6   \n", "1.22.6"),
    "CRLF": line("nodejs 20\r\ngolang 1.22.6\r\n", "1.22.6", 2),
    "no last newline": line("golang 1.22.6", "1.22.6"),
    "go": line("go 1.22.6\n", "1.22.6"),
    "similar names": line("golangci-lint 1.50\ngopls 0.1\nxgo 1\ngolang 1.22.6\n", "1.22.6", 4),
    "no version": line("golang\n", "refused"),
    "only a comment": line("golang # 1.22.6\n", "refused"),
    "line 1000": line(LONG + PIN, "1.22.6", 1000),
    "line 1000 with CRLF": line((LONG + PIN).replace("\n", "\r\n"), "1.22.6", 1000),
    "two returns in line 1000": line(LONG + "golang 1.22.6\r\r\n", "refused", 1000),
    "line 32": line("x 1\n" * 31 + PIN, "1.22.6", 32),
    "line 33": line("x 1\n" * 32 + PIN, "1.22.6", 33),
    "other white space in line 33": line("x 1\n" * 32 + "\vgolang 1\n\fgo 1\n" + PIN, "1.22.6", 35),
    "long file without Go": Case({f"{HERE}/.tool-versions": LONG}, "1.20.0", "default"),
    "not UTF-8": line(b"# \xff\xfe\ngolang 1.22.6 # \xe9\n", "1.22.6", 2),
    "UTF-8 before": line("# größe: 大\nnodejs 20 # ü\ngolang 1.22.6\n", "1.22.6", 3),
    "empty file": Case({f"{HERE}/.tool-versions": ""}, "1.20.0", "default"),
    "go-version with prefix": legacy("go1.22.6\n", "1.22.6"),
    "go-version with comment": legacy("# ours\n\n1.22.6\n", "1.22.6", 3),
    "go-version with CRLF": legacy("1.22.6\r\n", "1.22.6"),
    "go-version empty": legacy("", "refused", 0),
    # What can be asked for
    "line": line("golang 1.22\n", "1.22.10"),
    "line with a prerelease only": line("golang 1.23\n", "1.23rc1"),
    "latest": line("golang latest\n", "1.22.10"),
    "latest of a line": line("golang latest:1.21\n", "1.21.13"),
    "prefix go": line("golang go1.22.6\n", "1.22.6"),
    "prefix v": line("golang v1.22.6\n", "1.22.6"),
    "prerelease": line("golang 1.23rc1\n", "1.23rc1"),
    "first of an old line": line("golang 1.20.0\n", "1.20.0"),
    "old line": line("golang 1.20\n", "1.20.0"),
    "fallback": line("golang 1.19.1 1.22.6\n", "1.22.6"),
    "first that is there": line("golang 1.21.13 1.22.6\n", "1.21.13"),
    "fallback from system": line("golang system 1.22.6\n", "1.22.6"),
    "several in a variable": variable("1.19.1 1.21", "1.21.13"),
    "missing": line("golang 1.19.1\n", "missing"),
    "missing line": line("golang 1.19\n", "missing"),
    "system that is not there": line("golang system\n", "missing"),
    # What is refused
    "up": line("golang ../../x\n", "refused"),
    "up within": line("golang 1.22.6/../1.21.13\n", "refused"),
    "absolute": line("golang /tmp/go\n", "refused"),
    "substitution": line("golang $(touch${IFS}pwned)\n", "refused"),
    "backquotes": line("golang `touch\tpwned`\n", "refused"),
    "glob": line("golang 1.22.*\n", "refused"),
    "glob alone": line("golang *\n", "refused"),
    "option": line("golang -x\n", "refused"),
    "semicolon": line("golang 1.22.6;true\n", "refused"),
    "ref": line("golang ref:v1.22.6\n", "refused"),
    "relative path": line("golang path:./go\n", "refused"),
    "word": line("golang stable\n", "refused"),
    "dots": line("golang ..\n", "refused"),
    "NUL": replace(line(b"golang 1.22.6\0\n", "1.22.6"), but=WIDE),
    "NUL within": replace(line(b"golang 1.22\0.6\n", "1.22.6"), but=WIDE),
    "NUL above": replace(line(b"# a\0b\ngolang 1.22.6\n", "1.22.6", 2), but=("yash",)),
    "NUL in line 40": line(b"x 1\n" * 39 + b"golang 1.22\0.6\n", "refused", 40),
    "megabyte": line("golang " + "1" * 1_000_000 + "\n", "refused"),
    "any patch": line("golang 1.22.x\n", "refused"),
    "any patch before a fallback": line("golang 1.22.x 1.22.6\n", "refused"),
    "one number": line("golang 1\n", "refused"),
    "four numbers": line("golang 1.22.6.1\n", "refused"),
    "leading nought": line("golang 1.022\n", "refused"),
    "empty number": line("golang 1.22.\n", "refused"),
    "stage without number": line("golang 1.22beta\n", "refused"),
    "latest of a version": line("golang latest:1.22.6\n", "refused"),
    "latest of latest": line("golang latest:latest\n", "refused"),
    "latest of a major": line("golang latest:1\n", "refused"),
    "copy of a version": line("golang 1.22.6.bak\n", "refused"),
    "link of a line among versions": line("golang 1.21\n", "1.21.13"),
    "refused before a fallback": line("golang ../x 1.22.6\n", "refused"),
    "control character": line("golang 1.22.6\x1b[31m\n", "refused"),
    "hostile variable": variable("$(touch pwned)", "refused"),
    "path variable without Go": variable("path:/nowhere", "missing"),
    "only spaces": variable("  ", "refused"),
}  # fmt: skip

# What the lesser shells are asked by day: a case for each thing that they may read or match in
# another way.
SAMPLE = {
    "default", "no default", "byte order mark", "byte order mark in go-version", "above", "other tools only",
    "go-version where tool-versions is silent", "own variable before asdf's", "empty variable",
    "home from outside", "comment at once", "tabs", "spaces around", "CRLF", "no last newline", "no version",
    "line 1000 with CRLF", "line 33", "other white space in line 33", "not UTF-8", "empty file",
    "go-version with comment", "line", "latest of a line", "fallback", "fallback from system", "missing",
    "up within", "substitution", "glob alone", "option", "NUL", "NUL above", "leading nought",
    "control character", "hostile variable", "only spaces",
}  # fmt: skip
assert set(CASES) >= SAMPLE
