"""What `go` is in a context, and whether that is well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gvm.doctor.contexts.probe import ProbeError, ProbeResult, run_probe
from gvm.doctor.finding import Status
from gvm.errors import UsageError
from gvm.model.version import Request
from gvm.selection.resolver import for_machine
from gvm.text import sanitize

if TYPE_CHECKING:
    from gvm.doctor.contexts.factory import Context
    from gvm.doctor.contexts.fixes import Fixes
    from gvm.doctor.contexts.probe import Probe
    from gvm.doctor.finding import Finding
    from gvm.selection.resolver import Selection

# What has a door, and a keeper who may say no.
_GUARDED = {"su", "sudo", "ssh"}


def examine(context: Context, probe: Probe, fixes: Fixes) -> Finding:
    """Enter a context, and classify what is there."""
    if context.launch is None:
        if context.attempt:
            return context.finding(Status.SKIPPED, context.reason, context.attempt)
        return context.finding(Status.SKIPPED, "not on this machine")
    try:
        result = run_probe(context.launch, probe)
    except ProbeError as error:
        return describe_failure(context, error)
    return classify(context, result, fixes)


def describe_failure(context: Context, error: ProbeError) -> Finding:
    """Return the finding of a context that did not answer."""
    if context.name in _GUARDED and error.stderr:
        message = f"not entered: it says {_quote(error.stderr, 100)}"
        return context.finding(Status.SKIPPED, message, context.attempt)
    message = f"{error}, and says {_quote(error.stderr, 100)}" if error.stderr else str(error)
    return context.finding(Status.PROBLEM, message, context.trace)


def classify(context: Context, result: ProbeResult, fixes: Fixes) -> Finding:
    """Return the finding of a context that answered."""
    evidence = {"executable": sanitize(result.go, 200)} if result.go else {}
    if not result.is_shim:
        why, fix = fixes.for_result(context, result)
        return context.finding(Status.PROBLEM, sanitize(why, 400), fix, **evidence)
    if result.resolution is None:
        message = "go is a shim of another user's, and is not run here"
        return context.finding(Status.PROBLEM, message, **evidence)
    selection = result.resolution.selection
    if selection.status != "found":
        message = f"the shim says {_quote(result.resolution.error, 400)}"
        return context.finding(
            Status.PROBLEM, message, _installation(context, selection, fixes), **evidence
        )
    version = sanitize(selection.version or "")
    origin = sanitize(str(selection.origin), 200)
    name = selection.origin.name
    if re.search(r"[\s'\"]", name):
        # Of no usual file: whoever answers in the shim's place may say anything.
        origin = origin.replace(sanitize(name, 200), _quote(name, 200))
    who = origin if selection.origin.kind == "system" else f"by {origin}"
    message = f"Go {version or '?'}, {who}"
    return context.finding(Status.OK, message, **evidence, version=version, origin=origin)


def _installation(context: Context, selection: Selection, fixes: Fixes) -> str:
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
    return for_machine(line) if context.name == "sudo" or fixes.acts_on_system else line


def _quote(text: str, limit: int) -> str:
    """What somebody else says, which does not look like words of gvm's."""
    return '"' + sanitize(text, limit).replace('"', "'") + '"'
