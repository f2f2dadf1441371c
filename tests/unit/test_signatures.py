from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from pysequoia import Cert
from pysequoia.packet import PacketPile, Tag

from gvm.assets import asset
from gvm.errors import DownloadError, IntegrityError
from gvm.net.http import client
from gvm.net.retry import PATIENCE
from gvm.trust.openpgp import GOOGLE, Authority, Verifier
from tests.server import Server
from tests.signing import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.skipif(shutil.which("gpg") is None, reason="there is no gpg")
DATA = b"an archive " * 1000
GOOD = (
    "a subkey",
    "without armour",
    "an RSA subkey",
    "made before the subkey expired",
)
BAD = (
    "made after the subkey expired",
    "made in the future",
    "by SHA-1",
    "by a subkey that is bound by SHA-1",
    "of other data",
    "by a revoked subkey",
    "by a subkey of a revoked primary",
    "damaged",
    "cut short",
    "empty",
    "a page",
    "a public key",
    "by another primary",
)


@pytest.fixture(scope="module")
def made() -> Mapping[str, tuple[bytes, str, bytes]]:
    """By name: the public key as it was then, its fingerprint, and a signature of DATA."""
    found = {}

    def note(name: str, signature: bytes) -> None:
        found[name] = (keys.public(), keys.fingerprint, signature)

    with Keys() as keys, Keys() as others:
        signing, other = keys.add(), others.add()
        rsa = keys.add(algorithm="rsa2048")
        signature = keys.sign(DATA, signing)
        note("a subkey", signature)
        note("without armour", keys.sign(DATA, signing, "--no-armor"))
        note("an RSA subkey", keys.sign(DATA, rsa))
        note("made in the future", keys.sign(DATA, signing, year=2037))
        note("by SHA-1", keys.sign(DATA, rsa, "--digest-algo=SHA1"))
        note("of other data", keys.sign(DATA + b"!", signing))
        note("damaged", signature.replace(b"\n\n", b"\n\nAAAA", 1))
        note("cut short", signature[: len(signature) // 2])
        note("empty", b"")
        note("a page", b"<!DOCTYPE html>\n<html><body>Log in.</body></html>\n")
        note("a public key", keys.public())
        note("by another primary", others.sign(DATA, other))
        brief = keys.add("2022-01-01")
        note("made before the subkey expired", keys.sign(DATA, brief))
        public = keys.public()
        keys.prolong(brief)
        late = keys.sign(DATA, brief, year=2023)
        found["made after the subkey expired"] = (public, keys.fingerprint, late)
        late = keys.sign(DATA, rsa)
        keys.revoke(rsa)
        note("by a revoked subkey", late)
        keys.revoke()
        note("by a subkey of a revoked primary", signature)
    with Keys("rsa2048") as keys:
        weak = keys.add(
            algorithm="rsa2048", options=["--cert-digest-algo=SHA1", "--allow-weak-key-signatures"]
        )
        note("by a subkey that is bound by SHA-1", keys.sign(DATA, weak))
    return found


MakeVerifier = Callable[[bytes, str, str], Verifier]


@pytest.fixture
def verifier(tmp_path: Path) -> Iterator[MakeVerifier]:
    with client({}, patience=PATIENCE._replace(attempts=1)) as http:

        def made(public: bytes, fingerprint: str, url: str) -> Verifier:
            (tmp_path / "key.asc").write_bytes(public)
            authority = Authority("Test", fingerprint, str(tmp_path / "key.asc"), url)
            return Verifier(authority, http, tmp_path / "keys")

        yield made


@pytest.mark.parametrize("name", GOOD)
def test_good(
    name: str, made: Mapping[str, tuple[bytes, str, bytes]], verifier: MakeVerifier
) -> None:
    """A signature by a subkey that was valid when it signed holds, and nothing is fetched."""
    public, fingerprint, signature = made[name]
    one = verifier(public, fingerprint, "http://127.0.0.1:9")
    one.check(DATA, signature, "it")
    with pytest.raises(IntegrityError):
        one.check(DATA[:-1], signature, "it")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({}) as server:
        yield server


@pytest.mark.parametrize("name", BAD)
def test_bad(
    name: str,
    made: Mapping[str, tuple[bytes, str, bytes]],
    server: Server,
    verifier: MakeVerifier,
    snapshot: SnapshotAssertion,
) -> None:
    """Everything else is refused with a reason, in one line."""
    public, fingerprint, signature = made[name]
    server.files = {"/key": public}
    one = verifier(public, fingerprint, f"{server.url}/key")
    with pytest.raises(IntegrityError) as caught:
        one.check(DATA, signature, "it")
    told = str(caught.value)
    assert "\n" not in told
    # What follows a colon are the library's words.
    assert re.sub(r"\b[0-9A-F]{40}\b", "<key>", told.partition(": ")[0]) == snapshot


def test_damaged(made: Mapping[str, tuple[bytes, str, bytes]], verifier: MakeVerifier) -> None:
    """A signature that is cut or has a wrong byte is refused, unless it says the same."""
    public, fingerprint, signature = made[next(iter(GOOD))]
    one = verifier(public, fingerprint, "http://127.0.0.1:9")
    for at in range(0, len(signature), 3):
        changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
        for damaged in (signature[:at], changed):
            with suppress(IntegrityError, DownloadError):
                one.check(DATA, damaged, "it")
                with pytest.raises(IntegrityError):
                    one.check(DATA[:-1], damaged, "it")
    with pytest.raises(IntegrityError):
        one.check(DATA, signature[: len(signature) // 2], "it")


def test_newer_subkey(verifier: MakeVerifier, server: Server) -> None:
    """A subkey that gvm does not know yet is fetched once, with the primary that it belongs to."""
    with Keys() as keys, Keys() as others:
        keys.add()
        old, others_public = keys.public(), others.public()
        signature = keys.sign(DATA, keys.add())
        server.files = {"/key": others_public + keys.public()}
    one = verifier(old, keys.fingerprint, f"{server.url}/key")
    one.check(DATA, signature, "it")
    one.check(DATA, signature, "it")
    assert len(server.requests) == 1


WRONG = {"another primary": IntegrityError, "a page": IntegrityError, "missing": DownloadError}


@pytest.mark.parametrize(("name", "error"), WRONG.items(), ids=WRONG)
def test_wrong_key(
    name: str, error: type[Exception], verifier: MakeVerifier, server: Server
) -> None:
    """What is fetched is no use unless its primary is the pinned one, and nothing is kept of it."""
    with Keys() as keys, Keys() as others:
        keys.add()
        old = keys.public()
        signature = keys.sign(DATA, keys.add())
        others.add()
        answers = {"another primary": others.public(), "a page": b"<html></html>"}
        server.files = {"/key": answers[name]} if name in answers else {}
    one = verifier(old, keys.fingerprint, f"{server.url}/key")
    with pytest.raises(error):
        one.check(DATA, signature, "it")
    assert not one.keys.exists()


def test_foreign_subkey(verifier: MakeVerifier) -> None:
    """A subkey that somebody else has put beside the primary, in what is kept too, is nobody's."""
    with Keys() as keys, Keys() as others:
        keys.add()
        signature = others.sign(DATA, others.add())
        mine, theirs = keys.public(), others.public()
    packets = list(PacketPile.from_bytes(bytes(Cert.from_bytes(theirs))))
    start = next(place for place, one in enumerate(packets) if one.tag == Tag.PublicSubkey)
    forged = Cert.from_packets(
        [*PacketPile.from_bytes(bytes(Cert.from_bytes(mine))), *packets[start:]]
    )
    one = verifier(mine, keys.fingerprint, "http://127.0.0.1:9")
    one.keys.mkdir()
    (one.keys / f"{keys.fingerprint}.asc").write_text(str(forged))
    with pytest.raises((IntegrityError, DownloadError)):
        one.check(DATA, signature, "it")


def test_shipped() -> None:
    """The key that gvm ships is the one that is pinned, with the subkey that signs today."""
    key = Cert.from_bytes(asset(GOOGLE.asset).read_bytes())
    assert key.fingerprint.upper() == GOOGLE.fingerprint
    assert not key.is_revoked
    fingerprints = {(one.fingerprint or "").upper() for one in PacketPile.from_bytes(bytes(key))}
    assert "0F06FF86BEEAF4E71866EE5232EE5355A6BC6E42" in fingerprints
