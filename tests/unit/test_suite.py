from __future__ import annotations

import subprocess
import sys

import pytest

from tests import releases
from tests.machine import CHECKOUT

_WITH_SYSTEM_ROOT = """
mount -t tmpfs tmpfs /opt
mkdir -p /opt/gvm/shims
printf '#!/bin/sh\\n' >/opt/gvm/shims/go
chmod 755 /opt/gvm/shims/go
exec "$@"
"""


@pytest.mark.skipif(releases.UNSHARE[1:] != ["-m"], reason="needs root: private mounts")
def test_system_root_of_the_host() -> None:
    """The tests pass on a machine that has toolchains for everybody."""
    test = "tests/cli/test_generate.py::test_environment"
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    done = subprocess.run(
        [*releases.UNSHARE, "sh", "-ec", _WITH_SYSTEM_ROOT, "sh", *pytest_],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
