"""Installations that are asked to end."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.goarchive import ARCH, mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Fault, Server

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_terminated(number: int, tmp_path: Path) -> None:
    """Asked to end, an installation takes away what is not finished."""
    machine = Machine(tmp_path)
    with Server(mirror(["1.22.6"])) as server:
        server.faults[f"/dl/go1.22.6.linux-{ARCH}.tar.gz"] = [Fault(cut=200, stall=60)]
        environ = {**machine.environ, **server.variables}
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
