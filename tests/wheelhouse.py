"""The packages that install.sh installs, fetched once from the package index that pip is set up for."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from gvm.fs.locks import locked
from gvm.fs.read import compute_sha256
from tests.machine import CHECKOUT

_CACHE = Path(os.environ.get("GVM_TEST_CACHE") or CHECKOUT / ".cache") / "wheels"
_LOCKED = CHECKOUT / "requirements-signatures.txt"


@cache
def directory() -> Path | None:
    """Return the directory of the wheels for this Python, or None where no index can be reached."""
    place = _CACHE / f"{sys.implementation.cache_tag}-{compute_sha256(_LOCKED)[:16]}"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with locked(_CACHE, "wheels"):
        if not place.is_dir():
            with tempfile.TemporaryDirectory(dir=_CACHE) as new:
                command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", new]
                command += ["--only-binary=:all:", "--require-hashes", "-r", str(_LOCKED)]
                if subprocess.run(command, capture_output=True, check=False).returncode:
                    return None
                Path(new).chmod(0o755)
                Path(new).rename(place)
                Path(new).mkdir()  # which is to be removed
    return place
