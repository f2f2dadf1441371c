"""Certificates for tests, made with openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: an authority, and a server's certificate that it signed."""

    authority: Path
    certificate: Path
    key: Path


def certificates(directory: Path, names: str = "IP:127.0.0.1") -> Certificates:
    """Make an authority and a certificate for 127.0.0.1 or other names, with openssl."""
    made = Certificates(directory / "ca.pem", directory / "server.pem", directory / "server.key")
    new_key: list[str | Path] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    authority: list[str | Path] = ["-x509", "-keyout", directory / "ca.key", "-out", made.authority]
    signed: list[str | Path] = [
        "-x509",
        "-CA",
        made.authority,
        "-CAkey",
        directory / "ca.key",
        "-keyout",
        made.key,
    ]
    extensions = ["-addext", f"subjectAltName={names}"]
    leaf: list[str | Path] = [
        *extensions,
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-out",
        made.certificate,
    ]
    for name, arguments in (("gvm test authority", authority), ("127.0.0.1", [*signed, *leaf])):
        command = ["openssl", "req", *new_key, *arguments, "-subj", f"/CN={name}", "-days", "2"]
        subprocess.run(command, check=True, capture_output=True)
    return made


def rehash(authority: Path, directory: Path) -> None:
    """Put an authority into a directory under the name by which OpenSSL finds it."""
    command = ["openssl", "x509", "-hash", "-noout", "-in", str(authority)]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    (directory / f"{name}.0").symlink_to(authority)
