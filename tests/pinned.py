"""gvm with a test's own keys in the place of Google's and of Go's checksum database: a program.

The keys stand in the code, and nothing that a user can set changes them; so this program puts
others there before it calls gvm.
"""

from __future__ import annotations

import json
import sys

from gvm.cli import main
from gvm.trust import openpgp
from gvm.trust.sumdb import note


def run() -> None:
    """Put the keys there that the first argument tells, and run gvm with the rest."""
    keys = json.loads(sys.argv.pop(1))
    if "authority" in keys:
        openpgp.GOOGLE = openpgp.Authority(**keys["authority"])
    if "sumdb" in keys:
        note.GOLANG = note.Key.parse(keys["sumdb"])
    main()


if __name__ == "__main__":
    run()
