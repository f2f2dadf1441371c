"""The one transaction that brings a toolchain into a root."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from gvm import trees
from gvm.errors import GvmError, IntegrityError
from gvm.locks import locked
from gvm.obtain import now
from gvm.paths import gvm_for
from gvm.toolchains import Toolchain, installed, sweep

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.obtain import Supply
    from gvm.paths import Root
    from gvm.platform import Platform
    from gvm.receipts import Receipt
    from gvm.versions import Version

# A toolchain of today and its archive, generously.
_NEEDED_MB = 350


class Outcome(NamedTuple):
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
        supply: where from.
    """

    root: Root
    supply: Supply

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
        name = f"{self.root.release}-{version}"

        def waiting() -> None:
            self.supply.talk.say(f"another gvm is installing {version}: waiting for it")

        with locked(self.root.locks, name, waiting=waiting):
            sweep(self.root)
            if not force and toolchain in installed(self.root):
                _refuse_other(toolchain, platform)
                _refuse_differing(toolchain, sha256)
                self._refuse_unsigned(toolchain)
                return Outcome(toolchain, "present", 0.0)
            stage = self.root.staging / name
            trees.remove_tree(stage)
            try:
                twin = None if force or sha256 else self._twin(version, platform)
                if twin is not None and twin.receipt is not None:
                    how, receipt = "cloned", replace(twin.receipt, installed=now())
                    trees.make_directory(stage.parent)
                    stage.mkdir(0o755)
                    from gvm.clone import clone_tree  # noqa: PLC0415 - needs shutil

                    clone_tree(twin.path, stage)
                else:
                    how = "installed"
                    receipt = self.supply.obtain(version, platform, stage, sha256=sha256)
                receipt.save(toolchain.receipt_file)
                self._commit(stage, toolchain)
            except OSError as error:
                if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                    raise
                raise self._no_room(version) from error
            finally:
                trees.remove_tree(stage)
        return Outcome(toolchain, how, time.monotonic() - since)

    def _twin(self, version: Version, platform: Platform) -> Toolchain | None:
        """The same toolchain, installed for another release of this root."""
        for base in sorted(self.root.path.iterdir()):
            if base == self.root.base or not (base / "versions").is_dir():
                continue
            release = self.root.release._replace(name=base.name)
            twin = Toolchain(self.root._replace(release=release), version)
            receipt = twin.receipt
            if receipt is None or receipt.arch != platform.arch or self._is_unsigned(receipt):
                continue
            if twin in installed(twin.root):
                return twin
        return None

    def _is_unsigned(self, receipt: Receipt | None) -> bool:
        """Whether a signature is asked for and was not checked."""
        return self.supply.verifier is not None and not (receipt and receipt.signer)

    def _refuse_unsigned(self, toolchain: Toolchain) -> None:
        if self._is_unsigned(toolchain.receipt):
            raise IntegrityError(
                f"Go {toolchain.version} is installed already, and its signature was not checked",
                hint=f"{gvm_for(self.root.path)} install --force --verify-signature {toolchain.version}",
            )

    def _commit(self, stage: Path, toolchain: Toolchain) -> None:
        trees.make_directory(self.root.versions)
        trees.sync(stage)
        if os.path.lexists(toolchain.path):
            trees.exchange(stage, toolchain.path)
        else:
            stage.rename(toolchain.path)
        trees.sync(self.root.versions)

    def _no_room(self, version: Version) -> GvmError:
        room = os.statvfs(self.root.path)
        free = room.f_bavail * room.f_frsize
        return GvmError(
            f"there is no room for Go {version}: it needs about {_NEEDED_MB} MB for its files "
            f"under {self.root.path} and for its archive under {self.supply.cache}; "
            f"{free // 1_000_000} MB are free",
            hint=f"{gvm_for(self.root.path)} uninstall a version that you no longer need, or empty the cache: "
            f"rm -r {self.supply.cache}",
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
