"""Words as shells read them, and lines as systemd does."""

from __future__ import annotations

import re

from gvm.errors import GvmError
from gvm.text import sanitize

_PLAIN = re.compile(r"[\w./:=,+@%~-]*")
# systemd drops a variable that has one of these, and a whole file that is no UTF-8.
_UNSAYABLE = re.compile(r"[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def quoted(shell: str, text: str) -> str:
    """`text` as one word of a program for a shell, whatever it holds."""
    if shell == "fish":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "'" + text.replace("'", "'\\''") + "'"


def environment_line(name: str, value: str) -> str:
    """A variable as a file for systemd's EnvironmentFile= has it, which expands nothing.

    Raises:
        GvmError: it would not come back as it is.
    """
    if _UNSAYABLE.search(value):
        raise GvmError(
            f"systemd reads no {name} with control characters or bytes that are no UTF-8: "
            f"{sanitize(value)}",
            hint=f"unset {name}, or set it to something else",
        )
    if not _PLAIN.fullmatch(value):
        value = '"' + re.sub(r'(["\\`$])', r"\\\1", value) + '"'
    return f"{name}={value}"
