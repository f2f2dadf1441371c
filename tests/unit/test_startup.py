"""Files that shells read, whatever somebody has put into them."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gvm.doctor.contexts.crontabs import invoked_programs, jobs
from gvm.fs.managed_block import Block, without
from gvm.shell.startup_files import find_alias, find_path_entry, find_path_reset

HOME = Path("/home/u")
LONG = {"no PATH": "x" * 200_000, "PATH often": "PATH=" * 40_000, "blanks": " " * 200_000 + "x",
        "set often": "set " * 50_000, "set PATH often": "set PATH $PATH " * 20_000}  # fmt: skip
WORDS = st.sampled_from(
    ["PATH=", "/shims", "go", "go()", "alias ", "set ", "A=", "'", '"', "$(", "`", "nice ", "sh -c ",
     "env ", "* ", "@daily ", "%", "\\", "#", " ", "\n", "\0", "\r", "\x85", "\udcff", ";", "|", "é"]
)  # fmt: skip


@pytest.mark.parametrize("line", LONG.values(), ids=LONG)
def test_long_lines(line: str, tmp_path: Path) -> None:
    """A line takes no more time than its length is worth."""
    (tmp_path / "rc").write_text(line)
    since = time.process_time()
    assert find_path_entry([tmp_path / "rc"], "/shims", HOME) is None
    assert find_alias([tmp_path / "rc"]) is None
    find_path_reset([tmp_path / "rc"])
    assert list(jobs(f"A= x{line}y", tmp_path / "rc")) == []
    assert time.process_time() - since < 10


def test_many_blocks() -> None:
    """Blocks in any number take no more time than their length is worth."""
    text = "PATH=/usr/bin; return 0\n"
    since = time.process_time()
    assert without(text + str(Block("x\n")) * 100_000) == text
    assert time.process_time() - since < 20


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="the kernel lets root only")
def test_endless_file(tmp_path: Path) -> None:
    """What somebody lets a startup file lead to is not waited for."""
    (tmp_path / "rc").symlink_to("/proc/kmsg")
    assert find_path_reset([tmp_path / "rc"]) is None


@given(st.lists(WORDS, max_size=20).map("".join))
def test_any(text: str) -> None:
    """Any text is read without an error; what is named is a line of it."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory, "rc")
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        for source_line in (
            find_path_entry([file], "/shims", HOME),
            find_alias([file]),
            find_path_reset([file]),
        ):
            assert source_line is None or source_line.text in text
    for job in jobs(text, Path("crontab")):
        assert set(invoked_programs(job.command, frozenset({"go"}))) <= {"go"}
