"""What `go` is in a context, and whether that is well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gvm.doctor.findings import ABSENT, BARRED, WELL, WRONG, Finding
from gvm.doctor.probe import Answer, SilentError, ask
from gvm.errors import UsageError
from gvm.model.version import Request
from gvm.selection.resolver import for_machine
from gvm.text import sanitize

if TYPE_CHECKING:
    from gvm.doctor.contexts import Context
    from gvm.doctor.fixes import Mends
    from gvm.doctor.probe import Question
    from gvm.selection.resolver import Selection

# What has a door, and a keeper who may say no.
_GUARDED = {"su", "sudo", "ssh"}


def examined(context: Context, question: Question, mends: Mends) -> Finding:
    """Enter a context and judge what is there."""
    if context.entrance is None:
        status = BARRED if context.attempt else ABSENT
        told = context.reason if context.attempt else ""
        return Finding(context.name, context.title, status, told, attempt=context.attempt)
    try:
        answer = ask(context.entrance, question)
    except SilentError as error:
        return silent(context, error)
    return judged(context, answer, mends)


def silent(context: Context, error: SilentError) -> Finding:
    """One that did not answer."""
    if context.name in _GUARDED and error.stderr:
        told, attempt = f"it says {_quoted(error.stderr, 100)}", context.attempt
        return Finding(context.name, context.title, BARRED, told, attempt=attempt)
    told = f"{error}, and says {_quoted(error.stderr, 100)}" if error.stderr else str(error)
    return Finding(context.name, context.title, WRONG, told, context.trace, note=context.note)


def judged(context: Context, answer: Answer, mends: Mends) -> Finding:
    """One that answered."""

    def finding(status: str, told: str, mend: str = "", **more: str) -> Finding:
        go = sanitize(answer.go, 200)
        return Finding(
            context.name, context.title, status, told, mend, go=go, note=context.note, **more
        )

    if not answer.is_shim:
        why, mend = mends.of(context, answer)
        return finding(WRONG, sanitize(why, 400), mend)
    if answer.resolution is None:
        return finding(WRONG, "go is a shim of another user's, and is not run here")
    selection = answer.resolution.selection
    if selection.status != "found":
        told = f"the shim says {_quoted(answer.resolution.error, 400)}"
        return finding(WRONG, told, _installation(context, selection))
    version = sanitize(selection.version or "")
    origin = sanitize(str(selection.origin), 200)
    name = selection.origin.name
    if re.search(r"[\s'\"]", name):
        # Of no usual file: whoever answers in the shim's place may say anything.
        origin = origin.replace(sanitize(name, 200), _quoted(name, 200))
    who = origin if selection.origin.kind == "system" else f"by {origin}"
    return finding(WELL, f"Go {version or '?'}, {who}", version=version, origin=origin)


def _installation(context: Context, selection: Selection) -> str:
    """The line that brings what is asked for, where that is a version.

    None that an answer holds: whoever answers in the shim's place has root type anything.
    """
    word = "latest" if selection.origin.kind == "system" else selection.request
    try:
        request = Request.parse(word) if selection.status == "missing" else None
    except UsageError:
        request = None
    if request is None:
        return ""
    # What sudo runs has the toolchains of the machine.
    line = f"gvm install {request}"
    return for_machine(line) if context.name == "sudo" else line


def _quoted(text: str, limit: int) -> str:
    """What somebody else says, which does not look like words of gvm's."""
    return '"' + sanitize(text, limit).replace('"', "'") + '"'
