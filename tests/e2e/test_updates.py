"""install.sh, where gvm is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gvm.model.release import Release
from tests import island
from tests.island import SHOWN, Island

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

pytestmark = [
    pytest.mark.skipif(not island.is_possible(), reason="private mounts need root"),
    pytest.mark.xdist_group("updates"),
]

INSTALL = f"'{SHOWN}/install.sh' --system"
# From where all environments of gvm are, what is there, and where the link leads.
THERE = "cd /opt/gvm/*/; echo venv*; readlink venv; /usr/local/bin/gvm --version"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, system_layer: Path) -> Iterator[Island]:
    """A machine with gvm for everybody."""
    with Island(tmp_path_factory.mktemp("updates"), system_layer) as place:
        done(place, "cp -a /opt/gvm /root/kept")
        yield place


def done(place: Island, script: str) -> str:
    ran = place.run(f"set -e; {script}")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def reset(place: Island) -> str:
    """Let the first environment be the only one; what is told of it."""
    return done(place, f"rm -rf /opt/gvm; cp -a /root/kept /opt/gvm; {THERE}")


# What is done to the first, and what is there after an update.
BEFORE = [
    pytest.param(
        "rm venv; mv venv.1 venv; touch venv.unfinished; mkdir venv.2",
        "venv venv.1\nvenv.1\ngvm ",
        id="a directory, as once",
        marks=pytest.mark.nightly,
    ),
    pytest.param("rm -r venv.1; mkdir venv.new", "venv venv.2\nvenv.2\ngvm ", id="lost"),
]


@pytest.mark.parametrize(("before", "there"), BEFORE)
def test_before(before: str, there: str, place: Island) -> None:
    """Whatever there was, gvm becomes a new environment, beside that which was in use and no other."""
    assert reset(place).startswith("venv venv.1\nvenv.1\ngvm ")
    done(place, f"cd /opt/gvm/*/; {before}; {INSTALL}")
    assert done(place, THERE).startswith(there)


# An index that never answers; when it is asked, the installation is ended.
ENDED = f"""cd /tmp; mkfifo asked; python3 -c '
import socket, time
with socket.create_server(("127.0.0.1", 0)) as server:
    open("port", "w").write(f"{{server.getsockname()[1]}}\\n")
    peer = server.accept()
    open("asked", "w").close()
    time.sleep(60)' &
index=$!
until [ -s port ]; do sleep 0.05; done
export PIP_NO_INDEX=0 PIP_FIND_LINKS= PIP_INDEX_URL=http://127.0.0.1:$(cat port)/
setsid {INSTALL} & cat asked; kill -- -$!; wait $!; code=$?; kill $index; exit $code"""


def test_refused(place: Island, snapshot: SnapshotAssertion) -> None:
    """An update that cannot be had, or is ended, leaves the gvm that was there, and nothing else."""
    before = reset(place)
    ran = place.run(f"PIP_FIND_LINKS=/nowhere {INSTALL}")
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-2:] == snapshot
    assert done(place, THERE) == before
    assert place.run(ENDED).returncode == 1
    assert done(place, THERE) == before


def test_two_at_once(place: Island) -> None:
    """One waits for the other, and both do what they are there for."""
    reset(place)
    ran = place.run(f"{INSTALL} & {INSTALL} && wait $!")
    assert (ran.returncode, ran.stderr.count("waiting for another")) == (0, 1)
    assert done(place, THERE).startswith("venv venv.1 venv.2\nvenv.1\ngvm ")


@pytest.mark.nightly
def test_kept(place: Island) -> None:
    """What was once asked for stays, --signatures too; what shims call is there after each update."""
    reset(place)
    done(place, "mkdir -p /etc/gvm; echo 'auto_install = true' >/etc/gvm/config.toml")
    for words in ("--signatures", ""):
        done(place, f"{INSTALL} {words}")
        done(place, "/opt/gvm/*/venv/bin/python -I -c 'import cryptography, pysequoia'")
        told = done(place, "sed -n 's/^gvm_installer=//p' /opt/gvm/shims/go")
        assert told == f"'/opt/gvm/{Release.current()}/venv/bin/gvm'\n"
