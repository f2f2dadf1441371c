"""Where gvm keeps its files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gvm.errors import UsageError
from gvm.fs.xdg import xdg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gvm.model.release import Release
    from gvm.model.version import Version

SYSTEM_ROOT = Path("/opt/gvm")
_SYSTEM_CACHE = Path("/var/cache/gvm")
_SYSTEM_CONFIG = Path("/etc/gvm/config.toml")
# What the name of a user's root cannot have, since PATH and the shims have it.
_NOT_IN_A_ROOT = {":": "colon, which would split it on PATH", "\n": "line break"}


class Root(NamedTuple):
    """A data directory of gvm, seen from one release.

    Attributes:
        path: `~/.local/share/gvm`, `/opt/gvm`.
        release: whose toolchains are meant.
    """

    path: Path
    release: Release

    @property
    def base(self) -> Path:
        """All that belongs to the release."""
        return self.path / self.release.name

    @property
    def versions(self) -> Path:
        """One GOROOT for each installed version."""
        return self.base / "versions"

    @property
    def aliases(self) -> Path:
        """Links that turn a line, or `latest`, into a version."""
        return self.base / "aliases"

    @property
    def receipts(self) -> Path:
        """One TOML file for each installed version."""
        return self.base / "receipts"

    @property
    def default(self) -> Path:
        """What is used when nobody asks."""
        return self.base / "default"

    @property
    def venv(self) -> Path:
        """The Python environment of gvm itself, where install.sh made one."""
        return self.base / "venv"

    @property
    def shims(self) -> Path:
        """The directory on PATH."""
        return self.path / "shims"

    @property
    def share(self) -> Path:
        """The manual page, completions and functions, for every release."""
        return self.path / "share"

    @property
    def staging(self) -> Path:
        """What is not finished, on the same file system."""
        return self.path / "staging"

    @property
    def locks(self) -> Path:
        """Files that only locks are taken on."""
        return self.path / "locks"

    def aliases_lock(self) -> str:
        """Return the name of the lock of aliases and the default."""
        return f"{self.release}-aliases"

    def toolchain_lock(self, version: Version) -> str:
        """Return the name of the lock, and of the unfinished directory, of a version."""
        return f"{self.release}-{version}"

    @property
    def made_directories(self) -> Path:
        """The list of directories that activation has made elsewhere."""
        return self.path / "made-directories"


class Paths(NamedTuple):
    """Every place that a command may need.

    Attributes:
        user: the user's root.
        system: the system's root.
        cache: what can be fetched again.
        config: the settings file.
    """

    user: Path
    system: Path
    cache: Path
    config: Path

    @classmethod
    def of(cls, environ: Mapping[str, str], own: Path | None = None) -> Paths:
        """Work them out from the environment, by the XDG base directory specification.

        Args:
            environ: HOME, GVM_DATA_DIR and the XDG variables.
            own: the root that this gvm was installed into, where it was.

        Raises:
            UsageError: GVM_DATA_DIR or HOME is not absolute, or there is no HOME; or PATH could not
                have the user's root.
        """
        named = environ.get("GVM_DATA_DIR", "")
        if named and not named.startswith("/"):
            raise UsageError(
                f"GVM_DATA_DIR={named} is not an absolute directory", hint="unset GVM_DATA_DIR"
            )
        user = Path(named) if named else own
        if user is None or (not named and user == SYSTEM_ROOT):
            user = xdg(environ, "DATA") / "gvm"
        for character, told in _NOT_IN_A_ROOT.items():
            if character in str(user):
                raise UsageError(
                    f"{user} has a {told}", hint="let GVM_DATA_DIR name another directory"
                )
        return cls(
            user,
            SYSTEM_ROOT,
            xdg(environ, "CACHE") / "gvm",
            xdg(environ, "CONFIG") / "gvm/config.toml",
        )

    @classmethod
    def of_system(cls) -> Paths:
        """Those of a command that acts on the machine: nothing of a HOME is read or written."""
        return cls(SYSTEM_ROOT, SYSTEM_ROOT, _SYSTEM_CACHE, _SYSTEM_CONFIG)

    @property
    def archives(self) -> Path:
        """Downloaded archives, shared by all releases."""
        return self.cache / "archives"

    @property
    def indexes(self) -> Path:
        """What sources said they have."""
        return self.cache / "indexes"

    @property
    def keys(self) -> Path:
        """Public keys with newer subkeys than those that ship with gvm."""
        return self.cache / "keys"

    @property
    def sumdb(self) -> Path:
        """What Go's checksum database said last."""
        return self.cache / "sumdb"


def gvm_for(root: Path) -> str:
    """What is typed in front of a command that changes a root."""
    return "sudo gvm --system" if root == SYSTEM_ROOT else "gvm"


def usual_root(home: Path) -> Path:
    """The root of a user whose variables are not known."""
    return xdg({}, "DATA", home) / "gvm"
