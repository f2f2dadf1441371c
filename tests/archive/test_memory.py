from __future__ import annotations

import hashlib
import random
import sys
from typing import TYPE_CHECKING

import pytest
from isal import igzip

from tests.archive.tarball import END, entry
from tests.goarchive import ARCH
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.machine import Machine

_MIB = 1 << 20
# The most that was in memory since the program began; what waits for a child would count its parent.
_TOLD = """
import atexit, pathlib
atexit.register(lambda: print(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]))
from gvm.cli import main
main()
"""


def one_large() -> Iterator[bytes]:
    yield entry(b"go/large", size=300 * _MIB)
    for _ in range(300):
        yield bytes(_MIB)


def noise() -> Iterator[bytes]:
    """What no gzip makes smaller: the queues hold as much as they can."""
    piece = random.Random(1).randbytes(_MIB)  # noqa: S311 - the same every time
    yield entry(b"go/noise", size=64 * _MIB)
    for _ in range(64):
        yield piece


def many_small() -> Iterator[bytes]:
    for number in range(10_000):
        yield entry(
            b"go/src/package%03d/file%05d.go" % (number // 100, number),
            b"package x\n" * (number % 99),
        )


SHAPES = {"one large file": one_large, "noise": noise, "many small files": many_small}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_memory(shape: type[Iterator[bytes]], machine: Machine) -> None:
    """Whatever the sizes of the archive and of its files, an installation takes less than 64 MiB."""
    file = machine.write(f"go1.22.6.linux-{ARCH}.tar.gz", b"")
    pack(file, shape())
    with file.open("rb") as opened:
        sha256 = hashlib.sha256()
        while piece := opened.read(_MIB):
            sha256.update(piece)
    done = machine.run(
        [sys.executable, "-c", _TOLD, "install", file, "--sha256", sha256.hexdigest()],
        environ={"PYTHONPATH": str(CHECKOUT)},
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < 64 * _MIB


def pack(file: Path, parts: Iterator[bytes]) -> None:
    with igzip.open(file, "wb", compresslevel=0) as packed:
        packed.write(
            entry(b"go/VERSION", b"go1.22.6\n") + entry(b"go/bin/go", b"#!/bin/sh\n", mode=0o755)
        )
        for part in parts:
            packed.write(part)
        packed.write(END)
