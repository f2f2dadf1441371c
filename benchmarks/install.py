"""How long it takes until a toolchain is there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.disk import journalled
from benchmarks.peers import VERSION, archive, mise, repository, served
from benchmarks.table import Row, compared, limited
from benchmarks.timing import Program, medians
from gvm.model.platform import Platform
from gvm.model.release import Release
from gvm.model.version import Version
from gvm.sources.base import archive_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.timing import Run

_ROUNDS = 11
_FEWER_ROUNDS = 5
_WHAT = "install, 66 MB and 9,568 files"
_RATE = 50_000_000
_MEMORY = 64
_GVM = Path(sys.executable).with_name("gvm")
_MISE, _BY_HAND, _TRANSFER = "mise install", "curl, sha256sum, tar", "curl -o /dev/null"
_SCRIPTS = {
    _BY_HAND: 'curl -fsS -o f "$1" && sha256sum f && tar -xzf f',
    _TRANSFER: 'curl -fsS -o /dev/null "$1"',
}


def rows(cache: Path, base: Path) -> Iterator[Row]:
    """Measure installations below an empty directory."""
    name = archive_name(Version.parse(VERSION), Platform.current())
    source = base / "source/dl"
    source.mkdir(parents=True)
    file = archive(cache, name)
    for kept in (file, file.with_name(f"{name}.sha256")):
        shutil.copy(kept, source)
    with served(source.parent) as url:
        runs = _installed(cache, base / "home", f"{url}/dl", name, _ROUNDS)
        yield from _compared(runs, _WHAT, {_MISE: 0.45, _BY_HAND: 0.38})
        memory = runs["gvm"].memory / 1024
        yield Row(
            "install, peak memory",
            f"{memory:.0f} MiB",
            target=f"{_MEMORY} MiB",
            is_missed=memory > _MEMORY,
        )
        yield _clone(base / "clone", f"{url}/dl")
        with journalled(base) as disk:
            if disk is not None:
                runs = _installed(cache, disk / "home", f"{url}/dl", name, _FEWER_ROUNDS)
                yield from _compared(
                    runs, "install, on ext4 with a journal", {_MISE: 1, _BY_HAND: None}
                )
    with served(source.parent, _RATE) as url:
        runs = _installed(cache, base / "home", f"{url}/dl", name, _FEWER_ROUNDS)
        limits = {_MISE: 0.55, _BY_HAND: None, _TRANSFER: 1.1}
        yield from _compared(runs, "install, at 50 MB/s", limits)


def _compared(
    runs: Mapping[str, Run], what: str, limits: Mapping[str, float | None]
) -> Iterator[Row]:
    """A row for each peer that is here: its name, and what its ratio may be at most."""
    for peer, limit in limits.items():
        if peer in runs:
            yield compared(what, runs["gvm"].seconds, peer, runs[peer].seconds, limit)


def _installed(cache: Path, home: Path, url: str, name: str, rounds: int) -> Mapping[str, Run]:
    """Install into an empty home directory, with gvm and its peers."""
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    programs = {
        "gvm": Program([_GVM, "install", VERSION], {**environ, **_mirror(url)}, home),
        **{
            peer: Program(["/bin/sh", "-c", script, "sh", f"{url}/{name}"], environ, home)
            for peer, script in _SCRIPTS.items()
        },
    }
    if (program := mise(cache)) is not None:
        more = {
            "MISE_GO_DOWNLOAD_MIRROR": url,
            "MISE_GO_REPO": repository(cache).as_uri(),
            "MISE_USE_VERSIONS_HOST": "0",
        }
        programs[_MISE] = Program([program, "install", f"go@{VERSION}"], environ | more, home)

    def prepare() -> None:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()

    return medians(programs, rounds, prepare)


def _clone(home: Path, url: str) -> Row:
    """Install what another release has."""
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin", **_mirror(url)}
    install = Program([_GVM, "install", VERSION], environ, home)
    home.mkdir()
    install.run()
    root = home / ".local/share/gvm"
    here = root / Release.current().name
    here.rename(root / "other-1")

    def prepare() -> None:
        shutil.rmtree(here, ignore_errors=True)

    run = medians({"gvm": install}, _ROUNDS, prepare)["gvm"]
    return limited("install, cloned from another release", run.seconds, 0.3)


def _mirror(url: str) -> dict[str, str]:
    return {"GVM_MIRROR": url, "GVM_TRUST_MIRROR": "1"}
