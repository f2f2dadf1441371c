"""What a check reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from gvm.doctor.host import Host


class Status(str, Enum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One row of what the doctor reports.

    Attributes:
        group: of the check.
        check: its name.
        subject: what was looked at.
        status: how it is.
        message: that in words.
        fix: the command that cures it or, where it was skipped, shows what is there; or empty.
        evidence: what was seen: `executable`, `version`, `origin` …
    """

    group: str
    check: str
    subject: str
    status: Status
    message: str = ""
    fix: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)


Task: TypeAlias = Callable[[], Iterable[Finding]]
"""A part of a check that may run beside others."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that the doctor can look at.

    Attributes:
        group: what it belongs to; by this name all of the group are called.
        name: by this name it is called alone; no other check or group has it.
        summary: one sentence about it.
        tasks: returns what is to be done on a host.
        is_personal: whether it looks at a user, and has nothing to look at system-wide.
    """

    group: str
    name: str
    summary: str
    tasks: Callable[[Host], Iterable[Task]]
    is_personal: bool = False
