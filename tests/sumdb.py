"""A checksum database for tests: a log of its own key, with real tiles, as the files of a server."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_RECORD = "example.com/module{0} v1.0.{0} h1:{1}\nexample.com/module{0} v1.0.{0}/go.mod h1:{1}\n"


def filler(count: int, *, seed: str = "") -> list[str]:
    """So many records of other modules."""
    return [
        _RECORD.format(
            number, b64encode(hashlib.sha256(f"{seed}{number}".encode()).digest()).decode()
        )
        for number in range(count)
    ]


def record(module: str, version: str, hash1: str) -> str:
    """The record of a module."""
    return f"{module} {version} {hash1}\n{module} {version}/go.mod h1:{'A' * 43}=\n"


@dataclass
class Signer:
    """A key of Ed25519 with a name."""

    name: str = "sum.golang.org"
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def verifier(self) -> str:
        """Its public half, as Go writes it."""
        key = b"\x01" + self.private.public_key().public_bytes_raw()
        return f"{self.name}+{self._id(key).hex()}+{b64encode(key).decode()}"

    def sign(self, text: str) -> str:
        """A note."""
        key = b"\x01" + self.private.public_key().public_bytes_raw()
        signature = b64encode(self._id(key) + self.private.sign(text.encode())).decode()
        return f"{text}\n\N{EM DASH} {self.name} {signature}\n"

    def _id(self, key: bytes) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + key).digest()[:4]


def head(records: list[str], signer: Signer) -> str:
    """The signed state of a log."""
    root = b64encode(_root(leaves(records))).decode()
    return signer.sign(f"go.sum database tree\n{len(records)}\n{root}\n")


def served(records: list[str], signer: Signer, *, path: str = "") -> dict[str, bytes]:
    """The files of a server that has these records, by path: every lookup and every tile."""
    files: dict[str, bytes] = {}
    signed = head(records, signer)
    for number, text in enumerate(records):
        module, version, _ = text.split(" ", 2)
        files[f"{path}/lookup/{module}@{version}"] = f"{number}\n{text}\n{signed}".encode()
    level, hashes = 0, leaves(records)
    while hashes:
        for start in range(0, len(hashes), 256):
            tile = hashes[start : start + 256]
            part = f".p/{len(tile)}" if len(tile) < 256 else ""
            number = start // 256
            assert number < 1000
            files[f"{path}/tile/8/{level}/{number:03d}{part}"] = b"".join(tile)
        hashes = [_root(hashes[start : start + 256]) for start in range(0, len(hashes) - 255, 256)]
        level += 1
    return files


def leaves(records: list[str]) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + text.encode()).digest() for text in records]


def _root(hashes: list[bytes]) -> bytes:
    """The Merkle tree hash of RFC 6962, section 2.1."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + _root(hashes[:split]) + _root(hashes[split:])).digest()
