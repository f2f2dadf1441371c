"""The names in an archive, which are bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gvm.errors import IntegrityError

if TYPE_CHECKING:
    from gvm.archive.limits import Limits

TOP = b"go"
# NAME_MAX of Linux; a longer one would be an error of the file system's.
_COMPONENT = 255
_NOTHING = frozenset({b"", b"."})
_SHOWN = 200


def components(name: bytes, limits: Limits) -> list[bytes]:
    """Take a name apart, without empty components and dots.

    Raises:
        IntegrityError: the name is none, leads out of the archive, or is beyond the limits.
    """
    if len(name) > limits.path:
        raise IntegrityError(
            f"the archive holds a name of {len(name)} bytes: {shown(name)}",
            hint=f"the limit is {limits.path} bytes",
        )
    if b"\0" in name:
        raise IntegrityError(f"the archive holds a name with a NUL in it: {shown(name)}")
    if name.startswith(b"/"):
        raise IntegrityError(f"the archive holds an absolute name: {shown(name)}")
    parts = name.split(b"/")
    if not _NOTHING.isdisjoint(parts):
        parts = [part for part in parts if part not in _NOTHING]
    if not parts:
        raise IntegrityError(f"the archive holds an entry without a name: {shown(name)}")
    if b".." in parts:
        raise IntegrityError(f"the archive holds a name that leads upwards: {shown(name)}")
    if len(parts) > limits.depth:
        raise IntegrityError(
            f"the archive holds a name of {len(parts)} components: {shown(name)}",
            hint=f"the limit is {limits.depth} components",
        )
    if len(name) > _COMPONENT and max(map(len, parts)) > _COMPONENT:
        raise IntegrityError(f"the archive holds a file name that is too long: {shown(name)}")
    return parts


def below_top(name: bytes, limits: Limits) -> bytes:
    """Turn `go/bin/go` into `bin/go`, and `go` itself into nothing.

    Raises:
        IntegrityError: as `components`, and for a name that is not under `go/`.
    """
    top, *rest = components(name, limits)
    if top != TOP:
        raise IntegrityError(
            f"the archive holds an entry that is not under go/: {shown(name)}",
            hint="this is no archive of Go",
        )
    return b"/".join(rest)


def shown(name: bytes) -> str:
    """Make a name fit for a terminal."""
    text = name[:_SHOWN].decode("utf-8", "replace") + ("…" if len(name) > _SHOWN else "")
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
