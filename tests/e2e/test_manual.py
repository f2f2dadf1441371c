"""gvm(1), the manual page."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from gvm.cli import COMMANDS
from tests.machine import CHECKOUT, Machine

PAGE = CHECKOUT / "docs/gvm.1"
# Each tells of what is no proper page.
CHECKS = {
    "groff": ["groff", "-man", "-Tutf8", "-ww", "-z", PAGE],
    "man": ["man", "--warnings=all", "--local-file", PAGE],
    "mandoc": ["mandoc", "-Tlint", "-Wwarning", PAGE],
}


def test_static(machine: Machine) -> None:
    """The page is what the commands and the reference make of it today."""
    made = machine.base / "gvm.1"
    subprocess.run(
        [sys.executable, CHECKOUT / "tools/make-manual", made],
        env={"PYTHONPATH": str(CHECKOUT)},
        check=True,
    )
    assert PAGE.read_text() == made.read_text(), "tools/make-manual docs/gvm.1"


@pytest.mark.parametrize("argv", CHECKS.values(), ids=CHECKS)
def test_form(argv: list[str], machine: Machine) -> None:
    """What reads manual pages has nothing to say against it."""
    if not shutil.which(argv[0]):
        pytest.skip(f"there is no {argv[0]}")
    done = machine.run(argv, environ={"LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""})
    # A page that is made anew each time has no date.
    told = [
        line
        for line in done.stdout.splitlines()
        if argv[0] == "mandoc" and "missing date" not in line
    ]
    assert (done.stderr, told) == ("", [])


@pytest.mark.skipif(not shutil.which("man"), reason="there is no man")
def test_shown(machine: Machine) -> None:
    """It shows every command and section, and letters as they are typed."""
    environ = {"LC_ALL": "C.UTF-8", "MANWIDTH": "200"}
    shown = machine.run(["man", "--local-file", PAGE], environ=environ).stdout
    for name in COMMANDS:
        assert f"   gvm {name} " in shown
    for title in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "ENVIRONMENT", "FILES", "EXIT STATUS", "SEE ALSO"):  # fmt: skip
        assert f"\n{title}\n" in shown
    for words in ("--source TEXT", 'eval "$(gvm shell 1.21)"', "~/.tool-versions", "-h, --help"):
        assert words in shown
