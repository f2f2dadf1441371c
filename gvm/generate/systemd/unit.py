"""A unit of systemd that runs a program with a Go version, and the file of its environment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.errors import UsageError
from gvm.shell.quoting import environment_line
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}@?")
_PLAIN = re.compile(r"[\w./:=,+@%$-]+", re.ASCII)
_CONTROL = re.compile(r"[\0-\x1f\x7f]")
# Nothing here keeps a build from its caches below HOME, nor the race detector from personality(2).
_HARDENED = ("NoNewPrivileges=yes", "RestrictRealtime=yes", "RestrictSUIDSGID=yes")
# What only the machine's manager can do everywhere; HOME stays writable.
_SYSTEM_HARDENED = (
    "ProtectSystem=full",
    "PrivateDevices=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
)


@dataclass(frozen=True)
class Service:
    """What a unit says.

    Attributes:
        name: without `.service`; with an `@` at its end it is a template, whose instances are Go
            versions: `go-app@1.22`.
        argv: the program by its absolute path, and its arguments.
        directory: where it runs.
        variables: what it gets in its environment.
        environment: the file that holds them.
        user: who runs it; empty for a unit of a user's own manager.
    """

    name: str
    argv: Sequence[str]
    directory: Path
    variables: Mapping[str, str]
    environment: Path
    user: str = ""

    @property
    def file_name(self) -> str:
        """What the unit's file is called."""
        return f"{self.name}.service"

    @property
    def is_template(self) -> bool:
        """Whether it has an instance for each version."""
        return self.name.endswith("@")

    def environment_text(self) -> str:
        """The file of the environment."""
        lines = [environment_line(name, value) for name, value in self.variables.items()]
        return "".join(f"{line}\n" for line in lines)

    def text(self) -> str:
        """The unit's file.

        Raises:
            UsageError: a path or a word cannot be said to systemd.
        """
        template = ["Environment=GVM_GO_VERSION=%i"] if self.is_template else []
        version = ", Go %i" if self.is_template else ""
        # A project below /tmp would not be there with a /tmp of its own.
        tmp = [] if self.directory.parts[1:2] == ("tmp",) else ["PrivateTmp=yes"]
        hardened = [*_HARDENED, *_SYSTEM_HARDENED, *tmp] if self.user else _HARDENED
        lines = [
            "[Unit]",
            f"Description={self.name.rstrip('@')}{version}",
            *(["Wants=network-online.target", "After=network-online.target"] if self.user else []),
            "",
            "[Service]",
            "Type=exec",
            *([f"User={self.user}"] if self.user else []),
            f"WorkingDirectory={_path(self.directory)}",
            *template,
            f"EnvironmentFile={_literal(_path(self.environment))}",
            f"ExecStart={command_line(self.argv)}",
            "Restart=on-failure",
            "RestartSec=2",
            *hardened,
            "",
            "[Install]",
            f"WantedBy={'multi-user.target' if self.user else 'default.target'}",
        ]
        return "".join(f"{line}\n" for line in lines)


def parse_name(text: str) -> str:
    """The name of a unit, with or without `.service`.

    Raises:
        UsageError: no file could have it, or it is an instance's.
    """
    name = text.removesuffix(".service")
    template = name.partition("@")[0] + "@"
    if "@" in name and name != template and _NAME.fullmatch(template):
        raise UsageError(
            f"{quote(text)} is one instance: the template is {template}",
            hint=f"gvm generate systemd {template} --exec …",
        )
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{quote(text)} is no name for a unit",
            hint="letters, digits and -_. make one, and an @ at the end a template",
        )
    return name


def command_line(argv: Sequence[str]) -> str:
    """Words as ExecStart= reads them: nothing in them is expanded.

    Raises:
        UsageError: systemd cannot run a program of that name, or cannot read a word.
    """
    program, *arguments = argv
    if re.search(r"[\"'\\$]", program) or _CONTROL.search(program):
        raise UsageError(
            f"systemd runs no program with quotes, $ or \\ in its path: {quote(program)}",
            hint="call it by another path, such as a link's",
        )
    words = [program, *(argument.replace("$", "$$") for argument in arguments)]
    return " ".join(_word(word) for word in words)


def _word(text: str) -> str:
    _check_utf8(text)
    text = text.replace("%", "%%")
    if _PLAIN.fullmatch(text):
        return text
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text) + '"'


def _path(path: Path) -> str:
    """A path as the whole rest of a line, where there are no quotes."""
    text = str(path)
    _check_utf8(text)
    if _CONTROL.search(text) or text != text.strip() or text.endswith("\\"):
        raise UsageError(
            f"systemd cannot be told of {quote(text)}",
            hint="rename it: no control characters, and no blank or \\ at its end",
        )
    return text.replace("%", "%%")


def _literal(pattern: str) -> str:
    """A path where systemd takes a pattern."""
    return re.sub(r"([*?\[\\])", r"\\\1", pattern)


def _check_utf8(text: str) -> None:
    if re.search(r"[\ud800-\udfff]", text):
        raise UsageError(f"{quote(text)} is no UTF-8, which systemd wants", hint="rename it")
