"""A toolchain as the module that Go's checksum database knows it as."""

from __future__ import annotations

import hashlib
import stat
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.errors import IntegrityError, NoSuchVersionError
from gvm.fs.read import compute_sha256
from gvm.fs.trees import entries
from gvm.model.version import FIRST_THREE_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gvm.model.platform import Platform
    from gvm.model.version import Version

MODULE = "golang.org/toolchain"
# What the archive has and the module does not: nothing is built from it.
_LEFT_OUT = ("api/", "doc/", "misc/", "test/")
_PROGRAMS = {"bin/go", "bin/gofmt"}


def module_version(version: Version, platform: Platform) -> str:
    """`v0.0.1-go1.22.6.linux-amd64`.

    Raises:
        NoSuchVersionError: toolchains are modules since Go 1.21.
    """
    if version.line_number < FIRST_THREE_NUMBERS:
        raise NoSuchVersionError(
            f"Go's checksum database has toolchains since 1.21, and {version} is older",
            hint=f"gvm verify {version}",
        )
    return f"v0.0.1-{version.go_name}.linux-{_goarch(platform)}"


@dataclass(frozen=True)
class Contents:
    """The files of a GOROOT.

    Attributes:
        files: by its name in the module, where each file is that belongs to it.
        extra: what no archive of Go has at such a place, as somebody else may have made it there:
            other programs in `bin`, compiled packages in `pkg`.
    """

    files: Mapping[str, Path]
    extra: tuple[str, ...]

    @classmethod
    def of(cls, goroot: Path, platform: Platform) -> Contents:
        """Look at a tree.

        Raises:
            IntegrityError: something in it is neither a file nor a directory.
        """
        files, extra = {}, []
        for name in _names(goroot):
            if _is_extra(name, _goarch(platform)):
                extra.append(name)
            elif not name.startswith(_LEFT_OUT):
                files[_renamed(name)] = goroot / name
        return cls(files, tuple(extra))


def module_hash(files: Mapping[str, Path], prefix: str) -> str:
    """The hash that go.sum writes `h1:`: of the list of hashes and names, sorted by name.

    Args:
        files: by name.
        prefix: of each name, `golang.org/toolchain@v0.0.1-go1.22.6.linux-amd64`.
    """
    names = {f"{prefix}/{name}".encode("utf-8", "surrogateescape"): name for name in files}
    digest = hashlib.sha256()
    for encoded in sorted(names):
        if b"\n" in encoded:
            raise IntegrityError(f"a file has a newline in its name: {encoded!r}")
        digest.update(compute_sha256(files[names[encoded]]).encode() + b"  " + encoded + b"\n")
    return f"h1:{b64encode(digest.digest()).decode()}"


def _names(goroot: Path) -> Iterator[str]:
    """All files of a tree, relative to it."""
    for name, mode in entries(goroot):
        if not stat.S_ISREG(mode):
            raise IntegrityError(
                f"{goroot / name} is neither a file nor a directory, and no archive of Go "
                "has such a thing",
                hint=f"ls -l {goroot / name}",
            )
        yield name


def _is_extra(name: str, goarch: str) -> bool:
    """Whether a name is where Go's archives have nothing of their own."""
    if name.startswith("bin/"):
        return name not in _PROGRAMS
    if name.startswith("pkg/"):
        return not name.startswith(("pkg/include/", f"pkg/tool/linux_{goarch}/"))
    return False


def _renamed(name: str) -> str:
    """How the module calls a file: it cannot hold other modules' go.mod."""
    directory, slash, last = name.rpartition("/")
    return f"{directory}{slash}_go.mod" if last == "go.mod" else name


def _goarch(platform: Platform) -> str:
    return "arm" if platform.arch == "armv6l" else platform.arch
