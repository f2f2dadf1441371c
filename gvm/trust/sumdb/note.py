"""Signed notes: a text, and lines below it by which others vouch for it."""

# ruff: noqa: PLC0415 - the library is large, and not in every installation

from __future__ import annotations

import hashlib
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass

from gvm.errors import IntegrityError
from gvm.optional import needed_for

_ED25519 = b"\x01"
_MARK = "\N{EM DASH} "


@dataclass(frozen=True)
class Key:
    """A public key of Ed25519.

    Attributes:
        name: whose it is.
        id: four bytes, by which a signature names its key.
        public: 32 bytes.
    """

    name: str
    id: bytes
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read `NAME+ID+KEY`, as Go writes it.

        Raises:
            ValueError: it is no such key.
        """
        name, identity, encoded = text.split("+", 2)
        key = b64decode(encoded, validate=True)
        told = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
        if key[:1] != _ED25519 or told != bytes.fromhex(identity):
            raise ValueError(f"{text} is no key of Ed25519")
        return cls(name, told, key[1:])


# That of Go's checksum database.
GOLANG = Key.parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")


def opened(note: str, key: Key) -> str:
    """The text of a note that `key` has signed; it ends with a newline.

    Raises:
        IntegrityError: it has not.
        GvmError: the library for that is not here.
    """
    with needed_for("asking Go's checksum database"):
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    for signature in _signatures(lines, key):
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
        except InvalidSignature as error:
            raise IntegrityError(f"the signature of {key.name} does not hold") from error
        return text
    raise IntegrityError(f"{key.name} has not signed the answer")


def _signatures(lines: str, key: Key) -> list[bytes]:
    """The signatures that are said to be the key's."""
    found = []
    for line in lines.splitlines():
        name, _, encoded = line.removeprefix(_MARK).rpartition(" ")
        try:
            signature = b64decode(encoded, validate=True)
        except (Base64Error, ValueError):
            continue
        if line.startswith(_MARK) and name == key.name and signature[:4] == key.id:
            found.append(signature[4:])
    return found
