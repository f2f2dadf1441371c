"""gvm exec: run a command with a version."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import click

from gvm.cli.session import Session, common
from gvm.errors import GvmError, NotInstalledError, UsageError
from gvm.model.version import Request
from gvm.selection.resolver import resolve
from gvm.text import quote, sanitize


@click.command(
    "exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[VERSION] [--] COMMAND...")
@common()
def exec_(session: Session, words: tuple[str, ...]) -> None:
    """Run COMMAND with VERSION, or with the version in use here."""
    request, argv = _split(list(words))
    environ = dict(session.process.environ)
    if request is not None:
        environ["GVM_GO_VERSION"] = request
    resolution = resolve(environ, shim=session.roots.shim)
    if request is not None and resolution.selection.status == "missing":
        raise NotInstalledError(
            f"Go {sanitize(request)} is not installed for {resolution.release}",
            hint=f"gvm install {sanitize(request)}",
        )
    selection = resolution.checked()
    path = [entry for entry in environ.get("PATH", "").split(":") if entry]
    if selection.toolchain is not None:
        # The shims first: `go` then is the same one for whatever the command calls in turn, and
        # what `go install` makes gets its shim.
        shims = [str(root.shims) for root in session.roots.trusted if root.shims.is_dir()]
        first = [*shims, str(selection.toolchain / "bin")]
        path = [*first, *(entry for entry in path if entry not in first)]
    environ["PATH"] = ":".join(path)
    environ.update(resolution.set_variables)
    for name in resolution.unset_variables:
        environ.pop(name, None)
    program = shutil.which(argv[0], path=environ["PATH"])
    if program is None:
        raise _not_found(argv[0])
    # Python ignores it, and the command would too.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execve(program, argv, environ)  # noqa: S606 - what the user asked for


def _not_found(name: str) -> GvmError:
    """Why a command cannot be run."""
    import shlex

    if "/" not in name:
        return NotInstalledError(f"there is no command {quote(name)}", hint="is it on PATH?")
    quoted = shlex.quote(sanitize(name))
    if not os.access(name, os.F_OK):
        return NotInstalledError(f"there is no file {quote(name)}", hint=f"ls -l {quoted}")
    if Path(name).is_dir():
        return GvmError(f"{quote(name)} is a directory", hint=f"ls {quoted}")
    return GvmError(f"{quote(name)} may not be executed", hint=f"chmod +x {quoted}")


def _split(words: list[str]) -> tuple[str | None, list[str]]:
    request = None
    if words and words[0] != "--" and _is_request(words[0]):
        request = words.pop(0)
    if words and words[0] == "--":
        words.pop(0)
    if not words:
        raise UsageError("no command is named", hint="gvm exec 1.21 -- go build")
    return request, words


def _is_request(word: str) -> bool:
    if word == "system" or word.startswith("path:"):
        return True
    # go1.22.6 is a command as well as a version; a command it is, if it comes last.
    try:
        Request.parse(word)
    except UsageError:
        return False
    return True
