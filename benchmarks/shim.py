"""What a shim costs on top of the program that it becomes."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from struct import pack
from typing import TYPE_CHECKING

from benchmarks.peers import VERSION, mise, mise_environ
from benchmarks.table import Row, compared, limited
from benchmarks.timing import Program, medians
from gvm.model.release import Release
from gvm.selection.shims import reshim
from gvm.store.config import Config
from gvm.store.paths import Root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROUNDS = 500
# Instructions. They are counted with one dash and one libc, and may not grow unnoticed.
_BUDGET = 1_700_000
_PIN = f"golang {VERSION}\n"
# exit(0), and its number in the ELF header.
_EXITS = {
    "x86_64": (62, bytes.fromhex("b83c00000031ff0f05")),
    "aarch64": (183, bytes.fromhex("000080d2a80b80d2010000d4")),
}


def rows(cache: Path, base: Path) -> Iterator[Row]:
    """Measure the shim in an empty directory."""
    root = Root(base / "gvm", Release.current())
    target = root.versions / VERSION / "bin/go"
    write_exit(target)
    reshim(root, Config())
    near, far = base / "a/b/c/d/e", base / "long"
    near.mkdir(parents=True)
    far.mkdir()
    (base / ".tool-versions").write_text(_PIN)
    (far / ".tool-versions").write_text("tool 1.2.3\n" * 999 + _PIN)

    environ = {"HOME": str(base), "PATH": "/usr/bin:/bin", "GVM_DATA_DIR": str(root.path)}
    programs = {
        "shim": Program([root.shims / "go", "version"], environ, near),
        "sh": Program(["/bin/sh", "-c", ":"], environ, near),
        "exec": Program([target, "version"], environ, near),
        "1000": Program([root.shims / "go", "version"], environ, far),
    }
    if (peer := _mise_shim(cache, base, target)) is not None:
        programs["mise"] = Program(
            [peer, "version"], {**environ, **mise_environ(base / "mise")}, near
        )
    times = {name: run.seconds for name, run in medians(programs, _ROUNDS).items()}

    shim, what = times["shim"], "shim, pin five directories up"
    yield compared(what, shim, "sh -c :", times["sh"])
    own = "shim's own work, pin five directories up"
    yield compared(own, shim - times["exec"], "sh -c :", times["sh"], 1.6)
    yield compared(what, shim, "the program itself", times["exec"])
    if "mise" in times:
        yield compared(what, shim, "mise's shim", times["mise"])
    long = times["1000"]
    yield limited("shim, pin in line 1,000", long, 4e-3)
    if shutil.which("valgrind") and shutil.which("dash"):
        yield _instructions(target, root.shims / "go", environ, near)


def write_exit(file: Path) -> None:
    """Make the smallest program, so that what is measured is not the program."""
    machine, code = _EXITS[platform.machine()]
    size, start = 120 + len(code), 0x400000
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = pack("<HHIQQQIHHHHHH", 2, machine, 1, start + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = pack("<IIQQQQQQ", 1, 5, 0, start, start, size, size, 0x10000)
    file.parent.mkdir(parents=True)
    file.write_bytes(ident + header + segment + code)
    file.chmod(0o755)


def _mise_shim(cache: Path, base: Path, target: Path) -> Path | None:
    """The shim of mise for a toolchain of its own, which is the same program."""
    program = mise(cache)
    if program is None:
        return None
    there = base / "mise/data/installs/go" / VERSION / "bin/go"
    there.parent.mkdir(parents=True)
    shutil.copy(target, there)
    shim = base / "mise/data/shims/go"
    shim.parent.mkdir()
    shim.symlink_to(program)
    return shim


def _instructions(target: Path, shim: Path, environ: dict[str, str], directory: Path) -> Row:
    """Count instructions, which are the same each time."""
    # What cannot be started: valgrind forgets the count of a shell that is replaced.
    target.unlink()
    target.mkdir()
    counts = [_count(["dash", *words], environ, directory) for words in ([shim], ["-c", ":"])]
    figures = [f"{count / 1e6:.2f} million" for count in counts]
    return Row(
        "shim, instructions",
        figures[0],
        "dash -c :",
        figures[1],
        counts[0] / counts[1],
        f"{_BUDGET / 1e6:g} million",
        counts[0] > _BUDGET,
    )


def _count(argv: list[str | Path], environ: dict[str, str], directory: Path) -> int:
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    told = subprocess.run(
        [*valgrind, *argv],
        env={**environ, "PWD": str(directory)},
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    count = re.search(r"Collected : (\d+)", told)
    if count is None:
        raise ChildProcessError(told)
    return int(count[1])
