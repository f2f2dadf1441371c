"""System calls that fail on purpose, for tests."""

from __future__ import annotations

import shutil
import subprocess

import pytest


def failing(*faults: str) -> list[str]:
    """Begin a command whose system calls fail as strace's `inject` says; skip where that is not to be had."""
    strace = ["strace", "-f", "-qq", "-o", "/dev/null"]
    if not shutil.which("strace") or subprocess.run([*strace, "true"], check=False).returncode:
        pytest.skip("strace cannot be used here")
    return strace + [word for fault in faults for word in ("-e", f"inject={fault}")]
