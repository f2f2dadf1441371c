"""What was found, of whatever was looked at."""

from __future__ import annotations

from dataclasses import dataclass

WELL, WRONG = "well", "wrong"
BARRED, ABSENT, UNUSED = "not entered", "not on this machine", "not used"


@dataclass(frozen=True)
class Finding:
    """One row of what the doctor tells.

    Attributes:
        context: the name that --context takes.
        title: what was looked at.
        status: `well`, `wrong`, `not entered`, `not on this machine`, `not used`.
        told: in words.
        mend: the line to type, or empty.
        attempt: where it was not entered, the line that shows what is there.
        go: the file that `go` is there, or empty.
        version: of Go, or empty.
        origin: who asks for it, or empty.
        note: how it was entered.
    """

    context: str
    title: str
    status: str
    told: str = ""
    mend: str = ""
    attempt: str = ""
    go: str = ""
    version: str = ""
    origin: str = ""
    note: str = ""
