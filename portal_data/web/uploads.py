"""Uploads: Streamlit keeps them in memory until a form is sent, so only so much of them is taken.

What a process holds of them is bounded as well, see `components.tuning.bound_uploads`.
"""

import time
from collections import OrderedDict, deque

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal_data import security_log
from portal_data.scope import Permission, Staff
from portal_data.uploaded_files import LARGEST
from portal_data.web.requests import signed_in

PREFIX = "/_stcore/upload_file/"
QUOTA = 30 * 1024 * 1024
"""Bytes that one person may upload within `WINDOW`."""
WINDOW = 600.0
"""Seconds."""
_AROUND = 4_096
"""Bytes that a form has around a file."""
_MOST_PEOPLE = 10_000
_MOST_FILES = 100


class Uploads:
    """Pure ASGI: refuses uploads of nobody (401), of who may share none (403), too large (413).

    Staff upload what Streamlit allows, contacts one file as large as they may share.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._used: OrderedDict[str, deque[tuple[float, int]]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        uploading = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        if not uploading:
            await self._app(scope, receive, send)
            return
        who = await run_in_threadpool(signed_in, Request(scope))
        if who is None:
            security_log.event("upload.refused", reason="signed out")
            await PlainTextResponse("Sign in first.", 401)(scope, receive, send)
            return
        person = who.person
        if not isinstance(who, Staff) and not who.may(Permission.FILE_ADD):
            security_log.event("upload.refused", actor=who, reason="not allowed")
            await PlainTextResponse("Not available to you.", 403)(scope, receive, send)
            return
        scope["state"]["actor"] = person
        left = self._left(person)
        if not isinstance(who, Staff):
            left = min(left, LARGEST + _AROUND)
        length = dict(scope["headers"]).get(b"content-length", b"0")
        too_large = not length.isdigit() or len(length) > 12 or int(length) > left
        if scope["method"] == "PUT" and (too_large or left <= 0):
            security_log.event("upload.refused", reason="quota")
            await PlainTextResponse("Too much at once. Try again later.", 413)(scope, receive, send)
            return

        async def counted() -> Message:
            message = await receive()
            size = len(message.get("body", b""))
            if size:
                self._used[person].append((time.monotonic(), size))
            if self._left(person) < 0:
                # a length that was wrong or missing; the request ends here
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, counted, send)

    def _left(self, person: str) -> int:
        """Return the bytes that a person may still upload now."""
        used = self._used.setdefault(person, deque())
        self._used.move_to_end(person)
        if len(self._used) > _MOST_PEOPLE:
            self._used.popitem(last=False)
        horizon = time.monotonic() - WINDOW
        while used and used[0][0] < horizon:
            used.popleft()
        if len(used) > _MOST_FILES:  # chunks of one time are one entry, or a slow upload has many
            moment = used[-1][0]
            total = sum(size for _, size in used)
            used.clear()
            used.append((moment, total))
        return QUOTA - sum(size for _, size in used)
