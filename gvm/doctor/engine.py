"""Runs checks, and sorts what they find."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gvm.doctor import contexts
from gvm.errors import UsageError
from gvm.text import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gvm.doctor.finding import Check, Finding, Task
    from gvm.doctor.host import Host

# A new group is one line here.
CHECKS: tuple[Check, ...] = (*contexts.CHECKS,)
_THREADS = 4


def select_checks(names: Sequence[str], *, is_system: bool) -> list[Check]:
    """Return the checks of some names, in the order of `CHECKS`.

    Args:
        names: of checks and groups; empty for all.
        is_system: whether nothing of a user's is looked at.

    Raises:
        UsageError: there is no such check, or it looks at a user.
    """
    for name in names:
        found = [check for check in CHECKS if name in {check.name, check.group}]
        if not found:
            raise UsageError(f"there is no check {quote(name)}", hint="gvm doctor --list")
        if is_system and all(check.is_personal for check in found):
            raise UsageError(
                f"{name} enters a user's account, and --system looks at nobody's",
                hint=f"gvm doctor {name}",
            )
    return [
        check
        for check in CHECKS
        if not (is_system and check.is_personal)
        and (not names or check.name in names or check.group in names)
    ]


def run_checks(checks: Sequence[Check], host: Host) -> list[Finding]:
    """Return what some checks find on a host, in their order."""

    def run(task: Task) -> list[Finding]:
        return list(task())

    tasks = [task for check in checks for task in check.tasks(host)]
    with ThreadPoolExecutor(_THREADS) as threads:
        return [finding for found in threads.map(run, tasks) for finding in found]
