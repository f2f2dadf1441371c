"""One machine of several users: what each gets and may do, and what root never runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gvm.model.release import Release
from tests import island
from tests.goarchive import ARCH
from tests.island import SHOWN, Island

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

pytestmark = [
    pytest.mark.skipif(not island.is_possible(), reason="private mounts need root"),
    pytest.mark.xdist_group("shared machines"),
]
RELEASE = str(Release.current())
HOME = "/home/alice"
OWN = f"{HOME}/.local/share/gvm"
# Versions of small archives; "$A" is where they are.
VERSIONS = ("1.20.1", "1.21.0", "1.22.6")
INSTALL = 'install -q --source "$A"'
PACK = f"""cd '{SHOWN}'; PYTHONPATH=. /opt/gvm/{RELEASE}/venv/bin/python -B -c '
import hashlib, pathlib, sys
from tests.goarchive import ARCH, archive
for version in sys.argv[1:]:
    data = archive(version)
    file = pathlib.Path(f"/srv/go/go{{version}}.linux-{{ARCH}}.tar.gz")
    file.write_bytes(data)
    pathlib.Path(f"/srv/go/{{version}}").write_text(hashlib.sha256(data).hexdigest())
' {" ".join(VERSIONS)}"""


def installed(version: str) -> str:
    """Words that install one of them."""
    return f"install -q --source /srv/go --sha256 $(cat /srv/go/{version}) {version}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Island]:
    """A machine with gvm for everybody, set up by a root of umask 077, and two users."""
    with Island(tmp_path_factory.mktemp("island")) as place:
        ran(
            place,
            f"""set -e; for user in alice bob; do useradd -m -s /bin/bash $user; chmod 700 /home/$user; done
            mkdir /srv/go; (umask 077; '{SHOWN}/install.sh' --system)
            {PACK}
            umask 077; export PATH=/usr/local/bin:$PATH
            gvm --system {installed("1.20.1")}; gvm --system {installed("1.22.6")}
            gvm --system reshim; gvm --system activate; gvm --system global 1.22.6""",
        )
        ran(
            place,
            f"""su - alice -c 'umask 077; set -e; gvm {installed("1.21.0")}
            mkdir -p src .config/gvm .config/go; echo golang 1.20.1 >src/.tool-versions
            printf "mirror = \\"http://127.0.0.1:9/\\"\\n" >.config/gvm/config.toml; touch .config/go/env'""",
        )
        yield place


def ran(place: Island, script: str, *, user: str = "root") -> str:
    """What a script prints; it succeeds."""
    done = place.run(script, user=user)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_modes(place: Island) -> None:
    """Whatever the umask, all of the machine's but locks is readable by everybody, and writable by nobody else."""
    places = "/opt/gvm /etc/profile.d/gvm.sh /usr/local/bin /etc/environment.d"
    locks = "-type f -path '/opt/gvm/locks/*'"
    assert ran(place, f"find {places} {locks} -perm /077") == ""
    closed = "! -perm -o=r -o -type d ! -perm -o=x -o -perm -o+w -o -perm -g+w"
    assert ran(place, f"find {places} ! -type l ! \\( {locks} \\) \\( {closed} \\)") == ""
    ran(place, f"umask 000; PATH=/usr/local/bin:$PATH; gvm --system {installed('1.21.0')}")
    assert ran(place, f"find {places} ! -type l ! \\( {locks} \\) \\( {closed} \\)") == ""
    ran(place, "/usr/local/bin/gvm --system uninstall 1.21.0")


# Who calls, in which directory, and whose Go it is.
CHOICES = {
    "the machine's": ("su - bob -c 'go version'", "1.22.6"),
    "the user's": ("su - alice -c 'go version'", "1.21.0"),
    "the project's": ("su - alice -c 'cd src; go version'", "1.20.1"),
    "root's": ("su - -c 'go version'", "1.22.6"),
    "sudo": ("sudo go version", "1.22.6"),
    "sudo -u": ("sudo -H -u alice go version", "1.21.0"),
    "sudo, HOME kept": (f"HOME={HOME} sudo -E go version", "1.22.6"),
    "sudo, HOME kept by name": (f"HOME={HOME} sudo --preserve-env=HOME go version", "1.22.6"),
    "sudo, data directory kept": (f"GVM_DATA_DIR={OWN} sudo -E go version", "1.22.6"),
    "sudo, XDG kept": (f"XDG_DATA_HOME={HOME}/.local/share sudo -E go version", "1.22.6"),
    "sudo, there": (f"cd {HOME}; HOME={HOME} sudo -E go version", "1.22.6"),
    "sudo, in a project": (f"cd {HOME}/src; HOME={HOME} sudo -E go version", "1.20.1"),
}


@pytest.mark.parametrize(("script", "version"), CHOICES.values(), ids=CHOICES)
def test_choices(script: str, version: str, place: Island) -> None:
    """The machine's default, a user's and a project's hold at the same time; root runs no user's Go."""
    assert ran(place, script) == f"go version go{version} linux/{ARCH}\n"


@pytest.mark.parametrize("link", ["/opt/gvm/shims/go", "/usr/local/bin/go"])
def test_own_first(link: str, place: Island) -> None:
    """A shim of the machine's finds a user's own toolchains before the machine's."""
    ran(place, f"cp -r /opt/gvm/{RELEASE}/versions/1.22.6 {OWN}/{RELEASE}/versions/1.22.6")
    ran(place, f"chown -R alice: {OWN}/{RELEASE}/versions/1.22.6")
    asked = "export GVM_GO_VERSION=1.22.6;"
    shim = f"{asked} cd; {link} version >/dev/null && {asked} /opt/gvm/shims/gvm which go"
    mine = f"{OWN}/{RELEASE}/versions/1.22.6"
    assert ran(place, shim, user="alice") == f"{mine}/bin/go\n"
    assert ran(place, shim, user="bob") == f"/opt/gvm/{RELEASE}/versions/1.22.6/bin/go\n"
    ran(place, f"rm -r {mine}")


REFUSED = (
    "install 1.20.1",
    "uninstall 1.20.1",
    "global 1.20.1",
    "reshim",
    "activate",
    "deactivate",
)


@pytest.mark.parametrize("words", REFUSED)
def test_machine_is_roots(words: str, place: Island, snapshot: SnapshotAssertion) -> None:
    """An ordinary user who wants to change the machine is told both ways on: with sudo, or alone."""
    for before in (f"--system {words}", f"{words} --system"):
        done = place.run(f"cd; /opt/gvm/shims/gvm {before}", user="bob")
        assert done.returncode == 1
        assert done.stderr == snapshot(name="told")


def test_own_root(place: Island) -> None:
    """Whose only gvm is the machine's gets a root of his own, with shims that his login finds first."""
    told = ran(place, f"su - bob -c 'gvm {installed('1.21.0')}; command -v go; go version'")
    assert told == f"/home/bob/.local/share/gvm/shims/go\ngo version go1.21.0 linux/{ARCH}\n"
    assert ran(place, "su - alice -c 'cd src; go version'").startswith("go version go1.20.1 ")
    ran(place, "rm -r /home/bob/.local/share/gvm")


# What of root's power a server takes away that squashes root: a home of mode 0700 is closed.
SQUASHED = "setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -all"
COMMANDS = (
    "current",
    "why",
    "list",
    "root",
    "where 1.22.6",
    "which go",
    "env --shell sh",
    "--system list",
    "--system reshim",
    "--system global 1.22.6",
    "--system activate",
    f"--system {installed('1.22.6')}",
    f"--system {installed('1.21.0')}",
    "--system uninstall 1.21.0",
    "list-remote --help",
)


def test_closed_home(place: Island, snapshot: SnapshotAssertion) -> None:
    """In a home that root cannot read, HOME kept, every command works as anywhere, without a word on it."""
    before = f"export PATH=/usr/local/bin:$PATH; cd {HOME}/src; export HOME={HOME}; {SQUASHED}"
    assert place.run(f"{before} ls {HOME}").returncode == 2
    alice = ran(place, "id -u alice").strip()
    for words in COMMANDS:
        done = place.run(f"{before} gvm {words}")
        assert done.returncode == 0, (words, done.stderr)
        assert "ermission" not in done.stderr, words
    # The go command itself wants to know where it is; this one does not.
    assert ran(place, f"{before} go version") == f"go version go1.22.6 linux/{ARCH}\n"
    for words in ("install 1.22.6", "global 1.22.6", "activate"):
        done = place.run(f"{before} gvm {words}")
        assert done.stderr.replace(alice, "<alice>") == snapshot(name=words)
    done = place.run(f"{before} gvm local 1.22.6")
    assert done.stderr == snapshot(name="local")


def test_settings_of_another(place: Island) -> None:
    """Root does not obey the settings in a HOME that sudo has kept, and leaves nothing there."""
    before = f"export HOME={HOME} GVM_DATA_DIR=/root/gvm; cd /; /opt/gvm/shims/gvm"
    told = ran(place, f"{before} {installed('1.21.0')}; {before} list; find {HOME} -user 0")
    assert "1.21.0" in told
    assert HOME not in told
    ran(place, "rm -r /root/gvm")


def test_removed_directory(place: Island, snapshot: SnapshotAssertion) -> None:
    """Where the working directory has been removed, defaults hold, and what needs one says so."""
    gone = "export PATH=/usr/local/bin:$PATH; mkdir /tmp/gone; cd /tmp/gone; rmdir /tmp/gone;"
    assert ran(place, f"{gone} go version") == f"go version go1.22.6 linux/{ARCH}\n"
    assert ran(place, f"{gone} gvm current") == "1.22.6\n"
    assert "1.22.6" in ran(place, f"{gone} gvm list")
    for words in ("install", "why", "local 1.22.6"):
        done = place.run(f"{gone} gvm {words}")
        assert done.returncode == 1, words
        assert done.stderr.splitlines()[-2:] == snapshot(name="told")


OPEN = {
    # Mode and group of /opt/gvm; whether root uses it.
    "a group's": ("2775", "golang", False),
    "everybody's": ("777", "root", False),
    "everybody's, sticky": ("1777", "root", False),
    "root's group's": ("775", "root", True),
    "closed": ("755", "golang", True),
}


@pytest.mark.parametrize(("mode", "group", "is_used"), OPEN.values(), ids=OPEN)
def test_open_root(
    mode: str,
    group: str,
    is_used: bool,  # noqa: FBT001 - a column of the table
    place: Island,
    snapshot: SnapshotAssertion,
) -> None:
    """Root does not use a root that others may write; it says why, and what it tells to type mends it."""
    ran(
        place,
        f"""getent group golang >/dev/null || groupadd golang; usermod -aG golang bob
        chgrp {group} /opt/gvm; chmod {mode} /opt/gvm
        mkdir -p /root/own/shims; sed "s|^gvm_own=.*|gvm_own=/root/own|" /opt/gvm/shims/go >/root/own/shims/go
        chmod 755 /root/own/shims/go""",
    )
    gvm = f"/opt/gvm/{RELEASE}/venv/bin/gvm"
    told = place.run("cd; GVM_GO_VERSION=1.22.6 /root/own/shims/go version")
    assert (told.stdout == f"go version go1.22.6 linux/{ARCH}\n") is is_used
    assert told.stderr == snapshot(name="the shim")
    done = [place.run(f"cd; {gvm} {words}") for words in ("list", "--system global 1.22.6")]
    assert [ran.returncode for ran in done] == [0, 0 if is_used else 1]
    installer = place.run(f"'{SHOWN}/install.sh' --system") if not is_used else None
    member = place.run(f"cd; {gvm} --system reshim", user="bob")
    assert member.returncode == 1
    assert member.stderr == snapshot(name="a member of the group")
    ran(place, "chmod -R go-w /opt/gvm; chgrp root /opt/gvm; rm -r /root/own")
    for refused in [] if is_used else done:
        assert refused.stderr.splitlines()[:2] == snapshot(name="gvm")
    if installer is not None:
        assert installer.returncode == 1
        assert installer.stderr == snapshot(name="install.sh")
    assert ran(place, f"cd; {gvm} --system global 1.22.6") == ""


# What is done to the machine, and how the rows of `gvm activate` that tell of it begin.
SURROUNDINGS = {
    "no zsh": ("rm -rf /usr/bin/zsh /bin/zsh /etc/zsh", "zsh"),
    "no fish": ("rm -rf /usr/bin/fish /bin/fish /etc/fish", "fish"),
    "no cron": ("rm -f /usr/bin/crontab", "cron"),
    "no sudo": ("rm -f /usr/bin/sudo", "sudo"),
    "no systemd": ("rm -f /usr/lib/systemd/systemd", "systemd"),
    "systemd that does not run": ("rm -rf /run/systemd; touch /usr/lib/systemd/systemd", "systemd"),
    "container": ("touch /.dockerenv", "docker"),
    "Windows": (
        "echo 6.6.87.2-microsoft-standard-WSL2 >/tmp/kernel; mount --bind /tmp/kernel /proc/sys/kernel/osrelease; mkdir -p /mnt/c/Go/bin; touch /mnt/c/Go/bin/go.exe",
        "WSL",
    ),
}


def test_surroundings(place: Island, snapshot: SnapshotAssertion) -> None:
    """What a machine lacks, and what else decides there, is a row of the table with its reason."""
    path = "PATH=/opt/gvm/shims:/usr/bin:/bin:/mnt/c/Go/bin"
    ran(place, "/usr/local/bin/gvm --system deactivate; rm -f /.dockerenv")
    ran(place, "su - bob -c '/opt/gvm/shims/gvm deactivate'")
    for name, (script, beginning) in SURROUNDINGS.items():
        ran(place, script)
        for user, words in (("bob", ""), ("root", "--system")):
            told = [
                row
                for command in ("activate", "deactivate")
                for row in ran(place, f"cd; {path} gvm {command} {words}", user=user).splitlines()
                if row.startswith(beginning)
            ]
            assert told == snapshot(name=f"{name}, {user}")
    assert place.run("ls -A /home/bob/.config /etc/environment.d/99-gvm.conf").stdout == ""


def changed(answer: str) -> list[str]:
    """The files that activation, or the end of it, has changed."""
    return [row["file"] for row in json.loads(answer) if row["diff"]]


def on(release: str, script: str) -> str:
    """The script, where os-release names another release."""
    words = f"ID=ubuntu\\nVERSION_ID={release}\\n"
    return f"printf '{words}' >/tmp/{release}; unshare -m sh -ec 'mount --bind /tmp/{release} /etc/os-release; {script}'"


def test_two_releases(place: Island, snapshot: SnapshotAssertion) -> None:
    """What is activated on one release of a shared home serves the other, and is activated once."""
    alice = f'setpriv --reuid alice --regid alice --clear-groups env HOME={HOME} "PATH=$PATH"'
    new, old = "24.04", "22.04"
    gvm = f"/opt/gvm/{RELEASE}/venv/bin/gvm"
    for release, version in ((new, "1.22.6"), (old, "1.21.0")):
        words = installed(version)
        ran(place, on(release, f'{alice} sh -ec "cd; {gvm} {words}; {gvm} activate -q"'))
    assert not changed(ran(place, on(new, f"cd {HOME}; {alice} {gvm} activate --json")))
    contexts = (
        'su - alice -c "go version"',
        f'cd {HOME}; {alice} bash -ic "go version"',
        # As a line PATH= of a crontab, and environment.d, say it.
        f"env -i HOME={HOME} PATH={OWN}/shims:/usr/bin:/bin setpriv --reuid alice --clear-groups --regid alice go version",
    )
    for script in contexts:
        assert "go1.22.6" in ran(place, on(new, script)), script
        assert "go1.21.0" in ran(place, on(old, script)), script
    # Deactivated on one, it is so on both: the files are the same ones.
    assert changed(ran(place, on(old, f"cd {HOME}; {alice} {gvm} deactivate --json")))
    assert not changed(ran(place, on(new, f"cd {HOME}; {alice} {gvm} deactivate --json")))
    told = place.run(on("26.04", f"cd {HOME}; {alice} {OWN}/shims/go version"))
    assert told.returncode == 126
    assert told.stderr == snapshot(name="go")
    told = place.run(on("26.04", f"cd {HOME}; {alice} /opt/gvm/shims/gvm list"))
    assert told.returncode == 127
    assert told.stderr == snapshot(name="gvm")
