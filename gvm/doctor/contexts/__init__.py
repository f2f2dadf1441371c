"""The contexts in which `go` is called: each is really entered, and asked for its `go`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gvm.doctor.contexts.cron import Cron
from gvm.doctor.contexts.diagnosis import examine
from gvm.doctor.contexts.factory import ContextFactory
from gvm.doctor.contexts.fixes import Fixes
from gvm.doctor.contexts.probe import Probe
from gvm.doctor.finding import Check
from gvm.shell.startup_files import Startup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gvm.doctor.contexts.factory import Context
    from gvm.doctor.finding import Finding, Task
    from gvm.doctor.host import Host

GROUP = "contexts"


def _enter(name: str, host: Host) -> Iterator[Task]:
    startup, probe = Startup(host.account.home, host.files_environ), Probe(host.secret)
    fixes = Fixes.for_host(host, startup)
    factory = ContextFactory(host.account, host.sudoer, host.environ, startup, probe)
    for context in factory.contexts(name):
        yield partial(_examine, context, probe, fixes)


def _examine(context: Context, probe: Probe, fixes: Fixes) -> Iterable[Finding]:
    return [examine(context, probe, fixes)]


def _look_at_cron(host: Host) -> Iterator[Task]:
    startup = Startup(host.account.home, host.files_environ)
    fixes = Fixes.for_host(host, startup)
    cron = Cron(host.account, Probe(host.secret), fixes, is_personal=not host.is_system)
    yield cron.findings


def _check(name: str, summary: str, *, is_personal: bool = False) -> Check:
    return Check(
        group=GROUP,
        name=name,
        summary=summary,
        tasks=partial(_enter, name),
        is_personal=is_personal,
    )


CHECKS = (
    _check("login", "Login shells find gvm's go."),
    _check("interactive", "Interactive shells find gvm's go."),
    _check("su", "su - USER finds gvm's go.", is_personal=True),
    _check("sudo", "sudo finds gvm's go."),
    Check(
        group=GROUP,
        name="cron",
        summary="Jobs of cron that call go find gvm's.",
        tasks=_look_at_cron,
    ),
    _check("systemd", "Services of the user's systemd find gvm's go."),
    _check("ssh", "Commands over ssh find gvm's go.", is_personal=True),
    _check("desktop", "Sessions of a desktop, and IDEs in them, find gvm's go."),
)
