from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gvm.activate import profiles
from gvm.activate.change import Change
from gvm.activate.managed import Lines, Link
from gvm.fs.managed_block import Block, put, without
from gvm.store.paths import SYSTEM_ROOT
from tests.machine import CHECKOUT, SHELLS

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


BODY = "export A=1\n"
BEGIN, END = "# >>> gvm >>>\n", "# <<< gvm <<<\n"
KEPT = {
    "nothing": b"",
    "lines": b"export A=1\n# b\n",
    "blank lines": b"\n\nexport A=1\n\n\n",
    "no last newline": b"export A=1",
    "CRLF": b"export A=1\r\nexport B=2\r\n",
    "form feed": "a\fb\u2028c\n".encode(),
    "begin without end": f"{BEGIN}export A=1\n".encode(),
    "end without begin": f"{END}export A=1\n".encode(),
    "end before begin": f"{END}export A=1\n{BEGIN}".encode(),
    "begin within a line": f"echo {BEGIN}export A=1\n".encode(),
    "no UTF-8": b"# gr\xf6\xdfe\n",
}


@pytest.mark.parametrize("is_first", [False, True], ids=["last", "first"])
@pytest.mark.parametrize("before", KEPT.values(), ids=KEPT)
def test_kept(before: bytes, is_first: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter
    """Adding twice is adding once, and removing leaves every byte as it was."""
    file = tmp_path / ".profile"
    file.write_bytes(before)
    lines = Lines(file, BODY, is_first=is_first)
    lines.addition().make()
    once = file.read_bytes()
    assert before in once
    assert once.startswith(before) is (not is_first or not before)
    assert lines.addition().is_none
    lines.removal().make()
    assert file.read_bytes() == before
    assert lines.removal().is_none


BLOCK = str(Block(BODY))
PIECES = st.lists(
    st.sampled_from(
        [BEGIN, END, BEGIN[:-1], END[:-1], "\n", "export A=1\n", "x\r\n", f" {BEGIN}", BLOCK]
    )
    | st.text(max_size=5),
    max_size=8,
).map("".join)


def bare(text: str) -> str:
    """Line by line: an end takes all since the nearest begin."""
    kept: list[str] = []
    begun = None
    for line in re.findall(r"[^\n]*\n|[^\n]+\Z", text):
        if line.startswith(BEGIN[:-1]) and line.endswith("\n"):
            begun = len(kept)
        kept.append(line)
        if line.rstrip("\n") == END[:-1] and begun is not None:
            del kept[begun:]
            begun = None
    less = "".join(kept)
    return text if less == text else bare(less)


@given(PIECES)
@example(f"{BEGIN}{BEGIN}{END}{END}")
@example(f"{BEGIN}{END}" * 1500)
def test_any_text(text: str) -> None:
    """Whatever a text holds, what is no whole block stays, and a block that is put there goes again."""
    rest = without(text)
    assert rest == bare(text)
    for is_first in (False, True):
        once = put(rest, Block(BODY), first=is_first)
        assert without(once) == rest
        assert put(once, Block(BODY), first=is_first) == once


def test_edited(tmp_path: Path) -> None:
    """A block that the user has edited stays, and what to merge is told; so does a mark that lost its end."""
    file = tmp_path / ".profile"
    lines = Lines(file, BODY)
    lines.addition().make()
    file.write_text(file.read_text().replace("A=1", "A=2"))
    mine = file.read_text()
    for change in (lines.addition(), lines.removal(), replace(lines, body="x\n").addition()):
        assert "edited by hand" in change.obstacle
        change.make()
        assert file.read_text() == mine
    assert lines.addition().advice.endswith(BODY)
    file.write_text(mine.replace(END, "export MINE=1\n"))
    lines.addition().make()
    assert "export MINE=1\n" in file.read_text()
    lines.removal().make()
    assert "export MINE=1\n" in file.read_text()


def test_renewed(tmp_path: Path) -> None:
    """A block that gvm wrote is renewed in its place, and forgets nothing of how it came there."""
    file = tmp_path / ".profile"
    Lines(file, BODY).addition().make()
    file.write_text(f"one\n{file.read_text()}two\n")
    Lines(file, "export B=2\n").addition().make()
    assert file.read_text().startswith("one\n# >>> gvm >>>")
    assert file.read_text().endswith("\nexport B=2\n# <<< gvm <<<\ntwo\n")
    file.write_text(file.read_text().replace("one\n", "").replace("two\n", ""))
    Lines(file, "export B=2\n").removal().make()
    assert list(tmp_path.iterdir()) == []


def test_own_file(tmp_path: Path) -> None:
    """A file of gvm's own is made and unmade; somebody else's lines in it stay, and one that has only those is refused."""
    file = tmp_path / "conf.d/gvm.fish"
    lines = Lines(file, BODY, is_own=True)
    lines.addition().make()
    assert file.stat().st_mode & 0o777 == 0o644
    file.write_text(f"{file.read_text()}echo mine\n")
    assert lines.addition() == Change(file, file.read_text(), file.read_text())
    replace(lines, body="export B=2\n").addition().make()
    assert "export B=2\n" in file.read_text()
    lines.removal().make()
    assert file.read_text() == "echo mine\n"
    file.unlink()
    lines.addition().make()
    lines.removal().make()
    assert not file.exists()
    file.write_text("echo mine\n")
    assert "not gvm's file" in lines.addition().obstacle
    lines.addition().make()
    lines.removal().make()
    assert file.read_text() == "echo mine\n"


def test_linked_file(tmp_path: Path) -> None:
    """A link keeps its target, which keeps its mode, and stays where it is left empty."""
    file, real = tmp_path / ".profile", tmp_path / "dotfile"
    real.write_text("")
    real.chmod(0o600)
    file.symlink_to("dotfile")
    lines = Lines(file, BODY)
    lines.addition().make()
    assert (real.read_text(), real.stat().st_mode & 0o777) == (BLOCK, 0o600)
    lines.removal().make()
    assert file.is_symlink()
    assert real.read_text() == ""


def test_link_to_nothing(tmp_path: Path) -> None:
    """What is made through a link that leads nowhere goes again, and the link stays."""
    file = tmp_path / ".profile"
    file.symlink_to("gone")
    lines = Lines(file, BODY)
    lines.addition().make()
    assert (tmp_path / "gone").read_text() == file.read_text() != ""
    lines.removal().make()
    assert (list(tmp_path.iterdir()), file.is_symlink()) == ([file], True)


def test_hard_link(tmp_path: Path) -> None:
    """A file that has two names is one file, with a block and without."""
    file, other = tmp_path / ".profile", tmp_path / "dotfile"
    file.write_text("mine\n")
    other.hardlink_to(file)
    lines = Lines(file, BODY)
    for change, text in ((lines.addition, f"mine\n{BLOCK}"), (lines.removal, "mine\n")):
        change().make()
        assert (file.read_text(), other.read_text(), file.samefile(other)) == (text, text, True)


def test_unfinished(tmp_path: Path) -> None:
    """What a killed run left of a file or a link goes, also where nothing is to be changed."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real/file").touch()
    (tmp_path / "linked").symlink_to("real/file")
    before = sorted(tmp_path.rglob("*"))
    placements = (
        Lines(tmp_path / "none", BODY),
        Lines(tmp_path / "linked", BODY),
        Link(tmp_path / "go", tmp_path / "real/go"),
        Lines(tmp_path / "none/above", BODY),
    )
    for name in (".none.new", "real/.file.new"):
        (tmp_path / name).touch()
    (tmp_path / ".go.new").symlink_to("real/go")
    for placement in placements:
        placement.removal().make()
    assert sorted(tmp_path.rglob("*")) == before


def test_changed_meanwhile(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What a file has got since the change was planned is not lost; it may be the same change."""
    file = tmp_path / "profile"
    file.write_text("old\n")
    change = Lines(file, "line\n").addition()
    change.make()
    change.make()
    assert file.read_text() == change.new
    file.write_text("new\n")
    with pytest.raises(OSError) as caught:  # noqa: PT011 - its text is a snapshot
        change.make()
    assert str(caught.value) == snapshot
    assert [path.read_text() for path in tmp_path.iterdir()] == ["new\n"]


def test_diff(tmp_path: Path) -> None:
    """A change shows itself before it is made."""
    file = tmp_path / ".profile"
    file.write_text("mine")
    change = Lines(file, BODY).addition()
    assert change.diff().splitlines()[:2] == [f"--- {file}", f"+++ {file}"]
    for line in ("-mine", "\\ No newline at end of file", "+mine", "+export A=1"):
        assert line in change.diff().splitlines()
    assert file.read_text() == "mine"
    change.make()
    assert Lines(file, BODY).addition().diff() == ""


def test_link(tmp_path: Path) -> None:
    """A link to a shim is made and removed; what else has its name stays."""
    link = Link(tmp_path / "go", Path("/opt/gvm/shims/go"))
    link.addition().make()
    assert str(link.file.readlink()) == "/opt/gvm/shims/go"
    assert link.addition().is_none
    link.removal().make()
    assert list(tmp_path.iterdir()) == []
    assert link.removal().is_none
    link.file.write_text("mine")
    for change in (link.addition(), link.removal()):
        change.make()
    assert link.file.read_text() == "mine"
    assert link.addition().obstacle == "is not gvm's"
    link.file.unlink()
    link.file.symlink_to("/usr/lib/go/bin/go")
    link.addition().make()
    link.removal().make()
    assert str(link.file.readlink()) == "/usr/lib/go/bin/go"


ODD = ("plain", "with space", "quote's", 'double"s', "$HOME", "`x`", "back\\slash", "b\\'q", "b\\\\s",
       "star*", "größe", "semi;colon", "~", "a#b", "(x)", "%s", "-n")  # fmt: skip


@pytest.mark.parametrize("shell", [*SHELLS, "fish"])
def test_evaluated(shell: str, tmp_path: Path) -> None:
    """Every shell puts the very directory in front of PATH, once, whatever it is called."""
    if shell == "fish" and not shutil.which("fish"):
        pytest.skip("there is no fish")
    read_text = profiles.fish if shell == "fish" else profiles.posix
    for name in ODD:
        shims = tmp_path / name / "shims"
        body, line = read_text(shims), profiles.line(shell, shims)
        argv = ["fish", "--no-config"] if shell == "fish" else SHELLS[shell]
        text = f"{body}{body}/usr/bin/env; {line}\n/usr/bin/env"
        done = subprocess.run(
            [*argv, "-c", text],
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
        paths = [told[5:] for told in done.stdout.splitlines() if told.startswith("PATH=")]
        wanted = f"{shims}:/usr/bin:/bin:{tmp_path}/.local/bin"
        assert paths == [wanted, f"{shims}:{wanted}"]


EMULATED = {"zsh, emulate sh": ["zsh", "-f", "-c", 'emulate sh -c "$1"', "zsh"]}
PROFILES = {name: [*argv, "-c"] for name, argv in SHELLS.items()} | (
    {**EMULATED, "zsh itself": ["zsh", "-f", "-c"]} if shutil.which("zsh") else {}
)


@pytest.mark.parametrize("argv", PROFILES.values(), ids=PROFILES)
def test_system(argv: list[str], tmp_path: Path) -> None:
    """The machine's block may be read twice by a shell that forgives nothing, with no variable set."""
    function = tmp_path / "share/gvm.sh"
    function.parent.mkdir()
    function.write_text((CHECKOUT / "shims/gvm.sh").read_text())
    body = profiles.posix(SYSTEM_ROOT / "shims")
    file = tmp_path / "gvm.sh"
    file.write_text(body.replace(f"'{SYSTEM_ROOT}/share", f"'{tmp_path}/share"))
    assert str(function) in file.read_text()
    script = f"set -eu; set >{tmp_path}/1; . {file}; . {file}; set >{tmp_path}/2; echo home=${{HOME-}}; /usr/bin/env"
    for environ, own in (
        ({"HOME": "/home/u"}, "/home/u/.local/share/gvm/shims"),
        ({"HOME": "/home/u", "XDG_DATA_HOME": "/data"}, "/data/gvm/shims"),
        ({"HOME": "/home/u", "XDG_DATA_HOME": "data"}, "/home/u/.local/share/gvm/shims"),
        ({}, "/.local/share/gvm/shims"),
    ):
        done = subprocess.run(
            [*argv, script], env={"PATH": "/usr/bin:/bin", **environ},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stderr == ""
        # zsh finds a HOME by itself.
        home = done.stdout.splitlines()[0].removeprefix("home=")
        paths = re.findall(r"^PATH=(.*)$", done.stdout, re.MULTILINE)
        wanted = own if environ else f"{home}{own}"
        assert paths == [f"{wanted}:/opt/gvm/shims:/usr/bin:/bin:{home}/.local/bin"]
        before, after = (
            set(re.findall(r"^(\w+)=", (tmp_path / name).read_text(), re.MULTILINE))
            for name in "12"
        )
        assert {name for name in after - before if "gvm" in name.lower()} == set()


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish")
@pytest.mark.parametrize(
    ("variables", "own"),
    [
        ({}, "HOME/.local/share/gvm/shims"),
        ({"XDG_DATA_HOME": "/my data"}, "/my data/gvm/shims"),
        ({"XDG_DATA_HOME": "data"}, "HOME/.local/share/gvm/shims"),
    ],
)
def test_system_in_fish(variables: dict[str, str], own: str, tmp_path: Path) -> None:
    """For fish too, a user's own shims come before the machine's, and none of a relative directory."""
    body = profiles.fish(SYSTEM_ROOT / "shims")
    told = subprocess.run(
        ["fish", "--no-config", "-c", f"{body}{body}/usr/bin/env"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", **variables},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=30,
    ).stdout  # fmt: skip
    (path,) = re.findall(r"^PATH=(.*)$", told, re.MULTILINE)
    wanted = own.replace("HOME", str(tmp_path))
    assert path == f"{wanted}:/opt/gvm/shims:/usr/bin:/bin:{tmp_path}/.local/bin"
