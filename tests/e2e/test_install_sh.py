from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gvm.fs.read import compute_sha256
from tests import island, realgo
from tests.island import INDEX, SHOWN, Island
from tests.releases import NOBLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.skipif(not island.is_possible(), reason="private mounts need root")

INSTALL = f"'{SHOWN}/install.sh'"
LOGINS = ("su - gopher -c", "runuser -l gopher -c", "su - -s /bin/sh gopher -c")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Island]:
    """A machine with a fresh user whose home has a space in its name."""
    outside = [Path("/opt/gvm"), Path("/usr/local/bin/gvm"), Path("/etc/profile.d/gvm.sh")]
    before = [file.exists() for file in outside]
    with Island(tmp_path) as place:
        make_user(place)
        yield place
    assert [file.exists() for file in outside] == before


def make_user(place: Island) -> None:
    made = place.run(
        "useradd -m -d '/home/go pher' -s /bin/bash gopher && ln -s 'go pher' /home/gopher"
    )
    assert made.returncode == 0, made.stderr


HOME = "export HOME='/home/go pher'; cd;"


def done(place: Island, script: str, *, user: str = "gopher", path: str = "") -> str:
    before = f"export PATH={path};" if path else ""
    ran = place.run(f"{HOME if user == 'gopher' else 'cd;'} {before} {script}", user=user)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout + ran.stderr


def test_plain(place: Island, snapshot: SnapshotAssertion) -> None:
    """Without a version gvm is set up, says what it did and what comes next, and is there at the next login."""
    ran = place.run(f"{HOME} {INSTALL}", user="gopher")
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == snapshot
    assert next(line for line in ran.stdout.splitlines() if "/.profile" in line) == snapshot
    for login in LOGINS:
        assert done(place, f"{login} 'gvm --version'", user="root").startswith("gvm ")
    ran = place.run("su - gopher -c 'go version'")
    assert ran.returncode == 126


def test_again(place: Island, snapshot: SnapshotAssertion) -> None:
    """Running it again restores what was lost; another release wants a run of its own."""
    done(place, INSTALL)
    done(
        place,
        "rm -r .local/share/gvm/*/venv/lib/python*/site-packages/pip .local/share/gvm/shims/go",
    )
    ran = place.run(f"{HOME} {INSTALL} ../x", user="gopher")
    assert ran.returncode == 2
    assert done(place, "grep -c '>>> gvm >>>' .profile") == "1\n"
    told = done(place, "su - gopher -c 'gvm --version; command -v go'", user="root")
    assert told.startswith("gvm ")
    assert told.endswith("/shims/go\n")
    place.run('printf %s "$1" >/etc/os-release', NOBLE)
    ran = place.run("su - gopher -c 'gvm --version'")
    assert ran.returncode == 127
    assert ran.stderr == snapshot


def test_barred(place: Island, snapshot: SnapshotAssertion) -> None:
    """A directory that is root's keeps nothing else from being set up; the line that is shown cures it."""
    place.run("mkdir '/home/go pher/.config'")
    ran = place.run(f"{HOME} {INSTALL}", user="gopher")
    assert ran.returncode == 1
    assert ran.stderr == snapshot
    rows = [line for line in ran.stdout.splitlines() if ": Permission denied; " in line]
    (mend,) = {line.partition("; sudo ")[2] for line in rows}
    assert mend == "chown gopher '/home/go pher/.config'"
    place.run(mend)
    assert "Permission denied" not in done(place, ".local/bin/gvm activate")


def test_version(place: Island, snapshot: SnapshotAssertion) -> None:
    """With a version, Go is there at the next login; a program of somebody else's called gvm stays."""
    done(place, "umask 077; mkdir -p .local/bin; echo mine >.local/bin/gvm")
    ran = place.run(f"{HOME} {INDEX} umask 077; {INSTALL} 1.22.10 --source pypi", user="gopher")
    assert ran.returncode == 0, ran.stderr
    lines = ran.stderr.splitlines()
    (other,) = (line for line in lines if "/.local/bin/gvm" in line)
    assert [other, lines[-1]] == snapshot
    assert done(place, "cat .local/bin/gvm") == "mine\n"
    for login in LOGINS:
        assert done(place, f"{login} 'go version'", user="root").startswith("go version go1.22.10 ")
    program = "printf 'package main; func main() { println(7) }' >x.go; go run x.go"
    assert done(place, f'su - gopher -c "{program}"', user="root") == "7\n"
    receipt = done(place, "cat .local/share/gvm/*/receipts/1.22.10.toml")
    assert 'source = "pypi"' in receipt
    assert 'voucher = "the package index"' in receipt


def test_system(place: Island, snapshot: SnapshotAssertion) -> None:
    """With --system, whatever root's umask or the ACL of /opt, everybody's login shell finds gvm and Go, which only root writes."""
    done(place, "rm -rf /opt/gvm; setfacl -d -m u:gopher:rwx /opt; mkdir /opt/gvm", user="root")
    ran = place.run(f"{INSTALL} --system; rmdir /opt/gvm")
    assert ran.stderr == snapshot
    given = "mkdir -p /opt/gvm/locks; chmod -R go-w /opt/gvm; chown gopher /opt/gvm/locks"
    ran = place.run(f"{given}; {INSTALL} --system; rm -r /opt/gvm")
    assert ran.stderr == snapshot
    archive = realgo.archive(realgo.OLD)
    place.put(archive, f"/srv/{archive.name}")
    words = f"{realgo.OLD} --source /srv --sha256 {compute_sha256(archive)} --system"
    done(place, f"umask 077; {INSTALL} {words}", user="root")
    assert done(place, "find /opt/gvm /var/cache/gvm ! -type l -perm /022", user="root") == ""
    for login in LOGINS:
        assert done(place, f"{login} 'go version'", user="root").startswith("go version go1.22.10 ")
    listed = done(place, "su - gopher -c 'cd /; gvm which go; gvm list'", user="root")
    assert listed.startswith("/opt/gvm/")
    assert "1.22.10" in listed.splitlines()[1]
    ran = place.run("su - gopher -c 'gvm install --system 1.22.10'")
    assert ran.returncode == 1
    assert ran.stderr == snapshot
    module = "mkdir -p hello && cd hello && go mod init example.com/hello"
    program = "printf 'package main; func main() { println(7) }' >x.go && go install ."
    done(place, f"{module} && {program}", user="gopher", path="/opt/gvm/shims:/usr/bin:/bin")
    assert done(place, "su - gopher -c hello", user="root") == "7\n"
    # What pip unpacks, nobody else may exchange: no TMPDIR of another user's is kept.
    theirs = "'/home/go pher/tmp'"
    old = f"mkdir {theirs}; chown gopher {theirs}; touch -d 2000-01-01 {theirs}"
    done(place, f"{old}; export TMPDIR={theirs}; {INSTALL} --system", user="root")
    assert done(place, f"stat -c %y {theirs}", user="root").startswith("2000-01-01")


def test_tampered(place: Island, snapshot: SnapshotAssertion) -> None:
    """A package that is not, byte for byte, the one that was checked is not installed."""
    done(place, 'cp -r /mnt/wheels /tmp; for wheel in /tmp/wheels/click-*.whl; do printf x >>"$wheel"; done')  # fmt: skip
    ran = place.run(f"{HOME} export PIP_FIND_LINKS=/tmp/wheels; {INSTALL}", user="gopher")
    assert (ran.returncode, "DO NOT MATCH THE HASHES" in ran.stderr) == (1, True)
    assert ran.stderr.splitlines()[-2:] == snapshot
    done(place, "test ! -e .local/bin/gvm; test ! -e .local/share/gvm/*/venv/bin/gvm")


@pytest.mark.nightly
def test_without_venv(place: Island, snapshot: SnapshotAssertion) -> None:
    """Where the distribution splits off what makes environments, a user reads so, and root gets it."""
    version = done(place, "/usr/bin/python3 -V", user="root").split()[1]
    package = f"python{version.rpartition('.')[0]}-venv"
    done(place, f"apt-get remove -y {package}", user="root")
    ran = place.run(f"{HOME} {INSTALL}", user="gopher")
    assert ran.returncode == 1
    assert ran.stderr.replace(package, "<package>") == snapshot
    assert package in done(place, INSTALL, user="root")
    assert done(place, "su - -c 'gvm --version'", user="root").startswith("gvm ")


# Words before the call.
REFUSALS = {
    "no HOME": "unset HOME;",
    "relative HOME": "export HOME=.;",
    "HOME that is not there": "export HOME=/nowhere;",
    "HOME of another": "export HOME=/root;",
    "relative root": "export GVM_DATA_DIR=x;",
    "root that is no UTF-8": "export GVM_DATA_DIR=\"$(printf '/home/go pher/h\\377')\";",
    "root that PATH would split": "export GVM_DATA_DIR=/home/a:b;",
    "root with a line break": "export GVM_DATA_DIR='/home/go pher/a\nb';",
    "root with something else": "mkdir -p /tmp/work/src; touch /tmp/work/src/file; export GVM_DATA_DIR=/tmp/work;",
    "root of another": "export GVM_DATA_DIR=/opt;",
    "not root": "set -- --system;",
    "not root, said last": "set -- 1.22.10 --system;",
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Island]:
    """A machine on which nothing is to be changed."""
    with Island(tmp_path_factory.mktemp("fresh")) as place:
        make_user(place)
        yield place


@pytest.mark.parametrize("before", REFUSALS.values(), ids=REFUSALS)
def test_refused(before: str, fresh: Island, snapshot: SnapshotAssertion) -> None:
    """What cannot go well is refused before anything is written, with what to type."""
    script = f"{before} {INSTALL} \"$@\"; code=$?; find '/home/go pher' -newer /tmp/now; exit $code"
    ran = fresh.run(f"touch /tmp/now; {script}", user="gopher")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == snapshot


def test_home_of_another(place: Island, snapshot: SnapshotAssertion) -> None:
    """Root does not write into a user's home, and reads how else."""
    ran = place.run(f"export HOME='/home/go pher'; {INSTALL}; ls -A \"$HOME\" | grep local")
    assert (ran.stdout, ran.returncode) == ("", 1)
    assert ran.stderr == snapshot


@pytest.mark.parametrize("option", ["", "--system"])
def test_pip_of_another(option: str, place: Island) -> None:
    """No variable that sudo has kept lets root's pip obey a user's settings."""
    done(
        place,
        """mkdir -p .config/pip; printf '[global]\\npython = /tmp/evil\\n' >.config/pip/pip.conf
        printf '#!/bin/sh\\ntouch /tmp/ran; exec /usr/bin/python3 "$@"\\n' >/tmp/evil; chmod +x /tmp/evil""",
    )
    home = "/home/go pher/.config"
    # Nor those of the working directory.
    theirs = home if option else "conf"
    kept = f"cp -r '{home}' /srv/conf; cd /srv; export XDG_CONFIG_HOME='{theirs}' XDG_CONFIG_DIRS='/etc/xdg:{theirs}'"
    done(place, f"{kept}; {INSTALL} {option}; ! test -e /tmp/ran", user="root")


LINKS = {
    "root": "export GVM_DATA_DIR='/home/go pher/gvm'",
    "home": "export GVM_DATA_DIR=/root/gvm HOME='/home/go pher/gvm'",
}


@pytest.mark.parametrize("variables", LINKS.values(), ids=LINKS)
def test_link_of_another(variables: str, place: Island, snapshot: SnapshotAssertion) -> None:
    """Root sets nothing up through a user's link, even if it leads to what is root's."""
    done(place, "ln -s /srv/gvm gvm")
    ran = place.run(f"mkdir /srv/gvm; {variables}; {INSTALL}; ls -A /srv/gvm")
    assert ran.stdout == ""
    assert ran.stderr == snapshot


def test_alone(place: Island, snapshot: SnapshotAssertion) -> None:
    """Away from its checkout, it says so; asked for help, it helps."""
    ran = place.run(f"cp {INSTALL} /tmp/; cd /tmp; ./install.sh")
    assert ran.returncode == 1
    assert ran.stderr == snapshot
    ran = place.run(f"{INSTALL} 1.22.10 --help")
    assert ran.returncode == 0
    assert ran.stdout == snapshot


PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
OLD = sorted(PYENV.glob("3.[89].*/bin/python3.[89]"))
YOUNG = sorted(PYENV.glob("3.12.*/bin/python3.12"))


@pytest.mark.nightly
@pytest.mark.skipif(
    not OLD or not YOUNG, reason="there is no Python 3.8 or 3.9, and 3.12, of pyenv"
)
def test_old_python(place: Island, snapshot: SnapshotAssertion) -> None:
    """A python3 that is too old is passed over, and if all are, that is said."""
    script = f"ln -sf {OLD[0]} /usr/bin/python3; ln -sf {OLD[-1]} /usr/local/bin/python3; cd; export PATH=/usr/local/bin:$PATH; rm -f /usr/bin/python3.1?;"
    ran = place.run(f"{script} {INSTALL}")
    assert ran.returncode == 1
    assert ran.stderr == snapshot
    script = f"{INDEX} {script} ln -s {YOUNG[0]} /usr/local/bin/python3.12; {INSTALL}"
    told = done(place, script, user="root")
    assert ", with /usr/local/bin/python3.12\n" in told
    assert done(place, "su - -c 'gvm --version'", user="root").startswith("gvm ")
