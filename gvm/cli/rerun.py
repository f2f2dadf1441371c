"""What to type instead of the call that is running."""

from __future__ import annotations

import os
import shlex
import sys

from gvm.text import sanitize

# What install.sh --system makes, where sudo finds it.
_COMMAND = "/usr/local/bin/gvm"


def for_oneself() -> str:
    """The same for the caller's own root."""
    return f"gvm {_words()}"


def for_everybody() -> str:
    """The same for the machine's root."""
    first = "" if os.path.lexists(_COMMAND) else "sudo ./install.sh --system, then "
    return f"{first}sudo gvm --system {_words()}"


def for_everybody_or_oneself() -> str:
    """Both."""
    return f"{for_everybody()} for everybody, or for yourself: {for_oneself()}"


def with_cache() -> str:
    """The same with a cache that can be written."""
    return f"XDG_CACHE_HOME=$(mktemp -d) {for_oneself()}"


def _words() -> str:
    return sanitize(shlex.join(word for word in sys.argv[1:] if word != "--system"), 200)
