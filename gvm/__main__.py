"""The gvm command; also as `python -m gvm`."""

from __future__ import annotations

import gc


def main() -> None:
    """Run it, and look for no garbage: that goes with the process, soon."""
    # Before anything else is imported: to look would cost a tenth of a command's time.
    gc.disable()
    from gvm.cli import main as run  # noqa: PLC0415 - see above

    run()


if __name__ == "__main__":
    main()
