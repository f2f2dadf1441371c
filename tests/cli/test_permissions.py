"""Places that others can write, and the rights of what gvm writes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.cli.process import Process
from gvm.sources.official import GO_DEV
from tests.goarchive import ARCH, archive, mirror
from tests.machine import Machine, is_for_all
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

# Somebody else than the caller and root.
DAEMON = 1
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
needs_python = pytest.mark.skipif(not is_for_all(), reason="this Python is closed to other users")
needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="there is no strace")


@pytest.fixture
def machine() -> Iterator[Machine]:
    """One that others can reach, unlike pytest's directories."""
    with tempfile.TemporaryDirectory(prefix="gvm-test-") as base:
        Path(base).chmod(0o755)
        yield Machine(Path(base))


def give(place: Path, mode: int, group: int = 0) -> None:
    os.chown(place, 0, group)
    place.chmod(mode)


def give_by_acl(place: Path) -> None:
    subprocess.run(["setfacl", "-m", f"u:{DAEMON}:rwx", place], check=True)


# What is done to a cache, or to a directory in it.
PLACES: dict[str, Callable[[Path], object]] = {
    "another's": lambda cache: os.chown(cache, DAEMON, DAEMON),
    "everybody's": lambda cache: cache.chmod(0o777),
    "everybody's, and sticky": lambda cache: cache.chmod(0o1777),
    "a group's": lambda cache: give(cache, 0o775, DAEMON),
    "another's, by an ACL": give_by_acl,
    "another's, below": lambda cache: os.chown(cache / "archives", DAEMON, 0),
    "a group's, below": lambda cache: give(cache / "archives", 0o775, DAEMON),
    "another's, by an ACL, below": lambda cache: give_by_acl(cache / "archives"),
}


@needs_root
@pytest.mark.skipif(not shutil.which("setfacl"), reason="there is no setfacl")
@pytest.mark.parametrize("make", PLACES.values(), ids=PLACES)
def test_cache_of_others(
    make: Callable[[Path], object], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """A cache where others could put links is not used, and the links are not followed."""
    cache = machine.base / "cache/gvm"
    locks = cache / "archives/.locks"
    with Server(mirror(["1.22.6"])) as server:
        environ = {
            "XDG_CACHE_HOME": str(cache.parent),
            "GVM_MIRROR": f"{server.url}/dl",
            "GVM_TRUST_MIRROR": "1",
        }
        secret = machine.write("secret", "as it was")
        locks.mkdir(parents=True)
        [archive] = (Path(name).name for name in server.files if name.endswith(".gz"))  # type: ignore[union-attr]
        (locks / f"{archive}.lock").symlink_to(secret)
        make(cache)
        calls = (
            ("install", "1.22.6"), ("latest", "--source", environ["GVM_MIRROR"]), ("list-remote",),
        )  # fmt: skip
        told = set()
        for call in calls:
            done = machine.gvm(*call, environ=environ)
            assert done.returncode == 1
            told.add(done.stderr)
        (text,) = told
        assert text == snapshot
        assert secret.read_text() == "as it was"
        assert server.requests == []
        if all(place.stat().st_uid == 0 for place in (cache, cache / "archives")):
            machine.run(text.partition("hint: ")[2].split())
            assert machine.gvm("list-remote", environ=environ).returncode == 0


@needs_root
@needs_python
def test_private_group(machine: Machine) -> None:
    """Where a umask of 002 lets a user's own group write the home, the cache is made and used."""
    cache = machine.home / ".cache"
    cache.mkdir()
    for place in (machine.home, cache):
        os.chown(place, DAEMON, DAEMON)
        place.chmod(0o775)
    user = ["setpriv", f"--reuid={DAEMON}", f"--regid={DAEMON}", "--clear-groups"]
    before = [*user, "sh", "-c", 'umask 002; exec "$@"', "sh"]
    with Server(mirror(["1.22.6"])) as server:
        for _ in range(2):
            done = machine.gvm("list-remote", environ=server.variables, before=before)
            assert (done.returncode, done.stderr) == (0, "")
    for place in (cache / "gvm", cache / "gvm/indexes"):
        assert place.stat().st_mode & 0o7777 == 0o755


PLANTED: dict[str, tuple[Callable[[Path], object], int]] = {
    "own": (lambda _: None, 0),
    "another's": (lambda file: os.chown(file, DAEMON, DAEMON), 7),
    "a group's": (lambda file: give(file, 0o664, DAEMON), 7),
    "everybody's": (lambda file: file.chmod(0o646), 7),
    "another's, by an ACL": (lambda file: subprocess.run(["setfacl", "-m", f"u:{DAEMON}:rw", file], check=True), 7),
}  # fmt: skip


@needs_root
@pytest.mark.skipif(not shutil.which("setfacl"), reason="there is no setfacl")
@pytest.mark.parametrize(("make", "code"), PLANTED.values(), ids=PLANTED)
def test_planted_index(
    make: Callable[[Path], object], code: int, machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """What another user has put into the cache, or may write there, vouches for nothing."""
    data = archive("1.99.9")
    name = f"go1.99.9.linux-{ARCH.arch}.tar.gz"
    machine.write(f"stick/{name}", data)
    entry = {
        "filename": name,
        "os": "linux",
        "arch": ARCH.arch,
        "kind": "archive",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    text = json.dumps([{"version": "go1.99.9", "files": [entry]}])
    index = f"{hashlib.sha256(GO_DEV.encode()).hexdigest()[:16]}.json"
    make(machine.write(f".cache/gvm/indexes/{index}", json.dumps({"etag": None, "text": text})))
    done = machine.gvm("install", "--source", "stick", "1.99.9")
    assert done.returncode == code, done.stderr
    if code:
        assert done.stderr == snapshot


@needs_root
@pytest.mark.parametrize("other", ["theirs", "named"])
def test_kept_variables(other: str, machine: Machine) -> None:
    """What leads root to another user's settings or cache, or through that user's link, is not set."""
    theirs, named = machine.base / "theirs", machine.base / "named"
    settings = theirs / "gvm/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("unknown = 1\n")
    named.symlink_to(theirs)
    environ = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(named))
    assert machine.gvm("reshim", environ=environ).returncode == 2
    os.chown(machine.base / other, DAEMON, DAEMON, follow_symlinks=False)
    with Server(mirror(["1.22.6"])) as server:
        done = machine.gvm("install", "1.22.6", environ=server.variables | environ)
    assert (done.returncode, list(settings.parent.iterdir())) == (0, [settings])


@pytest.mark.parametrize(
    ("name", "value"),
    [("XDG_CONFIG_HOME", "conf"), ("XDG_CACHE_HOME", "./c"), ("XDG_CONFIG_DIRS", "/etc/xdg:etc")],
)
def test_relative_variables(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No relative directory is set for pip, of which older ones read settings in the working directory."""
    monkeypatch.setenv(name, value)
    assert name not in Process().own_environ
    monkeypatch.setenv(name, "/etc")
    assert Process().own_environ[name] == "/etc"


@needs_root
@pytest.mark.parametrize(
    "variable", ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "ZDOTDIR", "BASH_COMPLETION_USER_DIR"]
)
def test_settings_of_others(variable: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Root's activation writes nothing into another user's directory, whatever variable leads there."""
    machine.add("1.22.6")
    theirs = machine.base / "theirs"
    for place in (theirs, theirs / "fish"):
        place.mkdir()
        os.chown(place, DAEMON, DAEMON)
    (theirs / "fish/conf.d").symlink_to(machine.home)
    environ = {"GVM_DATA_DIR": str(machine.root.path), variable: str(theirs)}
    done = machine.gvm("activate", environ=environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == snapshot
    assert not list(machine.home.glob("*.fish"))
    assert not list(theirs.glob(".z*"))


@needs_root
def test_tools_of_others(machine: Machine) -> None:
    """What root's `go install` made gets no shims in a directory that another user owns."""
    machine.add("1.22.6")
    theirs = machine.base / "theirs"
    (theirs / "shims").mkdir(parents=True)
    (theirs / "shims/gvm-shim").touch(mode=0o755)
    (theirs / "shims/.gvm-shim").symlink_to(machine.write("secret", "as it was"))
    for path in (theirs, theirs / "shims", theirs / "shims/gvm-shim"):
        os.chown(path, DAEMON, DAEMON)
    tool = machine.write("bin/tool", "#!/bin/sh\n")
    tool.chmod(0o755)
    environ = {"GVM_DATA_DIR": str(theirs), "GOBIN": str(tool.parent)}
    go = machine.root.versions / "1.22.6"
    environ["GVM_GO_VERSION"] = f"path:{go}"
    done = machine.shim("go", "install", ".", environ=environ)
    assert done.returncode == 0, done.stderr
    assert (machine.home / "secret").read_text() == "as it was"
    assert sorted(file.name for file in (theirs / "shims").iterdir()) == [".gvm-shim", "gvm-shim"]


MADE = re.compile(
    r'(?:openat?|mkdir(?:at)?)\((?:AT_FDCWD, |\d+(?:<[^>]*>)?, )?"([^"]*)"[^)]*, 0?([0-7]{3,4})\) = '
)
CALLS = (
    ["install", "1.22.6"], ["install", "1.21.13"], ["local", "1.22.6"], ["global", "1.21"], ["reshim"],
    ["activate"], ["uninstall", "1.21.13"], ["deactivate"],
)  # fmt: skip


@needs_strace
@pytest.mark.parametrize("mask", ["000", "077", "default ACL"])
def test_rights(mask: str, machine: Machine) -> None:
    """Whatever the umask, or the ACL in its place, nothing is ever made that others may write, nor wider than it ends."""
    has_acl = mask == "default ACL"
    if has_acl:
        mask = "022"
        acl = f"u:{DAEMON}:rwx,g::rwx,o::rwx"
        if subprocess.run(["setfacl", "-R", "-d", "-m", acl, machine.base], check=False).returncode:
            pytest.skip("no ACLs here")
    trace = machine.base / "trace"
    with Server(mirror(["1.22.6", "1.21.13"])) as server:
        environ = server.variables
        before = [
            "strace",
            "-f",
            "-qq",
            "-A",
            "-o",
            str(trace),
            "-e",
            "trace=open,openat,mkdir,mkdirat,umask",
        ]
        shell = ["sh", "-c", f'umask {mask}; exec "$@"', "sh"]
        for call in CALLS:
            done = machine.gvm(*call, environ=environ, before=[*shell, *before])
            assert done.returncode == 0, done.stderr
    # What gvm's programs make in a root later is not opened by that ACL either.
    assert os.listxattr(machine.root.versions) in ([], ["system.posix_acl_access"])
    ends = {}
    for path in machine.base.rglob("*"):
        if not path.is_symlink() and path != trace:
            ends[str(path)] = path.stat().st_mode & 0o7777
            assert not ends[str(path)] & 0o022, path
    masks = {pid: int(mask, 8) for pid in re.findall(r"^\d+", trace.read_text(), re.MULTILINE)}
    assert masks
    seen = 0
    for line in trace.read_text().splitlines():
        pid, _, call = line.partition(" ")
        if changed := re.search(r"umask\(0?([0-7]+)\)", call):
            # Threads share it.
            masks = dict.fromkeys(masks, int(changed[1], 8))
        made = MADE.search(call)
        if (
            made
            and ("O_CREAT" in call or "mkdir" in call)
            and " = -1 " not in call
            and made[1] != "/dev/null"
        ):
            seen += 1
            rights = int(made[2], 8) & ~(0 if has_acl else masks[pid])
            assert not rights & 0o022, line
            path = str((machine.home / made[1]).resolve())
            assert rights & ~ends.get(path, 0o777) == 0, line
    assert seen > 20
