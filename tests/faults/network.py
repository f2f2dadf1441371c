"""A network and servers that fail: each fault in each file of each source, once and for ever."""

from __future__ import annotations

import hashlib
import json
import random
import re
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests import internet
from tests.faults.result import Result
from tests.goarchive import ARCH, archive, mirror
from tests.internet import Internet
from tests.machine import CHECKOUT, Machine
from tests.server import Fault, Server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

# In no ledger.
_VERSION = "1.99.1"
_NAME = f"go{_VERSION}.linux-{ARCH}.tar.gz"
_ETAG = {"ETag": None, "Last-Modified": None}
_LOOP = Fault(status=302, headers={"Location": "?again"})
FAULTS: dict[str, list[Fault]] = {
    "reset": [Fault(cut=90, resets=True)],
    "reset before an answer": [Fault(silent=True, resets=True)],
    "truncation": [Fault(cut=90)],
    "truncation, nothing to resume by": [Fault(cut=90, headers=_ETAG)],
    "stall": [Fault(cut=90, stall=2)],
    "slow trickle that ends in time": [Fault(trickle=(150, 0.02))],
    "slow trickle without end": [Fault(trickle=(1, 0.1))],
    "100 Continue without end": [Fault(endless=(b"", b"HTTP/1.1 100 Continue\r\n\r\n"))],
    "503": [Fault(status=503)],
    "429": [Fault(status=429, headers={"Retry-After": "3600"})],
    "corrupt byte": [Fault(corrupt=60)],
    "HTML": [Fault(body=b"<html>log in</html>")],
    "redirect loop": [_LOOP],
    "redirect to http": [Fault(status=302, headers={"Location": f"http://go.dev/dl/{_NAME}"})],
    "416": [Fault(cut=90), Fault(status=416)],
    "200 to a Range": [Fault(cut=90), Fault(ignores_range=True)],
    "another file in the middle": [Fault(cut=90, headers={"ETag": '"other"'}, body=bytes(900))],
    "another file that says it is the same": [Fault(cut=90, body=b"\x1f\x8b" + bytes(900))],
}
# What passes is mended in the same run. What does not pass is the network's fault, for small files.
_PASSES = {
    "reset", "reset before an answer", "truncation", "truncation, nothing to resume by", "stall",
    "slow trickle that ends in time", "503", "429", "200 to a Range",
}  # fmt: skip
TOLD = re.compile(r"(^|\n)gvm: [^\n]+\n(hint: [^\n]+\n)?\Z")


@dataclass(frozen=True)
class Place:
    """Where gvm gets things, and what things.

    Attributes:
        files: by what they are, the server and path of each.
        prefix: of the command.
        words: that name the source.
    """

    files: dict[str, tuple[Server, str]]
    prefix: Callable[[list[str]], list[str | Path]] = list
    words: tuple[str, ...] = ()


def _go_dev(stack: ExitStack, machine: Machine) -> Place:
    (machine.base / "web").mkdir()
    web = stack.enter_context(Internet(machine.base / "web"))
    machine.environ |= {"NO_PROXY": "*", **web.environ}
    files = mirror([_VERSION])
    index = web.serve("go.dev", {"/dl/": files["/dl/"]})
    there = {"Location": f"https://dl.google.com/go/{_NAME}"}
    index.faults[f"/dl/{_NAME}"] = [Fault(status=302, headers=there, stays=True)]
    storage = web.serve("dl.google.com", {f"/go/{_NAME}": files[f"/dl/{_NAME}"]})
    files_of = {"index": (index, "/dl/"), "archive": (storage, f"/go/{_NAME}")}
    return Place(files_of, web.inside, ("--source", "go.dev"))


def _mirror(stack: ExitStack, machine: Machine, *, listing: bool = False) -> Place:
    server = stack.enter_context(Server(mirror([_VERSION], listing=listing)))
    machine.environ |= {"GVM_MIRROR": f"{server.url}/dl", "GVM_TRUST_MIRROR": "1"}
    files = {"index": (server, "/dl/"), "archive": (server, f"/dl/{_NAME}")}
    if listing:
        files["checksum"] = (server, f"/dl/{_NAME}.sha256")
    return Place(files)


def _listing(stack: ExitStack, machine: Machine) -> Place:
    return _mirror(stack, machine, listing=True)


PARTS_BY_NAME = {"go.dev": _go_dev, "a mirror with an index": _mirror, "a mirror that lists": _listing}  # fmt: skip
PARTS = (*PARTS_BY_NAME, "one byte", "between two runs")


def results(part: str, base: Path, *, every: int = 1) -> Iterator[Result]:
    """Let every so manieth combination of a source happen."""
    if part == "go.dev" and not internet.is_possible():
        return
    with ExitStack() as stack:
        machine = Machine(base)
        if part == "one byte":
            yield from _one_byte(_mirror(stack, machine), machine, 60 // every)
            return
        if part == "between two runs":
            yield from _between(_listing(stack, machine), machine)
            return
        place = PARTS_BY_NAME[part](stack, machine)
        cases = [
            (file, name, stays)
            for file in place.files
            for name in FAULTS
            for stays in (False, True)
            if part == "go.dev" or name != "redirect to http"
        ]
        for file, name, stays in cases[::every]:
            server, path = place.files[file]
            server.faults[path] = [
                replace(fault, stays=stays and fault is FAULTS[name][-1]) for fault in FAULTS[name]
            ]
            done = _installed(place, machine)
            del server.faults[path]
            often = "for ever" if stays else "once"
            wrong = [*_wrong(place, machine, done)]
            if done.returncode not in (codes := _expected(file, name, stays=stays)):
                wrong.append(f"the exit code is {done.returncode}, and not of {codes}")
            yield Result.of(f"network: {name}", f"{part}, {file}, {often}", wrong)


def _expected(file: str, name: str, *, stays: bool) -> set[int]:
    """The exit codes that a fault may lead to."""
    if name == "slow trickle that ends in time" or (name in _PASSES and not stays):
        return {0}
    if name in {"503", "429", "reset before an answer"}:
        return {6}
    if file == "archive" and (
        name in {"HTML", "redirect to http"} or (name == "redirect loop" and stays)
    ):
        return {6}
    if file == "archive" and name == "corrupt byte":
        return {7}
    return {0, 6, 7}


def _one_byte(place: Place, machine: Machine, count: int) -> Iterator[Result]:
    """Change one byte of the archive, anywhere."""
    server, path = place.files["archive"]
    size = len(archive(_VERSION))
    for number in range(count):
        offset = random.Random(number).randrange(size)  # noqa: S311 - keeps no secret
        server.faults[path] = [Fault(corrupt=offset)]
        done = _installed(place, machine)
        del server.faults[path]
        wrong = [] if done.returncode == 7 else [f"the exit code is {done.returncode}"]
        wrong += _wrong(place, machine, done)
        yield Result.of("network: one byte changed", f"byte {offset} of {size}", wrong)


def _between(place: Place, machine: Machine) -> Iterator[Result]:
    """Let a run break off, and the file be another one when the next run goes on."""
    server, path = place.files["archive"]
    old, new = archive(_VERSION, {"go/old": b"old" * 999}), archive(_VERSION)
    for name, headers in {
        "it has an ETag": {},
        "it has a date": {"ETag": None},
        "it has neither": _ETAG,
        "it says to be the same": {"ETag": '"same"', "Last-Modified": None},
    }.items():
        cut = Fault(cut=200, body=old, headers=headers)
        server.faults[path] = [cut, *[Fault(status=503)] * 5]
        first = _installed(place, machine)
        wrong = [] if first.returncode == 6 else [f"the first run ended with {first.returncode}"]
        server.faults[path] = [Fault(headers=headers)]
        second = _installed(place, machine)
        del server.faults[path]
        wrong += _wrong(place, machine, second)
        yield Result.of("network: another file in the next run", name, wrong)
    assert hashlib.sha256(old).digest() != hashlib.sha256(new).digest()


def _installed(place: Place, machine: Machine) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.faults.impatient", "install", _VERSION, *place.words]
    return machine.run(place.prefix(command), environ={"PYTHONPATH": str(CHECKOUT)})


def _wrong(place: Place, machine: Machine, done: subprocess.CompletedProcess[str]) -> Iterator[str]:
    """Tell what is wrong: it is installed and whole, or told plainly, and the next run succeeds."""
    if done.returncode == 0:
        yield from _not_whole(machine)
    else:
        is_told = TOLD.search(done.stderr) and "Traceback" not in done.stderr
        if done.returncode not in {6, 7} or not is_told:
            yield f"it ended with {done.returncode}: {done.stderr}"
        if any(machine.root.versions.glob("*")) or any(machine.root.staging.glob("*")):
            yield "something is left"
        again = _installed(place, machine)
        if again.returncode != 0:
            yield f"the next run ended with {again.returncode}: {again.stderr}"
        yield from _not_whole(machine)
    rest = [file.name for file in machine.home.glob(".cache/gvm/archives/[!.]*")]
    if rest != [_NAME]:
        yield f"the cache has {rest}"
    for command in (["rm", "-rf", ".cache", ".local"],):
        machine.run(command)


def _not_whole(machine: Machine) -> Iterator[str]:
    listed = machine.gvm("list", "--json").stdout
    # Not what the machine itself has.
    own = [row for row in json.loads(listed) if row["root"] == str(machine.root.path)]
    if [row["version"] for row in own] != [_VERSION]:
        yield f"gvm list says {listed}"
    if machine.shim("go").stdout != f"go version go{_VERSION} linux/{ARCH}\n":
        yield "go does not run"
