"""What every source of archives offers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gvm.errors import IntegrityError, NoSuchVersionError, UsageError
from gvm.model.version import Version, newest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gvm.model.platform import Platform
    from gvm.model.version import Request

_ARCHIVE = re.compile(r"(go[0-9][0-9a-z.]*)\.linux-([0-9a-z]+)\.tar\.gz")
# One has a kilobyte.
SIGNATURE_LIMIT = 64 << 10


class Checksum(NamedTuple):
    """What an archive's bytes should be, and whose word that is.

    Attributes:
        sha256: 64 lower-case hexadecimal digits.
        voucher: who says so, as the receipt tells it.
    """

    sha256: str
    voucher: str


class Archive(NamedTuple):
    """One file that holds a toolchain.

    Attributes:
        version: of Go.
        platform: that it runs on.
        name: of the file, `go1.22.6.linux-amd64.tar.gz`.
        source: what the receipt calls its source.
        url: where it is fetched from; empty for a local file.
        file: the local file; None where it must be fetched.
        is_doubted: whether its source's own word does not count, but would with GVM_TRUST_MIRROR.
    """

    version: Version
    platform: Platform
    name: str
    source: str
    url: str
    file: Path | None
    is_doubted: bool = False

    @property
    def is_wheel(self) -> bool:
        """Whether it is a Python wheel and not a .tar.gz."""
        return self.name.endswith(".whl")


class Source(Protocol):
    """Something that has archives."""

    @property
    def name(self) -> str:
        """What the user calls it."""

    def versions(self, platform: Platform) -> list[Version]:
        """All versions that it has for a platform, in no order."""

    def archive(self, version: Version, platform: Platform) -> Archive:
        """Where one archive is.

        Raises:
            NoSuchVersionError: it does not have it.
        """

    def checksums(self, version: Version, platform: Platform) -> Sequence[Checksum]:
        """What that archive may be, by everybody whose word counts; empty if nobody knows it.

        Raises:
            NoSuchVersionError: it turns out not to have it.
        """

    def signature(self, version: Version, platform: Platform) -> bytes:
        """What lies beside that archive as its signature.

        Raises:
            IntegrityError: there is none.
            NoSuchVersionError: there is no such archive either.
            DownloadError: it cannot be had.
        """


def unsigned(name: str, where: str) -> IntegrityError:
    """The error for an archive without a signature."""
    return IntegrityError(
        f"{where} has no signature of {name}: there is no {name}.asc",
        hint="install from a source that has the signatures: --source go.dev",
    )


def archive_name(version: Version, platform: Platform) -> str:
    """The official file name: `go1.22.6.linux-amd64.tar.gz`."""
    return f"{version.go_name}.linux-{platform}.tar.gz"


def read_archive_name(name: str) -> tuple[Version, str] | None:
    """The version and the architecture that an official file name tells; None for any other."""
    match = _ARCHIVE.fullmatch(name)
    if match is None:
        return None
    try:
        return Version.from_go_name(match[1]), match[2]
    except UsageError:
        return None


def no_such_version(
    wanted: Request | Version, where: str, available: Iterable[Version]
) -> NoSuchVersionError:
    """The error that also says what there is nearby."""
    versions = list(available)
    message = f"{wanted} does not exist on {where}"
    near = newest(version for version in versions if version.line == wanted.line)
    if near is not None:
        message += f"; the newest {near.line} is {near}"
        return NoSuchVersionError(message, hint=f"gvm install {near}")
    if (last := newest(versions)) is not None:
        message += f"; the newest version is {last}"
    return NoSuchVersionError(message, hint="gvm list-remote shows what there is")
