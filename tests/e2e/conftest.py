from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gvm.fs.locks import locked
from tests import island, realgo
from tests.island import SHOWN, Island
from tests.machine import Machine
from tests.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@pytest.fixture(scope="session")
def real_mirror() -> Mapping[str, bytes | Path]:
    try:
        return realgo.mirror()
    except realgo.UnavailableError as error:
        pytest.skip(f"there are no real toolchains: {error}")


@pytest.fixture(scope="session")
def real_server(real_mirror: Mapping[str, bytes | Path]) -> Iterator[Server]:
    with Server(real_mirror) as server:
        yield server


@pytest.fixture(scope="session")
def gopher(real_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A home with both real toolchains, the older of which is the default; for all processes."""
    base = _shared(tmp_path_factory)
    with locked(base, "gopher"):
        machine = Machine(base / "gopher", patience=300)
        machine.environ.update(
            PATH=f"{machine.root.shims}:/usr/bin:/bin",
            GOPROXY="off",
            GOSUMDB="off",
            GOFLAGS="-mod=mod",
        )
        if not machine.root.shims.exists():
            done = machine.gvm("install", realgo.OLD, realgo.NEW, environ=real_server.variables)
            assert done.returncode == 0, done.stderr
    return machine


# What makes a machine with gvm of a plain one.
_SYSTEM = f"'{SHOWN}/install.sh' --system"
_USER = f"""useradd -m -p '*' -s /bin/bash gopher && su - gopher -c "'{SHOWN}/install.sh'" """


@pytest.fixture(scope="session")
def system_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine on which install.sh has set gvm up for everybody; for all processes."""
    return _layer(tmp_path_factory, "system", _SYSTEM)


@pytest.fixture(scope="session")
def user_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine on which install.sh has set gvm up for a user, gopher; for all processes."""
    return _layer(tmp_path_factory, "user", _USER)


def _layer(factory: pytest.TempPathFactory, name: str, script: str) -> Path:
    if not island.is_possible():
        pytest.skip("private mounts need root")
    base = _shared(factory)
    file = base / f"{name}.tar"
    with locked(base, name):
        if not file.exists():
            with Island(factory.mktemp(name)) as place:
                done = place.run(script)
                assert done.returncode == 0, done.stderr
                place.save(file)
    return file


def _shared(factory: pytest.TempPathFactory) -> Path:
    """Return the directory of all processes of this run."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture
def project(gopher: Machine, tmp_path: Path) -> Path:
    """A module of that home, which any Go can build."""
    directory = gopher.home / "src" / tmp_path.name
    files = {
        "go.mod": "module example.com/hello\n\ngo 1.21\n",
        "main.go": 'package main\n\nimport (\n\t"fmt"\n\t"runtime"\n)\n\nfunc main() { fmt.Println(Greeting(), runtime.Version()) }\n',
        "greeting.go": 'package main\n\nfunc Greeting() string { return "hello" }\n',
        "greeting_test.go": 'package main\n\nimport "testing"\n\nfunc TestGreeting(t *testing.T) {\n\tif Greeting() != "hello" {\n\t\tt.Fatal("rude")\n\t}\n}\n',
    }
    for name, content in files.items():
        gopher.write(f"src/{tmp_path.name}/{name}", content)
    return directory
