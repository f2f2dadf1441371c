"""Asking Go's checksum database, and believing only what it proves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.errors import DownloadError, IntegrityError, NoSuchVersionError
from gvm.fs.atomic import replace_text
from gvm.fs.read import read_text
from gvm.fs.trees import make_directory
from gvm.net.http import MissingError, get
from gvm.net.retry import NETWORK_HINT
from gvm.trust.sumdb.note import opened
from gvm.trust.sumdb.tlog import Head, Log

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.net.http import Client
    from gvm.trust.sumdb.note import Key
    from gvm.trust.sumdb.tlog import Tile

# The same database under the name that China can reach.
OFFICIAL = ("https://sum.golang.org", "https://sum.golang.google.cn")
_LIMIT = 1 << 20
_NETWORK_HINT = (
    "check the network and HTTPS_PROXY, or name a copy of the database that can be reached: "
    "--database URL"
)


@dataclass(frozen=True)
class Database:
    """One server of the database.

    Attributes:
        base: its URL.
        key: whose signature counts.
        client: the connection.
        kept: the directory that keeps the last state seen.
    """

    base: str
    key: Key
    client: Client
    kept: Path

    def hash_of(self, module: str, version: str) -> str:
        """The hash of a module's zip file, `h1:…`, proved to be in the log.

        Raises:
            NoSuchVersionError: the database does not have it.
            IntegrityError: it proves nothing, or contradicts what it said before.
            DownloadError: it cannot be asked.
        """
        try:
            answer = self._get(f"lookup/{module}@{version}").decode()
        except MissingError as error:
            raise NoSuchVersionError(f"{self.base} does not know {module}@{version}") from error
        except UnicodeDecodeError as error:
            raise IntegrityError(f"{self.base} answers with something else") from error
        number, record, signed = self._parsed(answer)
        head = Head.parse(opened(signed, self.key))
        if number >= head.size or self._log(head).root_with(number, record.encode()) != head.root:
            raise IntegrityError(
                f"what {self.base} says of {version} is not in the log that {self.key.name} signed"
            )
        self._remember(head, signed)
        for line in record.splitlines():
            if line.startswith(f"{module} {version} h1:"):
                return line.rpartition(" ")[2]
        raise IntegrityError(f"{self.base} answers with another module than {module}@{version}")

    def _parsed(self, answer: str) -> tuple[int, str, str]:
        """A record's number, the record, and the signed state of the log."""
        first, _, rest = answer.partition("\n")
        record, found, signed = rest.partition("\n\n")
        if not (found and first.isdecimal() and len(first) < len(str(1 << 50))):
            raise IntegrityError(
                f"{self.base} answers with something else than a checksum database",
                hint="is that the right address? it is the sumdb setting, or --database",
            )
        return int(first), f"{record}\n", signed

    def _remember(self, head: Head, signed: str) -> None:
        """See that the log has only grown since it was seen last, or is an earlier state of it.

        Raises:
            IntegrityError: records that were in the log are no longer.
        """
        file = self.kept / self.key.name
        try:
            last = Head.parse(opened(read_text(file, must_be_ours=True), self.key))
        except (OSError, UnicodeDecodeError, IntegrityError):
            last = None
        if last is not None:
            small, large = sorted((last, head), key=lambda one: one.size)
            if self._log(large).roots(small.size) != (small.root, large.root):
                raise IntegrityError(
                    f"{self.key.name} shows two histories: its state of {head.size} records does "
                    f"not fit the one of {last.size} that was seen before",
                    hint=f"somebody may be deceiving you; keep {file}, and tell the Go project",
                )
        if last is None or head.size > last.size:
            make_directory(self.kept)
            replace_text(file, signed)

    def _log(self, head: Head) -> Log:
        return Log(head.size, self._tile)

    def _tile(self, tile: Tile) -> bytes:
        try:
            return self._get(tile.path)
        except MissingError:
            if tile == tile.full:
                raise
            # Servers may forget the parts of what has become full.
            return self._get(tile.full.path)

    def _get(self, path: str) -> bytes:
        try:
            return get(self.client, f"{self.base.rstrip('/')}/{path}", limit=_LIMIT).body
        except DownloadError as error:
            # What that says of mirrors is of no use here.
            if error.hint == NETWORK_HINT:
                error.hint = _NETWORK_HINT
            raise
