"""Files and directories that are odd, closed, or somebody else's, and the system's root."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.selection.shims import program
from gvm.store.config import Config
from gvm.store.paths import SYSTEM_ROOT, Root
from gvm.store.toolchains import refresh_aliases
from tests.machine import SHELLS, Machine, fake_toolchain, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

PIN = "golang 1.22.6\n"
IS_ROOT = os.geteuid() == 0
# Somebody else than the caller and root.
DAEMON = 1
UNPRIVILEGED = (
    ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if IS_ROOT and shutil.which("setpriv")
    else []
)
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root gives files to others")
needs_user = pytest.mark.skipif(
    IS_ROOT and not UNPRIVILEGED, reason="root reads everything, and there is no setpriv"
)


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A machine where nobody can come by; pytest's own directories are closed."""
    with tempfile.TemporaryDirectory(prefix="gvm-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        machine = Machine(Path(name) / "m")
        machine.add("1.22.6", "1.21.13")
        machine.root.default.write_text("golang 1.21.13\n")
        yield machine
        for path in Path(name).rglob("closed*"):
            path.chmod(0o700)


def version(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return told(done.stdout)["executable"].split("/")[-3]


def loop(file: Path) -> None:
    file.symlink_to(file.name)


def link(file: Path) -> None:
    file.with_name("real").write_text(PIN)
    file.symlink_to("real")


# What .tool-versions or .go-version is, and the version that is used in its directory.
ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "directory": (Path.mkdir, "1.21.13"),
    "fifo": (os.mkfifo, "1.21.13"),
    "loop of links": (loop, "1.21.13"),
    "link to nothing": (lambda file: file.symlink_to("nothing"), "1.21.13"),
    "link to a device": (lambda file: file.symlink_to("/dev/zero"), "1.21.13"),
    "link to a file": (link, "1.22.6"),
}


@pytest.mark.parametrize("shell", [name for name in ("dash", "bash", "busybox") if name in SHELLS])
@pytest.mark.parametrize(("make", "expected"), ODD.values(), ids=ODD)
def test_odd_files(
    make: Callable[[Path], object], expected: str, shell: str, machine: Machine
) -> None:
    """What is no file asks for nothing, and holds nobody up."""
    for number, name in enumerate((".tool-versions", ".go-version")):
        place = machine.home / f"w{number}"
        place.mkdir()
        make(place / name)
        if expected == "1.22.6" and name == ".go-version":
            (place / "real").write_text("1.22.6\n")
        assert version(machine.shim(shell=shell, cwd=place)) == expected


@pytest.mark.parametrize(
    ("tail", "expected"), [(PIN, "1.22.6"), ("", "1.21.13")], ids=["pin", "none"]
)
def test_big_file(tail: str, expected: str, machine: Machine) -> None:
    """Five megabytes are read to the end."""
    machine.write("w/.tool-versions", "tool 1.0 # going on\n" * 250_000 + tail)
    assert version(machine.shim(cwd=machine.home / "w")) == expected


@needs_user
@pytest.mark.parametrize("name", [".tool-versions", ".go-version"])
def test_unreadable(name: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A pin that cannot be read is told of, and nothing else is used in its place."""
    file = machine.write(f"w/{name}", PIN)
    file.chmod(0)
    argv = [*UNPRIVILEGED, *SHELLS["dash"], machine.root.shims / "go"]
    done = machine.run(argv, cwd=file.parent)
    assert (done.returncode, done.stdout) == (126, "")
    assert done.stderr == snapshot


@needs_user
@pytest.mark.parametrize("shell", [name for name in ("dash", "bash", "busybox") if name in SHELLS])
def test_closed_directory(shell: str, machine: Machine) -> None:
    """In a directory that the caller may not read, what stands above it holds."""
    machine.write("w/.tool-versions", PIN)
    machine.write("w/closed/.tool-versions", "golang 1.0.1\n")
    closed = machine.home / "w/closed"
    script = 'cd "$1" && chmod 0 "$1" && shift && exec "$@"'
    argv = [*UNPRIVILEGED, *SHELLS[shell], machine.root.shims / "go"]
    for environ in ({}, {"PWD": str(closed)}):
        done = machine.run(["sh", "-c", script, "sh", closed, *argv], environ=environ)
        closed.chmod(0o700)
        assert version(done) == "1.22.6"


@pytest.mark.parametrize("shell", [name for name in ("dash", "bash", "busybox") if name in SHELLS])
def test_lying_directory(shell: str, machine: Machine) -> None:
    """Where the caller's PWD is not the working directory, the working directory counts."""
    machine.write("w/.tool-versions", PIN)
    machine.write("other/.tool-versions", "golang 1.0.1\n")
    for pwd in (
        str(machine.home / "other"),
        "other",
        "../other",
        "",
        "/nonexistent",
        f"{machine.home}/w/../other",
    ):
        done = machine.shim(shell=shell, cwd=machine.home / "w", environ={"PWD": pwd})
        assert version(done) == "1.22.6"


@needs_root
def test_root_of_another(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A toolchain in a root that is neither the caller's nor root's is not run, and that is said."""
    machine.write("w/.tool-versions", PIN)
    elsewhere = shims_elsewhere(machine, "go", "go1.22.6")
    os.chown(machine.root.path, DAEMON, DAEMON)
    for user, shims in (([], machine.root.shims), ([], elsewhere), (UNPRIVILEGED, elsewhere)):
        for name in ("go", "go1.22.6"):
            argv = [*user, *SHELLS["dash"], shims / name]
            done = machine.run(argv, cwd=machine.home / "w")
            assert (done.returncode, done.stdout) == (126 if name == "go" else 127, "")
            if name == "go":
                assert done.stderr == snapshot
    os.chown(machine.root.path, 0, 0)
    argv = [*UNPRIVILEGED, *SHELLS["dash"], elsewhere / "go"]
    assert version(machine.run(argv, cwd=machine.home / "w")) == "1.22.6"


def shims_elsewhere(machine: Machine, *names: str) -> Path:
    """Copy shims to where those who may write their root cannot change them."""
    directory = machine.base / "elsewhere"
    directory.mkdir()
    for name in names:
        shutil.copy(machine.root.shims / name, directory)
    return directory


@needs_root
@pytest.mark.parametrize("name", [".tool-versions", ".go-version"])
def test_path_of_another(name: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """`path:` is obeyed in files of the caller's and of root's, and in no other's."""
    fake_toolchain(machine.home / "mine", "1.1.1")
    word = "path:~/mine\n"
    file = machine.write(f"w/{name}", f"go {word}" if name == ".tool-versions" else word)
    owners = {DAEMON: 126, 0: 0, 65534: 0} if UNPRIVILEGED else {DAEMON: 126, 0: 0}
    for owner, code in owners.items():
        os.chown(file, owner, owner)
        user = UNPRIVILEGED if owner else []
        done = machine.run([*user, *SHELLS["dash"], machine.root.shims / "go"], cwd=file.parent)
        assert done.returncode == code, done.stderr
        if code:
            assert done.stderr == snapshot
    os.chown(file, DAEMON, DAEMON)
    done = machine.shim(cwd=file.parent, environ={"GVM_GO_VERSION": "path:~/mine"})
    assert told(done.stdout)["executable"] == f"{machine.home}/mine/bin/go"


@needs_root
def test_path_through_link(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """`path:` is not obeyed in a good file that somebody else's link, or directory, leads to."""
    fake_toolchain(machine.home / "mine", "1.1.1")
    good = machine.write("good", "go path:~/mine\n")
    directory = machine.home / "w"
    directory.mkdir()
    (directory / ".tool-versions").symlink_to(good)
    for what in (".tool-versions", "."):
        assert machine.shim(cwd=directory).returncode == 0
        os.chown(directory / what, DAEMON, DAEMON, follow_symlinks=False)
        done = machine.shim(cwd=directory)
        assert (done.returncode, done.stdout) == (126, "")
        assert done.stderr == snapshot
        os.chown(directory / what, 0, 0, follow_symlinks=False)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", [".tool-versions", ".go-version"])
def test_process_as_pin(name: str, shell: str, machine: Machine) -> None:
    """What /proc tells of a process that somebody named like a pin is none."""
    words = ["golang 1.22.6\n", "20"]
    with subprocess.Popen(words, executable="/bin/sleep") as process:
        (machine.home / name).symlink_to(f"/proc/{process.pid}/cmdline")
        done = machine.shim(shell=shell)
        process.kill()
    if name == ".tool-versions":
        assert version(done) == "1.21.13"
    else:
        assert (done.returncode, done.stdout) == (126, "")


@needs_root
def test_link_to_root(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Root follows no link of somebody else's to a toolchain, which may lead elsewhere next time."""
    other = machine.write("other/x", "").parent
    link = other / "gvm"
    link.symlink_to(machine.root.path)
    environ = {"GVM_DATA_DIR": str(link), "GVM_GO_VERSION": "1.22.6"}
    shim = machine.base / "go"
    shim.write_bytes(program(Root(SYSTEM_ROOT, machine.root.release), Config(), ""))
    for place in (link, other):
        assert version(machine.run([*SHELLS["dash"], shim], environ=environ)) == "1.22.6"
        os.chown(place, DAEMON, DAEMON, follow_symlinks=False)
        done = machine.run([*SHELLS["dash"], shim], environ=environ)
        assert (done.returncode, done.stdout) == (126, "")
        assert done.stderr == snapshot
        os.chown(place, 0, 0, follow_symlinks=False)


@needs_root
def test_tool_of_another(machine: Machine) -> None:
    """Root runs no tool from a HOME that is another user's."""
    tool = machine.write("bin/linter", "#!/bin/sh\necho ran\n")
    tool.chmod(0o755)
    (machine.root.shims / "linter").hardlink_to(machine.root.shims / "gvm-shim")
    environ = {"GOBIN": str(tool.parent)}
    for place in (tool, tool.parent):
        assert machine.shim("linter", environ=environ).stdout == "ran\n"
        os.chown(place, DAEMON, DAEMON)
        done = machine.shim("linter", environ=environ)
        assert (done.returncode, done.stdout) == (127, "")
        os.chown(place, 0, 0)
    # Links in /proc lead elsewhere than they say; and what is relative is nobody's.
    with subprocess.Popen(["/bin/sleep", "20"], cwd=tool.parent) as process:
        for place in (f"/proc/{process.pid}/cwd", "bin", "./bin"):
            done = machine.shim("linter", environ={"GOBIN": place})
            assert (done.returncode, done.stdout) == (127, ""), place
        process.kill()


def can_mount() -> bool:
    argv = ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/opt"]
    return IS_ROOT and subprocess.run(argv, capture_output=True, check=False).returncode == 0


def system_root(machine: Machine, *versions: str) -> Path:
    """What is to be /opt/gvm."""
    root = Root(machine.base / "opt", machine.root.release)
    for text in versions:
        fake_toolchain(root.versions / text, text)
    refresh_aliases(root)
    root.shims.mkdir()
    for name in ("go", "gvm-shim"):
        shim = root.shims / name
        shim.write_bytes(program(Root(SYSTEM_ROOT, root.release), Config(), ""))
        shim.chmod(0o755)
    return root.path


def with_opt(
    machine: Machine, *argv: str | Path, **environ: str
) -> subprocess.CompletedProcess[str]:
    script = 'mount -t tmpfs -o mode=755 tmpfs /opt && cp -a "$1" /opt/gvm && shift && exec "$@"'
    whole = ["unshare", "-m", "sh", "-c", script, "sh", machine.base / "opt", *argv]
    return machine.run(whole, environ=environ)


# What is asked for, and the root and version that it leads to.
ROOTS = {
    "1.22.6": ("home", "1.22.6"),
    "1.22.10": ("opt", "1.22.10"),
    "1.22": ("home", "1.22.6"),
    "1.23": ("opt", "1.23.1"),
    "latest": ("home", "1.22.6"),
    "1.19.1 1.23": ("opt", "1.23.1"),
}


@pytest.mark.skipif(not can_mount(), reason="needs root, and a mount namespace")
def test_both_roots(machine: Machine) -> None:
    """The user's root is searched before the system's, by either root's shims."""
    opt = system_root(machine, "1.22.6", "1.22.10", "1.23.1")
    (opt / machine.root.release.name / "default").write_text("golang 1.23.1\n")
    places = {"home": machine.root.path, "opt": SYSTEM_ROOT}
    for shim in (machine.root.shims / "go", SYSTEM_ROOT / "shims/go"):
        for request, (place, expected) in ROOTS.items():
            done = with_opt(machine, *SHELLS["dash"], shim, GVM_GO_VERSION=request)
            goroot = places[place] / machine.root.release.name / "versions" / expected
            assert told(done.stdout)["executable"] == f"{goroot}/bin/go", request
        assert version(with_opt(machine, *SHELLS["dash"], shim)) == "1.21.13"
    machine.root.default.unlink()
    done = with_opt(machine, *SHELLS["dash"], machine.root.shims / "go")
    assert told(done.stdout)["executable"].startswith("/opt/gvm/")
    assert version(done) == "1.23.1"


@pytest.mark.skipif(not can_mount(), reason="needs root, and a mount namespace")
def test_system_root_of_another(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A system root that belongs to somebody else than root is not used either."""
    opt = system_root(machine, "1.23.1")
    os.chown(opt, DAEMON, DAEMON)
    done = with_opt(machine, *SHELLS["dash"], machine.root.shims / "go", GVM_GO_VERSION="1.23.1")
    assert (done.returncode, done.stdout) == (126, "")
    assert done.stderr == snapshot


@pytest.mark.skipif(not can_mount(), reason="needs root, and a mount namespace")
def test_open_system_root(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A system root that others may write is used by its own shims when root calls them, else by none."""
    opt = system_root(machine, "1.23.1")
    opt.chmod(0o777)
    own, other = SYSTEM_ROOT / "shims/go", machine.root.shims / "go"
    assert version(with_opt(machine, *SHELLS["dash"], own, GVM_GO_VERSION="1.23.1")) == "1.23.1"
    for argv in ([other], [*UNPRIVILEGED, own] if UNPRIVILEGED else [other]):
        done = with_opt(machine, *argv, GVM_GO_VERSION="1.23.1")
        assert (done.returncode, done.stdout) == (126, "")
        assert done.stderr == snapshot


# What another user gets of a release's directory in /opt/gvm, and the version that is asked for.
PARTS = {
    "the release": ("", "1.23.1"),
    "versions": ("versions", "1.23.1"),
    "aliases": ("aliases", "1.23"),
    "a toolchain": ("versions/1.23.1", "1.23.1"),
    "a toolchain, by its alias": ("versions/1.23.1", "1.23"),
    "its bin": ("versions/1.23.1/bin", "1.23.1"),
    "its go": ("versions/1.23.1/bin/go", "1.23.1"),
}


@pytest.mark.skipif(not can_mount() or not UNPRIVILEGED, reason="needs root, and setpriv")
@pytest.mark.parametrize(("part", "request_"), PARTS.values(), ids=PARTS)
def test_part_of_another(part: str, request_: str, machine: Machine) -> None:
    """Nothing is run of a part of the system's root that another user owns, or may write."""
    place = system_root(machine, "1.23.1") / machine.root.release.name / part
    own, other = [SYSTEM_ROOT / "shims/go"], [machine.root.shims / "go"]
    every = [own, other, [*UNPRIVILEGED, *other]]

    def refused_for() -> list[list[str | Path]]:
        codes = {0: False, 126: True}
        done = [with_opt(machine, *argv, GVM_GO_VERSION=request_) for argv in every]
        return [argv for argv, one in zip(every, done, strict=True) if codes[one.returncode]]

    assert refused_for() == []
    os.chown(place, DAEMON, 0)
    # root's own shims look at what `..` leads through, and at no file: a builtin tells no more.
    assert refused_for() == (every[1:] if part.endswith(("aliases", "go")) else every)
    os.chown(place, 0, 0)
    place.chmod(0o777)
    assert refused_for() == every[1:]
    place.chmod(0o755)
    every_entry = [(1, 7, -1), (NAMED_USER, 7, DAEMON), (4, 5, -1), (16, 7, -1), (32, 5, -1)]
    os.setxattr(place, "system.posix_acl_access", packed(every_entry))
    assert refused_for() == every[1:]


# What may be written to /opt/gvm's access control list: a tag, its rights, and whose they are.
NAMED_USER, NAMED_GROUP = 2, 8
ACLS = {
    "group": [(NAMED_GROUP, 7, DAEMON), (16, 7, -1)],
    "user": [(NAMED_USER, 6, DAEMON), (16, 6, -1)],
}


def packed(entries: list[tuple[int, int, int]]) -> bytes:
    """Write an access control list as the kernel reads it."""
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


@pytest.mark.skipif(not can_mount(), reason="needs root, and a mount namespace")
@pytest.mark.parametrize("entries", ACLS.values(), ids=ACLS)
def test_system_root_with_acl(
    entries: list[tuple[int, int, int]], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """A system root that an access control list lets others write is not used by other shims."""
    opt = system_root(machine, "1.23.1")
    argv = [*SHELLS["dash"], machine.root.shims / "go"]
    assert version(with_opt(machine, *argv, GVM_GO_VERSION="1.23.1")) == "1.23.1"
    every = sorted([(1, 7, -1), (4, 5, -1), (32, 5, -1), *entries])
    os.setxattr(opt, "system.posix_acl_access", packed(every))
    for user in ([], UNPRIVILEGED):
        done = with_opt(machine, *user, *argv, GVM_GO_VERSION="1.23.1")
        assert (done.returncode, done.stdout) == (126, "")
        assert done.stderr == snapshot


@pytest.mark.skipif(not can_mount() or not UNPRIVILEGED, reason="needs root, and setpriv")
@pytest.mark.parametrize("shell", SHELLS)
def test_shim_in_its_root(shell: str, machine: Machine) -> None:
    """An ordinary user's shim in the system's root, or a link to it, starts nothing to see whose it is."""
    system_root(machine, "1.23.1")
    blind = 'mount -t tmpfs tmpfs /usr/local/bin && ln -s /opt/gvm/shims/go /usr/local/bin/go &&\
        mount --bind /bin/false /usr/bin/find && exec "$@"'
    shims = {
        str(machine.root.shims / "go"): 126,
        "/opt/gvm/shims/go": 0,
        "/usr/local/bin/go": 0,
    }
    for shim, code in shims.items():
        argv = ["sh", "-c", blind, "sh", *UNPRIVILEGED, *SHELLS[shell], shim]
        done = with_opt(machine, *argv, GVM_GO_VERSION="1.23.1")
        assert done.returncode == code, done.stderr


@pytest.mark.skipif(not can_mount() or not UNPRIVILEGED, reason="needs root, and setpriv")
@pytest.mark.parametrize("shim", ["/opt/gvm/shims/go", "/usr/local/bin/go"])
def test_shims_for_oneself(shim: str, machine: Machine) -> None:
    """Who has no gvm gets shims for tools, which serve no root, in a directory that others cannot write."""
    opt = system_root(machine, "1.23.1")
    go = opt / machine.root.release.name / "versions/1.23.1/bin/go"
    go.write_text(
        "#!/bin/sh\nmkdir -p $GOBIN && echo echo ran >$GOBIN/tool && chmod 755 $GOBIN/tool\n"
    )
    home = machine.base / "bare"
    home.mkdir()
    os.chown(home, 65534, 65534)
    every = [(1, 7, -1), (4, 7, -1), (NAMED_GROUP, 7, DAEMON), (16, 7, -1), (32, 7, -1)]
    os.setxattr(home, "system.posix_acl_default", packed(every))
    linked = 'mount -t tmpfs tmpfs /usr/local/bin && ln -s /opt/gvm/shims/go /usr/local/bin/go && exec "$@"'
    argv = ["sh", "-c", linked, "sh", *UNPRIVILEGED, *SHELLS["dash"], shim, "install", "x"]
    environ = {"HOME": str(home), "GOBIN": str(home / "bin"), "GVM_GO_VERSION": "1.23.1"}
    assert with_opt(machine, *argv, **environ).returncode == 0
    shims = home / ".local/share/gvm/shims"
    assert {file.name for file in shims.iterdir()} == {"gvm-shim", "tool"}
    assert "\ngvm_own=''\n" in (shims / "tool").read_text()
    for path in (shims.parent, shims, *shims.iterdir()):
        assert path.stat().st_mode & 0o022 == 0, path
    done = machine.run([*UNPRIVILEGED, *SHELLS["dash"], shims / "tool"], environ=environ)
    assert done.stdout == "ran\n"


@pytest.mark.skipif(not can_mount(), reason="needs root, and a mount namespace")
def test_without_perl(machine: Machine) -> None:
    """Where perl does not work, each tool's shim is linked by itself."""
    for name in ("one", "two"):
        machine.write(f"bin/{name}", "").chmod(0o755)
    script = 'mount --bind /bin/false /usr/bin/perl && exec "$@"'
    argv = ["unshare", "-m", "sh", "-c", script, "sh", *SHELLS["dash"], machine.root.shims / "go"]
    done = machine.run([*argv, "install", "x"], environ={"GOBIN": str(machine.home / "bin")})
    assert done.returncode == 0
    assert {"one", "two"} < {file.name for file in machine.root.shims.iterdir()}


@pytest.mark.skipif(not can_mount() or not UNPRIVILEGED, reason="needs root, and setpriv")
def test_shim_that_only_looks_so(machine: Machine) -> None:
    """A copy of the system's shim does not use the root of another user, who linked it into that root."""
    opt = system_root(machine, "1.23.1")
    copy = shims_elsewhere(machine, "gvm-shim") / "go"
    copy.write_bytes((opt / "shims/go").read_bytes())
    (opt / "shims/go").unlink()
    (opt / "shims/go").symlink_to(copy)
    os.chown(opt, DAEMON, DAEMON)
    done = with_opt(machine, *UNPRIVILEGED, *SHELLS["dash"], copy, GVM_GO_VERSION="1.23.1")
    assert (done.returncode, done.stdout) == (126, "")


@pytest.mark.skipif(not can_mount(), reason="needs root, and a mount namespace")
def test_one_root_twice(machine: Machine) -> None:
    """Where the user's root is the system's, its default asks once."""
    opt = system_root(machine, "1.23.1")
    (opt / machine.root.release.name / "default").write_text("golang 1.23.1\n")
    argv = [*SHELLS["dash"], SYSTEM_ROOT / "shims/gvm-shim", "--all"]
    done = with_opt(machine, *argv, GVM_DATA_DIR=str(SYSTEM_ROOT))
    assert done.stdout.split("\0").count("origin=default") == 1
