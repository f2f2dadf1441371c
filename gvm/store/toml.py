"""TOML, read and written; what that takes is imported when it is needed."""

# ruff: noqa: PLC0415 - most commands find no TOML at all

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def parse(text: str) -> dict[str, Any]:
    """Read a document.

    Raises:
        ValueError: it is none.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    document: dict[str, Any] = tomllib.loads(text)
    return document


def written(document: Mapping[str, Any]) -> str:
    """Write a document."""
    import tomli_w

    return tomli_w.dumps(document)
