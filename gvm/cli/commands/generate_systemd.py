"""gvm generate systemd: a service that runs with the project's Go version."""

from __future__ import annotations

import os
import pwd
import shlex
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gvm.activate.contexts import machine_line
from gvm.activate.managed import Lines
from gvm.cli.commands.local import warn_if_missing
from gvm.cli.session import Session, common, dry_run_option
from gvm.errors import GvmError, NotInstalledError, UsageError
from gvm.fs.guard import refuse_decided_by_others
from gvm.fs.ownership import is_open, is_superuser, stranger
from gvm.store.datadir import untrusted_part
from gvm.store.paths import Root, usual_root

if TYPE_CHECKING:
    from gvm.activate.change import Change
    from gvm.generate.systemd import Service
    from gvm.selection.resolver import Resolution

_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# A unit of the same name there would be hidden.
_OTHERS = ("/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd", "/etc/systemd")
_LINGER = Path("/var/lib/systemd/linger")


@click.command("systemd")
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
@dry_run_option
@common(system=True)
def systemd(
    session: Session,
    name: str,
    line: str,
    directory: Path,
    run_as: str | None,
    force: bool,
    dry_run: bool,
) -> None:
    """Make a service that runs a command with its project's Go.

    A NAME with an @ at its end makes a template: app@1.22 then runs with Go 1.22.
    """
    from gvm.generate.systemd import parse_name

    name = parse_name(name)
    directory = Path(os.path.abspath(directory))  # noqa: PTH100 - without the dots, with links
    if run_as and not session.roots.is_system:
        raise UsageError("--run-as is for --system", hint="sudo gvm generate systemd --system …")
    account = _account(run_as, directory) if session.roots.is_system else None
    resolution = _resolution(session, directory, account)
    if not name.endswith("@"):
        # What is not installed yet may be by the time it starts.
        with suppress(NotInstalledError):
            resolution.checked()
    service = _service(session, name, line, directory, account, resolution)
    _check_owners(service, account.pw_uid if account else os.geteuid())
    changes = _changes(session, service, force=force, dry_run=dry_run)
    click.echo(service.text(), nl=False)
    if not service.is_template:
        warn_if_missing(session, resolution)
    if account and account.pw_uid == 0:
        session.output.warn(f"{service.file_name} runs as root", "--run-as USER")
    for change in changes:
        done = "would be written" if dry_run else "is written"
        if not dry_run:
            change.make()
        session.output.say(f"{change.file} {'is right already' if change.is_none else done}")
    if not dry_run:
        _tell_next(session, service, resolution)


def _account(run_as: str | None, directory: Path) -> pwd.struct_passwd:
    """Whose service it is: the directory's owner's, if nobody else is named."""
    try:
        return pwd.getpwnam(run_as) if run_as else pwd.getpwuid(directory.stat().st_uid)
    except KeyError as error:
        who = run_as or f"that owns {directory}"
        raise UsageError(f"there is no user {who}", hint="--run-as USER") from error


def _check_owners(service: Service, user: int) -> None:
    """Refuse a service that another user than root, or its own, could lead elsewhere.

    Whoever is not root runs what the owner of the directory wants, if root says so.

    Raises:
        GvmError: there is such a user; or all may write the program, and root runs it.
    """
    friends = {0, user}
    if user != 0:
        friends.add(service.directory.stat().st_uid)
    for path in (service.directory, Path(service.argv[0])):
        if (other := stranger(path, friends=friends)) is not None:
            name = service.user or "root"
            raise GvmError(
                f"cannot make a service that runs as {name}: user {other} owns {path}, or a link or "
                "directory on the way to it",
                hint=f"see whose it is: namei -l {shlex.quote(str(path))}",
            )
    if user == 0 and is_superuser():
        _check_open(Path(service.argv[0]), service.directory)


def _check_open(program: Path, directory: Path) -> None:
    """Refuse what root would run, or run in, where others may write.

    Raises:
        GvmError: they may.
    """
    above = [place for place in program.parents if place.is_relative_to(directory)]
    for place in (directory, *above, program):
        if is_open(place):
            raise GvmError(
                f"cannot make a service that runs as root: others may write {place}",
                hint=f"sudo chmod go-w {shlex.quote(str(place))}",
            )


def _resolution(session: Session, directory: Path, account: pwd.struct_passwd | None) -> Resolution:
    from gvm.selection.resolver import for_machine, resolve

    environ = session.process.environ
    if account:
        asked = {k: v for k, v in environ.items() if k in {"GVM_GO_VERSION", "ASDF_GOLANG_VERSION"}}
        environ = {**asked, "HOME": account.pw_dir, "PATH": ":".join(_PATH)}
    resolution = resolve(environ, shim=session.roots.shim, directory=directory)
    if account:
        return replace(resolution, hint=for_machine(resolution.hint))
    return resolution


def _service(
    session: Session,
    name: str,
    line: str,
    directory: Path,
    account: pwd.struct_passwd | None,
    resolution: Resolution,
) -> Service:
    from gvm.generate.program import program
    from gvm.generate.systemd import Service

    path = [str(shims) for shims in _shims(session, account)]
    executable = resolution.selection.executable
    if resolution.selection.request == "system" and executable:
        path.append(str(executable.parent))
    path = list(dict.fromkeys([*path, *_PATH]))
    variables = {"PATH": ":".join(path)}
    if not name.endswith("@"):
        variables |= _version(session, resolution)
    file = session.roots.paths.config.parent / "services" / f"{name}.env"
    argv = program(line, directory, path)
    return Service(name, argv, directory, variables, file, account.pw_name if account else "")


def _shims(session: Session, account: pwd.struct_passwd | None) -> list[Path]:
    """Those that the service's user may use."""
    if account is None:
        return session.roots.shims
    roots = session.roots.paths.system, usual_root(Path(account.pw_dir))
    release = session.roots.root.release
    found = [root / "shims" for root in roots if _is_usable(Root(root, release), account)]
    if not found:
        raise NotInstalledError(
            f"{account.pw_name} has no gvm that a service could use",
            hint=machine_line(),
        )
    return found


def _is_usable(root: Root, account: pwd.struct_passwd) -> bool:
    """Whether a root has shims that its own user, or root, alone decides on."""
    user = account.pw_uid
    if not os.access(root.shims / "go", os.X_OK):
        return False
    owner = root.path.stat().st_uid
    if owner == 0:
        return untrusted_part(root) is None
    return owner == user and stranger(root.shims, friends={0, user}) is None


def _version(session: Session, resolution: Resolution) -> dict[str, str]:
    """What makes the version the one of today; without a pin, Go may still switch."""
    from gvm.model.gotoolchain import setting

    selection = resolution.selection
    found = {"GVM_GO_VERSION": selection.request}
    if not selection.origin.is_pin:
        chosen = setting(session.process.own_environ, {}, selection.goroot)
        found |= {"GOTOOLCHAIN": chosen.value} if chosen else {}
    return found


def _changes(session: Session, service: Service, *, force: bool, dry_run: bool) -> list[Change]:
    """What is written: nothing, where one of the files must stay."""
    manager = "system" if session.roots.is_system else "user"
    unit = session.roots.paths.config.parent.parent / "systemd" / manager / service.file_name
    if session.roots.is_system:
        if not dry_run and not os.access(unit.parent, os.W_OK):
            raise GvmError(
                f"{unit.parent} cannot be written", hint="sudo gvm generate systemd … --system"
            )
        os.umask(0o022)
    else:
        session.roots.check_home()
    files = {service.environment: service.environment_text(), unit: service.text()}
    changes = [_change(file, body, force=force) for file, body in files.items()]
    others = [Path(other, manager, service.file_name) for other in _OTHERS]
    hidden = [other for other in others if other != unit and other.exists()]
    if hidden and not force:
        raise GvmError(f"{unit} would hide {hidden[0]}", hint="choose another name, or --force")
    return changes


def _change(file: Path, body: str, *, force: bool) -> Change:
    if file.is_symlink():
        raise GvmError(f"{file} is a link to {file.readlink()}, and stays", hint=f"rm {file}")
    refuse_decided_by_others(file)
    lines = Lines(file, body, is_own=True)
    change = lines.addition()
    if not change.obstacle:
        return change
    if not force:
        raise GvmError(
            f"{file} {change.obstacle}, and stays", hint="choose another name, or --force"
        )
    return lines.replacement()


def _tell_next(session: Session, service: Service, resolution: Resolution) -> None:
    """What to type so that it runs."""
    systemctl = "sudo systemctl" if session.roots.is_system else "systemctl --user"
    name = service.name
    if service.is_template:
        name += resolution.selection.version or "1.22"
    session.output.say(f"next: {systemctl} daemon-reload && {systemctl} enable --now {name}")
    user = session.process.environ.get("USER") or pwd.getpwuid(os.geteuid()).pw_name
    if not session.roots.is_system and not (_LINGER / user).exists():
        session.output.say("so that it runs while you are not logged in: loginctl enable-linger")
