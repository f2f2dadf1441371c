"""OpenPGP keys of a test's own, made and used by GnuPG at any time of the past."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

_GPG = ("gpg", "--batch", "--quiet", "--no-tty", "--pinentry-mode=loopback", "--passphrase=")


class Keys:
    """A primary key of 2020 that only certifies, as a context manager; subkeys sign.

    Attributes:
        fingerprint: of the primary, in capitals.
        subkey: the one that was made last.
    """

    def __init__(self, algorithm: str = "ed25519") -> None:
        self._algorithm = algorithm

    def __enter__(self) -> Self:
        # Not pytest's directory: an agent's socket has a short name.
        self._directory = tempfile.TemporaryDirectory(prefix="gpg")
        self._home = Path(self._directory.name)
        self._gpg(
            "--quick-gen-key",
            "Test <test@example.org>",
            self._algorithm,
            "cert",
            "never",
            year=2020,
        )
        (self.fingerprint,) = self._fingerprints()
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["gpgconf", f"--homedir={self._home}", "--kill", "all"], check=False)
        self._directory.cleanup()

    def add(
        self,
        expires: str = "never",
        *,
        algorithm: str = "ed25519",
        options: Sequence[str] = (),
    ) -> str:
        """Make a subkey that signs, and return its fingerprint."""
        words = ["--quick-add-key", self.fingerprint, algorithm, "sign", expires]
        self._gpg(*options, *words, year=2020)
        self.subkey = self._fingerprints()[-1]
        return self.subkey

    def prolong(self, subkey: str) -> None:
        """Let a subkey never expire."""
        self._gpg("--quick-set-expire", self.fingerprint, "0", subkey, year=2021)

    def revoke(self, subkey: str = "") -> None:
        """Take back the subkey that was made last, or the primary."""
        if subkey:
            number = self._fingerprints().index(subkey)
            answers = f"key {number}\nrevkey\ny\n0\n\ny\nsave\n"
            self._gpg("--command-fd=0", "--edit-key", self.fingerprint, stdin=answers, year=2024)
        else:
            file = self._home / f"openpgp-revocs.d/{self.fingerprint}.rev"
            self._gpg("--import", stdin=file.read_text().replace(":-----BEGIN", "-----BEGIN"))

    def public(self) -> bytes:
        """The public key with all that belongs to it, in armour."""
        return self._gpg("--armor", "--export", self.fingerprint)

    def sign(self, data: bytes, subkey: str, *options: str, year: int = 2021) -> bytes:
        """A detached signature in armour."""
        with tempfile.NamedTemporaryFile(dir=self._home) as file:
            file.write(data)
            file.flush()
            words = ["--armor", "--output=-", f"--local-user={subkey}!", *options]
            return self._gpg(*words, "--detach-sign", file.name, year=year)

    def _fingerprints(self) -> list[str]:
        told = self._gpg("--with-colons", "--with-subkey-fingerprint", "--list-keys").decode()
        rows = [line.split(":") for line in told.splitlines()]
        return [row[9] for row in rows if row[0] == "fpr"]

    def _gpg(self, *words: str, stdin: str = "", year: int = 2025) -> bytes:
        time = f"--faked-system-time={year}0601T000000!"
        command = [*_GPG, f"--homedir={self._home}", time, *words]
        done = subprocess.run(command, input=stdin.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout
