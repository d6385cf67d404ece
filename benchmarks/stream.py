"""A browser tab as the server knows it: Streamlit's own messages over its websocket.

The messages are Streamlit's `streamlit.proto`; its frontend sends the same ones.
"""

import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection

TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a screen's script: milliseconds from asking to its end, bytes sent to the tab."""

    milliseconds: float
    size: int


class Tab:
    """One tab on one screen. Use it as an async context manager; every `run` draws the screen."""

    def __init__(self, base: str, cookie: str, page: str, query: str = "") -> None:
        self._base, self._cookie, self._page, self._query = base, cookie, page, query
        self._hash = ""
        self._fragment = ""
        self._connection: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        host = urlsplit(self._base).netloc
        self._connection = await websockets.connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            additional_headers={"Origin": self._base, "Cookie": f"portal={self._cookie}"},
            max_size=None,
            compression=None,
            open_timeout=TIMEOUT,
            ping_interval=None,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def run(self, *, fragment: bool = False) -> Run:
        """Run the screen once, or only the last fragment it drew.

        Raises RuntimeError when it shows an error or another screen.
        """
        if self._connection is None:
            raise RuntimeError("The tab is not open.")
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        if fragment:
            asked.rerun_script.fragment_id = self._fragment
        if self._hash:
            asked.rerun_script.page_script_hash = self._hash
        else:
            asked.rerun_script.page_name = self._page
        began = time.perf_counter()
        await self._connection.send(asked.SerializeToString())
        size = 0
        while True:
            received = await self._connection.recv(decode=False)
            size += len(received)
            message = ForwardMsg.FromString(received)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self._hash = message.new_session.page_script_hash
            elif kind == "navigation":
                self._hash = message.navigation.page_script_hash or self._hash
                if any(page.page_name == "Sign in" for page in message.navigation.app_pages):
                    raise RuntimeError("The reader is not signed in.")
            elif kind == "page_not_found":
                raise RuntimeError(f"The server knows no screen {self._page!r}.")
            elif kind == "delta":
                self._fragment = message.delta.fragment_id or self._fragment
                _refuse_errors(message, self._page)
            elif kind == "script_finished":
                return Run((time.perf_counter() - began) * 1000, size)


def _refuse_errors(message: ForwardMsg, page: str) -> None:
    """A screen that failed is fast: never measure it."""
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    if kind == "exception":
        raise RuntimeError(f"{page or 'home'} failed: {element.exception.message}")
    if kind == "alert" and element.alert.format == element.alert.ERROR:
        raise RuntimeError(f"{page or 'home'} shows an error: {element.alert.body}")
