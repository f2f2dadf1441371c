"""The executables on PATH, which are all copies of one program."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gvm.assets import assemble_shim, damaged
from gvm.errors import UsageError
from gvm.fs.atomic import write_new
from gvm.fs.read import read_start
from gvm.fs.trees import free_name, make_directory, sync
from gvm.model.release import SHIM
from gvm.model.version import Version
from gvm.shell.quoting import quoted
from gvm.store import shared_files
from gvm.store.datadir import BESIDE, is_away, is_partly_away, releases, staging_for
from gvm.store.toolchains import installed, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.store.config import Config
    from gvm.store.paths import Root

_GO = ("go", "gofmt")
_MARK = b"# gvm-shim:"
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)
_TOOL = re.compile(r"[0-9A-Za-z_][0-9A-Za-z._+-]*", re.ASCII)


class Changes(NamedTuple):
    """Names of shims, sorted: what `reshim` did, and which are other programs' and stay."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    foreign: tuple[str, ...]


def program(root: Root, config: Config, installer: str) -> bytes:
    """The shim, with the root, the isolation and the installer written into it.

    Comments are left out but for the first: a shell reads them again and again.

    Raises:
        DamagedStateError: it has no place for one of them, or more than one.
        UsageError: the root's name has a line break.
    """
    text = assemble_shim()
    lines = {
        "gvm_own=''\n": f"gvm_own={_quoted(os.fspath(root.path))}\n",
        "gvm_policy='release'\n": f"gvm_policy={_quoted(config.isolation)}\n",
        "gvm_installer=''\n": f"gvm_installer={_quoted(installer if config.auto_install else '')}\n",
    }
    for old, new in lines.items():
        if text.count(old) != 1:
            raise damaged(f"expected {old.strip()} once in shims/parts, got {text.count(old)}")
        text = text.replace(old, new)
    head, first, rest = text.partition(_MARK.decode())
    text = head + first + _COMMENT.sub("", rest)
    return text.encode("utf-8", "surrogateescape")


def reshim(
    root: Root, config: Config, *, installer: str = "", tools: Path | None = None
) -> Changes:
    """Bring the shims and what is shared up to date; one whose bytes are right is not touched.

    The caller holds a lock: what else writes shims has been killed, and its rest is removed.

    Args:
        root: whose.
        config: what is written into them.
        installer: the gvm that a shim calls where auto_install is on.
        tools: GOBIN, whose programs get shims too.
    """
    content = program(root, config, installer)
    make_directory(root.shims)
    _sweep(root, content)
    needed = _names(root)
    foreign = {name for name in needed if _is_foreign(root.shims / name)}
    names = needed - foreign | _free_names(root, tools)
    ours = {file.name for file in root.shims.iterdir() if is_shim(file)}
    # What other releases' tools are called is known from the shims that there are.
    stale = {name for name in ours - names if _is_version(name)} - _recorded(root)
    if is_partly_away(root):
        stale = set()
    written = [
        name for name in sorted(names | ours - stale) if not _is_right(root.shims / name, content)
    ]
    _write(root, written, content)
    for name in stale:
        (root.shims / name).unlink(missing_ok=True)
    return Changes(tuple(written), tuple(sorted(stale)), tuple(sorted(foreign)))


def _sweep(root: Root, content: bytes) -> None:
    """Remove what a killed process left: shims, or the start of one."""
    for place in (root.staging, root.shims / BESIDE):
        for rest in () if place.is_symlink() else place.glob("shim-*"):
            if not rest.is_symlink() and rest.is_file():
                start = read_start(rest, 64)
                if content.startswith(start) or is_shim(rest):
                    rest.unlink()


def _is_foreign(file: Path) -> bool:
    """Whether something other than a shim, or the empty rest of one, has its place."""
    if file.name == SHIM or is_shim(file) or not os.path.lexists(file):
        return False
    return file.is_symlink() or not file.is_file() or file.stat().st_size > 0


def commands(root: Root) -> set[str]:
    """Return the names that a root's shims run something by."""
    files = root.shims.iterdir() if root.shims.is_dir() else ()
    return {f.name for f in files if _TOOL.fullmatch(f.name) and is_shim(f)} - {SHIM, "gvm"}


def is_shim(file: Path) -> bool:
    """Whether a file is a shim of gvm's."""
    try:
        return read_start(file, 64).partition(b"\n")[2].startswith(_MARK)
    except OSError:
        return False


def _names(root: Root) -> set[str]:
    """What must be a shim."""
    names = {SHIM, *_GO}
    for here in releases(root):
        if here.versions.is_dir() and (here == root or not is_away(here.versions)):
            names |= {toolchain.version.go_name for toolchain in installed(here)}
        if (here.venv / "bin/gvm").exists():
            names.add("gvm")
    return names


def _recorded(root: Root) -> set[str]:
    """What may be a shim: their versions may be on a disk that is away."""
    names = set[str]()
    for here in releases(root):
        try:
            names |= {version.go_name for version in recorded(here)}
        except (NotADirectoryError, PermissionError):
            if here == root:
                raise
    return names


def _free_names(root: Root, tools: Path | None) -> set[str]:
    """The tools that want a shim, where nothing else has their name."""
    if tools is None or not tools.is_dir():
        return set()
    return {
        file.name
        for file in tools.iterdir()
        if _TOOL.fullmatch(file.name)
        and file.is_file()
        and os.access(file, os.X_OK)
        and (is_shim(root.shims / file.name) or not os.path.lexists(root.shims / file.name))
    }


def _is_right(file: Path, content: bytes) -> bool:
    try:
        is_same = read_start(file, len(content) + 1) == content
        return is_same and not file.is_symlink() and os.access(file, os.X_OK)
    except OSError:
        return False


def _write(root: Root, names: list[str], content: bytes) -> None:
    """Write shims and what is shared, in place of what is there."""
    staging = staging_for(root, root.shims)
    shims = {free_name(staging / f"shim-{name}"): root.shims / name for name in names}
    for new in shims:
        write_new(new, content, 0o755)
    staged = {**shared_files.staged(root.share), **shims}
    # An empty shim, which a loss of power could leave else, would do nothing and say so to nobody.
    if staged:
        sync(staging)
    for new, file in staged.items():
        new.replace(file)


def _is_version(name: str) -> bool:
    try:
        return Version.from_go_name(name).go_name == name
    except UsageError:
        return False


def _quoted(text: str) -> str:
    if "\n" in text:
        raise UsageError(f"{text!r} has a line break", hint="choose another GVM_DATA_DIR")
    return quoted("sh", text)
