"""What stands in os-release, whatever that is: the release is one plain name, and nobody waits."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gvm.assets import assemble_shim
from gvm.model.release import Release
from tests import releases
from tests.machine import SHELLS, examples
from tests.releases import NOBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(not releases.is_possible(), reason="there are no private mounts")
# yash alone reads characters, and ends at the first byte that is none.
LOCALE = {"yash": "C.UTF-8"}
YASH = b"read: cannot read input: "
SAFE = re.compile(r"[a-z][a-z0-9.-]{0,98}")
# /etc has nothing but os-release; each line that is read is the command of a shell.
_LOOP = """
mount --bind "$1/etc" /etc && mount --bind "$1/fallback" /usr/lib/os-release || exit
cd / && echo ready
while read -r locale command; do
	timeout 20 env -i PATH=/usr/bin:/bin LC_ALL="$locale" $command "$1/gvm-shim" --release >"$1/out" 2>"$1/err"
	echo $?
done
"""


class Etc:
    """A process for which /etc is another directory."""

    def __init__(self, base: Path) -> None:
        base.chmod(0o755)
        self.file = base / "etc/os-release"
        self.file.parent.mkdir()
        self.canary = base / "canary"
        self._base = base
        (base / "fallback").write_text("ID=fallback\n")
        (base / "gvm-shim").write_text(assemble_shim())
        (base / "gvm-shim").chmod(0o755)
        self._process = subprocess.Popen(
            [*releases.UNSHARE, "sh", "-c", _LOOP, "sh", base],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._told() == "ready"

    def close(self) -> None:
        self._process.communicate()

    def clear(self) -> None:
        """Let there be no os-release."""
        if self.file.is_dir() and not self.file.is_symlink():
            self.file.rmdir()
        self.file.unlink(missing_ok=True)

    def write(self, content: bytes) -> None:
        """Let it hold something."""
        self.clear()
        self.file.write_bytes(content)

    def release(self, shell: str, before: str = "") -> str:
        """What the shim says, which tells nothing else, and does nothing."""
        assert self._process.stdin is not None
        print(LOCALE.get(shell, "C"), before, *SHELLS[shell], file=self._process.stdin, flush=True)
        assert self._told() == "0"
        talk = (self._base / "err").read_bytes().splitlines()
        assert [line for line in talk if not line.startswith(YASH)] == []
        assert not self.canary.exists()
        first, *rest = (self._base / "out").read_bytes().split(b"\0")
        assert [field.partition(b"=")[0] for field in rest] == [b"user_root", b"system_root", b""]
        name = first.decode().removeprefix("release=")
        assert SAFE.fullmatch(name)
        assert str(Release.parse(name)) == name
        return name

    def _told(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


@pytest.fixture(scope="module")
def etc() -> Iterator[Etc]:
    with tempfile.TemporaryDirectory(prefix="gvm-test-") as name:
        etc = Etc(Path(name))
        yield etc
        etc.close()


# The content, and the release that it is.
TEXTS: dict[str, tuple[str | bytes, str]] = {
    "single quotes": ("ID='a'\nVERSION_ID='1'\n", "a-1"),
    "one quote": ("ID=\"a\nVERSION_ID=1'\n", "a-1"),
    "no last newline": ("ID=a\nVERSION_ID=1", "a-1"),
    "values in other values": (f'NAME="\nID=x"\n{NOBLE}', "x-24.04"),
    "a digit first": ("ID=4linux\nVERSION_ID=1\n", "linux"),
    "a dash in it": ("ID=opensuse-leap\nVERSION_ID=15.6\n", "opensuse-leap-15.6"),
    "only dots": ("ID=..\nVERSION_ID=..\n", "linux"),
    "upwards": ("ID=../..\nVERSION_ID=1\n", "linux"),
    "upwards in the version": ("ID=ubuntu\nVERSION_ID=../../tmp\n", "linux"),
    "absolute": ("ID=/tmp/x\nVERSION_ID=1\n", "linux"),
    "hidden": ("ID=.x\nVERSION_ID=1\n", "linux"),
    "an option": ("ID=-x\nVERSION_ID=1\n", "linux"),
    "capitals": ("ID=Ubuntu\nVERSION_ID=24.04\n", "linux"),
    "letters beyond ASCII": ("ID=ubüntu\nVERSION_ID=24.04\n", "linux"),
    "bytes of no letter": (b"ID=\xff\n", "linux"),
    "blanks": ("ID=ubuntu \nVERSION_ID=24.04\n", "linux"),
    "carriage returns": ("ID=ubuntu\r\nVERSION_ID=24.04\r\n", "linux"),
    "an escape": ("ID=\x1b]0;x\x07\nVERSION_ID=24.04\n", "linux"),
    "a command": ("ID=$(touch CANARY)\nVERSION_ID=`touch CANARY`\ntouch CANARY\n", "linux"),
    "a command behind": ("ID=a;touch CANARY\nVERSION_ID=1\n", "linux"),
    "an expansion": ("ID=$HOME\nVERSION_ID=${PATH}\n", "linux"),
    "a pattern": ("ID=*\nVERSION_ID=?\n", "linux"),
    "a variable of the shim": ("gvm_id=x\ngvm_safe=/\nPATH=/\nIFS=u\nID=u/b\nVERSION_ID=1\n", "linux"),
    "longest": (f"ID={'a' * 97}\nVERSION_ID=1\n", f"{'a' * 97}-1"),
    "too long": (f"ID={'a' * 98}\nVERSION_ID=1\n", "linux"),
    "much too long": (f"ID={'a' * 50_000}\nVERSION_ID=1\n", "linux"),
    "a long line before": (f"NAME={'=' * 50_000}\n{NOBLE}", "ubuntu-24.04"),
    "many lines before": ("X=1\n" * 10_000 + NOBLE, "ubuntu-24.04"),
    "nothing": ("", "linux"),
    "only an ID": ("ID=arch\n", "arch"),
    "only a version": ("VERSION_ID=1\n", "linux-1"),
}  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_texts(shell: str, etc: Etc) -> None:
    """Whatever it says, nothing of it is run, and what can be no name is the release linux."""
    told = {}
    for name, (text, _) in TEXTS.items():
        content = text if isinstance(text, bytes) else text.encode()
        etc.write(content.replace(b"CANARY", os.fsencode(etc.canary)))
        told[name] = etc.release(shell)
    assert told == {name: expected for name, (_, expected) in TEXTS.items()}


ODD: dict[str, Callable[[Path], object]] = {
    "missing": lambda _: None,
    "directory": Path.mkdir,
    "fifo": os.mkfifo,
    "loop of links": lambda file: file.symlink_to(file.name),
    "link to nothing": lambda file: file.symlink_to("nothing"),
    "link to a device": lambda file: file.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_odd(shell: str, etc: Etc) -> None:
    """What is no file is passed over in silence, and not waited for."""
    told = {}
    for name, make in ODD.items():
        etc.clear()
        make(etc.file)
        told[name] = etc.release(shell)
    assert told == dict.fromkeys(ODD, "fallback")


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("setpriv"), reason="only root becomes somebody else"
)
def test_unreadable(etc: Etc) -> None:
    """What the caller may not read is passed over too."""
    etc.write(NOBLE.encode())
    user = "setpriv --reuid=65534 --regid=65534 --clear-groups"
    assert etc.release("dash", user) == "ubuntu-24.04"
    etc.file.chmod(0)
    assert etc.release("dash", user) == "fallback"
    etc.clear()


BYTES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"ID", b"VERSION_ID", b"VERSION_CODENAME", b"=", b"=", b"\n", b"\n", b"'", b'"', b"\\",
             b"\\\n", b"../", b"/", b"..", b".", b"-", b"#", b" ", b"\t", b"\r", b"\0", b"$(id)", b"`id`",
             b"ubuntu", b"24.04", b"\xff", b"\xc3\xbc", b"\x1b[2J", b"*", b"a" * 60]
        ),
        st.binary(max_size=3),
    ),
    max_size=14,
).map(b"".join)  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=BYTES)
def test_bytes(shell: str, etc: Etc, content: bytes) -> None:
    """Any bytes make a name, in silence."""
    etc.write(content)
    etc.release(shell)
