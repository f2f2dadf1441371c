"""Text of others, made safe to show."""

from __future__ import annotations


def quote(text: str, limit: int = 60) -> str:
    """`text` quoted for a message."""
    return f"'{sanitize(text, limit)}'"


def sanitize(text: str, limit: int = 60) -> str:
    """`text` as it may be shown: no control characters, no endless lines."""
    cut = text if len(text) <= limit else text[:limit] + "…"
    return "".join(char if char.isprintable() else "?" for char in cut)
