"""What an error of the operating system means to whoever reads it."""

from __future__ import annotations

import errno
import os
import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.errors import GvmError
from gvm.fs.ownership import nearest
from gvm.text import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOK = "see what it is: ls -ld {0}"
# What to type, by the kind of error; {} is the file that it is about, or the nearest directory above.
_HINTS = {
    errno.ENOSPC: "see what is full, and make room: df -h {0}; df -i {0}",
    errno.EDQUOT: "see how much may be yours, and make room: quota -s",
    errno.EFBIG: "see how large it is, and how large a file may be: ls -ld {0}; ulimit -f",
    errno.EROFS: "see how it is mounted: findmnt -T {0}",
    errno.EIO: "see what the disk says: sudo dmesg | tail",
    errno.EMFILE: "allow more open files, and try again: ulimit -n 1024",
    errno.ENFILE: "the machine has too many open files: see which program has them: sudo lsof",
    errno.EAGAIN: "see how many processes may be yours, and which there are: ulimit -u; ps ux",
    errno.ESTALE: "see what it is now, and try again: ls -ld {0}",
    errno.EOPNOTSUPP: "see which kind of file system it is on: findmnt -T {0}",
    errno.ENOSYS: "see which kind of file system it is on: findmnt -T {0}",
    errno.ENOLCK: "see whether what is mounted there gives locks: findmnt -T {0}",
    errno.EMLINK: "make it a file of its own: cp -p {0} {0}.own && mv {0}.own {0}",
    errno.EACCES: "see who may: ls -ld {0}",
    errno.EPERM: "see who may: ls -ld {0}",
    errno.ENOENT: _LOOK,
    errno.EINVAL: _LOOK,
    errno.ENOTDIR: _LOOK,
    errno.EISDIR: _LOOK,
    errno.EEXIST: _LOOK,
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTEMPTY: _LOOK,
    errno.ELOOP: _LOOK,
    errno.EXDEV: "see which disk it is on: findmnt -T {0}",
    errno.EBUSY: "see what is mounted there, or uses it: findmnt -T {0}; fuser -v {0}",
    errno.ENOMEM: "see what takes the memory: free -h",
}


def explained(error: Exception) -> tuple[str, str]:
    """What to say of an error that nobody has foreseen: a message, and a hint."""
    debug = "GVM_DEBUG=1 shows where it happened"
    if isinstance(error, MemoryError):
        return "there is not enough memory", _HINTS[errno.ENOMEM]
    if not isinstance(error, OSError):
        return f"{type(error).__name__}: {error}", debug
    name = error.filename2 or error.filename
    if name is None and isinstance(error, FileNotFoundError):
        return "the working directory has been removed", "cd to another one"
    reason, hint = error.strerror or str(error), _HINTS.get(error.errno or 0, debug)
    if name is None:
        return reason, hint.format(".")
    file = Path(os.fsdecode(name)) if isinstance(name, str | bytes) else Path(str(name))
    if "{0}" in hint:
        is_seen = os.path.lexists(file) or not file.is_absolute()
        there = file if is_seen else nearest(file)
        hint = hint.format(shlex.quote(sanitize(str(there), 400)))
    return f"{sanitize(str(file), 400)}: {reason}", hint


@contextmanager
def writing(file: Path) -> Iterator[None]:
    """Say of an error that it keeps a user's file from being written.

    Raises:
        GvmError: in place of an error of the operating system.
    """
    try:
        yield
    except OSError as error:
        name = error.filename if isinstance(error.filename, str) else file
        told = OSError(error.errno, error.strerror, str(Path(name).absolute()))
        message, hint = explained(told)
        raise GvmError(f"cannot write {message}", hint=hint) from error
