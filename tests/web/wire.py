"""A client that says what it likes to a running portal: Streamlit's messages and raw bytes."""

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets import Subprotocol
from websockets.sync.client import ClientConnection, connect

from tools.browser import Portal

SOURCES = (f"127.9.{number // 250}.{number % 250 + 1}" for number in range(60_000))
PATIENCE = 90.0  # seconds; a broken test ends, no test waits so long


class Socket:
    """A websocket to the portal, as a tab of a browser has one."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.session_id = ""
        self.widgets: dict[str, str] = {}
        self.components: list[str] = []
        self.page_hash = ""

    def send(self, message: BackMsg | bytes | str) -> None:
        """Send a message, or whatever else."""
        data = message.SerializeToString() if isinstance(message, BackMsg) else message
        self._connection.send(data)

    def rerun(
        self, page: str = "", *states: WidgetState, query: str = "", fragment: str = ""
    ) -> list[ForwardMsg]:
        """Ask for a run of the script and return all that it sends, to its end."""
        self.send(rerun(page, *states, query=query, page_hash=self.page_hash, fragment=fragment))
        return self.answer()

    def answer(self) -> list[ForwardMsg]:
        """Return all messages to the end of the next run; follows a rerun that the run asks for."""
        messages = []
        while True:
            message = ForwardMsg.FromString(self._connection.recv(PATIENCE, decode=False))
            messages.append(message)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session_id = message.new_session.initialize.session_id or self.session_id
            elif kind == "navigation":
                self.page_hash = message.navigation.page_script_hash
            elif kind == "delta":
                self._note_widget(message)
            elif kind == "script_finished" and (
                message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                return messages

    def _note_widget(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        if element.HasField("text_input"):
            self.widgets[element.text_input.label] = element.text_input.id
        elif element.HasField("bidi_component"):
            self.components.append(element.bidi_component.id)
        elif element.HasField("button"):
            self.widgets[element.button.label] = element.button.id

    def kinds_until_acknowledged(self) -> set[str | None]:
        """Send a heartbeat and return the kinds of all that arrives up to its answer."""
        self.send(BackMsg(app_heartbeat=True))
        kinds: set[str | None] = set()
        while "heartbeat_ack" not in kinds:
            received = self._connection.recv(PATIENCE, decode=False)
            kinds.add(ForwardMsg.FromString(received).WhichOneof("type"))
        return kinds

    def raw(self, data: bytes) -> None:
        """Send bytes as they are, frames of somebody's own making."""
        self._connection.socket.sendall(data)

    def received(self) -> int:
        """Return how many messages have arrived and were not read yet."""
        count = 0
        try:
            while True:
                self._connection.recv(0)
                count += 1
        except TimeoutError:
            return count

    def closed(self) -> int | None:
        """Read until the server closes the connection and return its code."""
        try:
            while True:
                self._connection.recv(PATIENCE)
        except ConnectionError:
            return None
        except Exception:
            return self._connection.close_code


def rerun(
    page: str = "", *states: WidgetState, query: str = "", page_hash: str = "", fragment: str = ""
) -> BackMsg:
    """Return the message that asks for a run of the script."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.fragment_id = fragment
    if page_hash:
        message.rerun_script.page_script_hash = page_hash
    else:
        message.rerun_script.page_name = page
    message.rerun_script.widget_states.widgets.extend(states)
    return message


def texts(messages: list[ForwardMsg]) -> str:
    """Return what a run draws, as one text to search in."""
    return "\n".join(str(message.delta) for message in messages if message.HasField("delta"))


@contextmanager
def socket_to(
    portal: Portal,
    *,
    origin: str | list[str] | None = "own",
    cookie: str | None = None,
    session: str | None = None,
    source: str | None = None,
    **headers: str,
) -> Iterator[Socket]:
    """Open a websocket; `origin` "own" is the portal's, and None sends none.

    It comes from an address of its own unless `source` says which, so that no test waits for the
    turns that another one has used up.

    Raises websockets' InvalidStatus when the handshake is refused.
    """
    host = urlsplit(portal.url).netloc
    origins = [portal.url] if origin == "own" else [origin] if isinstance(origin, str) else origin
    sent = [("Origin", each) for each in origins or []]
    sent += [(name.replace("_", "-"), value) for name, value in headers.items()]
    if cookie:
        sent.append(("Cookie", f"portal={cookie}"))
    protocols = ["streamlit", "token", *([session] if session else [])]
    with connect(
        f"ws://{host}/_stcore/stream",
        subprotocols=[Subprotocol(each) for each in protocols],
        additional_headers=sent,
        max_size=None,
        compression=None,
        open_timeout=PATIENCE,
        close_timeout=1,
        ping_interval=None,
        source_address=(source or next(SOURCES), 0),
    ) as connection:
        yield Socket(connection)


def request(
    portal: Portal,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    cookie: str | None = None,
    source: str = "127.0.0.1",
    **headers: str,
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Send one request over a connection of its own; return status, headers and body."""
    address = urlsplit(portal.url)
    connection = http.client.HTTPConnection(
        address.netloc, timeout=PATIENCE, source_address=(source, 0)
    )
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if cookie:
        sent["Cookie"] = f"portal={cookie}"
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def raw(portal: Portal, data: bytes, source: str = "127.0.0.1") -> socket.socket:
    """Open a connection and send bytes over it."""
    address = urlsplit(portal.url)
    opened = socket.create_connection(
        ("127.0.0.1", address.port or 80), PATIENCE, source_address=(source, 0)
    )
    opened.sendall(data)
    return opened


def signed_in(portal: Portal, email: str, source: str | None = None) -> str:
    """Sign in over the wire, as the sign-in form does, and return the cookie."""
    with socket_to(portal, source=source) as tab:
        tab.rerun()
        messages = submit(tab, email, portal.logins.password)
        ticket = re.search(r'"ticket": ?\\?"([\w-]{43})', texts(messages).replace("\\", ""))
        assert ticket, "no ticket: the sign-in was refused"
        status, headers, _ = request(
            portal, "POST", "/auth/session", ticket[1].encode(), source=source or "127.0.0.1",
            Origin=portal.url, X_Portal="1",
        )  # fmt: skip
        assert status == 204
        cookies = " ".join(headers.get_all("Set-Cookie") or [])
        found = re.search(r"portal=([\w-]+)", cookies)
        assert found
        return found[1]


def submit(tab: Socket, email: str, password: str) -> list[ForwardMsg]:
    """Fill and send the sign-in form of a tab; return what the run then draws."""
    button = WidgetState(id=tab.widgets["Sign in"], trigger_value=True)
    return tab.rerun(
        "",
        WidgetState(id=tab.widgets["E-mail"], string_value=email),
        WidgetState(id=tab.widgets["Password"], string_value=password),
        button,
    )


def logged(portal: Portal, logger: str, **fields: object) -> dict[str, object]:
    """Return the latest line of a logger with these fields; waits for it to be written."""
    for _ in range(int(PATIENCE * 10)):
        for line in reversed(log_lines(portal, logger)):
            if all(line.get(name) == value for name, value in fields.items()):
                return line
        time.sleep(0.1)
    raise AssertionError(f"no line of {logger} has {fields}")


def log_lines(portal: Portal, logger: str) -> list[dict[str, object]]:
    """Return what a logger of the running portal has written so far."""
    log = Path(portal.data, "server.log").read_text("utf-8", "replace")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line for line in lines if line.get("logger") == logger]
