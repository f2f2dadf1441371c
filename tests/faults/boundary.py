"""Runs gvm and raises a signal between two instructions of it, or lists where that is possible.

python -m tests.faults.boundary LIST install 1.22.6
python -m tests.faults.boundary 15 "relay.py __init__ 20 1" install 1.22.6
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.machine import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# Functions that start threads and processes, take locks and rights, and change files; and main.
REGIONS = {
    "__main__.py": {"main"},
    "archive/worker.py": {"__init__", "__enter__", "__exit__", "put", "finish", "close", "_outcome"},
    "cli/__init__.py": {"main", "_run", "_called"},
    "activate/apply.py": {"apply_changes", "_made"},
    "doctor/engine.py": {"run_checks"},
    "cli/commands/install.py": {"install", "_finish"},
    "cli/commands/local.py": {"local"},
    "cli/commands/uninstall.py": {"uninstall", "_follow"},
    "activate/change.py": {"make"},
    "activate/directories.py": {"make_above", "remove_empty", "_write"},
    "doctor/contexts/process.py": {"run_until_marker", "_end"},
    "net/http.py": {"__enter__", "__exit__", "close"},
    "net/partial_file.py": {"__init__", "__enter__", "__exit__", "start"},
    "net/download.py": {"download", "_ask"},
    "store/datadir.py": {"discard", "staging", "sweep"},
    "fs/edits.py": {"_is_overwritten", "_is_replaced", "_overwrite", "_restore", "edit_text"},
    "fs/atomic.py": {"discard_unfinished", "replace_bytes", "replace_link", "replace_text"},
    "install/transaction.py": {"_clone", "_cloned", "_commit", "_take_back", "install"},
    "fs/locks.py": {"locked"},
    "install/fetch.py": {"_unpack", "_fetch"},
    "install/streaming.py": {"__init__", "__enter__", "__exit__", "restart", "_begin", "finish", "feed"},
    "selection/shims.py": {"_write"},
    "signals.py": {"catch", "undoing"},
    "sources/pypi.py": {"_pip", "_fetch"},
    "store/toolchains.py": {"adopt", "refresh_aliases", "choose_default", "remove"},
    "fs/trees.py": {"exchange", "move_tree", "remove_tree", "temporary"},
    "fs/unfinished.py": {"create_unfinished", "discard"},
    "fs/impersonate.py": {"visiting", "_rights_of"},
}  # fmt: skip
# Counted where one of these functions has called them.
_LIBRARIES = {
    "contextlib.py",
    "queue.py",
    "shutil.py",
    "subprocess.py",
    "thread.py",
    "threading.py",
}
_PACKAGE = f"{CHECKOUT / 'gvm'}/"
# Of what is done again and again, so many times.
_VISITS = 2
_PAUSE = 0.1


def _name(code: Any) -> str:  # noqa: ANN401 - a code object
    """The file of a function, as `REGIONS` and `_LIBRARIES` have it, or nothing."""
    file = str(code.co_filename)
    if file.startswith(_PACKAGE):
        name = file.removeprefix(_PACKAGE)
        return name if code.co_name in REGIONS.get(name, ()) else ""
    name = file.rpartition("/")[2]
    return name if name in _LIBRARIES and "site-packages" not in file else ""


def _is_counted(frame: FrameType) -> bool:
    here: FrameType | None = frame
    while here is not None and _name(here.f_code) in _LIBRARIES:
        here = here.f_back
    return here is not None and bool(_name(here.f_code))


def trace(reach: Callable[[str], None]) -> None:
    """Call `reach` with the name of each boundary that the main thread comes to."""
    visits = Counter[tuple[Any, int]]()

    def at_instruction(frame: FrameType, event: str, _: object) -> Any:  # noqa: ANN401 - itself
        if event == "opcode":
            code, offset = frame.f_code, frame.f_lasti
            visits[code, offset] += 1
            if visits[code, offset] <= _VISITS:
                reach(f"{_name(code)} {code.co_name} {offset} {visits[code, offset]}")
        return at_instruction

    def at_call(frame: FrameType, _event: str, _: object) -> Any:  # noqa: ANN401 - as above
        if not _is_counted(frame):
            return None
        # Python 3.13 wants the first before the third.
        frame.f_trace, frame.f_trace_lines, frame.f_trace_opcodes = at_instruction, False, True
        return at_instruction

    # Python 3.12 looks whether any frame wants instructions.
    sys._getframe().f_trace_opcodes = True  # noqa: SLF001 - the way to its own frame
    sys.settrace(at_call)


def main() -> None:
    """Run gvm with what stands behind the boundary."""
    if sys.argv[1] == "LIST":
        arguments, reach = sys.argv[2:], print
    else:
        number, wanted, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[3:]

        def reach(boundary: str) -> None:
            if boundary == wanted:
                # Other threads come as far as they can without this one.
                time.sleep(_PAUSE)
                signal.raise_signal(number)

    for ended in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # In the background they may be ignored.
        signal.signal(ended, signal.SIG_DFL)
    sys.argv = [str(Path(_PACKAGE, "__main__.py")), *arguments]
    from gvm.__main__ import main as run  # noqa: PLC0415 - nothing of gvm before its own start

    trace(reach)
    run()


if __name__ == "__main__":
    main()
