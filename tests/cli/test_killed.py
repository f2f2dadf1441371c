"""Installations that are killed at one system call or another."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.goarchive import ARCH, mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Fault, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLS = ("mkdir", "mkdirat", "rename", "renameat2", "symlink", "unlink", "unlinkat", "syncfs", "fchmod")  # fmt: skip


@pytest.fixture
def machine(machine: Machine) -> Iterator[Machine]:
    with Server(mirror(["1.22.6"])) as server:
        machine.environ |= {"GVM_MIRROR": f"{server.url}/dl", "GVM_TRUST_MIRROR": "1"}
        yield machine


def traced(machine: Machine, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gvm", "install", "1.22.6"]
    argv = ["strace", "-f", "-qq", *options, *command]
    return machine.run(argv, environ={"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"})


def tree(directory: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(directory)): file.read_bytes()
        for file in directory.rglob("*")
        if file.is_file()
    }


def counts(machine: Machine) -> dict[str, int]:
    """How often one thread of an installation makes each call: strace counts for each."""
    log = machine.base / "log"
    done = traced(machine, "-o", str(log), "-e", f"trace={','.join(CALLS)}")
    assert done.returncode == 0, done.stderr
    lines = re.findall(r"^(\d+) +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE)
    made = Counter(lines)
    shutil.rmtree(machine.home)
    machine.home.mkdir()
    return {call: max(n for (_, name), n in made.items() if name == call) for _, call in made}


def check(machine: Machine, where: str) -> None:
    """Only whole toolchains are visible; the next run succeeds, and leaves nothing lying."""
    rows = json.loads(machine.gvm("list", "--json").stdout)
    for row in rows:
        assert (machine.root.versions / row["version"] / "bin/gofmt").is_file(), where
        assert (machine.root.receipts / f"{row['version']}.toml").is_file(), where
    done = machine.gvm("install", "1.22.6")
    assert done.returncode == 0, f"{where}: {done.stderr}"
    assert tree(machine.root.versions / "1.22.6").keys() == {
        "VERSION", "bin/go", "bin/gofmt", "src/fmt/print.go"
    }, where  # fmt: skip
    assert list(machine.root.staging.iterdir()) == [], where
    assert sorted(file.name for file in machine.home.glob(".cache/gvm/archives/[!.]*")) == [
        f"go1.22.6.linux-{ARCH}.tar.gz"
    ], where
    assert machine.shim("go").stdout.startswith("go version go1.22.6"), where
    assert (machine.root.aliases / "latest").readlink().name == "1.22.6", where


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_killed(machine: Machine) -> None:
    """Whenever an installation is killed, nothing half-done is seen, and the next one succeeds."""
    made = counts(machine)
    assert {"mkdir", "rename", "syncfs"} <= made.keys()
    for call, count in made.items():
        for number in sorted({1, count // 2 + 1, count}):
            inject = f"inject={call}:signal=KILL:when={number}"
            done = traced(machine, "-o", "/dev/null", "-e", f"trace={call}", "-e", inject)
            assert done.returncode != 0, f"{call} {number} did not happen"
            check(machine, f"{call} {number} of {count}")
            shutil.rmtree(machine.home)
            machine.home.mkdir()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_terminated(number: int, tmp_path: Path) -> None:
    """Asked to end, an installation takes away what is not finished."""
    machine = Machine(tmp_path)
    with Server(mirror(["1.22.6"])) as server:
        server.faults[f"/dl/go1.22.6.linux-{ARCH}.tar.gz"] = [Fault(cut=200, stall=60)]
        environ = {**machine.environ, "GVM_MIRROR": f"{server.url}/dl", "GVM_TRUST_MIRROR": "1"}
        command = [sys.executable, "-m", "gvm", "install", "1.22.6"]
        with subprocess.Popen(command, env={**environ, "PYTHONPATH": str(CHECKOUT)}) as process:
            stage = machine.root.staging / f"{machine.root.release}-1.22.6"
            for _ in range(400):
                time.sleep(0.02)
                if stage.is_dir() and server.requests[-1].path.endswith(".gz"):
                    break
            process.send_signal(number)
    assert process.returncode == 128 + number
    assert list(machine.root.staging.iterdir()) == []
    assert not machine.root.versions.exists()
