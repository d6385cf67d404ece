"""The portal's own server with an empty screen in the same frame, to compare with, and a way to
have it forget what it remembers of a customer, as a change of the books would.

Served by `python -m benchmarks` through uvicorn, which is also what `streamlit run` uses.
"""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import streamlit as st

from benchmarks.serving import FORGET
from portal_data import store
from portal_data.store.write_set import ANYTHING, WriteSet
from portal_data.web import middleware, sockets
from portal_data.web.rates import Rate

# One reader asks more often than any person may; before the portal is made, which reads these.
middleware.REQUESTS = sockets.OF_PEOPLE = Rate(1e6, burst=1_000_000)
sockets.MOST_OF_PERSON = 10_000

from app import app as portal  # noqa: E402

EMPTY = Path(__file__).resolve().parent / "empty.py"

_navigation = st.navigation


def _with_empty(pages: Sequence[st.Page], **options: Any) -> st.Page:
    """Navigate as the shell asks, and know the empty screen too."""
    empty = st.Page(EMPTY, title="Empty", url_path="empty", visibility="hidden")
    return _navigation([*pages, empty], **options)


st.navigation = _with_empty


async def app(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[Any]],
    send: Callable[[Any], Awaitable[None]],
) -> None:
    """Answer FORGET; leave everything else to the portal."""
    before, _, customer_id = scope.get("path", "").rpartition("/")
    if before != FORGET:
        await portal(scope, receive, send)
        return
    changes = store.current().engine.changes
    if changes is not None:  # or nothing is cached
        changed = WriteSet(UUID(customer_id))
        changed.table("customers")  # and its person
        changed.tables.add((UUID(customer_id), ANYTHING))
        with changes.committing(changed):
            pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
