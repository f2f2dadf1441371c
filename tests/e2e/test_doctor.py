"""gvm doctor, in contexts that are entered for real."""

from __future__ import annotations

import json
import re
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests import island, sshd
from tests.goarchive import mirror
from tests.island import SHOWN, Island
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

pytestmark = [
    pytest.mark.skipif(not island.is_possible(), reason="private mounts need root"),
    pytest.mark.xdist_group("doctor"),
]

PATH = "/home/gopher/.local/bin:/usr/local/bin:/usr/bin:/bin"
READY = r"""set -eu
echo 'gopher ALL=(ALL) NOPASSWD: ALL
Defaults env_keep += "PIP_* http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY"' >/etc/sudoers.d/gopher
chmod 440 /etc/sudoers.d/gopher
mkdir -p /etc/gvm /usr/share/wayland-sessions
printf 'mirror = "%s/dl"\ntrust_mirror = true\n' "$1" >/etc/gvm/config.toml
touch /usr/share/wayland-sessions/gnome.desktop
runuser -u gopher -- sh -ec '
mkdir -m 700 ~/.ssh; ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/id_ed25519
cp ~/.ssh/id_ed25519.pub ~/.ssh/authorized_keys
printf "Host localhost\nHostName 127.0.0.1\nPort %s\n" "$1" >~/.ssh/config
mkdir -p ~/.config/gvm; cp /etc/gvm/config.toml ~/.config/gvm' sh "$2"
su - gopher -c '.local/bin/gvm install 1.22.6 && .local/bin/gvm deactivate'
"""


@dataclass
class Doctor:
    """A machine with gvm, which nothing activates yet, and its doctor."""

    place: Island

    def type(self, line: str, user: str = "gopher") -> tuple[int, str, str]:
        """What somebody types in the checkout, who has gvm on PATH."""
        script = f'cd "$1" && export PATH={PATH} && {line}'
        done = self.place.run(script, str(SHOWN), user=user)
        return done.returncode, done.stdout, done.stderr

    def says(self, *arguments: str, user: str = "gopher") -> tuple[int, list[dict[str, Any]]]:
        code, out, err = self.type(f"gvm doctor --json {' '.join(arguments)}", user)
        assert err == ""
        return code, json.loads(out)

    def mend(self, *arguments: str, tries: int = 3, user: str = "gopher") -> list[str]:
        """Type what it prints until all is well; and what that was."""
        typed: list[str] = []
        for _ in range(tries):
            code, findings = self.says(*arguments, user=user)
            wrong = [finding for finding in findings if finding["status"] == "problem"]
            assert code == int(bool(wrong))
            if not wrong:
                return typed
            line = wrong[0]["fix"]
            typed.append(line)
            done = self.type(line, user)
            assert done[0] == 0, (line, done)
        assert self.says(*arguments, user=user)[0] == 0, (typed, findings)
        return typed


@pytest.fixture(scope="module")
def doctor(tmp_path_factory: pytest.TempPathFactory, user_layer: Path) -> Iterator[Doctor]:
    base = tmp_path_factory.mktemp("island")
    with Server(mirror(["1.22.6"])) as server, Island(base, user_layer) as place:
        port = sshd.start(place)
        done = place.run(READY, server.url, port)
        assert done.returncode == 0, done.stderr
        keys = f"ssh-keyscan -p {port} 127.0.0.1 >/home/gopher/.ssh/known_hosts 2>/dev/null"
        place.run(keys)
        yield Doctor(place)


@pytest.fixture(autouse=True)
def as_before(doctor: Doctor) -> Iterator[None]:
    """The next test finds the user's files as this one did."""
    doctor.place.run("cp -a /home/gopher /home/.before; crontab -u gopher -r")
    yield
    doctor.place.run(
        """rm -rf /home/gopher && mv /home/.before /home/gopher; crontab -u gopher -r
        ! [ -x /opt/gvm/shims/gvm ] || /opt/gvm/shims/gvm --system deactivate
        rm -rf /opt/gvm /etc/cron.d/[jk]ob; crontab -r"""
    )


@pytest.fixture
def machine(doctor: Doctor) -> Doctor:
    """There is a gvm for the machine too, which nothing activates yet."""
    script = """set -e; [ -d /opt/kept ] || { "$1/install.sh" --system 1.22.6
    /opt/gvm/shims/gvm --system deactivate; mv /opt/gvm /opt/kept; }; cp -a /opt/kept /opt/gvm"""
    assert doctor.place.run(script, str(SHOWN)).returncode == 0
    return doctor


# A context, the programs that it needs, and the lines that mend it in turn.
SYSTEM = ["sudo ./install.sh --system", "sudo gvm --system install latest"]
MENDS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "login": ((), ["gvm activate"]),
    "interactive": ((), ["gvm activate"]),
    "sudo": (("sudo",), SYSTEM),
    "cron": (("crontab",), ["gvm activate --cron --yes"]),
    "systemd": (("/usr/lib/systemd/systemd",), ["gvm activate"]),
    "ssh": (("sshd",), ["gvm activate"]),
    "desktop": ((), ["gvm activate"]),
}


@pytest.mark.parametrize("name", MENDS)
def test_mended(name: str, doctor: Doctor, snapshot: SnapshotAssertion) -> None:
    """What is printed for a context, typed as it is, makes that context well."""
    needs, lines = MENDS[name]
    if not all(map(shutil.which, needs)):
        pytest.skip(f"needs {needs}")
    if name == "cron":
        doctor.place.run("echo '@daily go vet' | crontab -u gopher -")
    code, findings = doctor.says(name)
    assert code == 1
    assert {finding["fix"] for finding in findings} <= {lines[0], ""}
    assert doctor.mend(name) == lines
    _, findings = doctor.says(name)
    # What a job finds is another row.
    findings = [finding for finding in findings if not finding["subject"].startswith("cron: ")]
    versions = {
        finding["evidence"].get("version", "") for finding in findings if finding["status"] == "ok"
    }
    assert versions == {"1.22.6"}
    assert (
        sorted(
            {
                finding["evidence"].get("origin", "")
                for finding in findings
                if finding["evidence"].get("executable", "")
            }
        )
        == snapshot
    )


def test_all(doctor: Doctor, snapshot: SnapshotAssertion) -> None:
    """Mended line by line, the whole machine is well; what cannot be entered says why."""
    doctor.mend(tries=6)
    code, findings = doctor.says()
    assert code == 0
    rows = {finding["subject"]: finding for finding in findings}
    assert rows["su - gopher"]["status"] == "skipped"
    assert rows["su - gopher"]["fix"] == "su - gopher -c 'go version'"
    if shutil.which("crontab"):
        assert (rows["cron"]["status"], rows["cron"]["fix"]) == (
            "skipped", "gvm activate --cron --yes",
        )  # fmt: skip
        assert doctor.place.run("crontab -u gopher -l").returncode == 1
    _, table, _ = doctor.type("gvm doctor")
    attempt = rows["su - gopher"]["fix"]
    assert [line.strip() for line in table.splitlines() if attempt in line] == snapshot
    assert {finding["check"] for finding in findings} == {
        "login", "interactive", "su", "sudo", "cron", "systemd", "ssh", "desktop",
    }  # fmt: skip


OTHER = "/usr/local/go/bin"
CONFIG = "/home/gopher/.config"
# What stands in a file behind gvm's lines, the context that is hurt, and the line that is named.
CULPRITS: dict[str, tuple[str, str, str, int]] = {
    "another go": ("/home/gopher/.profile", f"PATH={OTHER}:$PATH\n", "login", 1),
    "all there is in an if": ("/home/gopher/.profile", f"if true; then\n\tPATH={OTHER}:$PATH\nfi\n", "login", 2),
    "through a variable": ("/home/gopher/.bashrc", "# mine\nPATH=$HOME/sdk/go/bin:$PATH\n", "interactive", 2),
    "forgets PATH": ("/home/gopher/.bashrc", "PATH=/usr/bin:/bin\n", "interactive", 1),
    "an alias": ("/home/gopher/.bashrc", "alias go=/usr/bin/true\n", "interactive", 1),
    "a function": ("/home/gopher/.zshrc", "go() { :; }\n", "interactive", 1),
    "fish": (f"{CONFIG}/fish/config.fish", f"set -gx PATH {OTHER} $PATH\n", "login", 1),
    "for everybody": ("/etc/zsh/zshrc", f"path=({OTHER} $path)\n", "interactive", 1),
    "manager": (f"{CONFIG}/environment.d/99-local.conf", "PATH=/usr/bin:/bin\n", "systemd", 1),
}  # fmt: skip


@pytest.mark.parametrize(("file", "lines", "context", "number"), CULPRITS.values(), ids=CULPRITS)
def test_culprit(
    file: str,
    lines: str,
    context: str,
    number: int,
    doctor: Doctor,
    snapshot: SnapshotAssertion,
) -> None:
    """What keeps the shims from being found is named by file and line, and the mend silences it."""
    assert doctor.type("gvm activate")[0] == 0
    prepared = doctor.place.run(
        r"""set -e
        for dir in /usr/local/go/bin /home/gopher/sdk/go/bin; do
        mkdir -p $dir; printf '#!/bin/sh\n' >$dir/go; chmod 755 $dir/go; done
        mkdir -p "${1%/*}"; chown gopher "${1%/*}"; [ -e "$1" ] || setpriv --reuid gopher --clear-groups touch "$1" || touch "$1"
        cp -p "$1" /root/kept; wc -l <"$1"; printf %s "$2" >>"$1" """,
        file, lines,
    )  # fmt: skip
    assert prepared.returncode == 0, prepared.stderr
    number += int(prepared.stdout)
    try:
        code, findings = doctor.says(context)
        assert code == 1
        told = {finding["message"] for finding in findings if finding["status"] == "problem"}
        assert all(file in text for text in told)
        # How long the file was before is the machine's affair.
        assert [
            re.sub(rf"\b{number}\b(?![.])", "<line>", text) for text in sorted(told)
        ] == snapshot
        typed = doctor.mend(context)
        assert len(typed) == 1
        assert typed[0].removeprefix("sudo ").startswith(f"sed -i '{number}s/")
    finally:
        doctor.place.run('cp -p /root/kept "$1"', file)


# A file where gvm's lines cannot be written, what is in it, and how the line to type begins.
OBSTACLES: dict[str, tuple[str, str, str]] = {
    "an edited block": ("/home/gopher/.profile", "# >>> gvm >>>\n# mine\n# <<< gvm <<<\n", "sed -i '/^# >>> gvm"),
    "another's file": (f"{CONFIG}/fish/conf.d/gvm.fish", "# mine\n", "mv "),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "beginning"), OBSTACLES.values(), ids=OBSTACLES)
def test_obstacle(file: str, text: str, beginning: str, doctor: Doctor) -> None:
    """Where gvm activate leaves a file alone, the line to type makes way for it."""
    doctor.place.run(
        'mkdir -p "${1%/*}"; printf %s "$2" >"$1"; chown -R gopher /home/gopher', file, text
    )
    assert doctor.type("gvm activate")[0] == 0
    (typed,) = doctor.mend("login")
    assert typed.startswith(beginning)
    assert typed.endswith("&& gvm activate")


def test_only_the_machine(machine: Doctor) -> None:
    """Who has no gvm of his own is led to the machine's."""
    machine.place.run(
        "rm -rf /home/gopher/.local/share/gvm; ln -sf /opt/gvm/shims/gvm /usr/local/bin/gvm; ln -sf /opt/gvm/shims/gvm /home/gopher/.local/bin/gvm"
    )
    for context in ("login", "systemd"):
        assert set(machine.mend(context)) <= {"sudo gvm activate --system"}
    if shutil.which("crontab"):
        machine.place.run("echo '@daily go vet' | crontab -u gopher -")
        (typed,) = machine.mend("cron")
        assert typed.startswith("(echo PATH=/opt/gvm/shims:")


def test_zdotdir(doctor: Doctor) -> None:
    """A zsh whose files are elsewhere is well, whoever says where they are."""
    zshenv = 'export ZDOTDIR="$HOME/.zsh"'
    doctor.place.run('printf "%s\\n" "$1" >/home/gopher/.zshenv', zshenv, user="gopher")
    assert doctor.type("mkdir ~/.zsh && export ZDOTDIR=~/.zsh && gvm activate")[0] == 0
    assert doctor.mend("login") == []


# What a ~/.profile does, and whether that matters.
HOSTILE: dict[str, tuple[str, str]] = {
    "hangs": ("sleep 1000", "problem"),
    "never stops printing": ("yes", "problem"),
    "ends": (r"printf '\033[31mred\n' >&2; exit 3", "problem"),
    "prints": ("yes | head -c 3000000; yes no | head -c 3000000 >&2; printf 'go=\\0end-'", "ok"),
    "answers": (
        (
            r"""m=$(tr '\0' '\n' </proc/$$/cmdline | grep -o '[0-9a-f]\{16,\}' | tail -n 1); """
            r"""printf 'begin-%s\0forged\0end-%s\0' "$m" "$m"; :"""
        ),
        "problem",
    ),
    "reads": ("read -r line; cat; cat </dev/tty", "ok"),
    "leaves something behind": ("sleep 1000 &", "ok"),
    "ends late": ("trap 'sleep 1000' EXIT", "ok"),
}


@pytest.mark.parametrize(("profile", "status"), HOSTILE.values(), ids=HOSTILE)
def test_hostile(profile: str, status: str, doctor: Doctor, snapshot: SnapshotAssertion) -> None:
    """A profile that does what it should not is survived and, where it matters, told of."""
    assert doctor.type("gvm activate")[0] == 0
    doctor.place.run('printf "%s\n" "$1" >>/home/gopher/.profile', profile)
    code, findings = doctor.says("login")
    rows = {finding["subject"]: finding for finding in findings}
    is_wrong = status == "problem"
    for shell in ("sh", "bash"):
        finding = rows[f"login {shell}"]
        assert finding["status"] == status
        assert finding["message"] == snapshot(name="told")
        assert finding["fix"] == (f"{shell} -lxc true" if is_wrong else "")
    assert code == int(is_wrong)
    # What was killed a moment ago may still be ending.
    until = time.monotonic() + 5
    while leaves_something(doctor) and time.monotonic() < until:
        time.sleep(0.1)
    assert not leaves_something(doctor)


def leaves_something(doctor: Doctor) -> bool:
    left = doctor.place.run("ps -u gopher -o stat=,comm=").stdout
    return bool(re.search(r"^[^Z]\S*\s+(sleep|yes)$", left, re.MULTILINE))


PLAIN = "PATH=/usr/bin:/bin"
JOBS = f"""# mine
0 1 * * * cd /tmp && go build ./...
@daily gofmt -l .
0 2 * * * /usr/local/go/bin/go version
0 3 * * * echo go
{PLAIN}
0 4 * * * nice -n 5 go test
"""


@pytest.mark.skipif(not shutil.which("crontab"), reason="needs cron")
def test_own_crontab(doctor: Doctor, snapshot: SnapshotAssertion) -> None:
    """Each job of one's crontab that calls go without finding it is named, and can be mended."""
    doctor.place.run('printf %s "$1" | crontab -u gopher -', JOBS)
    _, findings = doctor.says("cron")
    assert [(finding["subject"], finding["message"]) for finding in findings] == snapshot
    typed = doctor.mend("cron")
    assert typed[0] == "gvm activate --cron --yes"
    assert len(typed) == 2
    shims = "/home/gopher/.local/share/gvm/shims"
    listed = doctor.place.run("crontab -u gopher -l").stdout
    assert listed.endswith(JOBS.replace(PLAIN, f"PATH={shims}:/usr/bin:/bin"))


@pytest.mark.skipif(not shutil.which("crontab"), reason="needs cron")
def test_all_crontabs(machine: Doctor, snapshot: SnapshotAssertion) -> None:
    """As root, the jobs of the whole machine are looked at, each as its user."""
    machine.place.run(
        """printf '%s\n' '0 1 * * * gopher go vet' '0 1 * * * nosuch go vet' >/etc/cron.d/job
        printf '%s\n' "$1" '0 1 * * * gopher go vet' >/etc/cron.d/kob
        cp /etc/cron.d/job /etc/cron.d/job.dpkg-old
        printf '%s\n' '0 1 * * * go vet' | crontab -u gopher -""",
        PLAIN,
    )
    code, findings = machine.says("--system", "cron", user="root")
    assert code == 1
    assert [finding["subject"] for finding in findings] == snapshot
    typed = machine.mend("--system", "cron", user="root", tries=4)
    assert len(typed) == 3


def test_machine(machine: Doctor) -> None:
    """With --system it is what everybody finds, without what a user did for himself."""
    assert machine.type("gvm activate")[0] == 0
    names = ("login", "interactive", "sudo", "systemd", "desktop")
    for name in names:
        code, findings = machine.says("--system", name, user="root")
        assert code == 1, findings
        assert {finding["fix"] for finding in findings} <= {
            SYSTEM[0],
            "sudo gvm activate --system",
            "",
        }
    machine.mend("--system", tries=4, user="root")
    code, findings = machine.says("--system")
    assert code == 0, [f for f in findings if f["status"] == "problem"]
    assert "su" not in {finding["check"] for finding in findings}


def test_in_the_way(machine: Doctor, snapshot: SnapshotAssertion) -> None:
    """Another go in the place of the machine's is put aside before the shim is."""
    machine.place.run("printf '#!/bin/sh\\n' >/usr/local/bin/go; chmod 755 /usr/local/bin/go")
    assert machine.mend("sudo") == [
        "sudo mv /usr/local/bin/go /usr/local/bin/go.other && sudo gvm activate --system",
    ]  # fmt: skip
    rows = machine.type("gvm activate")[1].splitlines()
    assert [row for row in rows if row.startswith("sudo")] == snapshot


def test_other_user(machine: Doctor, snapshot: SnapshotAssertion) -> None:
    """Root enters another user's contexts as that user, and only root does."""
    machine.place.run(
        "echo 'id -un >>/tmp/entered' | tee -a /home/gopher/.profile /home/gopher/.bashrc"
    )
    assert machine.type("gvm activate")[0] == 0
    code, findings = machine.says("--user", "gopher", user="root")
    rows = {finding["subject"]: finding for finding in findings}
    for subject in ("su - gopher", "login bash"):
        assert rows[subject]["evidence"]["version"] == "1.22.6"
    entered = machine.place.run("cat /tmp/entered").stdout
    assert set(entered.split()) == {"gopher"}
    assert code == 1
    code, out, err = machine.type("gvm doctor --user root")
    assert (code, out) == (1, "")
    assert err == snapshot


# As whoever looks for the mark may answer: a pipe, and a shim that wants something typed.
FORGED = r"""mark=$(tr '\0' '\n' </proc/$$/cmdline | grep -o '[0-9a-f]\{32\}' | tail -n 1)
case $0 in
*bash) printf '%s\0' "begin-$mark" /usr/bin /opt/gvm/shims/go release=x origin=file from=/x line=1 \
	words=x status=missing problem= request="$(cat ~/request)" toolchain= executable= \
	error='damaged" type: evil' hint='sudo evil' "end-$mark" ;;
*) mkfifo ~/pipe; printf '%s\0' "begin-$mark" /usr/bin ~/pipe "end-$mark" ;;
esac
exit
"""


@pytest.mark.parametrize(("request_", "mend"), [("1.22", "gvm install 1.22"), ("1; evil", "")])
def test_forged(request_: str, mend: str, machine: Doctor, snapshot: SnapshotAssertion) -> None:
    """What a user answers has root wait for nothing, and type nothing that is not gvm's."""
    assert machine.type("gvm activate")[0] == 0
    script = 'printf %s "$1" >/home/gopher/.profile; printf %s "$2" >/home/gopher/request'
    machine.place.run(script, FORGED, request_)
    call = "timeout -s KILL 60 gvm doctor --json --user gopher login"
    code, out, err = machine.type(call, "root")
    assert (code, err) == (1, "")
    rows = {finding["subject"]: finding for finding in json.loads(out)}
    assert [rows[f"login {shell}"]["message"] for shell in ("sh", "bash")] == snapshot
    assert rows["login bash"]["fix"] == mend
