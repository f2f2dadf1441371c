from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gvm.activate import profile
from tests.machine import SHELLS

SHIMS = Path("/home/u/.local/share/gvm/shims")
BEGIN, END = "# >>> gvm >>>\n", "# <<< gvm <<<\n"
KEPT = {
    "nothing": "",
    "lines": "export A=1\n# b\n",
    "blank lines": "\n\nexport A=1\n\n\n",
    "CRLF": "export A=1\r\nexport B=2\r\n",
    "form feed": "a\fb\u2028c\n",
    "begin without end": f"{BEGIN}export A=1\n",
    "end without begin": f"{END}export A=1\n",
    "end before begin": f"{END}export A=1\n{BEGIN}",
    "begin within a line": f"echo {BEGIN}export A=1\n",
    "no UTF-8": "# gr\udcf6\udcdfe\n",
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_kept(text: str, tmp_path: Path) -> None:
    """Adding twice is adding once, and dropping leaves what was there."""
    file = tmp_path / ".profile"
    before = text.encode(errors="surrogateescape")
    file.write_bytes(before)
    assert profile.add(file, SHIMS) is True
    once = file.read_bytes()
    assert once.startswith(before)
    assert profile.add(file, SHIMS) is False
    assert file.read_bytes() == once
    assert profile.drop(file) is True
    assert (file.read_bytes() if file.exists() else b"") == before
    assert profile.drop(file) is False


PIECES = st.lists(
    st.sampled_from([BEGIN, END, BEGIN[:-1], END[:-1], "\n", "export A=1\n", "x\r\n", f" {BEGIN}"])
    | st.text(max_size=5),
    max_size=8,
).map("".join)


def without(text: str) -> str:
    """Line by line: an end takes all since the nearest begin."""
    kept: list[str] = []
    begun = None
    for line in re.findall(r"[^\n]*\n|[^\n]+\Z", text):
        if line == BEGIN:
            begun = len(kept)
        kept.append(line)
        if line.rstrip("\n") == END[:-1] and begun is not None:
            del kept[begun:]
            begun = None
    less = "".join(kept)
    return text if less == text else without(less)


BLOCK = profile._posix(SHIMS)  # noqa: SLF001 - what it adds is compared


@given(PIECES)
@example(f"{BEGIN}{BEGIN}{END}{END}")
def test_any_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever a file holds, what is no whole block stays, and there is one block in the end."""
    file = tmp_path_factory.getbasetemp() / "profile"
    file.write_bytes(text.encode(errors="surrogateescape"))
    profile.drop(file)
    bare = file.read_bytes().decode(errors="surrogateescape") if file.exists() else ""
    assert bare == without(text)
    profile.add(file, SHIMS)
    once = file.read_bytes().decode(errors="surrogateescape")
    ending = "" if not bare or bare.endswith("\n") else "\n"
    assert once == bare + ending + BLOCK
    assert profile.add(file, SHIMS) is False
    profile.drop(file)
    assert (file.read_bytes().decode(errors="surrogateescape") if file.exists() else "") == (
        bare + ending
    )


def test_no_line_is_lost(tmp_path: Path) -> None:
    """A block whose end somebody deleted takes no lines with it."""
    file = tmp_path / ".profile"
    profile.add(file, SHIMS)
    file.write_text(file.read_text().replace(END, "export MINE=1\n"))
    for _ in range(3):
        profile.add(file, SHIMS)
        assert "export MINE=1\n" in file.read_text()
    profile.drop(file)
    assert "export MINE=1\n" in file.read_text()


def test_moved_root(tmp_path: Path) -> None:
    """A block for another root is replaced, and so are several."""
    file = tmp_path / ".profile"
    file.write_text(f"a\n{profile._posix(Path('/old'))}b\n{profile._posix(Path('/older'))}c")  # noqa: SLF001
    profile.add(file, SHIMS)
    assert file.read_text() == f"a\nb\nc\n{BLOCK}"


def test_block_at_the_end(tmp_path: Path) -> None:
    """A block is found too where the file's last newline is gone."""
    file = tmp_path / ".profile"
    file.write_text(f"a\n{BLOCK[:-1]}")
    profile.add(file, SHIMS)
    assert file.read_text() == f"a\n{BLOCK}"


def test_files(tmp_path: Path) -> None:
    """A file keeps its mode and a link its target; a file that gvm made goes with the block."""
    file = tmp_path / ".profile"
    real = tmp_path / "dotfile"
    real.write_text("a\n")
    real.chmod(0o600)
    file.symlink_to("dotfile")
    profile.add(file, SHIMS)
    assert file.is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == (f"a\n{BLOCK}", 0o600)
    profile.drop(file)
    assert real.read_text() == "a\n"
    made = tmp_path / "conf.d/gvm.fish"
    profile.add(made, SHIMS)
    assert made.is_file()
    profile.drop(made)
    assert not made.exists()


def test_linked_file_that_is_left_empty(tmp_path: Path) -> None:
    """A link to a file that only holds the block leads to an empty file afterwards."""
    file = tmp_path / ".profile"
    (tmp_path / "dotfile").write_text("")
    file.symlink_to("dotfile")
    profile.add(file, SHIMS)
    profile.drop(file)
    assert file.is_symlink()
    assert (tmp_path / "dotfile").read_text() == ""


ODD = ("plain", "with space", "quote's", 'double"s', "$HOME", "`x`", "back\\slash", "b\\'q", "b\\\\s",
       "star*", "größe", "semi;colon", "~", "a#b", "(x)", "%s", "-n")  # fmt: skip


@pytest.mark.parametrize("shell", [*SHELLS, "fish"])
def test_evaluated(shell: str, tmp_path: Path) -> None:
    """Every shell puts the very directory in front of PATH, once, whatever it is called."""
    if shell == "fish" and not shutil.which("fish"):
        pytest.skip("there is no fish")
    file = tmp_path / ("gvm.fish" if shell == "fish" else "profile")
    for name in ODD:
        shims = tmp_path / name / "shims"
        profile.add(file, shims)
        line = profile.line(shell, shims)
        argv = ["fish", "--no-config"] if shell == "fish" else SHELLS[shell]
        text = f"{file.read_text()}{file.read_text()}/usr/bin/env; {line}\n/usr/bin/env"
        done = subprocess.run(
            [*argv, "-c", text],
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
        paths = [told[5:] for told in done.stdout.splitlines() if told.startswith("PATH=")]
        wanted = f"{shims}:/usr/bin:/bin:{tmp_path}/.local/bin"
        assert paths == [wanted, f"{shims}:{wanted}"]


def test_system(tmp_path: Path) -> None:
    """The machine's block puts a user's own shims before its own, with no variable set either."""
    file = tmp_path / "gvm.sh"
    profile.add(file, Path("/opt/gvm/shims"))
    script = f"set -eu; . {file}; . {file}; /usr/bin/env"
    for environ, own in (
        ({"HOME": "/home/u"}, "/home/u/.local/share/gvm/shims"),
        ({"HOME": "/home/u", "XDG_DATA_HOME": "/data"}, "/data/gvm/shims"),
        ({}, "/.local/share/gvm/shims"),
    ):
        done = subprocess.run(
            ["dash", "-c", script],
            env={"PATH": "/usr/bin:/bin", **environ}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        bin_ = f"{environ.get('HOME', '')}/.local/bin"
        assert f"PATH={own}:/opt/gvm/shims:/usr/bin:/bin:{bin_}\n" in done.stdout
