from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gvm.shell.syntax import set_line, this_shell, unset_line
from tests.machine import SHELLS

EVALUATORS = {name: argv for name, argv in SHELLS.items() if name != "busybox"}
if found := shutil.which("fish"):
    EVALUATORS["fish"] = [found, "--no-config"]
# A shell takes no NUL; a lone surrogate is no character.
VALUES = st.text(
    st.sampled_from("'\"\\$`!*?~#&;|<>(){}[]=%^- \t\n\r:/.éß大\x1b\x7f")
    | st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    max_size=30,
)
SHOW = "/usr/bin/env -0"


def evaluated(shell: str, lines: str) -> dict[str, str]:
    done = subprocess.run(
        [*EVALUATORS[shell], "-c", f"{lines}\n{SHOW}"],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "GONE": "1"},
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert done.stderr == b""
    pairs = (told.partition("=") for told in done.stdout.decode().split("\0"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("shell", EVALUATORS)
@settings(deadline=None, max_examples=8)
@given(values=st.lists(VALUES, min_size=20, max_size=40))
def test_quoted(shell: str, values: list[str]) -> None:
    """Evaluated by the shell, a line gives exactly the value."""
    name = {"ksh93": "ksh"}.get(shell, shell)
    lines = [set_line(name, f"GVM_{number}", value) for number, value in enumerate(values)]
    told = evaluated(shell, "\n".join(lines))
    assert [told[f"GVM_{number}"] for number in range(len(values))] == values


PATHS = ["/a:/b c:/d'e:/f\\g:/$h", "/a", "/a::/b", ":/a", "/a:", ""]


@pytest.mark.parametrize("shell", EVALUATORS)
def test_paths(shell: str) -> None:
    """A variable that fish takes for a list of directories comes out the same."""
    name = {"ksh93": "ksh"}.get(shell, shell)
    for path in PATHS:
        told = evaluated(shell, f"{set_line(name, 'GOPATH', path)}{set_line(name, 'XPATH', path)}")
        assert (told["GOPATH"], told["XPATH"]) == (path, path)
    assert evaluated(shell, set_line(name, "PATH", PATHS[0]))["PATH"] == PATHS[0]


@pytest.mark.parametrize("shell", EVALUATORS)
def test_unset(shell: str) -> None:
    """A variable that is removed is gone."""
    assert "GONE" not in evaluated(shell, unset_line({"ksh93": "ksh"}.get(shell, shell), "GONE"))


def test_this_shell() -> None:
    """The login shell is known by its path; what is unknown is written for as sh."""
    told = [this_shell({"SHELL": path}) for path in ("/usr/bin/fish", "/bin/zsh", "/bin/nu", "")]
    assert told == ["fish", "zsh", "sh", "sh"]
    assert this_shell({}) == "sh"
