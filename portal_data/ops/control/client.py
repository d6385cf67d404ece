"""A command's end of the control socket."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal_data.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    PortalError,
    Unavailable,
)
from portal_data.ops.control import channel


def ask(
    data: Path,
    database: str,
    operation: str,
    arguments: dict[str, Any],
    say: Callable[[str], None],
) -> int | None:
    """Have the portal that works in the folder `data` run an operation, and return its exit status.

    Calls `say` with each line as it comes. Returns None when no portal listens there. Raises the
    portal's own error, and Unavailable when it falls silent or ends before it has finished.
    """
    connection = _connected(channel.path_of(data))
    if connection is None:
        return None
    request = {"operation": operation, "arguments": arguments, "database": database}
    with connection:
        connection.settimeout(channel.SILENT_FOR)
        try:
            connection.sendall(channel.encoded(request))
            with connection.makefile("rb") as incoming:
                for line in incoming:
                    message = channel.decoded(line)
                    if "line" in message:
                        say(message["line"])
                    elif "status" in message:
                        return int(message["status"])
                    elif "error" in message:
                        raise _error(message)
        except TimeoutError as error:
            raise Unavailable(
                f"The running portal has said nothing for {channel.SILENT_FOR:.0f} seconds. "
                "Its log says what it does; whether it finishes this is not known."
            ) from error
        except (OSError, ValueError) as error:
            raise Unavailable(_ENDED) from error
    raise Unavailable(_ENDED)


_KINDS = {kind.__name__: kind for kind in (Conflict, Invalid, NotAllowed, NotFound, Unavailable)}
_ENDED = (
    "The portal stopped before it had finished this. See its log, start it, and look whether "
    "this was done before trying again."
)


def _connected(path: Path) -> socket.socket | None:
    if not channel.supported() or not path.exists():
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(channel.SILENT_FOR)
    try:
        with channel.address_of(path) as address:
            connection.connect(address)
    except (FileNotFoundError, ConnectionRefusedError):  # left by a portal that was killed
        connection.close()
        return None
    except OSError as error:
        connection.close()
        raise Unavailable(f"The running portal cannot be reached at {path}: {error}") from error
    return connection


def _error(message: dict[str, Any]) -> PortalError:
    return _KINDS.get(str(message["error"]), PortalError)(str(message.get("message")))
