"""sshd on a private machine, at a port that nobody else can have."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.island import Island

# Tells the port on which it listens from then on, and gives each connection an sshd of its own.
_LISTENER = """
import os, socket, subprocess, sys
server = socket.create_server(("127.0.0.1", 0))
if os.fork():
    print(server.getsockname()[1])
    sys.exit()
null = os.open(os.devnull, os.O_RDWR)
for descriptor in range(3):
    os.dup2(null, descriptor)
while True:
    connection, _ = server.accept()
    subprocess.Popen([sys.argv[1], "-i", "-o", "UsePAM=no"], stdin=connection, stdout=connection)
    connection.close()
"""


def start(place: Island) -> str:
    """Let it be there until the machine ends, and return the port; 1, where nobody listens, without sshd."""
    program = shutil.which("sshd")
    if program is None:
        return "1"
    script = 'mkdir -p /run/sshd && ssh-keygen -A >/dev/null && python3 -c "$1" "$2"'
    done = place.run(script, _LISTENER, program)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
