"""gvm, but with less patience than users have: `python -m tests.faults.impatient install 1.22.6`."""

from __future__ import annotations

from gvm.net import retry

if __name__ == "__main__":
    retry.PATIENCE = retry.Patience(
        connect=2, stall=0.4, slowest=1000, window=1, text=3, backoff=0.01, longest_pause=0.1
    )
    # Whoever imports it from now on has this one.
    from gvm.cli import main

    main()
