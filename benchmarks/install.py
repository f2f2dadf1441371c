"""How long it takes until a toolchain is there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers import VERSION, archive, mise, repository, served
from benchmarks.table import Row, compared, shown
from benchmarks.timing import Program, medians
from gvm.platform import Platform
from gvm.release import Release
from gvm.sources.base import archive_name
from gvm.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 11
_GVM = Path(sys.executable).with_name("gvm")
_BY_HAND = 'curl -fsS -o f "$1" && sha256sum f && tar -xzf f'


def rows(cache: Path, base: Path) -> Iterator[Row]:
    """Measure installations below an empty directory."""
    name = archive_name(Version.parse(VERSION), Platform.current())
    source = base / "source/dl"
    source.mkdir(parents=True)
    file = archive(cache, name)
    for kept in (file, file.with_name(f"{name}.sha256")):
        shutil.copy(kept, source)
    with served(source.parent) as url:
        yield from _installations(cache, base / "home", f"{url}/dl", name)
        yield _clone(base / "clone", f"{url}/dl")


def _installations(cache: Path, home: Path, url: str, name: str) -> Iterator[Row]:
    environ = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    programs = {
        "gvm": Program([_GVM, "install", VERSION], {**environ, **_mirror(url)}, home),
        "by hand": Program(["/bin/sh", "-c", _BY_HAND, "sh", f"{url}/{name}"], environ, home),
    }
    if (program := mise(cache)) is not None:
        more = {
            "MISE_GO_DOWNLOAD_MIRROR": url,
            "MISE_GO_REPO": repository(cache).as_uri(),
            "MISE_USE_VERSIONS_HOST": "0",
        }
        programs["mise"] = Program([program, "install", f"go@{VERSION}"], environ | more, home)

    def prepare() -> None:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()

    runs = medians(programs, _ROUNDS, prepare)
    what = "install, 66 MB and 9,568 files"
    if "mise" in runs:
        yield compared(what, runs["gvm"].seconds, "mise install", runs["mise"].seconds, "0.57")
    yield compared(
        what, runs["gvm"].seconds, "curl, sha256sum, tar", runs["by hand"].seconds, "0.57"
    )
    memory = runs["gvm"].memory / 1024
    yield Row("install, peak memory", f"{memory:.0f} MiB", target="64 MiB")


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
    return Row("install, cloned from another release", shown(run.seconds), target="1 s")


def _mirror(url: str) -> dict[str, str]:
    return {"GVM_MIRROR": url, "GVM_TRUST_MIRROR": "1"}
