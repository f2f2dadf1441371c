"""The user's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gvm.errors import UsageError
from gvm.fs.read import read_text
from gvm.store import toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ISOLATIONS = ("release", "version", "shared")
_TRUE = {"1", "true", "yes", "on"}


class Config(NamedTuple):
    """Settings, from `config.toml` and the variables that override it.

    Attributes:
        isolation: what GOPATH and GOCACHE are kept apart by: `release`, `version`, or `shared`
            for not at all.
        auto_install: whether a shim installs what is asked for and missing.
        mirror: base URL that replaces https://go.dev/dl, or empty.
        trust_mirror: whether the mirror's own checksums count.
        verify_signature: whether every archive must be signed by Google.
        sumdb: base URL of a copy of Go's checksum database, or empty.
    """

    isolation: str = "release"
    auto_install: bool = False
    mirror: str = ""
    trust_mirror: bool = False
    verify_signature: bool = False
    sumdb: str = ""

    @classmethod
    def load(cls, file: Path, environ: Mapping[str, str]) -> Config:
        """Read the file, where there is one, and the variables.

        Raises:
            UsageError: a setting is unknown or has a value that it cannot have.
            PermissionError: the file is not for the caller to read.
        """
        settings = _read(file)
        if mirror := environ.get("GVM_MIRROR"):
            settings["mirror"] = mirror
        if trust := environ.get("GVM_TRUST_MIRROR"):
            settings["trust_mirror"] = trust.lower() in _TRUE
        config = cls(**settings)
        if config.isolation not in ISOLATIONS:
            raise UsageError(
                f"isolation in {file} is {config.isolation!r}",
                hint=f"it takes one of {', '.join(ISOLATIONS)}",
            )
        return config


def _read(file: Path) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = toml.parse(read_text(file))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except PermissionError:
        # Nothing is wrong with what it says.
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file} cannot be read: {error}", hint=f"correct {file}") from error
    defaults = Config._field_defaults
    for name, value in settings.items():
        if name not in defaults:
            known = ", ".join(defaults)
            raise UsageError(f"{file} has an unknown setting {name!r}", hint=f"known are {known}")
        if type(value) is not type(defaults[name]):
            kind = type(defaults[name]).__name__
            raise UsageError(f"{name} in {file} is not of type {kind}", hint=f"correct {file}")
    return settings
