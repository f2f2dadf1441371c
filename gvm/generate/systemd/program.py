"""The program that a service runs, as a list of words with an absolute path in front."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from typing import TYPE_CHECKING

from gvm.errors import NotInstalledError, UsageError
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OPERATOR = re.compile(r"&&?|\|\|?|.*;|\d*[<>].*", re.DOTALL)


def program(line: str, directory: Path, path: Sequence[str]) -> list[str]:
    """The words of a command line.

    Args:
        line: as a shell would read it.
        directory: what a relative path is relative to.
        path: where a name is looked for; what stands in the shims is so found first.

    Raises:
        UsageError: there are no words in it, or it needs a shell.
        NotInstalledError: there is no such program.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"--exec {quote(line)} cannot be read: {error}".rstrip("."), hint="quote it whole: --exec 'go run .'") from error  # fmt: skip
    if not words or not words[0]:
        raise UsageError("--exec names no program", hint="--exec 'go run .'")
    # Quoted, such a word is an argument.
    unquoted = set(line.split())
    operator = next(
        (word for word in words if word in unquoted and _OPERATOR.fullmatch(word)), None
    )
    if operator:
        raise UsageError(
            f"{quote(operator)} is for a shell, and systemd starts none",
            hint="--exec \"sh -c '…'\"",
        )
    name = words[0]
    if "/" in name:
        file = os.path.normpath(directory / name)
        found = file if os.path.isfile(file) and os.access(file, os.X_OK) else None  # noqa: PTH113 - text
    else:
        found = shutil.which(name, path=":".join(path))
    if found is None:
        where = f"in {directory}" if "/" in name else "on the service's PATH"
        raise NotInstalledError(
            f"there is no program {quote(name)} {where}",
            hint="build it first, or name it by its absolute path",
        )
    return [found, *words[1:]]
