"""Words as shells read them."""

from __future__ import annotations


def quoted(shell: str, text: str) -> str:
    """`text` as one word of a program for a shell, whatever it holds."""
    if shell == "fish":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "'" + text.replace("'", "'\\''") + "'"
