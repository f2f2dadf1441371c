"""The gvm command; also as `python -m gvm`."""

from __future__ import annotations

# The module `signal` takes milliseconds to load, in which Ctrl-C would be a traceback.
import _signal as signal  # type: ignore[import-not-found]  # the part of it that is C
import gc


def main() -> None:
    """Run it, and look for no garbage: that goes with the process, soon."""
    # Before anything else is imported: to look would cost a tenth of a command's time.
    gc.disable()
    # Until gvm can answer to it, Ctrl-C ends the process at once.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from gvm.cli import main as run  # noqa: PLC0415 - see above

    run()


if __name__ == "__main__":
    main()
