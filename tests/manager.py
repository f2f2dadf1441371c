"""systemd on a private machine, a user's and the machine's: real units, really run."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests import island

if TYPE_CHECKING:
    from typing_extensions import Self

    from tests.island import Island

PROGRAM = "/usr/lib/systemd/systemd"
_CGROUP = "/sys/fs/cgroup"
# A control group of its own, which systemd divides further.
_GROUP = f"""set -eu
mountpoint -q /sys || mount -t sysfs sysfs /sys
mountpoint -q {_CGROUP} || mount -t cgroup2 cgroup2 {_CGROUP}
group={_CGROUP}/$1
mkdir "$group"
"""
_START = f"""{_GROUP}
uid=$(id -u "$2")
chown -R "$2" "$group"
mkdir -p /run/systemd/system "/run/user/$uid"
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
# The machine as it is, booted with one unit; what that changes is below the directory $3.
_BOOT = f"""{_GROUP}
echo $$ >"$group/cgroup.procs"
mkdir -p "$3"
mount -t tmpfs tmpfs "$3"
cd "$3"
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
mkdir -p "root/etc/systemd/system/$2.d"
printf '%s\\n' '[Service]' Restart=no 'ExecStopPost=+/bin/systemctl --no-block exit 0' \\
	>"root/etc/systemd/system/$2.d/end.conf"
timeout 60 systemd-nspawn -D root --register=no --keep-unit --private-network --console=pipe \\
	{PROGRAM} --unit="$2" --log-target=console </dev/null
"""
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


def boot(place: Island, unit: str, file: str) -> str:
    """Boot an island's machine with a unit, and tell what a file holds when the unit has ended."""
    group, directory = f"gvm-test-{os.getpid()}-boot", "/run/boot"
    done = place.run(_BOOT, group, unit, directory)
    told = place.run('cat "$1/upper$2"; umount -R "$1/root" "$1"', directory, file).stdout
    place.run(_STOP, group)
    return told or f"nothing: {done.stdout}{done.stderr}"


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
        return f"gvm-test-{os.getpid()}-{self._user}"

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script of sh as the user, who reaches the manager with `systemctl --user`."""
        return self._place.run(
            f"export XDG_RUNTIME_DIR=/run/user/$(id -u); {script}", user=self._user
        )
