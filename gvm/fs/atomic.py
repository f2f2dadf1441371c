"""Files that are whole or not at all."""

from __future__ import annotations

import errno
import os
from functools import partial
from typing import TYPE_CHECKING

from gvm.fs.ownership import follow_links
from gvm.fs.unfinished import create_unfinished, discard, unfinished_name
from gvm.signals import undoing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def replace_text(file: Path, text: str) -> None:
    """Write a file of gvm's own, in place of what is there; through a symbolic link, its target.

    Raises:
        PermissionError: the link is another user's, who might let it lead anywhere.
        OSError: it is a device, or something else that is no file.
    """
    file = follow_links(file)
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(file))
    replace_bytes(file, text.encode("utf-8", "surrogateescape"), lambda fd: os.fchmod(fd, 0o644))


def replace_bytes(file: Path, content: bytes, set_rights: Callable[[int], None]) -> None:
    """Let a new file take the place of one, in one step.

    Args:
        file: no symbolic link.
        content: of the new file.
        set_rights: gives them to the new file, which until then is the caller's alone.
    """
    new = unfinished_name(file)
    fd = create_unfinished(new, file)
    with undoing(partial(new.unlink, missing_ok=True)), os.fdopen(fd, "wb") as opened:
        try:
            opened.write(content)
            opened.flush()
            set_rights(opened.fileno())
            os.fsync(opened.fileno())
            new.replace(file)
        except BaseException as error:
            if isinstance(error, OSError):
                error.filename, error.filename2 = str(file), None
            new.unlink(missing_ok=True)
            raise


def write_new(file: Path, content: bytes, mode: int) -> None:
    """Write a file that takes another's place later; what a killed run left there goes."""
    file.unlink(missing_ok=True)
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as opened:
        opened.write(content)
        os.fchmod(fd, mode)


def replace_link(link: Path, target: str) -> None:
    """Let a symbolic link point to `target`, in place of what is there."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    new = unfinished_name(link)
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    try:
        new.replace(link)
    except OSError:
        new.unlink()
        raise


def discard_unfinished(file: Path, *, is_link: bool = False) -> None:
    """Remove what a killed process left of a file that it was to write, or of a link."""
    try:
        place = file if is_link else follow_links(file)
    except PermissionError:
        # Nothing was written through it.
        return
    discard(unfinished_name(place))


def sync_name(file: Path) -> None:
    """Write to the disk whether a directory has a file of that name, where the file system can."""
    fd = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(fd)
