"""A browser tab as the server knows it: Streamlit's own messages over its websocket.

The messages are Streamlit's `streamlit.proto`; its frontend sends the same ones.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

TIMEOUT = 120.0

_TO_RUN_AGAIN = ForwardMsg.FINISHED_EARLY_FOR_RERUN


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a screen's script: milliseconds from asking to its end, bytes sent to the tab."""

    milliseconds: float
    size: int


class ScreenFailed(RuntimeError):
    """The tab was not shown what it asked for. A screen that failed is fast: never measure it."""


class Tab:
    """One tab: it opens on a screen and moves to others as a browser does, over one websocket.

    Use it as an async context manager; every `visit` draws a screen.
    """

    def __init__(self, base: str, cookie: str = "") -> None:
        self._base, self._cookie = base, cookie
        self._scripts: dict[str, str] = {}  # as the navigation told them, by path
        self._script = ""
        self._fragment = ""
        self._connection: ClientConnection | None = None

    async def __aenter__(self) -> Self:
        host = urlsplit(self._base).netloc
        cookie = {"Cookie": f"portal={self._cookie}"} if self._cookie else {}
        self._connection = await websockets.connect(
            f"ws://{host}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            additional_headers={"Origin": self._base, **cookie},
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

    async def visit(
        self,
        path: str,
        query: str = "",
        *,
        fragment: bool = False,
        widgets: Iterable[WidgetState] = (),
    ) -> Run:
        """Draw a screen, or with `fragment` only the last one that it drew, with these choices.

        Raises ScreenFailed when it shows an error or another screen.
        """
        if self._connection is None:
            raise RuntimeError("The tab is not open.")
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.context_info.url = f"{self._base}/{path}"
        asked.rerun_script.widget_states.widgets.extend(widgets)
        if fragment:
            asked.rerun_script.fragment_id = self._fragment
            asked.rerun_script.page_script_hash = self._script
        elif path in self._scripts:
            asked.rerun_script.page_script_hash = self._scripts[path]
        else:
            asked.rerun_script.page_name = path
        began = time.perf_counter()
        await self._connection.send(asked.SerializeToString())
        size = 0
        while True:
            received = await self._connection.recv(decode=False)
            size += len(received)
            if self.take(ForwardMsg.FromString(received), path):
                return Run((time.perf_counter() - began) * 1000, size)

    def take(self, message: ForwardMsg, path: str) -> bool:
        """Take in one message; tell whether the screen is drawn."""
        kind = message.WhichOneof("type")
        if kind == "delta":
            self._fragment = message.delta.fragment_id or self._fragment
            _refuse_errors(message, path)
        elif kind == "navigation":
            pages = message.navigation.app_pages
            self._scripts = {
                "" if page.is_default else page.url_pathname: page.page_script_hash
                for page in pages
            }
            self._script = message.navigation.page_script_hash
            if self._cookie and any(page.url_pathname == "forgotten" for page in pages):
                raise ScreenFailed("The reader is not signed in.")
            if self._script != self._scripts.get(path):
                raise ScreenFailed(f"Another screen was drawn than {path!r}.")
        elif kind == "page_not_found":
            raise ScreenFailed(f"The server knows no screen {path!r}.")
        return kind == "script_finished" and message.script_finished != _TO_RUN_AGAIN


def _refuse_errors(message: ForwardMsg, path: str) -> None:
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    if kind == "exception":
        raise ScreenFailed(f"{path or 'home'} failed: {element.exception.message}")
    if kind == "alert" and element.alert.format == element.alert.ERROR:
        raise ScreenFailed(f"{path or 'home'} shows an error: {element.alert.body}")
