from __future__ import annotations

import resource
import sys
from typing import TYPE_CHECKING

import pytest

from tests import releases
from tests.machine import CHECKOUT, Machine
from tests.realgo import NEW, OLD
from tests.releases import RELEASES

if TYPE_CHECKING:
    import subprocess

    from syrupy.assertion import SnapshotAssertion

    from tests.server import Server

pytestmark = pytest.mark.skipif(not releases.is_possible(), reason="there are no private mounts")
GVM = (sys.executable, "-m", "gvm")


@pytest.fixture
def shared(machine: Machine, real_server: Server) -> Machine:
    """A home that several releases share."""
    machine.patience = 300
    for name, text in RELEASES.items():
        machine.write(f"os/{name}", text)
    machine.environ.update(
        PATH=f"{machine.root.shims}:/usr/bin:/bin",
        PYTHONPATH=str(CHECKOUT),
        GVM_MIRROR=f"{real_server.url}/dl",
        GVM_TRUST_MIRROR="1",
    )
    return machine


def on(release: str, machine: Machine, *argv: str) -> subprocess.CompletedProcess[str]:
    return machine.run(releases.on(machine.home / "os" / release, argv))


def named(done: subprocess.CompletedProcess[str], release: str) -> str:
    """What is said, where a release may be the one of this machine too."""
    return done.stderr.replace(release, "<asked release>")


@pytest.mark.parametrize("release", RELEASES)
def test_names(release: str, shared: Machine, snapshot: SnapshotAssertion) -> None:
    """A release is what os-release says, a derivative is none of Ubuntu's, and all programs agree."""
    shared.gvm("reshim")
    told = on(release, shared, "gvm-shim", "--release")
    assert told.stdout.split("\0")[0] == f"release={release}"
    done = on(release, shared, *GVM, "current")
    assert done.returncode == 3
    assert named(done, release) == snapshot(name="told")
    done = on(release, shared, "go", "version")
    assert done.returncode == 126
    assert named(done, release) == snapshot(name="told")


def test_two_releases(shared: Machine, real_server: Server, snapshot: SnapshotAssertion) -> None:
    """Two releases share a home: toolchains are cloned within a second, all choices are apart."""
    jammy, noble = "ubuntu-22.04", "ubuntu-24.04"
    done = on(jammy, shared, *GVM, "install", OLD)
    assert done.returncode == 0, done.stderr
    # The same shim finds nothing on the other release, and says so.
    done = on(noble, shared, "go", "version")
    assert done.returncode == 126
    assert named(done, noble) == snapshot
    real_server.requests.clear()
    # Counted without what other processes take, and with the start of Python.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = on(noble, shared, *GVM, "install", OLD)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert named(done, noble) == snapshot
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1
    assert real_server.requests == []
    # Either release's default is its own.
    assert on(noble, shared, *GVM, "install", NEW).returncode == 0
    assert on(noble, shared, *GVM, "global", NEW).returncode == 0
    versions = {release: on(release, shared, "go", "version").stdout for release in (jammy, noble)}
    assert versions[jammy].startswith(f"go version go{OLD} ")
    assert versions[noble].startswith(f"go version go{NEW} ")
    assert on(jammy, shared, *GVM, "list").stdout.count(NEW) == 0
    # What is compiled lies apart, what is only source does not.
    asked = ("go", "env", "GOPATH", "GOCACHE", "GOMODCACHE", "GOROOT")
    for release, version in ((jammy, OLD), (noble, NEW)):
        home, suffix = shared.home, release.removeprefix("ubuntu-")
        assert on(release, shared, *asked).stdout.splitlines() == [
            f"{home}/go-{suffix}",
            f"{home}/.cache/go-build-{suffix}",
            f"{home}/go/pkg/mod",
            f"{shared.root.path}/{release}/versions/{version}",
        ]


def test_tool(shared: Machine, snapshot: SnapshotAssertion) -> None:
    """A tool that one release has is, on the other, not run but asked for by its name."""
    jammy, noble = "ubuntu-22.04", "ubuntu-24.04"
    assert on(jammy, shared, *GVM, "install", OLD).returncode == 0
    shared.write("tool/go.mod", "module example.com/tool\n\ngo 1.21\n")
    shared.write("tool/main.go", 'package main\n\nfunc main() { println("mine") }\n')
    done = on(jammy, shared, "sh", "-c", "cd tool && go install . && tool")
    assert (done.returncode, done.stderr) == (0, "mine\n")
    done = on(noble, shared, "tool")
    assert done.returncode == 127
    assert named(done, noble) == snapshot
    assert (shared.home / "go-22.04/bin/tool").is_file()
