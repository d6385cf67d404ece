"""Files that a screen offers for download: Streamlit hands them out by their digest alone."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from portal_data.web.requests import signed_in

PREFIX = "/media/"


class Media:
    """Pure ASGI: there is no such file for nobody, as for an address that somebody guessed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            who = await run_in_threadpool(signed_in, Request(scope))
            if who is None:
                await PlainTextResponse("Not found.", 404)(scope, receive, send)
                return
            scope["state"]["actor"] = who.person
        await self._app(scope, receive, send)
