"""Archives of Go for tests: official in shape, small or real in content."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING

from gvm.model.platform import Platform
from gvm.model.version import Version
from gvm.sources.base import archive_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ARCH = Platform.current()
_GO = f"#!/bin/sh\necho go version VERSION linux/{ARCH}\n".encode()


def archive(version: str, files: Mapping[str, bytes] | None = None, *, mode: int = 0o755) -> bytes:
    """A small archive whose `go`, with that mode, tells its version."""
    name = Version.parse(version).go_name
    content = {
        "go/VERSION": f"{name}\ntime 2024-01-01T00:00:00Z\n".encode(),
        "go/bin/go": _GO.replace(b"VERSION", name.encode()),
        "go/bin/gofmt": b"#!/bin/sh\necho gofmt\n",
        "go/src/fmt/print.go": b"package fmt\n" * 1000,
        **(files or {}),
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path, data in content.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            entry.mode = mode if path.startswith("go/bin/") else 0o644
            entry.mtime = 1_700_000_000
            tar.addfile(entry, io.BytesIO(data))
    # The same bytes at any time.
    return gzip.compress(packed.getvalue(), mtime=0)


def mirror(
    versions: Iterable[str], *, listing: bool = False, more: Mapping[str, bytes] | None = None
) -> dict[str, bytes | Path]:
    """The files of a mirror, by path: with go.dev's index, or a plain directory with checksums."""
    files: dict[str, bytes | Path] = {}
    index = []
    for text in versions:
        version = Version.parse(text)
        name, data = archive_name(version, ARCH), archive(text, more)
        sha256 = hashlib.sha256(data).hexdigest()
        files[f"/dl/{name}"] = data
        if listing:
            files[f"/dl/{name}.sha256"] = sha256.encode()
        entry = {
            "filename": name, "os": "linux", "arch": ARCH.arch, "version": version.go_name,
            "sha256": sha256, "size": len(data), "kind": "archive",
        }  # fmt: skip
        index.append(
            {"version": version.go_name, "stable": not version.is_prerelease, "files": [entry]}
        )
    if not listing:
        files["/dl/"] = json.dumps(index).encode()
    return files
