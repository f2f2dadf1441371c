"""The Go project's own source archives, as Debian's source packages hold them unchanged."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from gvm.fs.locks import locked
from tests.realgo import CACHE, UnavailableError

_SOURCES = Path("/etc/apt/sources.list.d/debian.sources"), Path("/etc/apt/sources.list")
# Debian 13 has golang-1.23 at this version for good.
VERSION = "1.23.1"
_NAME = f"golang-1.23_{VERSION}.orig.tar.gz"


def archive() -> Path:
    """The archive of the sources of Go 1.23.1, fetched once.

    Raises:
        UnavailableError: apt cannot fetch it here.
    """
    with locked(CACHE, "source"):
        if not (CACHE / _NAME).is_file():
            with tempfile.TemporaryDirectory(dir=CACHE) as directory:
                _fetch(Path(directory))
    return CACHE / _NAME


def _fetch(directory: Path) -> None:
    """Let apt fetch it, with lists of its own, from the mirror that this machine uses."""
    for name in ("lists/partial", "archives/partial"):
        (directory / name).mkdir(parents=True)
    texts = [file.read_text() for file in _SOURCES if file.is_file()]
    mirror = re.search(r"https?://\S+/debian(?=/?\s)", "\n".join(texts))
    if mirror is None or shutil.which("apt-get") is None:
        raise UnavailableError("this machine has no mirror of Debian's")
    (directory / "sources.list").write_text(f"deb-src {mirror[0]} trixie main\n")
    options = {
        "Dir::Etc::sourcelist": directory / "sources.list",
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": directory / "lists",
        "Dir::Cache": directory,
    }
    apt = ["apt-get", "-q", *(word for key, value in options.items() for word in ("-o", f"{key}={value}"))]  # fmt: skip
    for words in (["update"], ["source", "--download-only", "--tar-only", "golang-1.23"]):
        # Its exit code also speaks of files that are not needed, such as a signature.
        done = subprocess.run(
            [*apt, *words], cwd=directory, capture_output=True, text=True, check=False
        )
    if not (directory / _NAME).is_file():
        raise UnavailableError(f"apt cannot fetch {_NAME}: {done.stderr[-200:]}")
    (directory / _NAME).replace(CACHE / _NAME)
