"""install.sh, killed at random moments while it sets gvm up, and while it updates it."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from tests import island
from tests.faults.result import Result
from tests.island import SHOWN, Island

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTS = ("first", "update")
_MOMENTS = 20
# pip's packages are fetched once.
_WHEELS = f"""python3 -m venv /root/v && /root/v/bin/pip install -q -U pip &&
/root/v/bin/pip download -q --only-binary=:all: --require-hashes -r '{SHOWN}/requirements.txt' -d /root/wheels"""
_SETUP = f"PIP_NO_INDEX=1 PIP_FIND_LINKS=/root/wheels '{SHOWN}/install.sh' --system"
# What was there before: Go as it may be, and gvm.
_GO = """base=$(echo /opt/gvm/*/venv) base=${base%/venv}
mkdir -p "$base/versions/1.22.6/bin" && echo go1.22.6 >"$base/versions/1.22.6/VERSION"
printf '#!/bin/sh\necho it runs\n' >"$base/versions/1.22.6/bin/go" && chmod 755 "$base/versions/1.22.6/bin/go"
echo golang 1.22.6 >"$base/default"; cp -a /opt/gvm /root/kept"""
_RESET = {
    "first": "rm -rf /opt/gvm /usr/local/bin/gvm",
    "update": "rm -rf /opt/gvm; cp -a /root/kept /opt/gvm",
}


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Kill it so many times, and run it again."""
    if not island.is_possible():
        return
    with Island(base) as place:
        for script in (_WHEELS, _SETUP, _GO):
            done = place.run(script)
            assert done.returncode == 0, done.stderr
        place.run(_RESET[part])
        since = time.monotonic()
        done = place.run(_SETUP)
        assert done.returncode == 0, done.stderr
        seconds = time.monotonic() - since
        for number in range(max(1, _MOMENTS // every)):
            moment = random.Random(f"{part} {number}").uniform(0, seconds)  # noqa: S311 - keeps no secret
            place.run(_RESET[part])
            place.run(f'timeout -s KILL {moment:.2f} sh -c "$1"', _SETUP)
            yield Result.of("install.sh is killed", f"{part}, {moment:.2f} s", _wrong(place, part))


def _wrong(place: Island, part: str) -> Iterator[str]:
    """Tell what is wrong: Go runs as before, and the next run does the rest."""
    if part == "update" and place.run("/opt/gvm/shims/go version").stdout != "it runs\n":
        yield "go does not run"
    again = place.run(_SETUP)
    if again.returncode != 0:
        yield f"the next run ended with {again.returncode}: {again.stderr}"
    listed = place.run("/usr/local/bin/gvm list")
    if listed.returncode != 0:
        yield f"gvm list ended with {listed.returncode}: {listed.stderr}"
    if rest := place.run("ls -d /opt/gvm/*/venv.*").stdout:
        yield f"there is {rest}"
