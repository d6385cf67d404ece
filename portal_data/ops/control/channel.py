"""What both ends of the control socket share: where it is, who may speak, and how messages look.

A Unix domain socket in a folder of its own under the data folder, both for the portal's user alone;
nothing of it can be reached over a network. A connection carries one request and then its answers,
each a JSON object on a line:

    {"operation": "backup", "arguments": {"target": "/…/copy.duckdb"}, "database": "duckdb:///…"}
    {"line": "Wrote …"}      printed as it comes
    {"alive": true}          every few seconds, so that silence means something is wrong
    {"status": 0}            the end, with the command's exit status
    {"error": "Conflict", "message": "… exists already."}     the end, with an error of the portal
"""

import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = "control"
NAME = "portal.sock"
REQUEST_BYTES = 64 * 1024
"""The longest request that is read."""
ALIVE_EVERY = 2.0
"""Seconds between signs of life while an operation says nothing."""
SILENT_FOR = 30.0
"""Seconds of silence after which the other end is given up."""

_LONGEST_ADDRESS = 100
"""Bytes of a path that every system takes as a socket's address (Linux 107, macOS 103)."""
_CREDENTIALS = struct.Struct("3i")
"""Process, user and group of the peer, as Linux gives them (socket(7), SO_PEERCRED)."""


def supported() -> bool:
    """Whether this system has Unix domain sockets."""
    return hasattr(socket, "AF_UNIX")


def path_of(data: Path) -> Path:
    """The socket of the portal that works in the folder `data`."""
    return data / FOLDER / NAME


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """A path's address as a socket: a long one goes through its folder, which Linux has open."""
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def peer_is_allowed(connection: socket.socket) -> bool:
    """Whether the other end is this process's own user, or root, where the system tells."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return True
    answer = connection.getsockopt(socket.SOL_SOCKET, option, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(answer)
    return user in (os.geteuid(), 0)


def encoded(message: dict[str, Any]) -> bytes:
    """A message as it travels."""
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def decoded(line: bytes) -> dict[str, Any]:
    """A message as it was meant. Raises ValueError when the line is none."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("A message is a JSON object.")
    return message
