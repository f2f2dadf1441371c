"""What `go` costs on a shared machine, whose toolchains are in the system-wide root."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers import VERSION
from benchmarks.shim import write_exit
from benchmarks.table import Row, compared
from benchmarks.timing import Program, medians
from gvm.model.release import Release
from gvm.selection.shims import program, reshim
from gvm.store.config import Config
from gvm.store.paths import SYSTEM_ROOT, Root

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 500
_LIMIT = 1.15
# An /opt and a /usr/local/bin of its own, then this module with an ordinary user's rights or root's.
_SCRIPT = """set -eu
mount -t tmpfs -o mode=755 tmpfs /opt
cp -a "$1" /opt/gvm
mount -t tmpfs -o mode=755 tmpfs /usr/local/bin
ln -s /opt/gvm/shims/go /usr/local/bin/go
shift
exec "$@"
"""
_USERS = {
    "an ordinary user": ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
    "root": [],
}


def rows(cache: Path, base: Path) -> Iterator[Row]:  # noqa: ARG001 - nothing is kept
    """Measure users of the system-wide root; only root can set that up."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        return
    opt = Root(base / "opt", Release.current())
    write_exit(opt.versions / VERSION / "bin/go")
    opt.shims.mkdir()
    # Made for where the root will be.
    (opt.shims / "go").write_bytes(program(Root(SYSTEM_ROOT, opt.release), Config(), ""))
    (opt.shims / "go").chmod(0o755)
    base.chmod(0o755)
    for user, rights in _USERS.items():
        home = base / user
        (home / "a/b/c/d/e").mkdir(parents=True)
        (home / ".tool-versions").write_text(f"golang {VERSION}\n")
        own = Root(home / ".local/share/gvm", opt.release)
        write_exit(own.versions / VERSION / "bin/go")
        reshim(own, Config())
        if rights:
            subprocess.run(["chown", "-R", "65534:65534", home], check=True)
        argv = [*rights, sys.executable, "-m", "benchmarks.shared", str(home)]
        times = json.loads(
            subprocess.run(
                ["unshare", "-m", "sh", "-c", _SCRIPT, "sh", opt.path, *argv],
                stdout=subprocess.PIPE,
                check=True,
            ).stdout
        )
        for name in ("/opt/gvm/shims/go", "/usr/local/bin/go"):
            yield compared(
                f"{name}, {user}", times[name], "a root of one's own", times["own"], _LIMIT
            )
        fall_back = "a shim of one's own that falls back to /opt/gvm"
        yield compared(f"{fall_back}, {user}", times["back"], "a root of one's own", times["own"])


def _measure(home: Path) -> dict[str, float]:
    """Return the median seconds of each way to call go, as the user that this is."""
    place = home / "a/b/c/d/e"
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    # Without toolchains, so that the system-wide root's are used.
    empty = {**environ, "XDG_DATA_HOME": str(home / "none")}
    own = home / ".local/share/gvm/shims/go"
    programs = {
        "own": Program([own, "version"], environ, place),
        "back": Program([own, "version"], {**environ, "GVM_DATA_DIR": str(home / "none")}, place),
    }
    for name in ("/opt/gvm/shims/go", "/usr/local/bin/go"):
        programs[name] = Program([name, "version"], empty, place)
    return {name: run.seconds for name, run in medians(programs, _ROUNDS).items()}


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
