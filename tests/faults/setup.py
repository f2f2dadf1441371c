"""install.sh, while it sets gvm up and while it updates it: killed, and on a disk whose power is cut."""

from __future__ import annotations

import random
import time
from itertools import cycle
from typing import TYPE_CHECKING

from tests import island
from tests.faults import disk
from tests.faults.result import Result
from tests.island import SHOWN, Island

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# An update, also of what install.sh made when it knew no links, and on a disk whose power is cut.
PARTS = ("first", "update", "directory", "power")
_MOMENTS = 20
# pip's packages are fetched once.
_WHEELS = f"""python3 -m venv /root/v && /root/v/bin/pip install -q -U pip &&
/root/v/bin/pip download -q --only-binary=:all: --require-hashes -r '{SHOWN}/requirements.txt' -d /root/wheels"""
_SETUP = f"PIP_NO_INDEX=1 PIP_FIND_LINKS=/root/wheels '{SHOWN}/install.sh' --system"
# What was there before: gvm with older packages, and Go as it may be.
_BEFORE = """/opt/gvm/*/venv/bin/python -I -m pip install -q 'pip<26.3' 'click<8.5' 'rich<15' 'pygments<2.21'
base=$(echo /opt/gvm/*/venv) base=${base%/venv}
mkdir -p "$base/versions/1.22.6/bin" && echo go1.22.6 >"$base/versions/1.22.6/VERSION"
printf '#!/bin/sh\necho it runs\n' >"$base/versions/1.22.6/bin/go" && chmod 755 "$base/versions/1.22.6/bin/go"
echo golang 1.22.6 >"$base/default"; cp -a /opt/gvm /root/kept"""
# What an update keeps, at every moment: a command, and how its answer begins.
_KEPT = {"/opt/gvm/shims/go version": "it runs\n", "/usr/local/bin/gvm --version": "gvm "}
_RESET = {
    "first": "rm -rf /opt/gvm /usr/local/bin/gvm",
    "update": "rm -rf /opt/gvm; cp -a /root/kept /opt/gvm",
    "directory": "rm -rf /opt/gvm; cp -a /root/kept /opt/gvm; cd /opt/gvm/*/; rm venv; mv venv.1 venv",
    "power": "rm -rf /opt/gvm/*; cp -aT /root/kept /opt/gvm; sync -f /opt/gvm",
}
_MOUNT = f"mount -o loop,{disk.OPTIONS['noauto_da_alloc']} /tmp/disk /opt/gvm"
_DISK = f"truncate -s 400M /tmp/disk; mkfs.ext4 -q -F /tmp/disk; rm -rf /opt/gvm/*; {_MOUNT}"
_CUT = f"""python3 -c 'import fcntl, os, struct, sys
fcntl.ioctl(os.open("/opt/gvm", os.O_RDONLY), {disk.SHUTDOWN}, struct.pack("I", int(sys.argv[1])))' "$1"
# What was killed ends a moment later.
for _ in $(seq 200); do umount /opt/gvm 2>/dev/null && break; sleep 0.02; done
{_MOUNT}"""


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Disturb it so many times, and run it again."""
    if not island.is_possible() or (part == "power" and not disk.is_possible()):
        return
    with Island(base) as place:
        for script in (_WHEELS, _SETUP, _BEFORE, *([_DISK] if part == "power" else [])):
            _run(place, script)
        _run(place, _RESET[part])
        since = time.monotonic()
        _run(place, _SETUP)
        seconds = time.monotonic() - since
        for number, flag in zip(range(max(1, _MOMENTS // every)), cycle(disk.FLAGS), strict=False):
            # Most of the first half is spent on what is beside what counts.
            start = seconds / 2 if part == "power" else 0
            moment = random.Random(f"{part} {number}").uniform(start, seconds)  # noqa: S311 - keeps no secret
            _run(place, _RESET[part])
            place.run(f'timeout -s KILL {moment:.2f} sh -c "$1"', _SETUP)
            if part == "power":
                _run(place, _CUT, str(disk.FLAGS[flag]))
            kind = f"power loss, {flag}" if part == "power" else "install.sh is killed"
            yield Result.of(kind, f"{part}, {moment:.2f} s of {seconds:.2f}", _wrong(place, part))


def _run(place: Island, script: str, *arguments: str) -> None:
    done = place.run(script, *arguments)
    assert done.returncode == 0, done.stderr


def _wrong(place: Island, part: str) -> Iterator[str]:
    """Tell what is wrong: Go and gvm run as before, and the next run does the rest."""
    for command, told in _KEPT.items() if part != "first" else ():
        done = place.run(command)
        if not done.stdout.startswith(told):
            yield f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}"
    again = place.run(_SETUP)
    if again.returncode != 0:
        yield f"the next run ended with {again.returncode}: {again.stderr}"
    listed = place.run("/usr/local/bin/gvm list")
    if listed.returncode != 0:
        yield f"gvm list ended with {listed.returncode}: {listed.stderr}"
    if rest := place.run("cd /opt/gvm/*/; ls -d venv.* | grep -v '^venv[.][12]$'").stdout:
        yield f"there is {rest}"
