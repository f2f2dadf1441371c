"""What is recorded of an installation."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from gvm.errors import DamagedStateError
from gvm.fs.atomic import replace_text
from gvm.fs.read import read_text
from gvm.fs.trees import make_directory
from gvm.store import toml

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Receipt:
    """One installation.

    Attributes:
        version: of Go, `1.22.6`.
        arch: Go's name of the architecture.
        source: `go.dev`, a URL, a directory, `pypi`.
        url: where the archive came from, or empty.
        archive: its file name.
        sha256: of the archive.
        voucher: who vouched for that checksum.
        installed: when, in UTC, as RFC 3339 writes it.
        files: number of files.
        size: in bytes, unpacked.
        signer: the fingerprint of the key whose signature was checked; empty where none was.
    """

    version: str
    arch: str
    source: str
    url: str
    archive: str
    sha256: str
    voucher: str
    installed: str
    files: int
    size: int
    signer: str = ""

    @classmethod
    def load(cls, file: Path) -> Receipt:
        """Read one.

        Raises:
            DamagedStateError: it is missing, or not what gvm wrote.
        """
        try:
            return cls(**_checked(toml.parse(read_text(file))))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise DamagedStateError(
                f"the receipt {file} cannot be read: {error}",
                hint=f"gvm install --force {file.stem}",
            ) from error

    def save(self, file: Path) -> None:
        """Write it, in place of an older one."""
        make_directory(file.parent)
        replace_text(file, toml.written(asdict(self)))


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    for field in fields(Receipt):
        if type(values.get(field.name, field.default)).__name__ != field.type:
            raise TypeError(f"{field.name} is not of type {field.type}")
    return values
