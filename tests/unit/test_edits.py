"""Changes of users' files: what stays, what is refused, and what a fault leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.errors import LockTimeoutError
from gvm.fs import edits
from gvm.fs.edits import edit_text
from tests.faults.inject import python
from tests.machine import CHECKOUT, is_for_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others"),
    pytest.mark.skipif(not shutil.which("setfacl"), reason="there is no setfacl"),
    pytest.mark.skipif(not is_for_all(), reason="this Python is closed to other users"),
]
USER = 65533
EDIT = "edits.edit_text(pathlib.Path(sys.argv[1]), lambda old: f'{old}new\\n')"


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that other users can reach, unlike pytest's."""
    with tempfile.TemporaryDirectory(prefix="gvm-test-") as base:
        Path(base).chmod(0o755)
        yield Path(base)


def setfacl(rules: str, file: Path, *options: str) -> None:
    subprocess.run(["setfacl", *options, "-m", rules, file], check=True)


def link(file: Path) -> None:
    file.with_name("other name").hardlink_to(file)


def rights(file: Path) -> tuple[object, ...]:
    """All that a file has but its text."""
    status = file.stat()
    attributes = {name: os.getxattr(file, name) for name in sorted(os.listxattr(file))}
    return status.st_mode, status.st_uid, status.st_gid, status.st_nlink, attributes


# What is special about a file, whose group is 5, in a directory of root's.
KEPT: dict[str, Callable[[Path], object]] = {
    "mode": lambda file: file.chmod(0o600),
    "read-only": lambda file: (os.chown(file, -1, file.stat().st_uid), file.chmod(0o444)),
    "owner": lambda file: os.chown(file, USER, 5),
    "ACL that gives its group less than its mask": lambda file: setfacl(f"u:{USER}:rw,g::-,m::rw", file),
    "ACL that gives all others less": lambda file: setfacl(f"u:{USER}:-,g:7:r,o::r", file),
    "default ACL above": lambda file: setfacl(f"u:{USER}:rwx,g::rwx", file.parent, "-d"),
    "setgid directory": lambda file: (os.chown(file.parent, 0, 7), file.parent.chmod(0o2755)),
    "attribute": lambda file: os.setxattr(file, "user.mine", b"\0x"),
    "attribute of root's": lambda file: os.setxattr(file, "trusted.mine", b"x"),
    "attribute that no other file may have": lambda file: os.setxattr(file, "security.mine", b"x"),
    "hard link": link,
    "hard link and ACL": lambda file: (link(file), setfacl(f"u:{USER}:rw", file)),
}  # fmt: skip


@pytest.mark.parametrize("make", KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("user", [0, USER], ids=["root", "owner"])
def test_rights_stay(make: Callable[[Path], object], user: int, place: Path) -> None:
    """Whatever a file has but its text, it has afterwards; and nothing is left beside it."""
    file = place / "file"
    file.write_text("old\n")
    file.chmod(0o640)
    os.chown(file, user, 5)
    os.chown(place, user, user)
    make(file)
    before, names = rights(file), sorted(place.iterdir())
    subprocess.run(
        [sys.executable, "-B", "-c", f"import pathlib, sys\nfrom gvm.fs import edits\n{EDIT}", file],
        env={"PYTHONPATH": str(CHECKOUT)}, user=user, group=user, extra_groups=[], check=True,
    )  # fmt: skip
    assert [each.read_text() for each in names] == ["old\nnew\n"] * len(names)
    assert rights(file) == before
    assert sorted(place.iterdir()) == names


@pytest.mark.parametrize("fault", ["flistxattr:error=EACCES", "fgetxattr:error=EACCES"])
def test_unreadable_attributes(fault: str, place: Path) -> None:
    """Attributes that gvm may not read stay."""
    file = place / "file"
    file.write_text("old\n")
    os.setxattr(file, "user.mine", b"x")
    before = rights(file)
    done = python(EDIT, file, faults=fault)
    assert (done.returncode, file.read_text(), rights(file)) == (0, "old\nnew\n", before)


# What is done to a file of root's, and whom it is not changed for.
REFUSED: dict[str, tuple[Callable[[Path], object], int]] = {
    "another's, read-only": (lambda file: os.chown(file.parent, USER, USER), USER),
    "all is another's": (lambda _: None, USER),
    "immutable": (lambda file: subprocess.run(["chattr", "+i", file], check=True), 0),
    "append-only": (lambda file: subprocess.run(["chattr", "+a", file], check=True), 0),
    "hard link, where all may make one": (lambda file: (link(file), file.parent.chmod(0o1777)), 0),
    "hard link, where a group may make one": (
        lambda file: (link(file), os.chown(file.parent, 0, 7), file.parent.chmod(0o775)), 0,
    ),
    "hard link, where another may make one": (
        lambda file: (link(file), os.chown(file.parent, USER, USER)), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "user"), REFUSED.values(), ids=REFUSED)
def test_refused(
    make: Callable[[Path], object], user: int, place: Path, snapshot: SnapshotAssertion
) -> None:
    """A file that cannot be changed without a loss stays as it was, and the error names it."""
    file = place / "file"
    file.write_text("old\n")
    make(file)
    before, names = rights(file), sorted(place.iterdir())
    done = subprocess.run(
        [sys.executable, "-B", "-c", f"import pathlib, sys\nfrom gvm.fs import edits\n{EDIT}", file],
        env={"PYTHONPATH": str(CHECKOUT)}, user=user, group=user, extra_groups=[],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    try:
        told = done.stderr.splitlines()[-1]
        assert told.replace(str(place), "<place>") == snapshot
        assert (file.read_text(), rights(file), sorted(place.iterdir())) == ("old\n", before, names)
    finally:
        subprocess.run(["chattr", "-ia", file], check=True)


# How a file of a user's is to be had where no other can take its place.
BARRED = {
    "directory of root's": "true",
    "sticky directory": "chmod 1777 .",
    "mount point": "chown {user} .; mount --bind file file",
    "mount point, read-only around": "mount --bind . .; mount --bind file file; mount -o remount,bind,ro .",
    "name taken by a directory": "mkdir .file.new; chmod 777 .; chown {user} file",
    "name taken by another": "touch .file.new; chmod 1777 .; chown {user} file",
}  # fmt: skip


@pytest.mark.parametrize("script", BARRED.values(), ids=BARRED)
def test_in_place(script: str, place: Path) -> None:
    """Where no other file can take its place, and it may be written, it is written."""
    file = place / "file"
    file.write_text("old\n")
    file.chmod(0o666)
    before, inode = rights(file), file.stat().st_ino
    run = f"cd {place}; {script.format(user=USER)}; setpriv --reuid {USER} --regid {USER} --clear-groups "
    subprocess.run(
        ["unshare", "-m", "sh", "-ec", f'{run} "$@"', "sh",
         sys.executable, "-B", "-c", f"import pathlib, sys\nfrom gvm.fs import edits\n{EDIT}", file],
        env={"PYTHONPATH": str(CHECKOUT), "PATH": os.environ["PATH"]}, check=True,
    )  # fmt: skip
    assert (file.read_text(), file.stat().st_ino) == ("old\nnew\n", inode)
    assert rights(file)[3:] == before[3:]


# As whom the rights of a file are tried: a user that an ACL names, one of its group, another.
OTHERS = {"named": (USER, USER), "group": (9, 5), "other": (9, 9)}
# What is special about a file, and the step that is only there for that.
SECRETS: dict[str, tuple[Callable[[Path], object], str]] = {
    "mode": (lambda file: file.chmod(0o600), "fchown"),
    "group": (lambda file: file.chmod(0o640), "fchmod"),
    "ACL": (lambda file: (file.chmod(0o600), setfacl(f"u:{USER}:r,g::-,m::r", file)), "fsetxattr"),
    "default ACL above": (
        lambda file: setfacl(f"u:{USER}:rwx,g::rwx,o::rwx", file.parent, "-d"), "fremovexattr",
    ),
}  # fmt: skip
RENAME = "rename,renameat,renameat2"
STEPS = ("write", "fchown", "fremovexattr", "fsetxattr", "fchmod", "fsync", RENAME)


def allowed(file: Path) -> set[str]:
    """What others may do with a file, each by trying."""
    return {
        f"{name} {option}"
        for name, (user, group) in OTHERS.items()
        for option in ("-r", "-w")
        if subprocess.run(
            ["test", option, file], user=user, group=group, extra_groups=[], check=False
        ).returncode
        == 0
    }


@pytest.mark.parametrize(("make", "special"), SECRETS.values(), ids=SECRETS)
def test_rights_meanwhile(make: Callable[[Path], object], special: str, place: Path) -> None:
    """At no moment may anybody do more with what takes a file's place, whatever the umask."""
    file, new = place / "file", place / ".file.new"
    file.write_text("old\n")
    file.chmod(0o600)
    os.chown(file, 1, 5)
    make(file)
    may, seen = allowed(file), set()
    for step in STEPS:
        python(f"import os\nos.umask(0)\n{EDIT}", file, faults=f"{step}:signal=KILL")
        if new.exists():
            seen.add(step)
            assert allowed(new) <= may, step
            new.unlink()
    assert {"write", "fchown", special, "fsync", RENAME} <= seen


# Each step of writing in place, and how it may fail.
FAULTS = [
    f"{step}:{fault}"
    for step, times in {"pwrite64": 2, "ftruncate": 1, "fsync": 1}.items()
    for when in range(1, times + 1)
    for fault in (f"error=ENOSPC:when={when}", f"error=EIO:when={when}", f"signal=KILL:when={when}")
]
LENGTHS = {"longer": "new, and longer\n", "shorter": "n\n", "as long": "new\n"}


@pytest.mark.parametrize("new", LENGTHS.values(), ids=LENGTHS)
@pytest.mark.parametrize("fault", FAULTS)
def test_fault_in_place(fault: str, new: str, place: Path) -> None:
    """What fails in place leaves the old text; what is killed, one of both, perhaps with blank lines behind."""
    file = place / "file"
    file.write_text("old\n")
    link(file)
    script = f"edits.edit_text(pathlib.Path(sys.argv[1]), lambda _: {new!r})"
    done = python(script, file, faults=fault)
    if done.returncode == 0:
        # There was no second step of the kind.
        assert (file.read_text(), "pwrite64" in fault) == (new, True)
    elif "KILL" in fault:
        assert f"{file.read_text().rstrip()}\n" in {"old\n", new}
        edit_text(file, lambda _: new)
        assert file.read_text() == new
    else:
        assert (file.read_text(), file.stat().st_nlink) == ("old\n", 2)
        assert done.stderr.endswith(f": '{file}'\n")


def test_full_disk(place: Path) -> None:
    """A full disk leaves the old text, in place as elsewhere."""
    script = f"""mount -t tmpfs -o size=12k,mode=755 tmpfs {place}
        cd {place}
        head -c 4096 /dev/zero | tr '\\0' x >file
        ln file link
        touch other
        dd if=/dev/zero of=rest bs=4096 count=2 2>/dev/null || :
        for name in file other; do
            "$@" $name || echo $?
            wc -c <$name
        done
        ls -A"""
    run = "import pathlib, sys\nfrom gvm.fs import edits\nedits.edit_text(pathlib.Path(sys.argv[1]), lambda old: old + 'y' * 9000)"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-ec", script, "sh", sys.executable, "-B", "-c", run],
        env={"PYTHONPATH": str(CHECKOUT), "PATH": os.environ["PATH"]},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == ["1", "4096", "1", "0", "file", "link", "other", "rest"]
    assert done.stderr.count("No space left on device") == 2


@pytest.mark.parametrize("is_linked", [True, False])
def test_at_once(is_linked: bool, place: Path) -> None:  # noqa: FBT001 - a parameter
    """Several that change a file at once leave whole lines; in place, those of all."""
    file = place / "file"
    file.write_text("old\n")
    if is_linked:
        link(file)
    code = f"import pathlib, sys\nfrom gvm.fs import edits\nedits.edit_text(pathlib.Path({str(file)!r}), lambda old: old + sys.argv[1] * 50 + '\\n')"
    runs = [
        subprocess.Popen(
            [sys.executable, "-B", "-c", code, name], env={"PYTHONPATH": str(CHECKOUT)}
        )
        for name in "abcdefghijkl"
    ]
    assert [run.wait() for run in runs] == [0] * len(runs)
    first, *lines = file.read_text().splitlines()
    wanted = {name * 50 for name in "abcdefghijkl"}
    assert (first, len(set(lines))) == ("old", len(lines))
    assert set(lines) <= wanted
    assert set(lines) == wanted or not is_linked
    assert {path.name for path in place.iterdir()} == {"file", *["other name"] * is_linked}


def test_locked_by_another(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may read a file can lock it, but nobody is held up for ever by that."""
    monkeypatch.setattr(edits, "_PATIENCE", 0.1)
    file = place / "file"
    file.write_text("old\n")
    link(file)
    with file.open() as opened:
        flock(opened, LOCK_EX)
        with pytest.raises(LockTimeoutError):
            edit_text(file, lambda _: "new\n")
    assert file.read_text() == "old\n"


@pytest.mark.parametrize("way", ["ln -s", "touch file; mount --bind"], ids=["link", "mount"])
def test_of_the_kernel(way: str, place: Path, snapshot: SnapshotAssertion) -> None:
    """What the kernel shows as a file is not written, though a link or a mount leads there."""
    source = f"/proc/{os.getpid()}/comm"
    before = Path(source).read_text()
    done = subprocess.run(
        ["unshare", "-m", "sh", "-ec", f'cd {place}; {way} {source} file; shift; exec "$@"', "sh", "",
         sys.executable, "-B", "-c", f"import pathlib, sys\nfrom gvm.fs import edits\n{EDIT}", "file"],
        env={"PYTHONPATH": str(CHECKOUT), "PATH": os.environ["PATH"]},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    told = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert told.replace(str(place), "<place>").replace(source, "<source>") == snapshot
    assert Path(source).read_text() == before


def test_owner_meanwhile(place: Path) -> None:
    """What root reads in one user's file, and writes, becomes no other user's, whoever owns what is there by then."""
    file = place / "file"
    file.write_text("secret")
    file.chmod(0o600)

    def change(text: str) -> str:
        file.chmod(0o644)
        os.chown(file, USER, USER)
        return f"{text}, changed"

    edit_text(file, change)
    assert file.read_text() == "secret, changed"
    assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (0, 0o600)


def test_link_of_another(place: Path, snapshot: SnapshotAssertion) -> None:
    """What is to be changed is not read through another user's link, however it is reached."""
    (place / "secret").write_text("secret")
    (place / "theirs").symlink_to("secret")
    (place / "own").symlink_to("theirs")
    os.chown(place / "theirs", USER, USER, follow_symlinks=False)
    for name in ("theirs", "own"):
        with pytest.raises(PermissionError) as caught:
            edit_text(place / name, lambda _: pytest.fail("it was read"))
        assert str(caught.value).replace(str(place), "<place>") == snapshot
    os.chown(place / "theirs", 0, 0, follow_symlinks=False)
    edit_text(place / "own", lambda text: f"{text}, changed")
    assert (place / "secret").read_text() == "secret, changed"
    assert (place / "own").is_symlink()
