"""Loaded by Python itself at the start of an observed process: notes whom it connects to."""

import os
import sys

_LOG = os.environ.get("OBSERVED_CONNECTIONS")
_HERE = ("127.", "::1", "localhost")


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" or event == "socket.getaddrinfo":
        target = arguments[1] if event == "socket.connect" else arguments[0]
        host = target[0] if isinstance(target, tuple) else target
        if isinstance(host, str) and not host.startswith((*_HERE, "/")):
            with open(str(_LOG), "a", encoding="utf-8") as log:
                log.write(f"{event} {target}\n")


if _LOG:
    with open(_LOG, "a", encoding="utf-8") as start:
        start.write(f"start {sys.argv}\n")
    sys.addaudithook(_note)
