"""The data directories that a command acts on, and what it may do with them."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.errors import GvmError, NotInstalledError
from gvm.fs.guard import (
    close_umask,
    refuse_decided_by_others,
    refuse_open_above,
    refuse_others,
    refuse_others_below,
    refuse_unwritable,
)
from gvm.fs.ownership import is_trusted, nearest, stranger
from gvm.fs.trees import make_directory
from gvm.fs.xdg import absolute, completions
from gvm.model.release import Release
from gvm.store.config import Config
from gvm.store.paths import Paths, Root, gvm_for

if TYPE_CHECKING:
    from gvm.cli.output import Output
    from gvm.cli.process import Process
    from gvm.selection.resolver import Resolution
    from gvm.selection.shims import Changes

# The variables that lead activation to other files than those in HOME.
_PLACES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "ZDOTDIR")


class Roots:
    """Of one call of gvm: where everything is."""

    def __init__(self, process: Process, output: Output, *, is_system: bool) -> None:
        """Take whom to ask.

        Args:
            process: with the variables that name them.
            output: hears what is ignored.
            is_system: whether the system's root is meant.
        """
        self._process = process
        self._output = output
        self.is_system = is_system

    @cached_property
    def paths(self) -> Paths:
        """Where everything is."""
        if self.is_system:
            return Paths.of_system()
        paths = Paths.of(self._process.environ, _own_root())
        own = Paths.of(self._process.own_environ)
        return paths._replace(cache=own.cache, config=own.config)

    @cached_property
    def config(self) -> Config:
        """The settings.

        Raises:
            GvmError: this is root, and another user decides what they are.
        """
        refuse_decided_by_others(self.paths.config)
        return Config.load(self.paths.config, self._process.environ)

    @cached_property
    def root(self) -> Root:
        """The root that is meant."""
        return Root(self.paths.system if self.is_system else self.paths.user, Release.current())

    @cached_property
    def writable_root(self) -> Root:
        """The root that is meant, to be changed.

        Raises:
            GvmError: it belongs to somebody else, or others may write it, or above it, too.
        """
        from gvm.store.datadir import ignored_root, refuse_foreign, untrusted_part

        close_umask(is_system=self.is_system)
        if (other := stranger(self.root.path)) is not None:
            hint = (
                f"see whose it is: namei -l {self.root.path}"
                if self.is_system
                else "sudo -H gvm … for root's own, sudo gvm … --system for everybody, or without sudo"
            )
            raise GvmError(
                f"{self.root.path} would belong to user {other}, but this is root", hint=hint
            )
        place = nearest(self.root.path)
        owner, caller = place.stat().st_uid, os.geteuid()
        is_closed = owner != caller or not os.access(place, os.W_OK)
        if self.is_system and caller != 0 and is_closed:
            from gvm.cli.rerun import for_everybody_or_oneself

            hint = for_everybody_or_oneself()
            raise GvmError(f"{self.root.path} is changed by root only", hint=hint)
        if place == self.root.path and owner != caller:
            hint = f"ls -ld {place}; let GVM_DATA_DIR name a directory of your own"
            raise GvmError(f"{place} belongs to user {owner}", hint=hint)
        if place == self.root.path and caller == 0 and (part := untrusted_part(self.root)):
            told, hint = ignored_root(place, part)
            raise GvmError(told, hint=hint)
        refuse_open_above(self.root.path)
        refuse_unwritable(place)
        refuse_foreign(self.root)
        return self.root

    @cached_property
    def unobstructed_root(self) -> Root:
        """The root that is meant, to be changed in all its parts.

        Raises:
            GvmError: as `writable_root`, or something else has the place of a directory; or the
                settings, which the shims get, are wrong.
        """
        from gvm.store.datadir import refuse_obstructed

        refuse_obstructed(self.writable_root)
        _ = self.config
        return self.root

    def guard_cache(self, *, is_needed: bool = False) -> None:
        """Make the directory of what can be fetched again.

        Args:
            is_needed: whether nothing can be done without it.

        Raises:
            GvmError: others could put links there, which would be written through; or it is needed
                and cannot be written.
        """
        close_umask(is_system=self.is_system)
        cache = self.paths.cache
        refuse_others(cache)
        # A directory of archives needs no cache, which perhaps cannot be written.
        with contextlib.suppress(OSError):
            make_directory(cache)
        refuse_others_below(cache)
        if is_needed and not (cache.is_dir() and os.access(cache, os.W_OK)):
            from gvm.cli.rerun import for_everybody, with_cache

            told = f"{cache} cannot be written, and what is fetched has no other place"
            is_roots = self.is_system and os.geteuid() != 0
            raise GvmError(told, hint=for_everybody() if is_roots else with_cache())

    @cached_property
    def trusted(self) -> tuple[Root, ...]:
        """The roots whose toolchains this release may use, the stronger first."""
        from gvm.store.datadir import ignored_root, untrusted_part

        paths = [self.paths.system] if self.is_system else [self.paths.user, self.paths.system]
        trusted = []
        for path in dict.fromkeys(paths):
            root = Root(path, self.root.release)
            part = untrusted_part(root)
            if part is None:
                trusted.append(root)
            elif path == self.paths.system and os.path.lexists(path):
                self._output.warn(*ignored_root(path, part))
        return tuple(trusted)

    def resolution(self, command: str = "go", *, every: bool = False) -> Resolution:
        """What the shim would run here."""
        from gvm.selection.resolver import resolve

        return resolve(self._process.environ, command, shim=self.shim, every=every)

    @property
    def shims(self) -> list[Path]:
        """The directories whose `go` another program may be given, the stronger first.

        Raises:
            NotInstalledError: there is none.
        """
        found = [root.shims for root in self.trusted if os.access(root.shims / "go", os.X_OK)]
        if not found:
            raise NotInstalledError(f"{self.root.shims} has no go", hint="gvm reshim")
        return found

    def check_home(self) -> None:
        """Refuse to change another user's home, or what a variable says is in its place.

        Raises:
            GvmError: root would.
        """
        others = [
            *(absolute(self._process.environ, name) for name in _PLACES),
            completions(self._process.environ),
        ]
        for place in filter(None, (self._process.home, *others)):
            if stranger(place) is not None:
                raise GvmError(
                    f"{place} is another user's, but this is root",
                    hint=f"sudo -H {self._process.command}, sudo {self._process.command} --system, or without sudo",
                )

    @property
    def shim(self) -> Path | None:
        """The shim that is in force, with its settings; never another user's."""
        for root in (self.paths.user, self.paths.system):
            shim = root / "shims/gvm-shim"
            if all(map(is_trusted, (root, shim.parent, shim))) and shim.is_file():
                return shim
        return None

    def reshim(self) -> Changes:
        """Bring the root's shims up to date."""
        from gvm.fs.locks import locked
        from gvm.selection.resolver import resolve
        from gvm.selection.shims import reshim

        root = self.unobstructed_root
        tools = resolve({**self._process.own_environ, "GVM_DATA_DIR": str(root.path)}).gobin
        with locked(root.locks, "shims"):
            changes = reshim(root, self.config, installer=_program(root), tools=tools)
        for name in changes.foreign:
            file = shlex.quote(str(root.shims / name))
            self._output.warn(
                f"{root.shims / name} is not gvm's, and stays: it does not choose a version",
                f"mv {file} {file}.old && {gvm_for(root.path)} reshim",
            )
        return changes


def _own_root() -> Path | None:
    """The root that this gvm was installed into by install.sh: it runs from <root>/RELEASE/venv.1."""
    prefix = Path(sys.prefix)
    root = prefix.parent.parent
    return root if prefix.stem == "venv" and (root / "shims").is_dir() else None


def _program(root: Root) -> str:
    """The file that runs gvm, also after updates."""
    own = root.venv / "bin/gvm"
    return os.fspath(own) if own.exists() else os.path.realpath(sys.argv[0])
