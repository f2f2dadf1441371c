"""The command line: the only place that reads the environment and prints."""

from __future__ import annotations

import builtins
import gc
import importlib
import os
import signal
import sys
from contextlib import suppress
from keyword import iskeyword
from typing import Any

import click

from gvm import __version__, signals
from gvm.cli import streams
from gvm.cli.output import write_message
from gvm.cli.session import before_command
from gvm.errors import GvmError
from gvm.fs.oserrors import explained

COMMANDS = (
    "install",
    "uninstall",
    "list",
    "list-remote",
    "latest",
    "current",
    "which",
    "where",
    "why",
    "exec",
    "env",
    "local",
    "global",
    "shell",
    "reshim",
    "root",
    "activate",
    "deactivate",
    "doctor",
    "completions",
    "generate",
    "verify",
)
_ALIASES = {"ls": "list", "ls-remote": "list-remote", "use": "local"}
# What is meant by the words of other version managers.
_MEANT = {
    "list": "versions ls-local list-local",
    "list-remote": "ls-all listall list-all available search",
    "install": "add download",
    "install latest": "upgrade update",
    "uninstall": "remove rm delete",
    "current": "show",
    "exec": "run",
    "local": "set pin",
    "global": "alias default",
    "shell --unset": "unuse",
    "reshim": "rehash",
    "activate": "init setup",
    "--help": "help",
    "--version": "version",
}
# As difflib measures it: instal and isntall are meant to be install.
_LIKENESS = 0.8
_INTERRUPTED = 130
# A message with an argument in it.
_LONG = 400


class Commands(click.Group):
    """Commands that are imported when they are called, one from each file."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one."""
        name = _ALIASES.get(cmd_name, cmd_name)
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"gvm.cli.commands.{_module_name(name)}")
        command: click.Command = getattr(module, _function_name(name))
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let help and version be words, too."""
        if args == ["version"]:
            args = ["--version"]
        elif args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant, or say which one may be."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            from gvm.text import quote

            raise _UnknownCommandError(
                f"there is no command {quote(args[0])}", f"gvm {_proposed(args[0])}"
            )
        return super().resolve_command(ctx, args)


def _module_name(command: str) -> str:
    name = command.replace("-", "_")
    return f"{name}_" if iskeyword(name) else name


def _function_name(command: str) -> str:
    name = _module_name(command)
    return f"{name}_" if hasattr(builtins, name) else name


def _proposed(word: str) -> str:
    """What is probably meant by a word that is no command."""
    import difflib

    for meant, words in _MEANT.items():
        if word in words.split():
            return meant
    near = difflib.get_close_matches(word, [*COMMANDS, *_ALIASES], 1, _LIKENESS)
    return near[0] if near else "--help"


class _UnknownCommandError(GvmError):
    exit_code = 2

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="gvm %(version)s")
@before_command
@click.pass_context
def group(context: click.Context, /, **options: bool) -> None:
    """Install Go versions, and run the right one in every project.

    \b
    gvm install 1.22.6     install a version
    gvm local 1.22.6       use it in this directory and below
    gvm global 1.22.6      use it where nothing else is asked for
    """  # noqa: D301 - click's mark for lines that stay
    context.obj = options


def main() -> None:
    """Run gvm, and turn what goes wrong into a message and an exit code."""
    streams.prepare()
    signals.catch(_report)
    try:
        code = _run()
    except BrokenPipeError:
        # Whoever read the answer has enough.
        code = 0
    streams.finish()
    # Python would look for garbage once more before it ends.
    gc.freeze()
    raise SystemExit(code)


def _report(number: int) -> None:
    """Tell that gvm was interrupted; not by way of a stream, which may be in the middle of a line."""
    if number == signal.SIGINT:
        with suppress(OSError):
            # Behind the ^C.
            os.write(2, b"\n" * os.isatty(2) + b"gvm: interrupted\n")


def _run() -> int:
    try:
        return _called()
    except click.exceptions.Abort:
        # Nothing was answered to a question.
        _report(signal.SIGINT)
        return _INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        of = getattr(error, "ctx", None)
        hint = f"{of.command_path} --help" if of else "gvm --help"
        message = error.format_message()
        return _tell(message if len(message) < _LONG else f"{message[:_LONG]}…", hint, 2)
    except GvmError as error:
        _trace()
        return _tell(str(error), error.hint, error.exit_code)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        _trace()
        return _tell(*explained(error), 1)


def _called() -> int:
    try:
        with group.make_context("gvm", sys.argv[1:]) as context:
            result: Any = group.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as end:
        return end.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        if not streams.unwritten():
            raise
        told = f"the answer cannot be written: {error.strerror}"
        raise GvmError(told, hint="look at where the output goes") from error
    return result if isinstance(result, int) else 0


def _trace() -> None:
    """Print where an error comes from, to who asks."""
    if os.environ.get("GVM_DEBUG") == "1":
        import traceback

        traceback.print_exc()


def _tell(message: str, hint: str, code: int) -> int:
    write_message(f"gvm: {message}", hint)
    return code
