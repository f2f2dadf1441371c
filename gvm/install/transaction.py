"""The one transaction that brings a toolchain into a root."""

from __future__ import annotations

import errno
import os
import shlex
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gvm.errors import GvmError, IntegrityError, LockTimeoutError
from gvm.fs import trees
from gvm.fs.atomic import replace_text
from gvm.fs.locks import locked
from gvm.fs.read import read_text
from gvm.install.fetch import now
from gvm.signals import undoing
from gvm.store import datadir
from gvm.store.paths import gvm_for
from gvm.store.toolchains import Toolchain, installed, refuse_mounted

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.install.fetch import Fetcher
    from gvm.model.platform import Platform
    from gvm.model.version import Version
    from gvm.store.paths import Root
    from gvm.store.receipts import Receipt

# A toolchain of today and its archive, generously.
_NEEDED_MB = 350


class Outcome(NamedTuple):
    """What came of one installation.

    Attributes:
        toolchain: that is there now.
        how: `present`, `cloned` or `installed`.
        seconds: that it took.
        left: what kept something unfinished, or replaced, from being removed.
    """

    toolchain: Toolchain
    how: str
    seconds: float
    left: OSError | None = None


@dataclass(frozen=True)
class Installer:
    """Brings toolchains into a root.

    Attributes:
        root: where to.
        fetcher: where from.
    """

    root: Root
    fetcher: Fetcher

    def install(
        self,
        version: Version,
        platform: Platform,
        *,
        sha256: str | None = None,
        force: bool = False,
    ) -> Outcome:
        """Install one version, or find that it is there.

        Args:
            version: of Go.
            platform: that it is for.
            sha256: what the archive must have, whatever the ledger says.
            force: replace what is there.

        Raises:
            NoSuchVersionError, DownloadError, IntegrityError, LockTimeoutError: see there.
            GvmError: the disk is full; or the version is there for another platform.
        """
        since = time.monotonic()
        toolchain = Toolchain(self.root, version)
        name = self.root.toolchain_lock(version)

        def waiting() -> None:
            self.fetcher.reporter.say(f"another gvm is installing {version}: waiting for it")

        with locked(self.root.locks, name, waiting=waiting):
            left = datadir.sweep(self.root, held=version)
            if not force and toolchain in installed(self.root):
                _refuse_other(toolchain, platform)
                _refuse_differing(toolchain, sha256)
                self._refuse_unsigned(toolchain)
                return Outcome(toolchain, "present", 0.0, left)
            refuse_mounted(toolchain)
            stage = trees.free_name(datadir.staging(self.root) / name)
            _refuse_noexec(stage.parent)
            with undoing(partial(trees.remove_tree, stage)):
                try:
                    how, receipt = self._fill(stage, version, platform, sha256, force=force)
                    self._commit(stage, toolchain, receipt)
                except OSError as error:
                    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                        raise
                    raise self._no_room(version, stage.parent.parent) from error
                finally:
                    left = datadir.discard(stage) or left
        return Outcome(toolchain, how, time.monotonic() - since, left)

    def _fill(
        self, stage: Path, version: Version, platform: Platform, sha256: str | None, *, force: bool
    ) -> tuple[str, Receipt]:
        """Clone or unpack a toolchain, and return which, and its receipt."""
        if not force and not sha256:
            receipt = self._clone(version, platform, stage)
            if receipt is not None:
                return "cloned", receipt
        return "installed", self.fetcher.fetch(version, platform, stage, sha256=sha256)

    def _clone(self, version: Version, platform: Platform, stage: Path) -> Receipt | None:
        """Copy what another release of this root has; return None where none has it.

        Its lock is only tried: the other release may be waiting for ours.
        """
        for root in datadir.releases(self.root)[1:]:
            twin = Toolchain(root, version)
            if not twin.is_runnable or not datadir.is_closed(root, twin.path):
                continue
            name = root.toolchain_lock(version)
            with suppress(LockTimeoutError), locked(self.root.locks, name, timeout=0):
                if receipt := self._cloned(twin, platform, stage):
                    return receipt
        return None

    def _cloned(self, twin: Toolchain, platform: Platform, stage: Path) -> Receipt | None:
        """Copy a toolchain, and look at it again: locks do not reach everywhere."""
        from gvm.fs.clone import clone_tree  # noqa: PLC0415 - needs shutil

        receipt = twin.receipt
        if receipt is None or receipt.arch != platform.arch or self._is_unsigned(receipt):
            return None
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            before = twin.path.stat()
            stage.mkdir(0o755)
            clone_tree(twin.path, stage)
            again = Toolchain(twin.root, twin.version)
            if os.path.samestat(before, twin.path.stat()) and again.receipt == receipt:
                return replace(receipt, installed=now())
        self.fetcher.reporter.say(
            f"Go {twin.version} of {twin.root.release} changed while it was copied; fetching it"
        )
        trees.remove_tree(stage)
        return None

    def _is_unsigned(self, receipt: Receipt | None) -> bool:
        """Whether a signature is asked for and was not checked."""
        return self.fetcher.verifier is not None and not (receipt and receipt.signer)

    def _refuse_unsigned(self, toolchain: Toolchain) -> None:
        if self._is_unsigned(toolchain.receipt):
            raise IntegrityError(
                f"Go {toolchain.version} is installed already, and its signature was not checked",
                hint=f"{gvm_for(self.root.path)} install --force --verify-signature {toolchain.version}",
            )

    def _commit(self, stage: Path, toolchain: Toolchain, receipt: Receipt) -> None:
        trees.make_directory(self.root.versions)
        file = toolchain.receipt_file
        before = _text_of(file)
        take_back = partial(_take_back, toolchain, stage.stat(), before)
        with undoing(take_back):
            try:
                receipt.save(file)
                trees.sync(stage)
                if os.path.lexists(toolchain.path):
                    trees.exchange(stage, toolchain.path)
                else:
                    stage.rename(toolchain.path)
            except BaseException:
                with suppress(OSError):
                    take_back()
                raise
        trees.sync(self.root.versions)

    def _no_room(self, version: Version, place: Path) -> GvmError:
        room = os.statvfs(place)
        free = room.f_bavail * room.f_frsize
        return GvmError(
            f"there is no room for Go {version}: it needs about {_NEEDED_MB} MB for its files "
            f"under {place} and for its archive under {self.fetcher.cache}; "
            f"{free // 1_000_000} MB are free",
            hint=f"{gvm_for(self.root.path)} uninstall a version that you no longer need, or empty the cache: "
            f"rm -r {self.fetcher.cache}",
        )


def _text_of(receipt: Path) -> str | None:
    """Return the text of a receipt, which may be damaged; None where that cannot be read."""
    with suppress(OSError):
        return read_text(receipt, errors="surrogateescape")
    return None


def _take_back(toolchain: Toolchain, new: os.stat_result, before: str | None) -> None:
    """Let a receipt be of what is installed still, unless that is the new tree by now."""
    if toolchain.path.exists() and os.path.samestat(new, toolchain.path.stat()):
        return
    if before is None:
        toolchain.receipt_file.unlink(missing_ok=True)
    else:
        replace_text(toolchain.receipt_file, before)


def _refuse_noexec(place: Path) -> None:
    if os.statvfs(place).f_flag & os.ST_NOEXEC:
        raise GvmError(
            f"cannot install Go in {place.parent}: its file system is mounted noexec, "
            "so that no program can run there",
            hint=f"see how it is mounted: findmnt -T {shlex.quote(str(place.parent))}",
        )


def _refuse_differing(toolchain: Toolchain, sha256: str | None) -> None:
    """Refuse to take what came of another archive for what is asked for."""
    receipt = toolchain.receipt
    known = receipt.sha256 if receipt else "not known"
    if sha256 is not None and known != sha256:
        raise IntegrityError(
            f"Go {toolchain.version} is installed already, and the sha256 of its archive is {known}",
            hint=f"{gvm_for(toolchain.root.path)} install --force --sha256 {sha256} {toolchain.version}",
        )


def _refuse_other(toolchain: Toolchain, platform: Platform) -> None:
    """Refuse to take another platform's toolchain for the one that is asked for."""
    receipt = toolchain.receipt
    if receipt is not None and receipt.arch != platform.arch:
        raise GvmError(
            f"Go {toolchain.version} is installed for {receipt.arch} already, not for {platform}",
            hint=f"{gvm_for(toolchain.root.path)} install --force --arch {platform} {toolchain.version}",
        )
