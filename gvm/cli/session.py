"""One call of gvm, and the options that every command has."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from gvm.cli.output import Output
from gvm.cli.process import Process
from gvm.cli.roots import Roots
from gvm.errors import UsageError
from gvm.store.paths import SYSTEM_ROOT

F = TypeVar("F", bound=Callable[..., Any])


class Session:
    """One call of gvm.

    Attributes:
        process: what it was called with.
        output: what the user hears.
        roots: the data directories.
    """

    def __init__(self, *, is_system: bool, is_quiet: bool, is_verbose: bool) -> None:
        """Begin.

        Args:
            is_system: whether the system's root is meant.
            is_quiet: whether the user wants nothing but the answer, and errors.
            is_verbose: whether the user wants to hear more of what happens.
        """
        self.process = Process()
        self.output = Output(is_quiet=is_quiet, is_verbose=is_verbose)
        self.roots = Roots(self.process, self.output, is_system=is_system)


def current_session(
    *, is_system: bool = False, is_quiet: bool = False, is_verbose: bool = False
) -> Session:
    """Return a session with these options, and those that stand before the command's name."""
    before = click.get_current_context().find_object(dict) or {}
    return Session(
        is_system=is_system or before.get("is_system", False),
        is_quiet=is_quiet or before.get("quiet", False),
        is_verbose=is_verbose or before.get("verbose", False),
    )


def common(*, system: bool = False) -> Callable[[F], F]:
    """Give a command the options that all have, and a Session in place of their values."""

    def decorate(function: F) -> F:
        @wraps(function)
        def run(
            *args: object, quiet: bool, verbose: bool, is_system: bool = False, **options: object
        ) -> object:
            context = click.get_current_context()
            session = current_session(is_system=is_system, is_quiet=quiet, is_verbose=verbose)
            if session.roots.is_system and not system:
                raise UsageError(
                    f"{context.info_name} takes no --system", hint=f"{context.command_path} --help"
                )
            return function(session, *args, **options)

        decorated: Any = _quiet(_verbose(run))
        complete: F = _system(decorated) if system else decorated
        return complete

    return decorate


def before_command(function: F) -> F:
    """Let the same options stand before the command's name too."""
    return _system(_quiet(_verbose(function)))


_verbose = click.option("-v", "--verbose", is_flag=True, help="Tell more.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="Only errors.")
_system = click.option("--system", "is_system", is_flag=True, help=f"Act on {SYSTEM_ROOT}.")
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show what would be written, and write nothing."
)
check_option = click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 and show a diff if a file is out of date."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
