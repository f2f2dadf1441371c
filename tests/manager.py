"""systemd of a user's own, on a private machine: real units, really run."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from tests import island

if TYPE_CHECKING:
    from typing_extensions import Self

    from tests.island import Island

PROGRAM = "/usr/lib/systemd/systemd"
_CGROUP = "/sys/fs/cgroup"
# A control group of the user's, which systemd divides further.
_START = f"""set -eu
mkdir -p {_CGROUP} /run/systemd/system
mountpoint -q {_CGROUP} || mount -t cgroup2 cgroup2 {_CGROUP}
group={_CGROUP}/$1 uid=$(id -u "$2")
mkdir "$group"
chown -R "$2" "$group"
mkdir -p "/run/user/$uid"
chown "$2" "/run/user/$uid"
chmod 700 "/run/user/$uid"
echo $$ >"$group/cgroup.procs"
setsid runuser -u "$2" -- env -i HOME="/home/$2" USER="$2" PATH=/usr/bin:/bin \\
	XDG_RUNTIME_DIR="/run/user/$uid" {PROGRAM} --user >/tmp/manager.log 2>&1 &
n=0
until [ -S "/run/user/$uid/systemd/private" ]; do
	n=$((n + 1))
	[ "$n" -lt 100 ]
	sleep 0.05
done
"""
# Control groups are the whole machine's: they would stay.
_STOP = f"""for n in 1 2 3 4 5 6 7 8 9 10; do
	find {_CGROUP}/$1 -name cgroup.procs -exec cat {{}} + | xargs -r kill -KILL
	find {_CGROUP}/$1 -depth -type d -exec rmdir {{}} \\; 2>/dev/null
	[ -d {_CGROUP}/$1 ] || exit 0
	sleep 0.1
done
exit 1"""


def missing() -> str:
    """What keeps `systemd --user` from running here, or nothing."""
    if not island.is_possible():
        return "private mounts need root"
    if not shutil.which(PROGRAM):
        return "there is no systemd"
    test = "mount -t tmpfs tmpfs /mnt && mount -t cgroup2 cgroup2 /mnt && [ -w /mnt/cgroup.procs ]"
    done = subprocess.run(["unshare", "-m", "sh", "-c", test], capture_output=True, check=False)
    return "no cgroup2 can be mounted" if done.returncode else ""


class Manager:
    """`systemd --user` of a user on an island, as a context manager."""

    def __init__(self, place: Island, user: str) -> None:
        self._place = place
        self._user = user

    def __enter__(self) -> Self:
        done = self._place.run(_START, self._group, self._user)
        assert done.returncode == 0, done.stderr + self._place.run("cat /tmp/manager.log").stdout
        return self

    def __exit__(self, *_: object) -> None:
        done = self._place.run(_STOP, self._group)
        assert done.returncode == 0, done.stderr

    @property
    def _group(self) -> str:
        return f"gvm-test-{id(self):x}"

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script of sh as the user, who reaches the manager with `systemctl --user`."""
        return self._place.run(
            f"export XDG_RUNTIME_DIR=/run/user/$(id -u); {script}", user=self._user
        )
