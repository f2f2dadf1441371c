"""From where `go` is called: each row of the table in docs/contexts.md, for real."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import island, sshd
from tests.island import SHOWN, Island
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.skipif(not island.is_possible(), reason="private mounts need root")

USER, MACHINE = "/home/gopher/.local/share/gvm/shims/go", "/opt/gvm/shims/go"
LOCAL = "/usr/local/bin/go"
ASK = "command -v go"
# Whoever calls gives nothing but what init gives.
PLAIN = "cd /; env -i PATH=/usr/bin:/bin HOME=/home/gopher USER=gopher setpriv --reuid gopher --regid gopher --clear-groups"
GENERATOR = "/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator"
SSH = "ssh -i /home/gopher/.ssh/key -o StrictHostKeyChecking=no -o LogLevel=ERROR -p $PORT gopher@127.0.0.1"
JOB = "@reboot command -v go >/tmp/told 2>&1"
RUN_CRON = """rm -f /tmp/told /run/crond.reboot; cron; for i in 1 2 3 4 5 6 7 8 9 10; do
[ -s /tmp/told ] && break; sleep 0.2; done; kill $(cat /run/crond.pid); cat /tmp/told"""
CRON = f"printf '%s\\n' '{{line}}' '{JOB}' | crontab -u gopher -; {RUN_CRON}"
# What the link leads to, as man tells it.
PAGE = "share/man/man1/gvm.1"
BASH_TAB = '. /usr/share/bash-completion/bash_completion; _completion_loader gvm; COMP_WORDS=(gvm instal) COMP_CWORD=1; _gvm; echo "$COMPREPLY"'
ZSH_TAB = "autoload -Uz compinit; compinit -u -D; echo $_comps[gvm]"
SPEAK = 'gvm shell 1.2 >/dev/null 2>&1; sh -c "echo \\$GVM_GO_VERSION"'


# The row of docs/contexts.md, a script that asks there, what is needed for it, and where `go` is
# then for a user who activated gvm, and on a machine where it is activated for everybody.
CONTEXTS: dict[str, tuple[str, str, str, str]] = {
    "login shells: sh": (f"su - -s /bin/sh gopher -c '{ASK}'", "su", USER, MACHINE),
    "login shells: bash": (f"su - gopher -c '{ASK}'", "su", USER, MACHINE),
    "login shells: sudo -i": (f"sudo -i -u gopher {ASK}", "sudo", USER, MACHINE),
    "bash, interactive": (f"{PLAIN} bash -ic '{ASK}' 2>/dev/null", "bash", USER, MACHINE),
    "zsh, script": (f"{PLAIN} zsh -c '{ASK}'", "zsh", USER, MACHINE),
    "zsh, login": (f"{PLAIN} zsh -lc '{ASK}'", "zsh", USER, MACHINE),
    "zsh, interactive": (f"{PLAIN} zsh -ic '{ASK}'", "zsh", USER, MACHINE),
    "fish, script": (f"{PLAIN} fish -c '{ASK}'", "fish", USER, MACHINE),
    "fish, login": (f"{PLAIN} fish -lc '{ASK}'", "fish", USER, MACHINE),
    "ssh host command": (f"{SSH} {ASK}", "sshd", USER, LOCAL),
    "sudo command": (f"sudo -u gopher sh -c '{ASK}'", "sudo", "", LOCAL),
    "systemd user services": (
        f"printf 'PATH=/usr/bin\\n' >/etc/environment; ln -sf ../environment /etc/environment.d/99-environment.conf; {PLAIN} {GENERATOR} | sed -n 's/^PATH=//p'",
        GENERATOR, USER.removesuffix("/go"), MACHINE.removesuffix("/go"),
    ),
    "a script of sh or bash": (f"{PLAIN} bash -c '{ASK}'", "bash", "", ""),
    "cron, a user's crontab": (CRON.format(line=""), "cron", "", ""),
    "man gvm": (f"{PLAIN} env PATH=/home/gopher/.local/bin:/usr/bin man -w gvm", "man", f"{USER.removesuffix('shims/go')}{PAGE}", f"/opt/gvm/{PAGE}"),
    "completion in bash": (f"{PLAIN} bash -ic '{BASH_TAB}' 2>/dev/null", "/usr/share/bash-completion/bash_completion", "install", "install"),
    "completion in zsh": (f"{PLAIN} zsh -ic '{ZSH_TAB}'", "zsh", "_gvm", "_gvm"),
    "completion in fish": (f"{PLAIN} fish -c 'complete -C \"gvm instal\" | cut -f1'", "fish", "install", "install"),
    "gvm shell, login shell: sh": (f"su - -s /bin/sh gopher -c '{SPEAK}'", "su", "1.2", "1.2"),
    "gvm shell, login shell: bash": (f"su - gopher -c '{SPEAK}'", "su", "1.2", "1.2"),
    "gvm shell, bash": (f"{PLAIN} bash -ic '{SPEAK}' 2>/dev/null", "bash", "1.2", "1.2"),
    "gvm shell, zsh": (f"{PLAIN} zsh -ic '{SPEAK}'", "zsh", "1.2", "1.2"),
    "gvm shell, fish": (f"{PLAIN} fish -c '{SPEAK}'", "fish", "1.2", "1.2"),
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Island]:
    """A machine with a user who may log in by ssh."""
    with Island(tmp_path) as place:
        ready = place.run(
            f"""set -eu
            useradd -m -p '*' -s /bin/bash gopher
            runuser -u gopher -- sh -ec 'mkdir -m 700 ~/.ssh; ssh-keygen -q -t ed25519 -N "" -f ~/.ssh/key
            cp ~/.ssh/key.pub ~/.ssh/authorized_keys'
            cp /home/gopher/.ssh/key /root/key; chmod 600 /root/key
            echo PORT={sshd.start(place)} >/root/port
            """
        )
        assert ready.returncode == 0, ready.stderr
        yield place


@pytest.fixture
def installed(tmp_path: Path, user_layer: Path) -> Iterator[Island]:
    """A machine whose user has gvm."""
    with Island(tmp_path, user_layer) as place:
        place.run("touch /root/port")
        yield place


def asked(place: Island, script: str) -> str:
    """The first line that a context tells; nothing where it finds no go."""
    told = place.run(f". /root/port; {script}").stdout.splitlines()
    return told[0] if told else ""


def left(place: Island) -> str:
    """What /etc, /usr/local and the home hold, but for gvm itself and what the contexts leave."""
    others = [
        "usr/local/bin/gvm", "home/gopher/.local/bin", "home/gopher/.local/share/gvm",
        "home/gopher/.local/share/fish", "home/gopher/.cache", "etc/environment",
        "etc/environment.d/99-environment.conf", "home/gopher/.config/fish/fish_variables",
    ]  # fmt: skip
    pruned = " ".join(f"-path {name} -prune -o" for name in others)
    script = f"""cd /; find etc usr/local/bin usr/local/share home/gopher {pruned} -printf '%p %l %m %u\\n'
        find etc usr/local/bin usr/local/share home/gopher {pruned} -type f -exec md5sum {{}} +"""
    return "\n".join(sorted(place.run(script).stdout.splitlines()))


@pytest.mark.parametrize("whose", ["user", "machine"])
def test_contexts(whose: str, place: Island) -> None:
    """Activated, `go` is found in each context that can be reached, and nowhere any more afterwards."""
    contexts = {
        name: (script, user if whose == "user" else machine)
        for name, (script, needs, user, machine) in CONTEXTS.items()
        if shutil.which(needs) or Path(needs).is_file()
    }
    for script, _ in contexts.values():
        assert "gvm" not in asked(place, script)
    before = left(place)
    install = f"'{SHOWN}/install.sh'"
    run = f'su - gopher -c "{install}"' if whose == "user" else f"{install} --system"
    done = place.run(run)
    assert done.returncode == 0, done.stderr
    told = {name: asked(place, script) for name, (script, _) in contexts.items()}
    for name, (_, wanted) in contexts.items():
        if "systemd" in name:
            assert wanted in told[name].split(":"), name
        else:
            assert told[name] == wanted, name
    line = re.search(r"PATH=\S*:/usr/bin:/bin\b", done.stdout)
    if shutil.which("cron"):
        assert line, done.stdout
        there = USER if whose == "user" else MACHINE
        assert asked(place, CRON.format(line=line[0])) == there
        place.run("crontab -u gopher -r")
    undone = place.run(
        f"runuser -u gopher -- {USER.removesuffix('go')}gvm deactivate"
        if whose == "user"
        else f"{MACHINE.removesuffix('go')}gvm --system deactivate"
    )
    assert undone.returncode == 0, undone.stderr
    assert left(place) == before
    for name, (script, _) in contexts.items():
        assert "gvm" not in asked(place, script), name


JOBS = "# mine\nMAILTO=me\n* * * * * true\n"


@pytest.mark.skipif(not shutil.which("crontab"), reason="needs cron")
def test_crontab(installed: Island, snapshot: SnapshotAssertion) -> None:
    """The line for cron is put where jobs see it; all other lines stay, and it goes again."""
    place = installed
    gvm = f"runuser -u gopher -- {USER.removesuffix('go')}gvm"
    line = f"PATH={USER.removesuffix('/go')}:/usr/local/bin:/usr/bin:/bin"
    listed = "crontab -u gopher -l"
    assert place.run(f"{gvm} activate --cron").stdout == f"{line}\n"
    assert place.run(listed).returncode == 1
    for before in ("", JOBS, JOBS.rstrip()):
        place.run('printf %s "$1" | crontab -u gopher -', f"{before}\n" if before else "# mine\n")
        old = place.run(listed).stdout
        for _ in range(2):
            done = place.run(f"{gvm} activate --cron --yes")
            assert done.stderr == snapshot(name="it has the line")
        told = place.run(listed).stdout
        assert told.splitlines()[1] == line
        assert told.endswith(old)
        rows = place.run(f"{gvm} activate").stdout.splitlines()
        assert [row for row in rows if row.startswith("cron")] == snapshot(name="row")
        place.run(f"{gvm} deactivate")
        assert place.run(listed).stdout == old
    place.run("crontab -u gopher -r")
    place.run(f"{gvm} activate --cron -y")
    place.run(f"(crontab -u gopher -l; echo '{JOB}') | crontab -u gopher -")
    assert asked(place, RUN_CRON) == USER
    place.run(f"crontab -u gopher -l | grep -v reboot | crontab -u gopher -; {gvm} deactivate")
    assert place.run(listed).returncode == 1


@pytest.mark.skipif(not shutil.which("crontab"), reason="needs cron")
def test_closed_crontab(installed: Island, snapshot: SnapshotAssertion) -> None:
    """A crontab that is not shown is not replaced, and what keeps it from that is told."""
    place = installed
    place.run("printf '%s\\n' '@daily true' | crontab -u gopher -; echo root >/etc/cron.allow")
    gvm = f"{USER.removesuffix('go')}gvm"
    done = place.run(f"{gvm} activate", user="gopher")
    assert (done.returncode, "not allowed to use this program" in done.stdout) == (0, True)
    done = place.run(f"{gvm} activate --cron --yes", user="gopher")
    assert (done.returncode, "not allowed to use this program" in done.stderr) == (1, True)
    assert place.run("rm /etc/cron.allow; crontab -u gopher -l").stdout == "@daily true\n"
    place.run("rm /usr/bin/crontab")
    done = place.run(f"{gvm} activate --cron", user="gopher")
    assert done.returncode == 1
    assert done.stderr == snapshot


def test_table() -> None:
    """The page on contexts has a row for each of these, and no other."""
    page = (CHECKOUT / "docs/contexts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]*?) +\|", page, re.MULTILINE)
    assert set(rows[1:]) - {"---"} == set(CONTEXTS)
