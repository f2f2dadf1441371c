"""gvm activate: let login shells find the shims."""

from __future__ import annotations

from pathlib import Path

import click

from gvm.activate import profile
from gvm.cli.session import Session, common
from gvm.errors import GvmError
from gvm.versions import shown

SYSTEM_PROFILE = Path("/etc/profile.d/gvm.sh")


@click.command("activate")
@common(system=True)
def command(session: Session) -> None:
    """Put the shims on PATH for login shells.

    One marked block is added to the files that they read.
    """
    shell = session.environ.get("SHELL", "").rpartition("/")[2]
    shims = session.writable_root.shims
    for file in places(session, shell):
        done = "changed" if profile.add(file, shims) else "is right already"
        session.say(f"{file} {done}")
    if str(shims) not in session.environ.get("PATH", "").split(":"):
        session.say(f"for the current shell: {profile.line(shell, shims)}")
    if namesake := session.environ.get("GVM_ROOT"):
        session.warn(
            f"in your shell, gvm may be a function of another gvm, in {shown(namesake)}",
            "remove the line that sources its scripts/gvm from your shell's files",
        )


def places(session: Session, shell: str) -> list[Path]:
    """The files that get the block."""
    if session.is_system:
        return [SYSTEM_PROFILE]
    home = session.environ.get("HOME", "")
    if not home.startswith("/"):
        raise GvmError("HOME is not set", hint="export HOME=~")
    return profile.files(Path(home), shell)
