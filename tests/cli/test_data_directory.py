"""A data directory that holds what gvm has not made, or from which something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.fs.locks import locked
from gvm.selection.shims import is_shim
from tests.archive.place import contents, tree
from tests.goarchive import mirror
from tests.machine import CHECKOUT
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from syrupy.assertion import SnapshotAssertion

    from tests.machine import Machine

VERSIONS = ("1.21.13", "1.22.6", "1.23.1")


@pytest.fixture
def machine(machine: Machine) -> Iterator[Machine]:
    """One with a version, and a server that has more."""
    with Server(mirror(VERSIONS)) as server:
        machine.environ |= server.variables
        assert machine.gvm("install", "-q", "1.22.6").returncode == 0
        yield machine


def in_root(machine: Machine, name: str) -> Path:
    """A path below the root, with directories above."""
    path = machine.root.path / name.replace("RELEASE", str(machine.root.release))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


# What a user may have put into a data directory: files, and a link.
FOREIGN = (
    "staging/site/index.html", "staging/1.22.6/x", "staging/RELEASE/x", "staging/RELEASE-/x",
    "staging/RELEASE-1.22.6.old/x", "staging/RELEASE-1.22/x", "staging/site-1.22.6/x", "staging/a\nb",
    "staging/RELEASE-go1.22.6/x", "staging/RELEASE-1.22.0rc1/x", "staging/RELEASE-1.22.6\n/x", "staging/shim-notes", "staging/shim-go/x",
    "RELEASE/aliases/notes", "RELEASE/aliases/b/c", "RELEASE/aliases/1.9/x", "RELEASE/aliases/.vimrc",
    "RELEASE/receipts/pyproject.toml", "RELEASE/receipts/1.22.toml", "RELEASE/receipts/1.2.3.toml",
    "RELEASE/versions/work/x", "shims/go", "shims/gopls", "locks/notes", "share/notes", "notes",
)  # fmt: skip
CALLS = (
    "uninstall 9.9.9", "uninstall nonsense", "install 1.21.13", "install 1.21.13", "reshim",
    "install --force 1.21.13", "global 1.21.13", "uninstall 1.21.13", "uninstall --all",
)  # fmt: skip


def test_foreign(machine: Machine) -> None:
    """What gvm has not made stays as it is, whatever it is called and whatever gvm does."""
    files = [in_root(machine, name) for name in FOREIGN]
    for file in files:
        file.unlink(missing_ok=True)
        file.write_text("precious")
        file.chmod(0o755)
    link = in_root(machine, "RELEASE/aliases/1.8")
    link.symlink_to("/tmp")
    for call in CALLS:
        done = machine.gvm(*call.split())
        assert done.returncode == {"9.9.9": 4, "nonsense": 2}.get(call.split()[-1], 0), done.stderr
        assert [file for file in files if file.read_text() != "precious"] == []
        assert str(link.readlink()) == "/tmp"


@pytest.mark.parametrize("place", ["staging", "RELEASE/aliases", "RELEASE/receipts"])
def test_foreign_by_link(place: str, machine: Machine) -> None:
    """Where a directory is a link, nothing is removed but what the same call has made there."""
    linked = in_root(machine, place)
    scratch = linked.rename(machine.base / "scratch")
    linked.symlink_to(scratch)
    release = machine.root.release
    for name in (f"{release}-1.22.6", f"{release}-1.19.1.removed", "go"):
        (scratch / name).mkdir()
        (scratch / name / "file").touch()
    for name in ("1.19.1.toml", "shim-go"):
        (scratch / name).touch()
    (scratch / "1.19").symlink_to("../versions/1.19.1")
    (machine.root.versions / "1.22.6/mark").touch()
    before = contents(scratch)
    for call in CALLS:
        machine.gvm(*call.split())
    after = contents(scratch)
    assert {name: after.get(name) for name in before if name[-6:] != b"6.toml"}.items() <= before.items()  # fmt: skip
    assert before.keys() - after.keys() <= {b"1.22", b"latest", b"1.22.6.toml"}


def test_settings_first(machine: Machine) -> None:
    """Settings that are wrong are told before anything is removed."""
    machine.write(".config/gvm/config.toml", b"\xff")
    before = tree(machine.home)
    for call in ("uninstall 1.22.6", "uninstall --all", "install 1.21.13"):
        assert (machine.gvm(*call.split()).returncode, tree(machine.home)) == (2, before)


def test_special_shim(machine: Machine) -> None:
    """A pipe in the place of the shim that others are copies of holds nothing up, and is replaced."""
    for shim in (machine.root.shims / "gvm-shim", machine.root.shims / "go"):
        shim.unlink()
        os.mkfifo(shim)
        assert machine.gvm("reshim").returncode == 0
    assert is_shim(machine.root.shims / "gvm-shim")


def test_foreign_shim(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A program in the place of go is told of, with a line that mends it."""
    go = machine.root.shims / "go"
    go.write_text("#!/bin/sh\n")
    done = machine.gvm("reshim")
    assert (done.returncode, go.read_text()) == (0, "#!/bin/sh\n")
    assert done.stderr == snapshot
    hint = done.stderr.partition("hint: ")[2]
    assert machine.run(["sh", "-c", hint.replace("gvm reshim", "true")]).returncode == 0
    assert machine.gvm("reshim").stderr == snapshot
    assert go.with_name("go.old").read_text() == "#!/bin/sh\n"


def test_other_directory(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A directory that holds something else is no data directory, and nothing in it is changed."""
    work = machine.home / "work"
    for name in ("staging/site/index.html", "shims/go", "project/main.go"):
        machine.write(f"work/{name}", "precious")
    before, said = tree(work), set()
    for call in (*CALLS, "activate"):
        done = machine.gvm(*call.split(), environ={"GVM_DATA_DIR": str(work)})
        if "nonsense" not in call:
            assert done.returncode == 1
            said.add(done.stderr)
        assert tree(work) == before
    assert said == snapshot


def test_checkout(machine: Machine) -> None:
    """A checkout of gvm is no data directory, although it has shims."""
    for name in ("install.sh", "shims/parts/10-select.sh", "gvm/__init__.py"):
        machine.write(f"checkout/{name}", "precious")
    before = tree(machine.home / "checkout")
    for call in ("reshim", "install 1.21.13", "activate"):
        environ = {"GVM_DATA_DIR": str(machine.home / "checkout")}
        assert machine.gvm(*call.split(), environ=environ).returncode == 1
    assert tree(machine.home / "checkout") == before


@pytest.mark.parametrize(
    "names",
    [
        ["lost+found/"],
        ["staging/", "locks/x.lock", "shims/", "ubuntu-99.04/"],
        ["ubuntu-99.04/venv.1/", "shims/"],
        ["RELEASE/receipts/1.22.6.toml"],
        ["notes", "ubuntu-99.04/versions/", "ubuntu-99.04/aliases/"],
        [],
    ],
)
def test_own_directory(names: list[str], machine: Machine) -> None:
    """An empty disk, what a run left that was killed, and one without its shims are data directories."""
    shutil.rmtree(machine.root.path)
    machine.root.path.mkdir()
    for name in names:
        path = in_root(machine, name)
        path.mkdir() if name.endswith("/") else path.touch()
    assert machine.gvm("install", "1.22.6").returncode == 0


WRONG = (
    "uninstall", "uninstall nonsense", "uninstall ''", "uninstall 1.22.6 ../x", "uninstall --odd", "uninstall -y 1.x",
    "install nonsense", "install --sha256 x 1.22.6", "install --arch sparc 1.22.6", "install 1.21.13 1.x",
    "install ./none.tar.gz", "install --sha256", "install --source ftp://x 1.21.13", "global", "global 1.x", "reshim x",
)  # fmt: skip


@pytest.mark.parametrize("call", WRONG)
def test_arguments_first(call: str, machine: Machine) -> None:
    """A call that is not understood changes nothing, be it only what killed runs left."""
    in_root(machine, "staging/RELEASE-1.22.6/x").touch()
    before = tree(machine.home)
    done = machine.gvm(*[word.strip("'") for word in call.split()])
    assert done.returncode == 2, done.stderr
    assert tree(machine.home) == before


NAMES = {
    "relative": ("data", 2), "colon": ("/tmp/a:b", 2), "line break": ("/tmp/a\nb", 2), "long": (f"/tmp/{'x' * 256}", 1),
}  # fmt: skip


@pytest.mark.parametrize(("name", "code"), NAMES.values(), ids=NAMES)
def test_name(name: str, code: int, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A name that no data directory can have is refused with a hint, before anything is changed."""
    before, said = tree(machine.home), set()
    # Where there is no data directory, a project can be pinned all the same.
    pin = ["local 1.22.6"] * (code == 2)
    for call in ("install 1.21.13", "reshim", "global 1.22.6", "uninstall --all", "activate", *pin):
        done = machine.gvm(*call.split(), environ={"GVM_DATA_DIR": name})
        assert done.returncode == code, call
        said.add(done.stderr)
        assert tree(machine.home) == before
    assert said == snapshot


OBSTACLES: dict[str, Callable[[Path], object]] = {
    "file": Path.touch, "directory": Path.mkdir, "link to a disk that is away": lambda place: place.symlink_to("gone"),
    "link in a circle": lambda place: place.symlink_to(place.name),
}  # fmt: skip
OBSTRUCTED = [
    ("shims/gvm-shim", "directory"),
    *[("shims", how) for how in OBSTACLES if how != "directory"],
    *[(name, "file") for name in ("staging", "share", "RELEASE/receipts", "RELEASE/aliases")],
]


@pytest.mark.parametrize(("name", "how"), OBSTRUCTED)
def test_obstacle(name: str, how: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """What has the place of a directory that is needed later is told before anything is changed."""
    machine.write(".profile", "")
    machine.gvm("activate", "-q")
    place = in_root(machine, name)
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    OBSTACLES[how](place)
    before, said = tree(machine.home), set()
    for call in ("install 1.21.13", "install --force 1.22.6", "uninstall 1.22.6", "reshim"):
        done = machine.gvm(*call.split())
        assert (done.returncode, tree(machine.home)) == (1, before)
        said.add(done.stderr)
    assert said == snapshot
    assert machine.gvm("deactivate", "-q").returncode == 0
    assert (machine.home / ".profile").read_text() == ""
    place.rename(f"{place}.old")
    assert machine.gvm("install", "1.21.13").returncode == 0


def to_nowhere(versions: Path) -> Path:
    aside = versions.rename(versions.with_name("away"))
    versions.symlink_to("gone")
    return aside


def emptied(versions: Path) -> Path:
    aside = versions.rename(versions.with_name("away"))
    versions.mkdir()
    return aside


def one_is_empty(versions: Path) -> Path:
    return emptied(versions / "1.21.13")


AWAY: dict[str, Callable[[Path], Path]] = {
    "link to a disk that is away": to_nowhere,
    "mount point without its disk": emptied,
    "missing": lambda versions: versions.rename(versions.with_name("away")),
    "mount point of a version": one_is_empty,
}


@pytest.mark.parametrize("take", AWAY.values(), ids=AWAY)
def test_away(take: Callable[[Path], Path], machine: Machine) -> None:
    """What is not there for a moment is not taken for uninstalled: all is well when it is back."""
    machine.gvm("install", "-q", "1.21.13")
    before = contents(machine.home)
    aside = take(machine.root.versions)
    for call, code in {"uninstall -y 1.19.1": 4, "uninstall 1.22.7": 4, "reshim": 0}.items():
        assert machine.gvm(*call.split()).returncode == code
    place = machine.root.versions / "1.21.13" if take is one_is_empty else machine.root.versions
    if place.is_symlink():
        place.unlink()
    elif place.exists():
        place.rmdir()
    aside.rename(place)
    after = contents(machine.home)
    assert {name: before[name] for name in before if b".lock" not in name} == {
        name: after[name] for name in after if b".lock" not in name
    }
    assert machine.shim("go", "version").stdout.startswith("go version")


def a_file(place: Path) -> None:
    shutil.rmtree(place)
    place.touch()


def to_this(other: Path) -> None:
    shutil.rmtree(other)
    other.symlink_to(next(base.name for base in other.parent.iterdir() if (base / "default").exists()))  # fmt: skip


# What has become of another release's directory, and whether its toolchains' shims stay.
OTHERS: dict[str, tuple[Callable[[Path], object], bool]] = {
    "on a disk that is away": (to_nowhere, True),
    "mount point without its disk": (lambda other: [shutil.rmtree(other), other.mkdir()], True),
    "versions on a disk that is away": (lambda other: to_nowhere(other / "versions"), True),
    "closed": (lambda other: other.chmod(0), True),
    "versions closed": (lambda other: (other / "versions").chmod(0), True),
    "receipts closed": (lambda other: (other / "receipts").chmod(0), True),
    "receipts a file": (lambda other: a_file(other / "receipts"), True),
    "versions a file": (lambda other: a_file(other / "versions"), True),
    "removed": (shutil.rmtree, False),
    "removed, on a disk of its own": (
        lambda other: other.rename(other.with_name("lost+found")).chmod(0),
        False,
    ),
    "a link to this one": (to_this, False),
}


@pytest.mark.parametrize(("change", "stay"), OTHERS.values(), ids=OTHERS)
def test_other_release(
    change: Callable[[Path], object], stay: object, machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """What is wrong with another release's directory is no matter to this one."""
    other = machine.root.path / "ubuntu-99.04"
    shutil.copytree(machine.root.base, other, symlinks=True)
    for name, kind in {"1.19.1": "versions", "1.19.1.toml": "receipts"}.items():
        old = other / kind / name.replace("1.19.1", "1.22.6")
        old.rename(other / kind / name)
    machine.gvm("reshim", "-q")
    assert is_shim(machine.root.shims / "go1.19.1")
    change(other)
    # As root would not be stopped.
    limited = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    before = limited if os.geteuid() == 0 else []
    said = {}
    for call in ("reshim", "install 1.21.13", "install --force 1.22.6", "uninstall -y --all"):
        done = machine.gvm(*call.split(), before=before)
        assert done.returncode == 0, done.stderr
        said[call] = done.stderr
        assert is_shim(machine.root.shims / "go1.19.1") == bool(stay)
    assert said == snapshot
    for place in (other, other / "versions", other / "receipts", other.with_name("lost+found")):
        if place.exists() and not place.is_symlink():
            place.chmod(0o755)


def test_release_away(machine: Machine) -> None:
    """Nothing is made in the mount point of a release's disk that is away, and no shim goes."""
    base = machine.root.base.rename(machine.base / "away")
    machine.root.base.mkdir()
    for call, code in {"uninstall 9.9.9": 4, "uninstall 1.22.6": 4, "reshim": 0}.items():
        assert machine.gvm(*call.split()).returncode == code
    machine.root.base.rmdir()
    base.rename(machine.root.base)
    assert machine.shim("go1.22.6").stdout.startswith("go version")


def test_away_told(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Nothing is installed into a disk that is away, and that is said."""
    to_nowhere(machine.root.versions)
    done = machine.gvm("install", "1.21.13")
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert not (machine.root.receipts / "1.21.13.toml").exists()
    done = machine.gvm("uninstall", "1.22.6")
    assert done.returncode == 4
    assert done.stderr == snapshot


def test_stale_alias(machine: Machine) -> None:
    """An alias of a line that has no version any more goes, also the start of one."""
    stale = [machine.root.aliases / name for name in ("1.19", ".1.19.new", ".1.22.new")]
    for link in stale:
        link.symlink_to("../versions/1.19.1" if link != stale[-1] else "../versions/1.22.6")
    assert machine.gvm("uninstall", "1.19.1").returncode == 4
    assert [link for link in stale if link.is_symlink()] == []
    assert str((machine.root.aliases / "1.22").readlink()) == "../versions/1.22.6"


def as_text(link: Path) -> None:
    target = str(link.readlink())
    link.unlink()
    link.write_text(target)


def as_copy(link: Path) -> None:
    target = link.resolve()
    link.unlink()
    shutil.copytree(target, link)


COPIES: dict[str, Callable[[Path], None]] = {
    "links are texts": as_text, "links are copies": as_copy, "no links": os.unlink,
}  # fmt: skip


@pytest.mark.parametrize("spoil", COPIES.values(), ids=COPIES)
def test_restored(spoil: Callable[[Path], None], machine: Machine) -> None:
    """A data directory that comes from a copy without its links is used, and gets them again."""
    for name in ("1.22", "latest"):
        spoil(machine.root.aliases / name)
    assert machine.gvm("install", "1.21.13").returncode == 0
    assert str((machine.root.aliases / "1.22").readlink()) == "../versions/1.22.6"


@pytest.mark.parametrize(
    "state", ["", ".removed", ".aside", "~2", "~2.aside", ".removed~3", ".rest"]
)
def test_at_work(state: str, machine: Machine) -> None:
    """What another process has in staging stays while it holds its lock, and goes afterwards."""
    release = machine.root.release
    for name in (release.name, "ubuntu-99.04"):
        in_root(machine, f"{name}/versions/x")
        rest = in_root(machine, f"staging/{name}-1.21.13{state}/file")
        rest.touch()
        with locked(machine.root.locks, f"{name}-1.21.13"):
            assert machine.gvm("install", "1.22.6").returncode == 0
            assert rest.exists()
        assert machine.gvm("install", "1.22.6").returncode == 0
        assert not rest.parent.exists()


# What is in staging of a version, whether the version is there, and whether its receipt stays.
EVIDENCE = {
    "being installed": ("", False, False),
    "being replaced": ("", True, True),
    "uninstalled": (".removed", False, False),
    "uninstalled, and installed again": (".removed", True, True),
    "replaced in three steps": (".aside", False, False),
    "could not be removed": (".rest", False, True),
    "nothing": (None, False, True),
}


@pytest.mark.parametrize(("state", "is_there", "stays"), EVIDENCE.values(), ids=EVIDENCE)
def test_evidence(machine: Machine, *, state: str | None, is_there: bool, stays: bool) -> None:
    """A receipt goes only with what shows that gvm began to install, or to uninstall, its version."""
    receipt = in_root(machine, "RELEASE/receipts/1.21.13.toml")
    receipt.touch()
    if state is not None:
        in_root(machine, f"staging/RELEASE-1.21.13{state}/x").touch()
    if is_there:
        in_root(machine, "RELEASE/versions/1.21.13/x").touch()
    assert machine.gvm("uninstall", "9.9.9").returncode == 4
    assert receipt.exists() == stays
    assert list(machine.root.staging.iterdir()) == []


def test_two_at_once(machine: Machine) -> None:
    """Sweeping, installing and uninstalling at once get into nobody's way."""
    words = [
        "install --force -q 1.21.13",
        "uninstall -q -y 1.23.1",
        "install -q 1.23.1",
        "reshim -q",
    ]
    for _ in range(3):
        in_root(machine, "staging/RELEASE-1.19.1.removed/x").touch()
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "gvm", *call.split()],
                cwd=machine.home,
                env={**machine.environ, "PYTHONPATH": str(CHECKOUT)},
                stderr=subprocess.PIPE,
            )
            for call in words
        ]
        for process, call in zip(running, words, strict=True):
            said = process.communicate()[1]
            assert process.returncode in ({0, 4} if "uninstall" in call else {0}), said
        assert list(machine.root.staging.iterdir()) == []
