"""What Go's own toolchain switching will do in a module."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.fs.read import read_text
from gvm.fs.xdg import absolute
from gvm.model.version import FIRST_THREE_NUMBERS, Version

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gvm.model.gomod import Need

# The first version that can switch.


@dataclass(frozen=True)
class Setting:
    """The value of GOTOOLCHAIN, and who set it."""

    value: str
    origin: str

    def __str__(self) -> str:
        return f"GOTOOLCHAIN={self.value} from {self.origin}"


def setting(
    environ: Mapping[str, str], shim: Mapping[str, str], goroot: Path | None
) -> Setting | None:
    """What is in force: the environment, the pin's, `go env -w`'s, the toolchain's go.env's.

    Args:
        environ: the caller's.
        shim: the variables that the shim sets.
        goroot: of the toolchain, or None.
    """
    if value := environ.get("GOTOOLCHAIN"):
        return Setting(value, "the environment")
    if value := shim.get("GOTOOLCHAIN"):
        return Setting(value, "the pin")
    for file in (_user_file(environ), goroot / "go.env" if goroot else None):
        if file is not None and (value := _value(file)):
            return Setting(value, str(file))
    return None


def foretold(
    need: Need, version: Version, chosen: Setting | None, installed: Collection[Version]
) -> str:
    """One sentence on what `go` will do.

    Args:
        need: of the module.
        version: that is selected.
        chosen: GOTOOLCHAIN, where anybody sets it.
        installed: what gvm has here.
    """
    if need.version <= version:
        return f"{version} will do"
    if version.line_number < FIRST_THREE_NUMBERS:
        return f"{version} knows nothing of other toolchains: it tries, and may fail"
    name, _, mode = (chosen.value if chosen else "local").rpartition("+")
    if mode == "local":
        reason = chosen or "nobody sets GOTOOLCHAIN"
        return f"go will refuse ({reason}); gvm local {need.request} would do"
    if mode not in {"auto", "path"}:
        return f"go runs {mode} and nothing else ({chosen})"
    if name.startswith("go") and _reaches(name, need.version):
        return f"go runs {name} at least ({chosen})"
    return f"{_switch(need, mode, installed)} ({chosen})"


def _switch(need: Need, mode: str, installed: Collection[Version]) -> str:
    name = f"go{need.request}"
    if name != need.version.go_name:
        return (
            f"go will ask for {name}, and there is no such toolchain, only {need.version.go_name}; "
            f"gvm local {need.request} would do"
        )
    if need.version in installed:
        return f"go switches to gvm's {name} itself"
    if mode == "path":
        return f"go will not find {name} on PATH; gvm install {need.request} would do"
    return f"go will download {name} itself; gvm install {need.request} would do too"


def _reaches(name: str, version: Version) -> bool:
    try:
        return Version.from_go_name(name) >= version
    except UsageError:
        return False


def _user_file(environ: Mapping[str, str]) -> Path | None:
    """The file that `go env -w` writes."""
    named = environ.get("GOENV", "")
    if named == "off":
        return None
    if named:
        return Path(named)
    if environ.get("XDG_CONFIG_HOME"):
        # Where that is relative, go reads no file.
        base = absolute(environ, "XDG_CONFIG_HOME")
    else:
        home = absolute(environ, "HOME")
        base = home / ".config" if home else None
    return base / "go/env" if base else None


def _value(file: Path) -> str:
    """GOTOOLCHAIN as such a file sets it, or nothing."""
    try:
        text = read_text(file, errors="replace")
    except OSError:
        return ""
    found = re.findall(r"^GOTOOLCHAIN=(.*?)\r?$", text, re.MULTILINE)
    return str(found[-1]).strip() if found else ""
