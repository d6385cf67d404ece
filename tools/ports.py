"""A port for a server that a test, a benchmark or a tool starts."""

import errno
import random
import socket

# Below the ports that the system hands to outgoing connections (from 32768 on Linux, 49152
# elsewhere): one of those could be taken between the moment it is found and the server's start.
_FIRST, _LAST = 20_000, 32_000
_ATTEMPTS = 100


def free_port() -> int:
    """Return a port of this machine on which nobody listens.

    Raises OSError when none is found.
    """
    for _ in range(_ATTEMPTS):
        port = random.randint(_FIRST, _LAST)  # noqa: S311 - nothing secret
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
            else:
                return port
    raise OSError(errno.EADDRINUSE, f"No free port between {_FIRST} and {_LAST}")
