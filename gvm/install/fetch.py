"""A toolchain, from the first source that answers to a directory."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Protocol

from gvm.archive.limits import DEFAULT
from gvm.errors import DownloadError, IntegrityError, NoSuchVersionError, UnreachableError
from gvm.fs.locks import locked
from gvm.fs.read import compute_sha256, read_start
from gvm.fs.trees import make_directory, remove_tree
from gvm.install.streaming import Unpacking, feed
from gvm.net.download import download
from gvm.net.http import MissingError
from gvm.net.partial_file import discard
from gvm.net.url import shown
from gvm.sources.base import Checksum, no_such_version
from gvm.store.receipts import Receipt
from gvm.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import TypeVar

    from gvm.archive.limits import Unpacked
    from gvm.model.platform import Platform
    from gvm.model.version import Request, Version
    from gvm.net.http import Client
    from gvm.sources.base import Archive, Source
    from gvm.trust.openpgp import Verifier

    T = TypeVar("T")

_GIVEN = "--sha256"
_ELSEWHERE = "try again, or take it from another source: gvm install --source …"


class Reporter(Protocol):
    """Tells the user how it goes."""

    def say(self, text: str) -> None:
        """One line of what happens."""

    def fetching(self, name: str, url: str) -> None:
        """A file is being fetched from now on."""

    def progress(self, done: int, total: int | None) -> None:
        """Bytes of the archive so far, and in all or None."""


@dataclass(frozen=True)
class Fetcher:
    """Where toolchains come from.

    Attributes:
        sources: to ask, in this order, where one does not answer.
        cache: the directory of downloaded archives.
        client: the connection.
        reporter: hears how it goes.
        verifier: who checks that archives are signed; None where that is not asked for.
    """

    sources: Sequence[Source]
    cache: Path
    client: Client
    reporter: Reporter
    verifier: Verifier | None = None

    def choose(self, request: Request, platform: Platform) -> Version:
        """The version that is meant today; sources are asked only where that is not plain.

        Raises:
            NoSuchVersionError, DownloadError: as `newest`.
        """
        return request.version or self.newest(request, platform)

    def newest(self, request: Request, platform: Platform) -> Version:
        """The newest version that a source has of those asked for.

        Raises:
            NoSuchVersionError: no source has one.
            DownloadError: no source could be asked.
        """

        def newest(source: Source) -> Version:
            versions = source.versions(platform)
            version = request.newest(versions)
            if version is None:
                raise no_such_version(request, source.name, versions)
            return version

        return self._first(newest)

    def fetch(
        self,
        version: Version,
        platform: Platform,
        stage: Path,
        *,
        sha256: str | None = None,
        voucher: str = _GIVEN,
    ) -> Receipt:
        """Unpack a toolchain into `stage`, which does not exist.

        Args:
            version: of Go.
            platform: that it is for.
            stage: where `bin/go` will be directly below; after an error it holds a part.
            sha256: what the archive must have, whoever says otherwise.
            voucher: who says that.

        Raises:
            NoSuchVersionError, DownloadError, IntegrityError, OSError: see there.
        """

        def from_source(source: Source) -> Receipt:
            remove_tree(stage)
            try:
                signature = source.signature(version, platform) if self.verifier else b""
                archive = source.archive(version, platform)
                if sha256 is None:
                    checksums = source.checksums(version, platform)
                else:
                    checksums = [Checksum(sha256, voucher)]
                    # Nor would it be believed otherwise.
                    archive = archive._replace(is_doubted=False)
                if not checksums:
                    raise _unknown(archive)
                receipt = self._unpack(stage, archive, checksums)
                _check(stage, version)
                return self._signed(receipt, archive, signature)
            except MissingError as error:
                raise _missing(version, platform, source) from error

        return self._first(from_source)

    def _first(self, ask: Callable[[Source], T]) -> T:
        """What the first source that can be reached answers."""
        try:
            for source in self.sources[:-1]:
                try:
                    return ask(source)
                except UnreachableError as error:
                    self.reporter.say(f"{error}; asking the next source")
            return ask(self.sources[-1])
        except (DownloadError, IntegrityError) as error:
            error.hint = error.hint or _ELSEWHERE
            raise

    def _unpack(self, stage: Path, archive: Archive, checksums: Sequence[Checksum]) -> Receipt:
        if archive.file is None:
            with locked(self.cache / ".locks", archive.name):
                return self._fetch(stage, archive, checksums)
        if archive.is_wheel:
            from gvm.archive.wheel import unpack_wheel  # noqa: PLC0415 - zipfile is seldom needed

            checksum = _vouched(archive, checksums, compute_sha256(archive.file))
            make_directory(stage.parent)
            stage.mkdir(0o755)
            return _receipt(archive, checksum, unpack_wheel(archive.file, stage))
        with Unpacking(stage) as unpacking:
            checksum = _vouched(archive, checksums, feed(archive.file, unpacking))
            return _receipt(archive, checksum, unpacking.finish())

    def _signed(self, receipt: Receipt, archive: Archive, signature: bytes) -> Receipt:
        """The receipt with who signed.

        Raises:
            IntegrityError: not who should have.
        """
        if self.verifier is None:
            return receipt
        data = (archive.file or self.cache / archive.name).read_bytes()
        if hashlib.sha256(data).hexdigest() != receipt.sha256:
            raise IntegrityError(f"{archive.name} has changed while it was unpacked")
        self.verifier.check(data, signature, archive.name)
        return replace(receipt, signer=self.verifier.authority.fingerprint)

    def _fetch(self, stage: Path, archive: Archive, checksums: Sequence[Checksum]) -> Receipt:
        """Unpack an archive of the web, from the cache where it is there."""
        kept = self.cache / archive.name
        part = kept.with_name(f"{kept.name}.part")
        if kept.is_file():
            # What a run left that was killed when it had renamed the file.
            discard(part)
            self.reporter.say(f"using {kept}")
            try:
                return self._unpack(stage, archive._replace(file=kept), checksums)
            except IntegrityError:
                # It stays until there is a better one: perhaps --sha256 is wrong.
                remove_tree(stage)
        self.reporter.fetching(archive.name, shown(archive.url))
        with Unpacking(stage) as unpacking:
            try:
                done = download(
                    archive.url,
                    part,
                    client=self.client,
                    sink=unpacking,
                    progress=self.reporter.progress,
                    limit=DEFAULT.packed,
                )
                checksum = _vouched(archive, checksums, done.sha256)
                unpacked = unpacking.finish()
            except (IntegrityError, OSError):
                # What is wrong is no use, and what fills the disk goes first.
                discard(part)
                raise
        part.replace(kept)
        discard(part)
        return _receipt(archive._replace(url=done.url), checksum, unpacked)


def _missing(version: Version, platform: Platform, source: Source) -> NoSuchVersionError:
    try:
        versions = source.versions(platform)
    except DownloadError:
        versions = []
    if version in versions:
        return NoSuchVersionError(
            f"{source.name} lists {version}, but does not have its archive", hint=_ELSEWHERE
        )
    return no_such_version(version, source.name, versions)


def _unknown(archive: Archive) -> IntegrityError:
    return IntegrityError(
        f"nobody vouches for {archive.name} from {archive.source}: "
        "it is not in gvm's ledger, and go.dev has not told its checksum",
        hint="give --sha256 from a source that you trust, or "
        + (
            "believe this one: GVM_TRUST_MIRROR=1"
            if archive.is_doubted
            else f"put {archive.name}.sha256 beside the archive"
        ),
    )


def _vouched(archive: Archive, checksums: Sequence[Checksum], sha256: str) -> Checksum:
    """Whose word the archive's bytes are.

    Raises:
        IntegrityError: nobody's.
    """
    for checksum in checksums:
        if checksum.sha256 == sha256:
            return checksum
    if archive.is_doubted:
        hint = (
            "try another source; if you trust this mirror more than the ledger: GVM_TRUST_MIRROR=1"
        )
    elif checksums[0].voucher == _GIVEN:
        hint = "look at --sha256 again, or leave it out: what gvm or go.dev knows counts then"
    else:
        hint = ""
    expected = "; ".join(f"{known.voucher} says {known.sha256}" for known in checksums)
    raise IntegrityError(
        f"{archive.name} from {archive.source} is not what it should be: "
        f"its sha256 is {sha256}, but {expected}",
        hint=hint,
    )


def _check(tree: Path, version: Version) -> None:
    """See that a tree is the toolchain that it should be."""
    try:
        name = sanitize(read_start(tree / "VERSION", 1000).decode("utf-8", "replace").split()[0])
    except (OSError, IndexError):
        name = "nothing"
    if name != version.go_name:
        raise IntegrityError(f"the archive should hold {version.go_name}, but holds {name}")
    # It is not run: another architecture's cannot be, and `go version` obeys and writes settings.
    go = tree / "bin/go"
    if not (go.is_file() and go.stat().st_mode & stat.S_IXUSR):
        raise IntegrityError("the archive holds no bin/go that can be executed")


def _receipt(archive: Archive, checksum: Checksum, unpacked: Unpacked) -> Receipt:
    return Receipt(
        str(archive.version),
        archive.platform.arch,
        archive.source,
        archive.url,
        archive.name,
        checksum.sha256,
        checksum.voucher,
        now(),
        unpacked.files,
        unpacked.size,
    )


def now() -> str:
    """The time in UTC, as a receipt tells it."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
