from __future__ import annotations

import hashlib
import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.goarchive import ARCH, archive
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine

_LATER_LAYER = """
set -e
cd "$1"
mount -t tmpfs tmpfs layers
mkdir layers/upper layers/work
mount -t overlay overlay -o "lowerdir=home,upperdir=layers/upper,workdir=layers/work$2" home
cd home
shift 2
"$@"
ls .local/share/gvm/staging
"""
COMMANDS = {
    "install --force": ["install", "--force", "1.22.6"],
    "uninstall": ["uninstall", "1.22.6"],
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_image(words: list[str], machine: Machine, snapshot: SnapshotAssertion) -> None:
    """In a container, what an earlier layer of its image installed is replaced and uninstalled."""
    data = archive("1.22.6")
    file = machine.write(f"m/go1.22.6.linux-{ARCH}.tar.gz", data)
    more = ["--source", file.parent, "--sha256", hashlib.sha256(data).hexdigest()]
    assert machine.gvm("install", "1.22.6", *more).returncode == 0
    (machine.base / "layers").mkdir()
    namespaces, option = ("-m", "") if os.geteuid() == 0 else ("-rm", ",userxattr")
    script = ["unshare", namespaces, "sh", "-c", _LATER_LAYER, "sh", machine.base, option]
    if machine.run([*script, "true"]).returncode != 0:
        pytest.skip("no overlay can be mounted here")
    done = machine.run(
        [*script, sys.executable, "-m", "gvm", *words, *(more if "--force" in words else [])],
        environ={"PYTHONPATH": str(CHECKOUT)},
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr == snapshot
