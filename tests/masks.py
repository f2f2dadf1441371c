"""What differs from machine to machine in gvm's output, each under the name that a snapshot gives it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from gvm.model.release import Release
from tests.goarchive import ARCH
from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

_PATTERNS = {
    re.compile(r"(?<=//)(?:127\.0\.0\.1|localhost):\d+"): "<server>",
    re.compile(r"(?<=\()\d+\.\d s(?=\))"): "<time>",
    # What archives have depends on zlib, and what the ledger says on the architecture.
    re.compile(r"\b[0-9a-f]{64}\b"): "<sha256>",
}


def masking(temporary: Path) -> Callable[..., Any]:
    """Return a matcher that masks the strings of a snapshot.

    Args:
        temporary: the test's own directory, `<tmp>` in the snapshot.
    """
    names = {
        str(temporary): "<tmp>",
        # What is shared by tests of one run stands beside it.
        str(temporary.parent): "<tmp>",
        # It may stand in the checkout.
        sys.executable: "<python>",
        str(CHECKOUT): "<checkout>",
        Release.current().name: "<release>",
        ARCH.arch: "<arch>",
    }

    def mask(*, data: object, path: object) -> object:  # noqa: ARG001 # a matcher's arguments
        if not isinstance(data, str):
            return data
        for text in sorted(names, key=len, reverse=True):  # the longer holds the shorter
            data = data.replace(text, names[text])
        for pattern, name in _PATTERNS.items():
            data = pattern.sub(name, data)
        return data

    return mask
