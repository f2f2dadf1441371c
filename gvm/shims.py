"""The executables on PATH, which are all copies of one program."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gvm import share
from gvm.activate.quoting import quoted
from gvm.assets import asset
from gvm.errors import UsageError
from gvm.files import start_of, write_new
from gvm.paths import Root
from gvm.release import Release
from gvm.toolchains import installed
from gvm.trees import make_directory, sync
from gvm.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

    from gvm.config import Config

PROTOTYPE = "gvm-shim"
_GO = ("go", "gofmt")
_MARK = b"# gvm-shim:"
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)
_TOOL = re.compile(r"[0-9A-Za-z_][0-9A-Za-z._+-]*", re.ASCII)


class Changes(NamedTuple):
    """Names of shims, sorted: what `reshim` did."""

    written: tuple[str, ...]
    removed: tuple[str, ...]


def program(root: Root, config: Config, installer: str) -> bytes:
    """The shim, with the root, the isolation and the installer written into it.

    Comments are left out but for the first: a shell reads them again and again.

    Raises:
        UsageError: the root's name has a line break.
    """
    text = asset(f"shims/{PROTOTYPE}").read_text(encoding="utf-8")
    lines = {
        "gvm_own=''\n": f"gvm_own={_quoted(os.fspath(root.path))}\n",
        "gvm_policy='release'\n": f"gvm_policy={_quoted(config.isolation)}\n",
        "gvm_installer=''\n": f"gvm_installer={_quoted(installer if config.auto_install else '')}\n",
    }
    for old, new in lines.items():
        text = text.replace(old, new, 1)
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
    for rest in root.staging.glob("shim-*"):
        rest.unlink()
    names = _names(root) | _free_names(root, tools)
    ours = {file.name for file in root.shims.iterdir() if is_shim(file)}
    # What other releases' tools are called is known from the shims that there are.
    stale = {name for name in ours - names if _is_version(name)}
    written = [
        name for name in sorted(names | ours - stale) if not _is_right(root.shims / name, content)
    ]
    _write(root, written, content)
    for name in stale:
        (root.shims / name).unlink(missing_ok=True)
    return Changes(tuple(written), tuple(sorted(stale)))


def is_shim(file: Path) -> bool:
    """Whether a file is a shim of gvm's."""
    try:
        return start_of(file, 64).partition(b"\n")[2].startswith(_MARK)
    except OSError:
        return False


def _names(root: Root) -> set[str]:
    """What must be a shim."""
    names = {PROTOTYPE, *_GO}
    for base in root.path.iterdir() if root.path.is_dir() else ():
        if (base / "versions").is_dir():
            here = Root(root.path, Release(base.name))
            names |= {toolchain.version.go_name for toolchain in installed(here)}
        if (base / "venv/bin/gvm").exists():
            names.add("gvm")
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
        return not file.is_symlink() and file.read_bytes() == content and os.access(file, os.X_OK)
    except OSError:
        return False


def _write(root: Root, names: list[str], content: bytes) -> None:
    """Write shims and what is shared, in place of what is there."""
    make_directory(root.staging)
    shims = {root.staging / f"shim-{name}": root.shims / name for name in names}
    for new in shims:
        write_new(new, content, 0o755)
    staged = {**share.staged(root.share), **shims}
    # An empty shim, which a loss of power could leave else, would do nothing and say so to nobody.
    if staged:
        sync(root.staging)
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
