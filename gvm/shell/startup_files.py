"""The files that shells and managers read before anybody calls `go`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.fs.managed_block import found, without
from gvm.fs.read import read_start
from gvm.fs.xdg import absolute, xdg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_LIMIT = 1 << 20
_POSIX = ("/etc/profile", "/etc/profile.d/*.sh")
_BASH_LOGINS = ("~/.bash_profile", "~/.bash_login", "~/.profile")
_BASH = ("/etc/bash.bashrc", "~/.bashrc", "~/.bash_aliases")
_ZSH = ("zshenv", "zprofile", "zshrc", "zlogin")
_FISH = (
    "/etc/fish/conf.d/*.fish",
    "/etc/fish/config.fish",
    "~fish/conf.d/*.fish",
    "~fish/config.fish",
)
_MANAGERS = ("/etc/environment", "/etc/environment.d/*.conf", "~config/environment.d/*.conf")


@dataclass(frozen=True)
class SourceLine:
    """A line of a file.

    Attributes:
        file: which.
        number: of the line, from 1.
        text: the line.
    """

    file: Path
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}"


@dataclass(frozen=True)
class Startup:
    """The files of one user.

    Attributes:
        home: where his are.
        environ: ZDOTDIR and XDG_CONFIG_HOME, where they are set.
    """

    home: Path
    environ: Mapping[str, str]

    def of_shell(self, shell: str, *, is_login: bool = False) -> tuple[Path, ...]:
        """Those that a shell reads, in its order, whether they exist or not."""
        if shell == "bash":
            # os.path says no where a home is closed to the caller.
            logins = [name for name in _BASH_LOGINS if os.path.exists(self._paths(name)[0])]  # noqa: PTH110
            before = (*_POSIX, *(logins[:1] or _BASH_LOGINS[-1:])) if is_login else ()
            return self._all(*before, *_BASH)
        if shell == "zsh":
            zdotdir = absolute(self.environ, "ZDOTDIR") or self.home
            names = [path for name in _ZSH for path in (f"/etc/zsh/{name}", f"{zdotdir}/.{name}")]
            return self._all(*names, "~/.zshenv")
        if shell == "fish":
            return self._all(*_FISH)
        return self._all(*_POSIX, "~/.profile", "~/.kshrc") if is_login else ()

    def of_manager(self) -> tuple[Path, ...]:
        """Those that the systemd manager of the user reads."""
        return self._all(*_MANAGERS)

    def _all(self, *names: str) -> tuple[Path, ...]:
        return tuple(dict.fromkeys(path for name in names for path in self._paths(name)))

    def _paths(self, name: str) -> list[Path]:
        config = str(xdg(self.environ, "CONFIG", self.home))
        text = name.replace("~fish", f"{config}/fish").replace("~config", config)
        path = Path(text.replace("~", str(self.home), 1) if text.startswith("~") else text)
        if "*" not in path.name:
            return [path]
        # gvm's own may be yet to come.
        own = {path.with_name(path.name.replace("*", name)) for name in ("gvm", "99-gvm")}
        there = path.parent.glob(path.name) if os.path.isdir(path.parent) else ()  # noqa: PTH112 - as above
        return sorted({*there, *own})


def find_path_entry(files: Iterable[Path], directory: str, home: Path) -> SourceLine | None:
    """The last line that speaks of PATH, in any case of letters, and of a directory."""
    spellings = {directory}
    if directory.startswith(f"{home}/"):
        below = directory.removeprefix(str(home))
        spellings |= {f"{start}{below}" for start in ("~", "$HOME", "${HOME}")}
    words = "|".join(re.escape(text) for text in spellings)
    pattern = re.compile(rf"(?:{words})/?(?![\w./-])")
    return _last(files, lambda line: "path" in line.lower() and pattern.search(line))


def find_alias(files: Iterable[Path]) -> SourceLine | None:
    """The last line that makes `go` an alias or a function."""
    pattern = re.compile(r"\balias\s+(?:-\w+\s+)*go[= ]|\bgo\s*\(\)|\bfunction\s+go\b")
    return _last(files, pattern.search)


def find_path_reset(files: Iterable[Path]) -> SourceLine | None:
    """The last line that sets PATH without what it was."""
    beginnings = {Path("/etc/profile"), Path("/etc/environment")}
    return _last((file for file in files if file not in beginnings), _resets)


def _resets(line: str) -> bool:
    """Whether a line sets PATH, and what it was does not stand behind that."""
    starts = [match.start() for match in re.finditer(r"(?:^|[\s;])PATH=", line)]
    if fish := re.search(r"\bset\b", line):
        starts += [match.start() for match in re.compile(r"\sPATH\s").finditer(line, fish.end())]
    return bool(starts) and not re.search(r"\$\{?PATH", line[max(starts) :])


def _last(files: Iterable[Path], speaks: Callable[[str], object]) -> SourceLine | None:
    spots = [
        source_line for file in files for source_line in _lines(file) if speaks(source_line.text)
    ]
    return spots[-1] if spots else None


def _lines(file: Path) -> Iterator[SourceLine]:
    """The lines of a file that are neither comments nor gvm's."""
    try:
        text = read_start(file, _LIMIT).decode("utf-8", "surrogateescape")
    except OSError:
        return
    block = found(text)
    ours = set(block.body.splitlines()) if block and without(text) != text else set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith(("#", ": #")) and line not in ours:
            yield SourceLine(file, number, line)
