"""What people are told, as it may be written to a terminal."""

from __future__ import annotations

import os
import re
import shlex
from contextlib import suppress

import click

from gvm.text import sanitize


def printable(text: str) -> str:
    """A line without what a terminal would obey: names and servers' words may hold anything."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "?" for char in text)


def escaped(document: str) -> str:
    """JSON without the control characters that it need not, but may, escape."""
    return re.sub("[\x7f-\x9f]", lambda match: f"\\u{ord(match[0]):04x}", document)


def write_message(text: str, hint: str = "") -> None:
    """Tell a line, and what to type, on stderr; what is done is done, whether somebody hears it or not."""
    with suppress(OSError):
        click.echo(printable(text), err=True)
        if hint:
            click.echo(f"hint: {printable(hint)}", err=True)


def answer(*lines: str) -> None:
    """Tell lines that are for people on stdout; what programs read is printed as it is."""
    click.echo("\n".join(map(printable, lines)))


def not_removed(error: OSError) -> str:
    """Return the warning of what is left, as `datadir.discard` returns it."""
    told = f"warning: cannot remove {sanitize(str(error.filename), 400)}: {error.strerror}; "
    if isinstance(error, PermissionError) and os.geteuid() != 0:
        return f"{told}to remove the rest: sudo rm -r {shlex.quote(str(error.filename2 or error.filename))}"
    return f"{told}the next install or uninstall tries again"


def print_json(value: object) -> None:
    """Print a value for programs."""
    import json

    click.echo(escaped(json.dumps(value, indent=2, ensure_ascii=False)))


class Output:
    """What the user hears of what happens, on stderr."""

    def __init__(self, *, is_quiet: bool, is_verbose: bool) -> None:
        """Take how much the user wants to hear.

        Args:
            is_quiet: nothing but warnings.
            is_verbose: details, too.
        """
        self.is_quiet = is_quiet
        self.is_verbose = is_verbose

    def say(self, text: str) -> None:
        """Tell the user."""
        if not self.is_quiet:
            write_message(text)

    def detail(self, text: str) -> None:
        """Tell the user who asked for more."""
        if self.is_verbose:
            write_message(text)

    def warn(self, text: str, hint: str = "") -> None:
        """Tell the user what may go wrong, and what to type."""
        write_message(f"gvm: {text}", hint)
