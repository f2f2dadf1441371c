"""The OpenPGP signatures of archives."""

# ruff: noqa: PLC0415 - the library is large, and not in every installation

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.assets import asset
from gvm.errors import DownloadError, IntegrityError
from gvm.fs.atomic import replace_text
from gvm.fs.read import read_text
from gvm.fs.trees import make_directory
from gvm.net.http import get
from gvm.optional import needed_for

if TYPE_CHECKING:
    from pathlib import Path

    from pysequoia import Cert, Sig

    from gvm.net.http import Client

_LIMIT = 1 << 20


@dataclass(frozen=True)
class Authority:
    """Whose signatures count.

    Attributes:
        name: of the owner.
        fingerprint: of the primary key, in capitals: it stays, while the subkeys that sign change.
        asset: the file of gvm's that holds the public key, as of some day.
        url: where its owner publishes the key with newer subkeys.
    """

    name: str
    fingerprint: str
    asset: str
    url: str


GOOGLE = Authority(
    "Google",
    "EB4C1BFD4F042F6DDDCCEC917721F63BD38B4796",
    "trust/google-linux.asc",
    "https://dl.google.com/linux/linux_signing_key.pub",
)


@dataclass(frozen=True)
class Verifier:
    """Checks signatures.

    Attributes:
        authority: whose they must be.
        client: the connection, for newer subkeys.
        keys: the directory that keeps those.
    """

    authority: Authority
    client: Client
    keys: Path

    def __post_init__(self) -> None:
        with needed_for("checking a signature"):
            import pysequoia  # noqa: F401 - now, and not when an archive has been fetched

    def check(self, data: bytes, signature: bytes, name: str) -> None:
        """See that `data` is signed by the authority.

        A subkey must have been valid when it signed; what it signed before it expired still
        counts, and nothing does after it was revoked. SHA-1 never counts.

        Args:
            data: what is signed, complete.
            signature: detached, in armour or not.
            name: what the user calls `data`.

        Raises:
            IntegrityError: it is not.
            DownloadError: the subkey is not known yet, and newer ones cannot be had.
        """
        import pysequoia

        try:
            parsed = pysequoia.Sig.from_bytes(signature)
        except RuntimeError as error:
            raise IntegrityError(
                f"what should be the signature of {name} is none: {_reason(error)}"
            ) from error
        key = self._key_for(parsed, name)
        try:
            valid = pysequoia.verify(bytes=data, store=lambda _: [key], signature=parsed).valid_sigs
        except RuntimeError as error:
            raise IntegrityError(
                f"{name} is not what {self.authority.name} signed, or the subkey "
                f"{_issuer(parsed)} was not valid then, or has been revoked: {_reason(error)}",
                hint="take the archive from another source",
            ) from error
        # The library raises where nothing is valid; to be sure, whose it is is looked at again.
        if not any(one.certificate.upper() == self.authority.fingerprint for one in valid):
            raise IntegrityError(f"{name} is not signed by {self.authority.name}")

    def _key_for(self, signature: Sig, name: str) -> Cert:
        """The public key with the subkey that signed; a newer one is fetched where that is unknown.

        Raises:
            IntegrityError: the subkey is nobody's that counts.
            DownloadError: newer ones cannot be had.
        """
        key = self._known()
        if _has(key, signature):
            return key
        try:
            text = get(self.client, self.authority.url, limit=_LIMIT).text
        except DownloadError as error:
            raise DownloadError(
                f"{name} is signed by the key {_issuer(signature)}, which gvm does not know, "
                f"and newer keys cannot be had: {error}",
                hint=error.hint,
            ) from error
        key = key.merge(_chosen(text.encode(), self.authority))
        if not _has(key, signature):
            raise IntegrityError(
                f"{name} is signed by the key {_issuer(signature)}, which is none of "
                f"{self.authority.name}'s ({self.authority.fingerprint})",
                hint="take the archive from another source",
            )
        make_directory(self.keys)
        replace_text(self._kept, str(key))
        return key

    def _known(self) -> Cert:
        """The public key as gvm ships it, with what was fetched since."""
        key = _chosen(asset(self.authority.asset).read_bytes(), self.authority)
        try:
            return key.merge(
                _chosen(
                    read_text(self._kept, errors="replace", must_be_ours=True).encode(),
                    self.authority,
                )
            )
        except (OSError, IntegrityError):
            return key

    @property
    def _kept(self) -> Path:
        return self.keys / f"{self.authority.fingerprint}.asc"


def _chosen(data: bytes, authority: Authority) -> Cert:
    """The authority's own key among public keys.

    Raises:
        IntegrityError: it is not there.
    """
    import pysequoia

    try:
        keys = pysequoia.Cert.split_bytes(data)
    except RuntimeError:
        keys = []
    for key in keys:
        if key.fingerprint.upper() == authority.fingerprint:
            return key
    raise IntegrityError(
        f"{authority.url} is not the key of {authority.name}: "
        f"no key there has the fingerprint {authority.fingerprint}"
    )


def _has(key: Cert, signature: Sig) -> bool:
    """Whether the key, or a subkey of it, is said to have signed."""
    from pysequoia.packet import PacketPile, Tag

    packets = PacketPile.from_bytes(bytes(key))
    keys = [one for one in packets if one.tag in (Tag.PublicKey, Tag.PublicSubkey)]
    # Older signatures tell only the end of the fingerprint.
    return any((one.fingerprint or "").upper().endswith(_issuer(signature)) for one in keys)


def _issuer(signature: Sig) -> str:
    return (signature.issuer_fingerprint or signature.issuer_key_id or "unknown").upper()


def _reason(error: RuntimeError) -> str:
    """What the library says, without its own call stack."""
    return str(error).partition("\n")[0].removeprefix("Signature verification failed: ").rstrip(".")
