"""The machine on which a scene is played, again and again."""

from __future__ import annotations

import re
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.fs.trees import mount_point
from gvm.store.paths import SYSTEM_ROOT, Root
from tests.faults import disk as disks
from tests.faults import system
from tests.faults.inject import Step, steps
from tests.faults.scenes import VERSIONS, Scene, other_name
from tests.faults.snapshot import Snapshot, differences, half_done, snapshot
from tests.goarchive import mirror
from tests.machine import CHECKOUT, Machine
from tests.server import Server

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence

    from typing_extensions import Self

    from tests.faults.disk import Disk


class Stage:
    """A machine on which one scene is played again and again, as a context manager.

    Args:
        scene: that is played.
        machine: where.
        disk: that holds what `--system` writes to; memory does if None.
        blanks: whether a file that is written in place may have more blank lines.

    Attributes:
        machine: that it is played on.
        old: how things are before.
        new: how they are when nothing goes wrong.
        end: how they are then after what comes next.
    """

    def __init__(
        self, scene: Scene, machine: Machine, disk: Disk | None = None, *, blanks: bool = False
    ) -> None:
        self.scene = scene
        self.machine = machine
        self.project = machine.home / "project"
        self.top, self._trees = (
            (Path("/"), system.TREES) if scene.is_system else (machine.home, (".",))
        )
        self._disk = disk
        self._blanks = blanks
        self._kept = machine.base / "kept"
        self._open = ExitStack()

    def __enter__(self) -> Self:
        server = self._open.enter_context(Server(mirror(VERSIONS)))
        if self.scene.is_system:
            self._open.enter_context(system.own(self.machine.base, self._disk))
            self.machine.root = Root(SYSTEM_ROOT, self.machine.root.release)
        more = {"GVM_MIRROR": f"{server.url}/dl", "GVM_TRUST_MIRROR": "1"}
        paths = {"PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
        self.machine.environ |= {**more, **paths}
        self.project.mkdir()
        for name, content in self.scene.files.items():
            self.machine.write(name, content)
        self._succeed(self.scene.before)
        self.scene.prepare(self.machine)
        for tree in self._trees:
            shutil.copytree(self.top / tree, self._kept / tree, symlinks=True)
        if self.scene.mounted:
            disks.have_own_mounts()
            self._open.callback(self._unmount)
        self._hold()
        self.old = self.snapshot()
        self._succeed([self.scene.command])
        self.new = self.snapshot()
        assert self.old != self.new
        if self.scene.next:
            self._succeed(self.scene.next)
        self.end = self.snapshot()
        self.reset()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def command(self) -> list[str]:
        """The whole command."""
        return [sys.executable, "-m", "gvm", *self.scene.command]

    def snapshot(self) -> Snapshot:
        """How things are now."""
        found = snapshot(self.top, self._trees)
        for file in self.scene.in_place if self._blanks else ():
            kind, mode, content = found[file]
            found[file] = (kind, mode, re.sub(rb"\n+", b"\n", content))
        return found

    def reset(self) -> None:
        """Let everything be as it was before."""
        self._unmount()
        for tree in self._trees:
            for entry in (self.top / tree).iterdir():
                shutil.rmtree(
                    entry
                ) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            shutil.copytree(self._kept / tree, self.top / tree, symlinks=True, dirs_exist_ok=True)
        self._hold()

    def play(self, *prefix: str) -> subprocess.CompletedProcess[str]:
        """Give the command, after a prefix."""
        return self.machine.run([*prefix, *self.command], cwd=self.project)

    def steps(self) -> list[Step]:
        """All that the command changes."""
        log = self.machine.base / "steps"
        places = [self.top / tree for tree in self._trees]
        found = steps(self.command, places, log, cwd=self.project, environ=self.machine.environ)
        self.reset()
        return found

    def wrong(self, *, is_over: bool = True) -> Iterator[str]:
        """Tell what is not as it should be after a fault; the next runs mend all else.

        Args:
            is_over: the next runs are judged too.
        """
        now = self.snapshot()
        yield from half_done(self.old, self.new, now)
        yield from self._unusable(now)
        if not is_over:
            return
        for command in self.scene.next or [self.scene.command]:
            done = self.machine.gvm(*command, cwd=self.project)
            if done.returncode not in self.scene.again:
                yield f"the next run ended with {done.returncode}: {done.stderr}"
        for text in differences(self.end, self.snapshot()):
            yield f"after the next run, {text}"

    def _hold(self) -> None:
        """Let no file take the place of those that are written in place."""
        for name in self.scene.linked:
            (self.top / other_name(name)).hardlink_to(self.top / name)
        for name in self.scene.mounted:
            shutil.copy2(self._kept / name, self.machine.base / "mounted")
            disks.run("mount", "--bind", self.machine.base / "mounted", self.top / name)

    def _unmount(self) -> None:
        for name in self.scene.mounted:
            if mount_point(self.top / name):
                disks.run("umount", self.top / name)

    def _succeed(self, commands: Sequence[Sequence[str]]) -> None:
        for command in commands:
            done = self.machine.gvm(*command, cwd=self.project)
            assert done.returncode == 0, done.stderr

    def _unusable(self, now: Snapshot) -> Iterator[str]:
        listed = self.machine.gvm("list", "--json")
        if listed.returncode != 0:
            yield f"gvm list ended with {listed.returncode}: {listed.stderr}"
        default = f"{self.machine.root.base.relative_to(self.top)}/default"
        if default in self.old and default in self.new and default in now:
            ran = self.machine.shim("go", "version", cwd=self.project)
            if not ran.stdout.startswith("go version"):
                yield f"go ended with {ran.returncode}: {ran.stderr}"
