"""Server tuning and the last error boundary. Touches private names of Streamlit: see its test."""

import gc
import logging
import secrets
import threading
import time
import types
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit import config, net_util
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session
from streamlit.runtime import memory_uploaded_file_manager as uploads
from streamlit.runtime.scriptrunner import RerunData, script_runner
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.watcher.polling_path_watcher import PollingPathWatcher

from components import session, turns
from components.ui import brand
from portal_data.errors import Invalid
from portal_data.text.language import _

COLLECT_EVERY = 10.0
"""Seconds between garbage collections that Streamlit asks for after every script run."""
BATCH_EVERY = 0.004
"""Seconds for which elements of runs gather before the event loop takes them."""

UPLOADS_OF_TAB = 20 * 1024 * 1024
UPLOADS_HELD = 200 * 1024 * 1024
"""Bytes of uploads that wait for their forms: of one tab, and in the whole process."""

_SIGN_IN = "sign_in"
"""What a tab's websocket was opened with: `server.trustedUserHeaders` in .streamlit/config.toml."""

log = logging.getLogger("portal.screen")


def settle_heap() -> None:
    """Load what pages need, freeze it out of garbage collection, and collect less often.

    Streamlit collects all generations after every run: 60–110 ms with the data libraries loaded.
    """
    import pandas  # noqa: F401 - warmed here so that the first visitor does not pay
    import streamlit.elements.arrow
    import streamlit.elements.plotly_chart  # noqa: F401 - the same

    gc.collect()
    gc.freeze()
    last = 0.0

    def collect(generation: int = 2) -> int:
        nonlocal last
        if time.monotonic() - last < COLLECT_EVERY:
            return 0
        last = time.monotonic()
        return gc.collect(generation)

    script_runner.gc = types.SimpleNamespace(collect=collect)  # type: ignore[attr-defined]


def cache_theme() -> None:
    """Begin runs with the theme put together once, until a colour of the business changes.

    Streamlit would read six sections of its configuration for the first message of each run.
    """
    put_together = app_session._populate_theme_msg
    sections: dict[str, tuple[tuple[object, ...], CustomThemeConfig]] = {}

    def from_cache(message: CustomThemeConfig, section: str = "theme") -> None:
        colours = brand.painted()
        held = sections.get(section)
        if held is None or held[0] != colours:
            theme = CustomThemeConfig()
            put_together(theme, section)
            held = sections[section] = (colours, theme)
        if held[1].ByteSize():
            message.MergeFrom(held[1])

    app_session._populate_theme_msg = from_cache


def take_turns() -> None:
    """Run a few screens at once, and the others in the order in which they were asked for."""
    run_script = script_runner.ScriptRunner._run_script

    def in_turn(self: script_runner.ScriptRunner, rerun_data: RerunData) -> None:
        state = self._session_state._state  # what wraps it could end a run that has not begun
        known = session.is_of_person(state) or self._user_info.get(_SIGN_IN)
        line = turns.of_people if known else turns.of_nobody
        with line.turn():
            run_script(self, rerun_data)

    script_runner.ScriptRunner._run_script = in_turn  # type: ignore[method-assign]


def batch_messages() -> None:
    """Pass what runs draw to the event loop in batches, in order.

    Streamlit wakes the loop for each element, and each time both threads wait for the interpreter.
    It sends what has come every 10 ms.
    """
    call_soon = app_session.AppSession._call_soon_on_event_loop
    waiting = WeakKeyDictionary[AbstractEventLoop, deque[Callable[[], None]]]()
    lock = threading.Lock()

    def soon(self: app_session.AppSession, callback: Callable[[], None]) -> None:
        loop = self._event_loop
        with lock:
            batch = waiting.setdefault(loop, deque())
            batch.append(callback)
            first = len(batch) == 1
        if first:
            call_soon(self, lambda: loop.call_later(BATCH_EVERY, hand_over, loop))

    def hand_over(loop: AbstractEventLoop) -> None:
        with lock:
            batch = waiting.pop(loop)
        for callback in batch:
            loop.call_soon(callback)

    app_session.AppSession._call_soon_on_event_loop = soon  # type: ignore[method-assign]


def bound_uploads() -> None:
    """Hold so much of what was uploaded for a tab and in the process; the oldest goes first.

    Call it before the server is made. Streamlit would keep each upload until its tab closes.
    """
    uploads.MemoryUploadedFileManager = _BoundUploads  # type: ignore[misc]


class _BoundUploads(uploads.MemoryUploadedFileManager):
    """Forgets the oldest uploads of a tab, and of the process, beyond a number of bytes."""

    def add_file(self, session_id: str, file: UploadedFileRec) -> None:
        """Hold one more file, and others no longer."""
        super().add_file(session_id, file)
        own = self.file_storage[session_id]
        while len(own) > 1 and sum(len(each.data) for each in list(own.values())) > UPLOADS_OF_TAB:
            self.remove_file(session_id, next(iter(own)))
        while self._total_bytes > UPLOADS_HELD:
            with self._lock:
                oldest = next(iter(self.file_storage))
            self.remove_session_files(oldest)


def forbid_outgoing_calls() -> None:
    """Keep Streamlit from asking a public service for this machine's address.

    It would do so, waiting, within any handshake whose Origin it does not know.
    """
    net_util.get_external_ip = lambda: None


def stop_watching_files() -> None:
    """Let Streamlit look at its configuration no more: settings are read once, at the start.

    It would ask for the state of each file five times a second, for ever.
    """
    PollingPathWatcher._schedule = lambda self: None  # type: ignore[method-assign]


def take_base_path(path: str) -> None:
    """Let Streamlit live at the root: what path the portal lives under is `Prefix`'s to take off.

    `path` is that of PORTAL_BASE_URL. Raises Invalid when `server.baseUrlPath` is another one,
    because mails would lead elsewhere.
    """
    given = config.get_option("server.baseUrlPath").strip("/")
    if given and given != path.strip("/"):
        raise Invalid(
            f"server.baseUrlPath is {given}, and PORTAL_BASE_URL does not end with it. "
            "Write the whole address into PORTAL_BASE_URL; server.baseUrlPath is not needed."
        )
    config.set_option("server.baseUrlPath", "")


def on_script_error(error: BaseException) -> bool:
    """Log an unexpected error under a short reference and tell the person only that."""
    reference = secrets.token_hex(4)
    log.error("unexpected error", exc_info=error, extra={"portal": {"reference": reference}})
    st.error(
        _(
            "Something went wrong on our side. Please try again. If it stays, quote reference "
            "{reference}.",
            reference=reference,
        ),
        icon=":material/error:",
    )
    return True
