"""The portal's end of the control socket: a thread that takes commands from the portal's user."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from portal_data.errors import PortalError
from portal_data.ids import new_id
from portal_data.ops.control import channel

Lines = Generator[str, None, int | None]
Operation = Callable[..., Lines]
"""Does one command in this process: yields the lines to print, and may return an exit status."""

AT_ONCE = 4
"""Commands that run at the same time; further ones are sent away."""
_REQUEST_WITHIN = 5.0
_BUSY = "The portal is busy with other commands. Try again later."
_LAST_ANSWERS = 10.0
"""Seconds that running commands have to end when the portal stops."""

log = logging.getLogger("portal.control")


class ControlServer:
    """Listens on the control socket and runs the operations that it is given, and no others."""

    def __init__(self, data: Path, database: str, operations: Mapping[str, Operation]) -> None:
        self._path = channel.path_of(data)
        self._database = database
        self._operations = operations
        self._listening: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._free = threading.Semaphore(AT_ONCE)
        self._running: set[threading.Thread] = set()

    def start(self) -> None:
        """Start listening, unless another portal listens in the same folder already."""
        if not channel.supported():
            log.warning("commands cannot reach this portal: the system has no local sockets")
            return
        try:
            self._listening = self._bound()
        except OSError as error:
            log.warning("commands cannot reach this portal: %s", error)
            return
        self._thread = threading.Thread(target=self._listen, name="portal-control", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more commands, and wait a little for those that run."""
        if self._listening is None or self._thread is None:
            return
        # closing alone does not wake a thread that waits in accept
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._path.unlink(missing_ok=True)
        self._thread.join()
        for running in tuple(self._running):
            running.join(_LAST_ANSWERS)

    def _bound(self) -> socket.socket:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.parent.chmod(0o700)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with channel.address_of(self._path) as address:
                if _answers(address):
                    raise OSError(f"another portal listens at {self._path}")
                self._path.unlink(missing_ok=True)  # left by a portal that was killed
                listening.bind(address)
            self._path.chmod(0o600)
            listening.listen(AT_ONCE)
        except BaseException:
            listening.close()
            raise
        return listening

    def _listen(self) -> None:
        while self._listening is not None:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # closed by `stop`
                return
            thread = threading.Thread(
                target=self._serve, args=(connection,), name="portal-command", daemon=True
            )
            self._running.add(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                connection.settimeout(channel.SILENT_FOR)
                if not channel.peer_is_allowed(connection):
                    log.warning("a command of another user was refused")
                    return
                request = _request(connection)
                if not self._free.acquire(blocking=False):
                    connection.sendall(channel.encoded(_refusal(_BUSY)))
                    return
                try:
                    answer = self._answer(connection, request)
                finally:
                    self._free.release()  # first: who has the answer may give the next command
                connection.sendall(channel.encoded(answer))
        except OSError as error:
            log.info("a command was given up: %s", error)
        finally:
            self._running.discard(threading.current_thread())

    def _answer(self, connection: socket.socket, line: bytes) -> dict[str, Any]:
        """Do the command of a request, sending what it prints, and return the last message."""
        try:
            request = channel.decoded(line)
            operation = self._operations[request["operation"]]
            arguments = request["arguments"]
        except (ValueError, KeyError, TypeError):
            return _refusal("The portal does not know this command: is it another version?")
        if request.get("database") != self._database:
            return _refusal("The portal that works in this data folder has another database.")
        log.info("command", extra={"portal": {"operation": request["operation"]}})
        with _signs_of_life(connection) as send:
            try:
                return {"status": _run(operation, arguments, send)}
            except PortalError as error:
                return {"error": type(error).__name__, "message": str(error)}
            except OSError:
                raise
            except Exception:
                reference = str(new_id())[-12:]
                log.exception("command failed", extra={"portal": {"reference": reference}})
                return _refusal(
                    f"Something went wrong. The portal's log has the details: {reference}."
                )


Send = Callable[[dict[str, Any]], None]


def _run(operation: Operation, arguments: dict[str, Any], send: Send) -> int:
    lines = operation(**arguments)
    while True:
        try:
            line = next(lines)
        except StopIteration as end:
            return end.value or 0
        try:
            send({"line": line})
        except OSError:
            lines.close()  # nobody listens any more
            raise


@contextlib.contextmanager
def _signs_of_life(connection: socket.socket) -> Iterator[Send]:
    """Send messages, and a sign of life whenever there is none for a while."""
    one_at_a_time, ended = threading.Lock(), threading.Event()

    def send(message: dict[str, Any]) -> None:
        with one_at_a_time:
            connection.sendall(channel.encoded(message))

    def live() -> None:
        with contextlib.suppress(OSError):  # the operation sees by itself that nobody listens
            while not ended.wait(channel.ALIVE_EVERY):
                send({"alive": True})

    living = threading.Thread(target=live, name="portal-command-alive", daemon=True)
    living.start()
    try:
        yield send
    finally:
        ended.set()
        living.join()


def _request(connection: socket.socket) -> bytes:
    connection.settimeout(_REQUEST_WITHIN)
    with connection.makefile("rb") as incoming:
        line = incoming.readline(channel.REQUEST_BYTES)
    connection.settimeout(channel.SILENT_FOR)
    return line


def _refusal(message: str) -> dict[str, Any]:
    return {"error": "Unavailable", "message": message}


def _answers(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(_REQUEST_WITHIN)
        try:
            asking.connect(address)
        except OSError:
            return False
        return True
