"""Limits for real: a disk, its inodes, or open files that come to an end, a disk that is read-only."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.faults.refuse import told_wrong
from tests.faults.result import Result
from tests.faults.scenes import SCENES
from tests.faults.snapshot import differences
from tests.faults.stage import Stage
from tests.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTS = ("install the first", "install another", "uninstall the newest", "global", "reshim")
_OWN_MOUNTS = ["unshare", "-rm", "sh", "-c"]
# The home is copied into what is limited, and back afterwards: "$0" and what follows is the command.
_LIMITED = """
mount -t tmpfs -o "$LIMIT" tmpfs "$LIMITED" && cp -a "$HOME/." "$LIMITED" || exit 99
mount --rbind "$LIMITED" "$HOME" && cd "$HOME/project" || exit 99
[ -z "$FILL" ] || head -c "$FILL" /dev/zero >"$HOME/.fill" || :
"$0" "$@"
code=$?
rm -f "$HOME/.fill"
cd / && umount "$HOME" && find "$HOME" -mindepth 1 -delete && cp -a "$LIMITED/." "$HOME" || exit 99
exit $code
"""
_READ_ONLY = """
mount --bind "$HOME" "$HOME" && mount -o remount,bind,ro "$HOME" && cd "$HOME/project" || exit 99
exec "$0" "$@"
"""
_FEW_FILES = 'ulimit -n "$LIMIT" && exec "$0" "$@"'


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Limit the command of a scene to every so manieth amount."""
    with Stage(SCENES[part], Machine(base)) as stage:
        (base / "limited").mkdir()
        stage.machine.environ["LIMITED"] = str(base / "limited")
        there, needed = len(stage.old) + 1, len(stage.new) + 8
        if subprocess.run([*_OWN_MOUNTS, "true"], check=False).returncode == 0:
            for count in range(there, there + needed, every):
                yield _one("no inodes", f"{count}", stage, _LIMITED, f"nr_inodes={count + 1}")
            for kilobytes in range(0, 160, 4 * every):
                yield _one(
                    "no room", f"{kilobytes} kB", stage, _LIMITED, "size=1m", 1024 - kilobytes
                )
            yield _one("read-only", "all of the home", stage, _READ_ONLY)
        # With fewer, neither Python nor a shell starts.
        for files in range(12, 40, every):
            yield _one("no open files", f"{files}", stage, _FEW_FILES, str(files))


def _one(
    kind: str, where: str, stage: Stage, script: str, limit: str = "", fill: int = 0
) -> Result:
    stage.machine.environ |= {"LIMIT": limit, "FILL": f"{fill}k" if fill else ""}
    prefix = ["sh", "-c"] if script is _FEW_FILES else _OWN_MOUNTS
    done = stage.play(*prefix, script)
    wrong = [*told_wrong(done)]
    if done.returncode == 0:
        wrong += differences(stage.new, stage.snapshot())
    result = Result.of(kind, where, [*wrong, *stage.wrong()])
    stage.reset()
    return result
