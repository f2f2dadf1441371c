"""What can go wrong, as one tree of exceptions that know their exit code.

GvmError                     1
├── UsageError               2   usage, or an invalid version
├── NothingSelectedError     3   no version selected
├── NotInstalledError        4
├── NoSuchVersionError       5   no source has it
├── DownloadError            6
│   └── UnreachableError         nothing answered, or only with a server's error
├── IntegrityError           7   the bytes are not what they should be
├── LockTimeoutError         8
└── DamagedStateError        9   a file of gvm's own cannot be read
"""

from __future__ import annotations


class GvmError(Exception):
    """An error that the user is told about.

    Attributes:
        exit_code: what the process ends with.
        hint: what to type next, or an empty string.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(GvmError):
    """The call cannot be understood."""

    exit_code = 2


class NothingSelectedError(GvmError):
    """Nobody asked for a version."""

    exit_code = 3


class NotInstalledError(GvmError):
    """The version asked for is not installed."""

    exit_code = 4


class NoSuchVersionError(GvmError):
    """No source has the version asked for."""

    exit_code = 5


class DownloadError(GvmError):
    """The bytes could not be had."""

    exit_code = 6


class UnreachableError(DownloadError):
    """The server did not answer, or answered only with errors of its own."""


class IntegrityError(GvmError):
    """The bytes are not what they should be."""

    exit_code = 7


class LockTimeoutError(GvmError):
    """Another gvm holds the lock and does not end."""

    exit_code = 8


class DamagedStateError(GvmError):
    """A file of gvm's own is not what gvm wrote."""

    exit_code = 9
