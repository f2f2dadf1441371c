"""Files that are not what they should be, or hold what a terminal would obey."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.goarchive import mirror
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine


def listen(file: Path) -> None:
    # A socket's path has 107 bytes at most.
    directory = os.open(file.parent, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{directory}/{file.name}")
    os.close(directory)


def sparse(file: Path) -> None:
    file.touch()
    os.truncate(file, 1 << 30)


ODD: dict[str, Callable[[Path], object]] = {
    "directory": os.mkdir,
    "pipe": os.mkfifo,
    "socket": listen,
    "loop of links": lambda file: file.symlink_to(file.name),
    "link to a device": lambda file: file.symlink_to("/dev/zero"),
    "gigabyte": sparse,
    "no text": lambda file: file.write_bytes(b"\xff\xfe\0\x1b]0;x\x07" * 100),
}
CALLS = (["current"], ["why"], ["list"], ["install"], ["local", "1.22.6"])


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
def test_odd_files(
    make: Callable[[Path], object], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """No file, whatever it is, holds a command up, fills the memory, or ends in a traceback."""
    machine.add("1.22.6")
    machine.environ["GVM_MIRROR"] = "http://127.0.0.1:9"
    machine.patience = 20
    work = machine.home / "w"
    work.mkdir()
    version = machine.root.versions / "1.22.6/VERSION"
    version.unlink()
    machine.root.receipts.mkdir()
    files = [work / "go.mod", version, machine.root.receipts / "1.22.6.toml"]
    # What the shim reads is read to its end, see below.
    if make is not sparse:
        files += [work / ".tool-versions", machine.root.default, machine.home / ".config/go/env"]
    files.append(machine.home / ".config/gvm/config.toml")
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        make(file)
    limit = ["prlimit", "--as=1000000000", "--"]
    done = machine.gvm("reshim", cwd=work, before=limit)
    assert done.returncode == 2
    assert done.stderr == snapshot
    files[-1].rename(machine.home / "aside")
    for call in CALLS:
        done = machine.gvm(*call, cwd=work, before=limit)
        assert done.returncode in {0, 1, 2, 3, 4, 5, 6}, (call, done.stderr)
        assert not re.search(r"Traceback|Error:|\x1b", done.stdout + done.stderr), call


@pytest.mark.skipif(not os.access("/proc/kmsg", os.R_OK), reason="the kernel lets root only")
@pytest.mark.parametrize("name", [".tool-versions", ".go-version", "go.mod"])
def test_of_the_kernel(name: str, machine: Machine) -> None:
    """What a project lets lead into /proc, root neither waits for nor takes from whom it is for."""
    machine.add("1.22.6")
    machine.environ["GVM_MIRROR"] = "http://127.0.0.1:9"
    machine.patience = 20
    work = machine.home / "w"
    work.mkdir()
    (work / name).symlink_to("/proc/kmsg")
    for call in CALLS:
        done = machine.gvm(*call, cwd=work)
        assert not re.search(r"Traceback|Error:", done.stderr), (call, done.stderr)


def test_endless_line(machine: Machine) -> None:
    """A file of one endless line takes its time, and Ctrl-C ends that at once."""
    machine.add("1.22.6")
    sparse(machine.home / ".tool-versions")
    argv = ["/bin/sh", str(machine.root.shims / "go")]
    with subprocess.Popen(argv, cwd=machine.home, env=machine.environ) as shim:
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                shim.wait(0.3)
            shim.send_signal(signal.SIGINT)
            assert shim.wait(5) == -signal.SIGINT
        finally:
            shim.kill()


def replaced(place: Path) -> None:
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.exists():
        shutil.rmtree(place)
    place.touch()


def led_nowhere(place: Path) -> None:
    shutil.rmtree(place)
    place.symlink_to("gone")


def emptied(link: Path) -> None:
    link.unlink()
    link.mkdir()


# What is spoilt below the root and how, a call that finds it, and its exit code.
SPOILT: dict[str, tuple[str, Callable[[Path], object], str, int]] = {
    "shim, empty": ("shims/gvm-shim", replaced, "list", 9),
    "shim, broken": ("shims/gvm-shim", lambda shim: shim.write_text("if\n"), "list", 9),
    "shim, of nothing": ("shims/gvm-shim", lambda shim: shim.write_text("printf 'x=\\0'\n"), "list", 9),
    "version, file": ("RELEASE/versions/1.22.6", replaced, "exec 1.22.6 go", 4),
    "version, link": ("RELEASE/versions/1.22.6", led_nowhere, "exec 1.22.6 go", 4),
    "alias": ("RELEASE/aliases/1.22", emptied, "exec 1.22 go", 4),
    "no line's alias": ("RELEASE/aliases/1.9", Path.mkdir, "install 1.22.6", 0),
    "unfinished": ("staging/RELEASE-1.22.6", replaced, "install --force 1.22.6", 0),
}  # fmt: skip


@pytest.mark.parametrize(("place", "make", "call", "code"), SPOILT.values(), ids=SPOILT)
def test_spoilt(
    place: str,
    make: Callable[[Path], object],
    call: str,
    code: int,
    machine: Machine,
    snapshot: SnapshotAssertion,
) -> None:
    """What is spoilt in a root is told with the line that mends it, or is no matter."""
    with Server(mirror(["1.22.6"])) as server:
        machine.environ |= server.variables
        assert machine.gvm("install", "1.22.6").returncode == 0
        make(machine.root.path / place.replace("RELEASE", str(machine.root.release)))
        done = machine.gvm(*call.split())
        assert done.returncode == code, done.stderr
        if code:
            # The shell's own words may come first.
            assert "\n".join(done.stderr.splitlines()[-2:]) == snapshot
            mend = done.stderr.partition("hint: gvm ")[2]
            assert machine.gvm(*mend.split()).returncode == 0
            assert machine.gvm(*call.split()).returncode == 0
        assert machine.gvm("uninstall", "--all").returncode == 0
    assert list(machine.root.staging.iterdir()) == []


# What has taken a place below the root, and a call that needs it.
IN_THE_WAY: dict[str, tuple[Callable[[Path], object], str]] = {
    ".": (replaced, "reshim"),
    "shims": (replaced, "reshim"),
    "shims/gvm-shim": (emptied, "reshim"),
    "RELEASE/aliases/1.22": (replaced, "install --force 1.22.6"),
    "staging": (replaced, "uninstall 1.22.6"),
    "locks": (replaced, "reshim"),
    "locks/shims.lock": (lambda lock: lock.mkdir(parents=True), "reshim"),
    "RELEASE": (replaced, "list"),
    "RELEASE/versions": (replaced, "list"),
    "RELEASE/aliases": (replaced, "uninstall 1.22.6"),
    "RELEASE/default": (Path.mkdir, "global 1.22"),
    "RELEASE/receipts": (replaced, "install --force 1.22.6"),
    "../../../.cache/gvm/archives": (replaced, "install --force 1.22.6"),
}


@pytest.mark.parametrize(
    ("place", "make", "call"), [(k, *v) for k, v in IN_THE_WAY.items()], ids=IN_THE_WAY
)
def test_in_the_way(
    place: str,
    make: Callable[[Path], object],
    call: str,
    machine: Machine,
    snapshot: SnapshotAssertion,
) -> None:
    """What is in the way is told, with a line that shows it."""
    machine.add("1.22.6")
    cache = machine.home / ".cache/gvm"
    cache.mkdir(parents=True)
    file = machine.root.path / place.replace("RELEASE", str(machine.root.release))
    file = Path(os.path.normpath(file))
    make(file)
    with Server(mirror(["1.22.6"])) as server:
        done = machine.gvm(*call.split(), environ=server.variables)
    assert done.returncode == 1
    assert done.stderr == snapshot


@pytest.mark.parametrize("place", ["config.toml", ""])
def test_closed_settings(place: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Settings that the caller may not read are no mistake in them."""
    closed = machine.write(".config/gvm/config.toml", "").parent / place
    closed.chmod(0)
    # As root would not be stopped.
    limited = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    done = machine.gvm("reshim", before=limited if os.geteuid() == 0 else [])
    closed.chmod(0o700)
    assert done.returncode == 1
    assert done.stderr == snapshot


EVIL = "\x1b]0;evil\x07\x1b[2J\x7f\N{CONTROL SEQUENCE INTRODUCER}5m"


def test_escapes(machine: Machine) -> None:
    """Names and words that a terminal would obey are never written to it."""
    machine.add("1.22.6")
    tree = machine.home / "tree"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin/go").touch(mode=0o755)
    (tree / "VERSION").write_text(f"go{EVIL}\n")
    work = machine.write(f"{EVIL}/go.mod", "go 1.99.1\n").parent
    calls: list[tuple[str, ...]] = [
        (EVIL,), (f"--{EVIL}",), ("install", EVIL), ("install", f"./{EVIL}"), ("exec", "--", EVIL),
        ("install", "--source", f"http://{EVIL}/", "1.99.1"), ("where", EVIL), ("why", "--json"),
    ]  # fmt: skip
    outputs = []
    for words in (EVIL, f"path:{tree}", "1.99.1", f"1.22.6 {EVIL}"):
        machine.write(f"{EVIL}/.tool-versions", f"golang {words}\n")
        outputs += [machine.gvm(call, cwd=work) for call in ("current", "why")]
        if words != f"path:{tree}":
            outputs.append(machine.shim("gofmt" if words.startswith("1.22") else "go", cwd=work))
    outputs += [machine.gvm(*call, cwd=work) for call in calls]
    (work / "fish/conf.d").mkdir(parents=True)
    (work / "fish/conf.d/gvm.fish").touch()
    outputs.append(machine.gvm("activate", environ={"XDG_CONFIG_HOME": str(work)}))
    assert "/fish/conf.d/gvm.fish" in outputs[-1].stdout
    for done in outputs:
        told = done.stdout + done.stderr
        told = told.replace(f"executable={machine.root.versions}", "")
        assert all(char.isprintable() or char == "\n" for char in told), done
