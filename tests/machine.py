"""A user's home with gvm in it, for tests: real files, real shims, toolchains that only tell who they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.model.release import Release
from gvm.model.version import Version
from gvm.selection.shims import reshim
from gvm.store.config import Config
from gvm.store.paths import Root
from gvm.store.toolchains import refresh_aliases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKOUT = Path(__file__).parents[1]
# Every sh that Debian has, as it is called to be one.
_SHELLS: dict[str, list[str]] = {
    "dash": ["dash"],
    "bash": ["bash", "--posix"],
    "zsh": ["zsh", "--emulate", "sh"],
    "ksh93": ["ksh93"],
    "mksh": ["mksh"],
    "yash": ["yash", "--posix"],
    "busybox": ["busybox", "sh"],
}
SHELLS: dict[str, list[str]] = {
    name: [found, *argv[1:]] for name, argv in _SHELLS.items() if (found := shutil.which(argv[0]))
}
# Those that Debian's and Ubuntu's users have as sh; the others get a sample by day.
COMMON = {"dash", "bash"}
_RELEASE = Release.current()
# Tells which toolchain it is, what it got, and what it sees.
_GO = """#!/bin/sh
printf 'executable=%s\\n' "$0"
for argument; do printf 'argument=%s\\n' "$argument"; done
for name in GOROOT GOPATH GOCACHE GOMODCACHE GOTOOLCHAIN; do
	eval "printf '%s=%s\\n' $name \\"\\${$name-unset}\\""
done
"""


def is_nightly() -> bool:
    """Return whether what takes long is to run too, as `tests/run --nightly` says."""
    return "GVM_TEST_NIGHTLY" in os.environ


def examples(number: int) -> int:
    """Return how many of so many random examples are to be tried: by day a fifth, but ten at least."""
    return number if is_nightly() else max(number // 5, 10)


def is_for_all(program: str = sys.executable) -> bool:
    """Return whether other users may run a program, unlike a Python in root's home."""
    places = (Path(program).absolute(), Path(program).resolve())
    return all(path.stat().st_mode & 0o001 for place in places for path in place.parents)


def fake_toolchain(directory: Path, version: str) -> Path:
    """Make a toolchain that only tells who it is."""
    (directory / "bin").mkdir(parents=True)
    for name in ("go", "gofmt"):
        program = directory / "bin" / name
        program.write_text(_GO)
        program.chmod(0o755)
    (directory / "VERSION").write_text(f"{Version.parse(version).go_name}\ntime 2024-01-01\n")
    return directory


@dataclass
class Machine:
    """A home directory, and what is called in it.

    Attributes:
        base: a directory for all of it.
        environ: what every call gets.
        patience: seconds that a call may take.
    """

    base: Path
    environ: dict[str, str] = field(default_factory=dict)
    patience: float = 30

    def __post_init__(self) -> None:
        self.home = self.base / "home"
        self.home.mkdir(parents=True, exist_ok=True)
        self.bin = self.base / "bin"
        self.bin.mkdir(exist_ok=True)
        # A PATH without Go, for yash, which finds its own `[` only if PATH has one too.
        if not (self.bin / "[").is_symlink():
            (self.bin / "[").symlink_to("/usr/bin/[")
        self.root = Root(self.home / ".local/share/gvm", _RELEASE)
        self.environ = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", **self.environ}

    def add(self, *versions: str) -> None:
        """Put toolchains there, as an installation would."""
        for version in versions:
            fake_toolchain(self.root.versions / version, version)
        refresh_aliases(self.root)
        self.reshim()

    def reshim(self, config: Config | None = None, installer: str = "") -> None:
        """Write the shims."""
        reshim(self.root, config or Config(), installer=installer)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file below the home directory."""
        file = self.home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        environ: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program here."""
        return subprocess.run(
            [os.fspath(word) for word in argv],
            cwd=cwd or self.home,
            env={**self.environ, **(environ or {})},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=self.patience,
        )

    def shim(
        self,
        name: str = "go",
        *arguments: str,
        shell: str = "dash",
        cwd: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a shim with a shell."""
        program = self.root.shims / name
        return self.run([*SHELLS[shell], program, *arguments], cwd=cwd, environ=environ)

    def gvm(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        environ: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run gvm, with words before it such as a limiter's."""
        more = {"PYTHONPATH": str(CHECKOUT), **(environ or {})}
        return self.run([*before, sys.executable, "-m", "gvm", *arguments], cwd=cwd, environ=more)


def told(output: str) -> dict[str, str]:
    """What a toolchain told, by name."""
    pairs = (line.partition("=") for line in output.splitlines())
    return {name: value for name, _, value in pairs}
