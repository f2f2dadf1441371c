"""A machine of a test's own: this one's files, and whatever is done to them is gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests import wheelhouse
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from typing_extensions import Self

# Where the checkout is there: /tmp is another.
SHOWN = Path("/mnt/gvm checkout")
# What reaches the machine's own package index again, in place of the wheelhouse.
INDEX = "export PIP_NO_INDEX=0 PIP_CONFIG_FILE=/etc/pip.index.conf;"
_WHEELS = "/mnt/wheels"
_PIP_CONF = f"[global]\nno-index = true\nfind-links = {_WHEELS}\n"
# Run in a new mount and PID namespace, whose first process is the shell that reads this. When no
# way leads out any more, it tells its process id out here, and it ends with its standard input.
_SCRIPT = r"""
set -eu
base=$1 checkout=$2 shown=$3 wheels=$4 pip_conf=$5 layer=$6
mount --make-rprivate /
lower=/
[ -z "$layer" ] || exec 3<"$layer"
mount -t tmpfs tmpfs "$base"
mkdir "$base/upper" "$base/work" "$base/root"
if [ -n "$layer" ]; then
	mkdir "$base/layer"
	tar -C "$base/layer" --xattrs --xattrs-include='trusted.*' -xpf - <&3
	lower=$base/layer:/
fi
mount -t overlay -o "lowerdir=$lower,upperdir=$base/upper,workdir=$base/work" overlay "$base/root"
cat /etc/resolv.conf >"$base/resolv.conf"
cat /etc/hosts >"$base/hosts"
read -r pid rest </proc/self/stat
cd "$base/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mkdir -p "${shown#/}"
mount --bind "$checkout" "${shown#/}"
mount -o remount,bind,ro "${shown#/}"
if [ -n "$wheels" ]; then
	mkdir -p mnt/wheels
	mount --bind "$wheels" mnt/wheels
	rm -rf root/.config/pip root/.pip
	[ -e etc/pip.index.conf ] || [ ! -e etc/pip.conf ] || mv etc/pip.conf etc/pip.index.conf
	printf %s "$pip_conf" >etc/pip.conf
fi
mkdir -p mnt/upper
mount --bind "$base/upper" mnt/upper
mount -t tmpfs -o mode=1777 tmpfs tmp
rm -f etc/resolv.conf etc/hosts
cp "$base/resolv.conf" "$base/hosts" etc
mkdir .outside
pivot_root . .outside
umount -l /.outside
rmdir /.outside
exec chroot / /bin/sh -c 'echo "$1"; while read -r line; do :; done' sh "$pid"
"""


@cache
def is_possible() -> bool:
    """Whether this process may have private mounts with an overlay, as root usually may."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("nsenter"):
        return False
    test = "mount -t tmpfs tmpfs /mnt && cd /mnt && mkdir u w r && mount -t overlay -o lowerdir=/,upperdir=u,workdir=w overlay r"
    done = subprocess.run(["unshare", "-m", "sh", "-c", test], capture_output=True, check=False)
    return done.returncode == 0


class Island:
    """The machine, as a context manager; everything in it ends with it.

    Attributes:
        base: a directory for it.
        layer: what `save` made of another, on which this one is built.
    """

    def __init__(self, base: Path, layer: Path | None = None) -> None:
        self._base = base
        self._layer = layer

    def __enter__(self) -> Self:
        command = ["unshare", "-m", "-p", "-f", "--kill-child", "sh", "-c", _SCRIPT, "sh"]
        wheels = str(wheelhouse.directory() or "")
        self._first = subprocess.Popen(
            [
                *command,
                str(self._base),
                str(CHECKOUT),
                str(SHOWN),
                wheels,
                _PIP_CONF,
                str(self._layer or ""),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._first.stdout is not None
        pid = self._first.stdout.readline().strip()
        assert pid, "there is no private machine"
        self._enter = ["nsenter", "-t", pid, "-m", "-p", "-r", "-w"]
        # Nothing may ever be done to the machine outside.
        root = self.run("grep ' / overlay ' /proc/mounts").stdout
        assert f"upperdir={self._base}/upper," in root, "this is no private machine"
        return self

    def __exit__(self, *_: object) -> None:
        self._first.communicate()

    def save(self, file: Path) -> None:
        """Write all that was changed here into an archive."""
        words = [
            "tar",
            "-C",
            "/mnt/upper",
            "--xattrs",
            "--xattrs-include=trusted.*",
            "-cpf",
            "-",
            ".",
        ]
        with file.open("wb") as archive:
            subprocess.run([*self._enter, *words], stdout=archive, cwd="/", check=True)

    def put(self, text: str | Path, target: str, user: str = "root") -> None:
        """Write a text, or the bytes of a file outside, into a file of the user's here."""
        content = text.encode() if isinstance(text, str) else text.read_bytes()
        script = 'mkdir -p "$(dirname "$1")" && cat >"$1"'
        words = ["runuser", "-u", user, "--", "sh", "-c", script, "sh", target]
        subprocess.run([*self._enter, *words], input=content, cwd="/", check=True)

    def run(
        self, script: str, *arguments: str, user: str = "root", patience: float = 300
    ) -> subprocess.CompletedProcess[str]:
        """Run a script of sh, as a user with that user's plain environment."""
        words = ["sh", "-c", script, "sh", *arguments]
        if user != "root":
            words = ["runuser", "-u", user, "--", *words]
        home = "/root" if user == "root" else f"/home/{user}"
        environ = {
            name: value
            for name, value in os.environ.items()
            if (name.startswith("PIP_") and name != "PIP_FIND_LINKS")
            or name.lower().endswith("_proxy")
        }
        return subprocess.run(
            [*self._enter, *words],
            env={**environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": home, "USER": user},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
        )
