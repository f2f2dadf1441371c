"""Machines that several users share."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.goarchive import ARCH, archive, mirror
from tests.machine import CHECKOUT, Machine, fake_toolchain, is_for_all
from tests.server import Server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

DAEMON, NOBODY = 1, 65534
PYTHONPATH = {"PYTHONPATH": str(CHECKOUT)}
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: several users")


def with_opt(machine: Machine, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script where /opt, /etc and /var/cache are empty and private."""
    mounts = "".join(
        f"mount -t tmpfs tmpfs {place}\n" for place in ("/opt", "/var/cache", "/etc/profile.d")
    )
    gvm = f'gvm() {{ {sys.executable} -m gvm "$@"; }}\n'
    return machine.run(
        ["unshare", "-m", "sh", "-ec", mounts + gvm + script],
        environ=PYTHONPATH,
    )


@pytest.fixture
def machine() -> Iterator[Machine]:
    """One whose home other users can reach, unlike pytest's directories."""
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        yield Machine(Path(base))


@pytest.fixture
def archive_of(machine: Machine) -> str:
    """Options that install 1.22.6 from a file."""
    data = archive("1.22.6")
    file = machine.write(f"go1.22.6.linux-{ARCH}.tar.gz", data)
    return f"{file} --sha256 {hashlib.sha256(data).hexdigest()}"


def test_install_what_is_shared(
    machine: Machine, archive_of: str, snapshot: SnapshotAssertion
) -> None:
    """What a project or a default asks for, and the machine has, is not brought once more."""
    machine.write("pinned/.tool-versions", "golang 1.22\n")
    machine.write("module/go.mod", "module x\ngo 1.20\n")
    done = with_opt(
        machine,
        f"""gvm --system install -q {archive_of}
        for directory in pinned module .; do cd ~/$directory; gvm install; done
        ls -A ~/.local/share/gvm/*/versions 2>&1 || :
        """,
    )
    assert done.returncode == 0
    assert done.stderr == snapshot
    assert "No such file" in done.stdout


def test_machine_of_another(machine: Machine, archive_of: str, snapshot: SnapshotAssertion) -> None:
    """A machine's root that is somebody else's is not used, and that is said."""
    done = with_opt(
        machine,
        f"""gvm --system install -q {archive_of}
        for place in /opt/gvm /opt; do
            chown 1 $place
            gvm --system list || :
            gvm --system global 1.22.6 || echo $?
            chown 0 $place
        done""",
    )
    assert done.stdout == "1\n1\n"
    assert done.stderr == snapshot


def test_machine_of_another_program(
    machine: Machine, archive_of: str, snapshot: SnapshotAssertion
) -> None:
    """A directory of another program's is not used as the machine's root, and stays as it is."""
    done = with_opt(
        machine,
        f"""mkdir -p /opt/gvm/scripts/x /opt/gvm/staging/x
        gvm --system install {archive_of} || echo $?
        find /opt/gvm | sort
        """,
    )
    assert (
        done.stdout
        == "1\n/opt/gvm\n/opt/gvm/scripts\n/opt/gvm/scripts/x\n/opt/gvm/staging\n/opt/gvm/staging/x\n"
    )
    assert done.stderr == snapshot


def test_opened_by_acl(machine: Machine, archive_of: str, snapshot: SnapshotAssertion) -> None:
    """What a default ACL above hands down lets nobody write a machine's root; one that others may write is not used."""
    if not shutil.which("setfacl"):
        pytest.skip("there is no setfacl")
    done = with_opt(
        machine,
        f"""setfacl -d -m g:7:rwx /opt
        gvm --system install -q {archive_of}
        find /opt/gvm ! -type l -perm /022
        setfacl -m g:7:rwx /opt/gvm
        gvm --system list || :
        gvm --system global 1.22.6 || echo $?
        chmod -R go-w /opt/gvm
        gvm --system list -q""",
    )
    assert done.stdout.startswith("1\n* 1.22.6 ")
    assert done.stderr == snapshot


def test_open_above(machine: Machine, archive_of: str, snapshot: SnapshotAssertion) -> None:
    """Root writes no root below a directory where another user could let something else take its place."""
    done = with_opt(
        machine,
        f"""for mode in 1777 777 775; do
            chmod $mode /opt; chgrp daemon /opt
            gvm --system install -q {archive_of} || echo $mode
        done""",
    )
    assert done.stdout == "777\n775\n"
    assert done.stderr == snapshot


@pytest.mark.parametrize(
    "part", ["shims", "share", "staging", "locks", "*", "*/versions", "*/aliases", "*/receipts"]
)
def test_opened_part(
    part: str, machine: Machine, archive_of: str, snapshot: SnapshotAssertion
) -> None:
    """A machine's root is not used where another user owns a directory in it, or others may write one."""
    done = with_opt(
        machine,
        f"""gvm --system install -q {archive_of}
        place=$(cd /opt/gvm && ls -d $PWD/{part} | grep {machine.root.release if "*" in part else part})
        for command in "list -q" "install {archive_of}" reshim "global 1.22.6"; do
            chown daemon $place
            gvm --system $command | grep ' 1.22.6' || :
            chown 0 $place
            chmod g+w,o+w $place
            gvm --system $command | grep ' 1.22.6' || :
            chmod go-w $place
        done
        gvm --system list -q""",
    )
    assert done.stdout.count(" 1.22.6 ") == 1, done.stderr
    told = done.stderr.splitlines()
    assert told == told[:4] * 4
    assert "\n".join(told[:4]) == snapshot


def test_default_of_the_machine(
    machine: Machine, archive_of: str, snapshot: SnapshotAssertion
) -> None:
    """A user's default that the machine's toolchain serves stays, whatever else goes."""
    fake_toolchain(machine.root.versions / "1.21.13", "1.21.13")
    done = with_opt(
        machine,
        f"""gvm --system install -q {archive_of}
        gvm global -q 1.22.6
        gvm uninstall 1.21.13
        cat ~/.local/share/gvm/*/default
        gvm list --json | grep -c '"default": true'
        """,
    )
    assert done.stdout == "golang 1.22.6\n1\n"
    assert done.stderr == snapshot


def test_machine_only(machine: Machine, archive_of: str) -> None:
    """Who has nothing of his own is led to the machine's shims; and that needs no HOME to be set up."""
    done = with_opt(
        machine,
        f"""env -u HOME {sys.executable} -m gvm --system install -q {archive_of}
        env -u HOME {sys.executable} -m gvm --system list -q >/dev/null
        eval "$(gvm env --shell sh)"
        command -v go
        gvm env --format systemd | head -n 1
        """,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "/opt/gvm/shims/go\nPATH=/opt/gvm/shims:/usr/bin:/bin\n"


def test_system(machine: Machine, archive_of: str, snapshot: SnapshotAssertion) -> None:
    """--system, before or behind the command's name, acts on /opt/gvm and on nothing in a HOME."""
    done = with_opt(
        machine,
        f"""gvm --system install -q {archive_of}
        gvm --system list --json
        gvm list --system --json
        gvm --system root
        gvm --system global 1.22
        cat /opt/gvm/*/default
        find /opt/gvm \\( -perm -o+w -o ! -perm -o+r \\) ! -type l ! -path '*/locks/*'
        find /opt/gvm/locks -type f -perm /077
        find "$HOME" ! -name 'go1*' ! -path "$HOME"
        """,
    )
    assert done.returncode == 0
    assert done.stderr == snapshot
    *lists, root, default = done.stdout.splitlines()
    rows = json.loads("\n".join(lists).split("\n]\n")[0] + "\n]")
    assert [(row["version"], row["default"]) for row in rows] == [("1.22.6", True)]
    assert (root, default) == ("/opt/gvm", "golang 1.22")


def test_hints(machine: Machine, archive_of: str, snapshot: SnapshotAssertion) -> None:
    """What is to be typed for the machine says so."""
    machine.add("1.21.0")
    done = with_opt(
        machine,
        f"""gvm --system install -q {archive_of}
        cp -r {machine.root.versions}/1.21.0 /opt/gvm/*/versions
        gvm --system uninstall 1.22.6
        gvm generate systemd --system --dry-run app --exec 'go run .'
        """,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == snapshot


# A directory below the home, what else is said, and whose service it is; empty where it is refused.
SERVICES = {
    "root's": ("roots", "--exec ./server", "root"),
    "a user's": ("users", "--exec ./server", "nobody"),
    "a user's, for another": ("users", "--exec ./server --run-as daemon", "daemon"),
    "a user's link to the same user's": ("link-to-users", "--exec ./server", "nobody"),
    "a user's link to root's": ("link-to-roots", "--exec ./server", ""),
    "a user's link to another's": ("link-to-daemons", "--exec ./server", ""),
    "a user's link, for another": ("link-to-roots", "--exec ./server --run-as daemon", ""),
    "a user's, for root": ("users", "--exec ./server --run-as root", ""),
    "below a user's": ("users/roots", "--exec ./server", ""),
    "a user's program": ("roots", "--exec ../users/server", ""),
    "root's program, for a user": ("users", "--exec ../roots/server", "nobody"),
    "a program behind a user's link": ("roots", "--exec ../link-to-roots/server", ""),
    "a directory that all may write": ("open", "--exec /bin/true", ""),
    "a directory that a group may write": ("groups", "--exec ./server", ""),
    "that of such a program": ("roots", "--exec below/server", ""),
    "a directory that all may write, for a user": (
        "open",
        "--exec /bin/true --run-as daemon",
        "daemon",
    ),
    "a program that all may write": ("roots", "--exec ./open", ""),
}


def test_services_of_others(machine: Machine, archive_of: str) -> None:
    """A service leads to nothing that another user than the one it runs as, or root, decides."""
    calls = "".join(
        f"gvm generate systemd app --system --dry-run --directory ~/{directory} {words} || echo $?\necho =\n"
        for directory, words, _ in SERVICES.values()
    )
    done = with_opt(
        machine,
        f"""gvm --system install -q {archive_of}
        cd; mkdir -p roots/below users/roots daemons open groups
        ln -s users link-to-users; ln -s roots link-to-roots; ln -s daemons link-to-daemons
        for place in roots roots/below users daemons users/roots groups; do cp /bin/true $place/server; done
        cp /bin/true roots/open; chmod 777 roots/open roots/below; chmod 1777 open; chgrp daemon groups; chmod 2775 groups
        chown -h nobody link-* users users/server; chown daemon daemons daemons/server
        {calls}""",
    )
    assert done.returncode == 0, done.stderr
    told = [
        next((line[5:] for line in text.splitlines() if line.startswith("User=")), text.strip())
        for text in done.stdout.split("\n=\n")[:-1]
    ]
    assert dict(zip(SERVICES, told, strict=True)) == {
        case: user or "1" for case, (*_, user) in SERVICES.items()
    }


def test_own_service_of_others(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Nor does one of root's own manager."""
    machine.add("1.22.6")
    directory = machine.home / "users"
    directory.mkdir()
    os.chown(directory, NOBODY, NOBODY)
    done = machine.gvm("generate", "systemd", "app@", "--exec", "go run .", cwd=directory)
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert not (machine.home / ".config").exists()


@pytest.mark.parametrize("change", ["chown -R daemon", "chmod 777", "chown :daemon", "chmod 2775"])
def test_service_with_shims_of_another(
    change: str, machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """A service finds no shim in a root that another user owns or may write."""
    done = with_opt(
        machine,
        f"""mkdir -p /opt/gvm/shims; cp /bin/true /opt/gvm/shims/go; chgrp daemon /opt/gvm; chmod 775 /opt/gvm
        {change} /opt/gvm
        gvm generate systemd app@ --system --dry-run --exec 'go run .' --run-as nobody""",
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == snapshot


def test_shown_settings_of_another(machine: Machine) -> None:
    """--dry-run shows no settings that the owner of the directory could not read."""
    machine.add("1.22.6")
    secret = machine.write("secret/settings.json", '{"password": "x"}\n')
    secret.parent.chmod(0o700)
    project = machine.home / "p"
    project.mkdir()
    (project / ".vscode").symlink_to(secret.parent)
    for path in (project, project / ".vscode"):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    done = machine.gvm("generate", "vscode", "--dry-run", cwd=project)
    assert (done.returncode, done.stdout) == (1, "")


def test_read_only(machine: Machine, archive_of: str, snapshot: SnapshotAssertion) -> None:
    """Where nothing can be written, what only reads goes on; else the hint is one that helps there."""
    with Server(mirror(["1.22.6"])) as server:
        machine.environ |= server.variables
        done = with_opt(
            machine,
            f"""gvm --system install -q {archive_of}
            mount --bind ~ ~
            for place in ~ /opt /var/cache; do mount -o remount,bind,ro $place; done
            gvm list-remote
            gvm latest
            gvm list -q
            gvm --system verify -q || gvm --system install 1.21 || gvm global 1.22 || gvm verify 1.22 || echo
            XDG_CACHE_HOME=$(mktemp -d) gvm verify 1.22
            """,
        )
    assert done.returncode == 0, done.stderr
    remote, latest, *_, failed, verified = done.stdout.splitlines()
    assert (latest, failed) == ("1.22.6", "")
    assert f"{remote}\n{verified}" == snapshot
    assert done.stderr == snapshot


@pytest.mark.parametrize("program", ["none", "gvm"])
def test_machines_gvm(program: str, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """The doctor asks for install.sh only where the machine has no gvm, from wherever."""
    done = with_opt(
        machine,
        f"""mount -t tmpfs tmpfs /usr/local/bin
        touch /usr/local/bin/{program}
        gvm --system reshim
        gvm doctor --system login || true
        """,
    )
    assert "\n".join(done.stdout.splitlines()[:2]) == snapshot


def test_no_proc(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Where /proc is not mounted, as in a chroot, activation and the doctor work."""
    machine.add("1.22.6")
    done = with_opt(
        machine,
        """mount -t tmpfs tmpfs /proc
        gvm global -q 1.22
        gvm doctor login >/dev/null || gvm activate -q
        gvm doctor login
        gvm deactivate -q
        """,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == snapshot


def test_ordinary_user(machine: Machine, archive_of: str, snapshot: SnapshotAssertion) -> None:
    """An ordinary user runs what the machine has, lists it, chooses it, and cannot change it."""
    os.chown(machine.home, NOBODY, NOBODY)
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    able = machine.run([*become, sys.executable, "-c", "import gvm.cli"], environ=PYTHONPATH)
    if able.returncode != 0:
        pytest.skip(f"an ordinary user cannot run {sys.executable}")
    user = f'as() {{ {" ".join(become)} "$@"; }}\n'
    done = with_opt(
        machine,
        f"""{user}
        mount -t tmpfs tmpfs /usr/local/bin
        gvm install --system -q {archive_of}
        as /opt/gvm/shims/go version
        as {sys.executable} -m gvm list --json
        as {sys.executable} -m gvm where 1.22
        as {sys.executable} -m gvm global -q 1.22.6
        as {sys.executable} -m gvm current -q
        as {sys.executable} -m gvm uninstall --system 1.22.6 || echo "code $?"
        as {sys.executable} -m gvm uninstall 1.22 || echo "code $?"
        """,
    )
    assert done.returncode == 0, done.stderr
    assert "go version go1.22.6" in done.stdout
    assert '"root": "/opt/gvm"' in done.stdout
    *_, where, current, code, other = done.stdout.splitlines()
    assert (where.endswith("/versions/1.22.6"), current) == (True, "1.22.6")
    assert (code, other) == ("code 1", "code 4")
    assert done.stderr == snapshot


def test_home_of_another(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Root with a user's HOME neither runs what is there, nor changes it."""
    machine.add("1.22.6")
    machine.root.default.write_text("golang 1.22.6\n")
    marker = machine.base / "pwned"
    (machine.root.shims / "gvm-shim").write_text(f"#!/bin/sh\ntouch {marker}\n")
    for file in [machine.home, *machine.home.rglob("*")]:
        os.chown(file, NOBODY, NOBODY, follow_symlinks=False)
    done = machine.gvm("current")
    assert (done.returncode, done.stdout) == (3, "")
    assert json.loads(machine.gvm("list", "--json").stdout) == []
    told = set()
    for arguments in (["install", "1.22.6"], ["global", "1.22.6"], ["reshim"], ["activate"]):
        done = machine.gvm(*arguments)
        assert done.returncode == 1
        told.add(done.stderr)
    (text,) = told
    assert text == snapshot
    elsewhere = {"GVM_DATA_DIR": str(machine.base / "root")}
    done = machine.gvm("activate", environ=elsewhere)
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert not (machine.home / ".profile").exists()
    assert not marker.exists()


CHANGES = (["global", "1.22.6"], ["reshim"], ["activate"], ["uninstall", "--all"])


def test_link_in_home(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A user's link in the place of the data directory leads root to nothing, not even of root's."""
    machine.add("1.22.6")
    rest = machine.write(".local/share/gvm/staging/rest", "")
    own = machine.root.path.rename(machine.base / "own")
    machine.root.path.symlink_to(own)
    os.chown(machine.root.path, NOBODY, NOBODY, follow_symlinks=False)
    assert json.loads(machine.gvm("list", "--json").stdout) == []
    told = set()
    for arguments in CHANGES:
        done = machine.gvm(*arguments)
        assert done.returncode == 1
        told.add(done.stderr)
    (text,) = told
    assert text == snapshot
    assert (own / "staging" / rest.name).exists()
    assert not (machine.home / ".profile").exists()


def test_link_of_root(machine: Machine) -> None:
    """A link of root's own is as good as what it leads to."""
    machine.add("1.22.6")
    own = machine.root.path.rename(machine.base / "own")
    machine.root.path.symlink_to("../../../step")
    (machine.base / "step").symlink_to(own)
    assert machine.gvm("global", "1.22.6").returncode == 0
    assert len(json.loads(machine.gvm("list", "--json").stdout)) == 1


def planted_link(machine: Machine, target: Path) -> Path:
    link = machine.home / "p/.tool-versions"
    link.parent.mkdir()
    link.symlink_to(target)
    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
    return link.parent


OWNERS = {"root's": 0, "the user's": NOBODY}


@pytest.mark.parametrize("owner", OWNERS.values(), ids=OWNERS)
def test_planted_link(owner: int, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """A pin is neither read nor written through a link that another user has planted."""
    target = machine.write("precious", "x\n")
    target.chmod(0o600)
    directory = planted_link(machine, target)
    os.chown(directory, owner, owner)
    done = machine.gvm("local", "1.22.6", cwd=directory)
    assert done.returncode == 1
    assert done.stderr == snapshot
    assert target.read_text() == "x\n"
    assert [file.name for file in directory.iterdir()] == [".tool-versions"]


def test_owner_stays(machine: Machine) -> None:
    """A user's file that root changes is the user's still."""
    file = machine.write("p/.tool-versions", "golang 1.21.0\n")
    os.chown(file, NOBODY, NOBODY)
    machine.gvm("local", "1.22.6", cwd=file.parent)
    assert (file.read_text(), file.stat().st_uid) == ("golang 1.22.6\n", NOBODY)


def test_directory_of_another(machine: Machine) -> None:
    """In a user's directory root writes as that user: what it makes there is the user's."""
    machine.add("1.22.6")
    project = machine.home / "p"
    (project / "elsewhere").mkdir(parents=True)
    (project / ".vscode").symlink_to("elsewhere")
    for path in (project, project / "elsewhere"):
        os.chown(path, NOBODY, NOBODY)
    machine.home.chmod(0o700)
    for words in (["local", "1.22.6"], ["generate", "vscode"]):
        done = machine.gvm(*words, cwd=project)
        assert done.returncode == 0, done.stderr
    made = [project / ".tool-versions", project / "elsewhere/settings.json"]
    assert [file.stat().st_uid for file in made] == [NOBODY, NOBODY]


@pytest.mark.parametrize("owner", OWNERS.values(), ids=OWNERS)
def test_planted_directory(owner: int, machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Settings are not written through a directory's link that another user has planted."""
    machine.add("1.22.6")
    project, target = machine.home / "p", machine.home / "target"
    project.mkdir()
    target.mkdir()
    (project / ".vscode").symlink_to(target)
    for path in (project, project / ".vscode"):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    os.chown(project, owner, owner)
    done = machine.gvm("generate", "vscode", cwd=project)
    assert (done.returncode, list(target.iterdir())) == (1, [])
    assert done.stderr == snapshot


SERVICE = "generate systemd app --exec /bin/true --directory /"
# A command of root's, and what is done before to which place below /etc.
DECIDED = {
    "another's settings": ("reshim", "chown daemon", "gvm/config.toml"),
    "everybody's settings": ("reshim", "chmod o+w", "gvm/config.toml"),
    "another's link to settings": ("reshim", "chown -h daemon", "gvm"),
    "another's, above settings": ("reshim", "chown daemon", "gvm/"),
    "a group's, above settings": ("reshim", "chmod 775", "gvm/"),
    "another's, above a service's file": (SERVICE, "chown daemon", "gvm/services"),
    "everybody's, above a service's file": (SERVICE, "chmod 1777", "gvm/services"),
    "another's file of a service": (SERVICE, "chown daemon", "gvm/services/app.env"),
    "everybody's, above a unit": (SERVICE, "chmod o+w", "systemd/system"),
}  # fmt: skip


@pytest.mark.parametrize(("command", "change", "name"), DECIDED.values(), ids=DECIDED)
def test_decided_by_others(
    command: str,
    change: str,
    name: str,
    machine: Machine,
    archive_of: str,
    snapshot: SnapshotAssertion,
) -> None:
    """Root obeys no settings that another user could write, and writes no service where one could."""
    done = with_opt(
        machine,
        f"""mkdir -p ~/etc/systemd/system ~/etc/group/services
        cp /etc/passwd /etc/os-release ~/etc; chgrp 7 ~/etc/group; ln -s group ~/etc/gvm
        mount --bind ~/etc /etc
        echo 'auto_install = true' >/etc/gvm/config.toml; touch /etc/gvm/services/app.env
        gvm --system install -q {archive_of}
        {change} /etc/{name}
        gvm --system {command} || echo $?
        """,
    )
    assert done.stdout == "1\n", done.stderr
    assert done.stderr == snapshot


@pytest.mark.skipif(not is_for_all(), reason="this Python is closed to other users")
@pytest.mark.parametrize("option", [[], ["--dry-run"]], ids=["written", "shown"])
def test_planted_directory_for_user(
    option: list[str], machine: Machine, snapshot: SnapshotAssertion
) -> None:
    """Nor does an ordinary user's gvm write or show its user's own settings so, where all may write."""
    machine.add("1.22.6")
    project = machine.home / "p"
    project.mkdir()
    project.chmod(0o777)
    target = machine.write("target/settings.json", "{}\n")
    for path in (target.parent, target):
        os.chown(path, DAEMON, DAEMON)
    (project / ".vscode").symlink_to(target.parent)
    os.chown(project / ".vscode", NOBODY, NOBODY, follow_symlinks=False)
    user = ["setpriv", f"--reuid={DAEMON}", f"--regid={DAEMON}", "--clear-groups"]
    done = machine.gvm("generate", "vscode", *option, cwd=project, before=user)
    assert (done.returncode, done.stdout, target.read_text()) == (1, "", "{}\n")
    assert done.stderr == snapshot


def test_system_has_its_own(machine: Machine) -> None:
    """The machine's toolchains come after the user's."""
    fake_toolchain(machine.root.versions / "1.21.0", "1.21.0")
    machine.reshim()
    shim = machine.root.shims / "go"
    done = with_opt(
        machine,
        f"""
        there=/opt/gvm/{machine.root.release}/versions
        mkdir -p $there
        cp -r {machine.root.versions}/1.21.0 $there/1.21.0
        cp -r {machine.root.versions}/1.21.0 $there/1.22.0
        GVM_GO_VERSION=1.21.0 {shim}
        GVM_GO_VERSION=1.22.0 {shim}
        """,
    )
    ran = [line for line in done.stdout.splitlines() if line.startswith("executable=")]
    assert ran == [
        f"executable={machine.root.versions}/1.21.0/bin/go",
        f"executable=/opt/gvm/{machine.root.release}/versions/1.22.0/bin/go",
    ]


def test_pip_of_another(machine: Machine, snapshot: SnapshotAssertion) -> None:
    """Root asks the machine's package index, whatever a user's HOME says of another one."""
    machine.write(
        ".config/pip/pip.conf", "[global]\nindex-url = http://127.0.0.1:9/\nretries = 0\n"
    )
    for file in [machine.home, *machine.home.rglob("*")]:
        os.chown(file, NOBODY, NOBODY)
    script = "gvm --system install 1.22.99 --source pypi || echo code $?"
    config, home = str(machine.home / ".config"), str(machine.base)
    told = set()
    for environ in (
        {},
        {"XDG_CONFIG_HOME": config},
        {"XDG_CONFIG_HOME": config, "HOME": home},
        {"XDG_CONFIG_HOME": "", "XDG_CONFIG_DIRS": f"/etc/xdg:{config}", "HOME": home},
    ):
        machine.environ |= environ
        done = with_opt(machine, script)
        assert done.stdout == "code 5\n"
        told.add(done.stderr)
    (text,) = told
    assert re.sub(r"1\.22\.1\d", "<newest>", text) == snapshot
