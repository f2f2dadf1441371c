"""A service that is planned for a project: whose it is, what it gets, and which files hold it."""

from __future__ import annotations

import os
import pwd
import shlex
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gvm.activate.contexts import machine_line
from gvm.activate.managed import Lines
from gvm.errors import GvmError, NotInstalledError, UsageError
from gvm.fs.guard import refuse_decided_by_others
from gvm.fs.ownership import is_open, is_superuser, stranger
from gvm.generate.systemd.program import program
from gvm.generate.systemd.unit import Service
from gvm.model.gotoolchain import setting
from gvm.selection.resolver import for_machine, resolve
from gvm.store.datadir import untrusted_part
from gvm.store.paths import Paths, Root, usual_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gvm.activate.change import Change
    from gvm.model.release import Release
    from gvm.selection.resolver import Resolution

_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
# A unit of the same name there would be hidden.
_OTHERS = ("/usr/local/lib/systemd", "/usr/lib/systemd", "/lib/systemd", "/etc/systemd")


@dataclass(frozen=True, kw_only=True)
class Manager:
    """The manager that is to run services, and what it knows of gvm.

    Attributes:
        environ: the caller's variables …
        own_environ: … and those of them that name nobody else's directories.
        paths: where gvm's settings are, and beside them systemd's.
        release: whose toolchains are meant.
        shims: the caller's, the stronger first.
        shim: the one that chooses, or None for that of this gvm.
        is_system: whether it is the machine's manager, and not the caller's.
    """

    environ: Mapping[str, str]
    own_environ: Mapping[str, str]
    paths: Paths
    release: Release
    shims: Sequence[Path]
    shim: Path | None
    is_system: bool

    def plan(self, name: str, line: str, directory: Path, run_as: str | None) -> PlannedService:
        """Plan a service.

        Args:
            name: of the unit.
            line: the command, as a shell would read it.
            directory: where it runs, absolute.
            run_as: who runs it, where this is the machine's manager; None for the directory's owner.

        Raises:
            UsageError: there is no such user, or no such command can be run.
            GvmError: somebody else than its user could lead the service elsewhere.
        """
        account = _account(run_as, directory) if self.is_system else None
        resolution = self._resolution(directory, account)
        if not name.endswith("@"):
            # What is not installed yet may be by the time it starts.
            with suppress(NotInstalledError):
                resolution.checked()
        service = self._service(name, line, directory, account, resolution)
        _check_owners(service, account.pw_uid if account else os.geteuid())
        return PlannedService(
            service=service, resolution=resolution, is_roots=bool(account and account.pw_uid == 0)
        )

    def changes(self, service: Service, *, force: bool, dry_run: bool) -> list[Change]:
        """Return what is written: nothing, where one of the files must stay.

        Raises:
            GvmError: a file is somebody else's or was edited, or another unit would be hidden.
        """
        manager = "system" if self.is_system else "user"
        unit = self.paths.config.parent.parent / "systemd" / manager / service.file_name
        if self.is_system and not dry_run and not os.access(unit.parent, os.W_OK):
            raise GvmError(
                f"{unit.parent} cannot be written", hint="sudo gvm generate systemd … --system"
            )
        files = {service.environment: service.environment_text(), unit: service.text()}
        changes = [_change(file, body, force=force) for file, body in files.items()]
        others = [Path(other, manager, service.file_name) for other in _OTHERS]
        hidden = [other for other in others if other != unit and other.exists()]
        if hidden and not force:
            raise GvmError(f"{unit} would hide {hidden[0]}", hint="choose another name, or --force")
        return changes

    def _resolution(self, directory: Path, account: pwd.struct_passwd | None) -> Resolution:

        environ = self.environ
        if account:
            asked = {
                k: v for k, v in environ.items() if k in {"GVM_GO_VERSION", "ASDF_GOLANG_VERSION"}
            }
            environ = {**asked, "HOME": account.pw_dir, "PATH": ":".join(_PATH)}
        resolution = resolve(environ, shim=self.shim, directory=directory)
        if account:
            return replace(resolution, hint=for_machine(resolution.hint))
        return resolution

    def _service(
        self,
        name: str,
        line: str,
        directory: Path,
        account: pwd.struct_passwd | None,
        resolution: Resolution,
    ) -> Service:

        path = [str(shims) for shims in self._shims(account)]
        executable = resolution.selection.executable
        if resolution.selection.request == "system" and executable:
            path.append(str(executable.parent))
        path = list(dict.fromkeys([*path, *_PATH]))
        variables = {"PATH": ":".join(path)}
        if not name.endswith("@"):
            variables |= self._version(resolution)
        file = self.paths.config.parent / "services" / f"{name}.env"
        argv = program(line, directory, path)
        return Service(name, argv, directory, variables, file, account.pw_name if account else "")

    def _shims(self, account: pwd.struct_passwd | None) -> list[Path]:
        """Those that the service's user may use."""
        if account is None:
            return list(self.shims)
        roots = self.paths.system, usual_root(Path(account.pw_dir))
        release = self.release
        found = [root / "shims" for root in roots if _is_usable(Root(root, release), account)]
        if not found:
            raise NotInstalledError(
                f"{account.pw_name} has no gvm that a service could use",
                hint=machine_line(),
            )
        return found

    def _version(self, resolution: Resolution) -> dict[str, str]:
        """What makes the version the one of today; without a pin, Go may still switch."""
        selection = resolution.selection
        found = {"GVM_GO_VERSION": selection.request}
        if not selection.origin.is_pin:
            chosen = setting(self.own_environ, {}, selection.goroot)
            found |= {"GOTOOLCHAIN": chosen.value} if chosen else {}
        return found


@dataclass(frozen=True, kw_only=True)
class PlannedService:
    """A service before it is written.

    Attributes:
        service: it.
        resolution: what the shim says of its directory.
        is_roots: whether root runs it.
    """

    service: Service
    resolution: Resolution
    is_roots: bool


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


def _is_usable(root: Root, account: pwd.struct_passwd) -> bool:
    """Whether a root has shims that its own user, or root, alone decides on."""
    user = account.pw_uid
    if not os.access(root.shims / "go", os.X_OK):
        return False
    owner = root.path.stat().st_uid
    if owner == 0:
        return untrusted_part(root) is None
    return owner == user and stranger(root.shims, friends={0, user}) is None


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
