"""gvm generate: files for other programs, so that they use the right Go."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.cli.commands.local import warn_if_missing
from gvm.cli.output import answer, print_json
from gvm.cli.session import (
    Session,
    check_option,
    common,
    current_session,
    dry_run_option,
    json_option,
)
from gvm.errors import UsageError
from gvm.fs.oserrors import writing
from gvm.generate import KINDS, load_kind
from gvm.generate.kind import Project, edit_below

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gvm.activate.change import Change
    from gvm.generate.kind import Kind
    from gvm.generate.systemd.plan import PlannedService

_LINGER = Path("/var/lib/systemd/linger")


@click.group("generate", invoke_without_command=True)
@click.option("--list", "is_list", is_flag=True, help="Show the kinds, and which are in use here.")
@click.option("--check", is_flag=True, help="Check the files of all kinds that are in use here.")
@json_option
def generate(is_list: bool, check: bool, as_json: bool) -> int:
    """Make files for services and editors."""
    if click.get_current_context().invoked_subcommand is not None:
        return 0
    kinds = [load_kind(name) for name in KINDS]
    used = [kind for kind in kinds if kind.is_used(Path.cwd())]
    if is_list:
        _list(kinds, used, as_json=as_json)
        return 0
    if not check:
        raise UsageError("no kind is named", hint="gvm generate --list")
    session = current_session()
    return max((_generate(session, kind, check=True, dry_run=True) for kind in used), default=0)


def _list(kinds: Sequence[Kind], used: Sequence[Kind], *, as_json: bool) -> None:
    rows = [{"kind": kind.name, "summary": kind.summary, "is_used": kind in used} for kind in kinds]
    if as_json:
        print_json(rows)
        return
    width = max(len(kind.name) for kind in kinds)
    answer(
        *(
            f"{'*' if row['is_used'] else ' '} {row['kind']:<{width}}  {row['summary']}"
            for row in rows
        )
    )


def _command(kind: Kind) -> click.Command:
    """Return the command that makes a kind."""

    @click.command(kind.name, help=f"{kind.summary}\n\n{kind.details}")
    @check_option
    @dry_run_option
    @common()
    def generate_kind(session: Session, check: bool, dry_run: bool) -> int:
        return _generate(session, kind, check=check, dry_run=dry_run or check)

    return generate_kind


def _generate(session: Session, kind: Kind, *, check: bool, dry_run: bool) -> int:
    project = Project(
        home=session.process.home,
        shims=session.roots.shims[0],
        roots=session.roots.trusted,
        resolution=session.roots.resolution(),
    )
    plan = kind.plan(project)
    changes = []
    for file, edit in plan.files.items():
        there = Path.cwd() / file
        with writing(there):
            changes.append(edit_below(file, edit, dry_run=dry_run))
    if not check:
        click.echo(plan.text, nl=False)
    code = _report(session, changes, note=plan.note, check=check, dry_run=dry_run)
    for warning in filter(None, map(kind.check, changes)):
        session.output.warn(*warning)
    return code


def _report(
    session: Session, changes: Sequence[Change], *, note: str, check: bool, dry_run: bool
) -> int:
    """Show what was changed, or would be; and return 1 where that is not wanted."""
    if dry_run:
        click.echo("".join(change.diff() for change in changes), nl=False)
    else:
        for change in changes:
            done = "is right already" if change.is_none else "is written"
            session.output.say(f"{change.file} {done}")
    if note and not check:
        session.output.say(note)
    return int(check and any(not change.is_none for change in changes))


@generate.command("systemd")
@click.argument("name")
@click.option("--exec", "line", required=True, metavar="COMMAND", help="What it runs.")
@click.option(
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="Where it runs; otherwise here.",
)
@click.option("--run-as", metavar="USER", help="With --system: who runs it; else the directory's.")
@click.option("--force", is_flag=True, help="Replace what somebody else has made or edited.")
@check_option
@dry_run_option
@common(system=True)
def systemd(
    session: Session,
    name: str,
    line: str,
    directory: Path,
    run_as: str | None,
    force: bool,
    check: bool,
    dry_run: bool,
) -> int:
    """Make a service that runs a command with its project's Go.

    A NAME with an @ at its end makes a template: app@1.22 then runs with Go 1.22.
    """
    from gvm.generate.systemd.plan import Manager
    from gvm.generate.systemd.unit import parse_name

    roots, output = session.roots, session.output
    name = parse_name(name)
    directory = Path(os.path.abspath(directory))  # noqa: PTH100 - without the dots, with links
    if run_as and not roots.is_system:
        raise UsageError("--run-as is for --system", hint="sudo gvm generate systemd --system …")
    manager = Manager(
        environ=session.process.environ,
        own_environ=session.process.own_environ,
        paths=roots.paths,
        release=roots.root.release,
        shims=[] if roots.is_system else roots.shims,
        shim=roots.shim,
        is_system=roots.is_system,
    )
    planned = manager.plan(name, line, directory, run_as)
    service = planned.service
    if roots.is_system:
        os.umask(0o022)
    else:
        roots.check_home()
    changes = manager.changes(service, force=force or check, dry_run=dry_run or check)
    if check:
        return _report(session, changes, note="", check=True, dry_run=True)
    click.echo(service.text(), nl=False)
    if not service.is_template:
        warn_if_missing(session, planned.resolution)
    if planned.is_roots:
        output.warn(f"{service.file_name} runs as root", "--run-as USER")
    for change in changes:
        done = "would be written" if dry_run else "is written"
        if not dry_run:
            change.make()
        output.say(f"{change.file} {'is right already' if change.is_none else done}")
    if not dry_run:
        _say_next(session, planned)
    return 0


def _say_next(session: Session, planned: PlannedService) -> None:
    """Say what to type so that a service runs."""
    systemctl = "sudo systemctl" if session.roots.is_system else "systemctl --user"
    name = planned.service.name
    if planned.service.is_template:
        name += planned.resolution.selection.version or "1.22"
    session.output.say(f"next: {systemctl} daemon-reload && {systemctl} enable --now {name}")
    user = session.process.environ.get("USER") or pwd.getpwuid(os.geteuid()).pw_name
    if not session.roots.is_system and not (_LINGER / user).exists():
        session.output.say("so that it runs while you are not logged in: loginctl enable-linger")


for _name in KINDS:
    generate.add_command(_command(load_kind(_name)))
