"""The path under which the portal lives, taken off every address before anything looks at it."""

from urllib.parse import quote

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """Lets all behind it live at the root, whether or not a proxy has taken the path off before.

    `path` is that of the portal's address: `/portal` for https://example.com/portal, or empty.
    """

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app, self._path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request or websocket."""
        given = scope.get("path", "")
        if self._path and given == self._path and scope["type"] == "http":
            query = scope["query_string"].decode("latin-1")
            # what the page loads is addressed relative to the last slash
            await RedirectResponse(f"{self._path}/{query and '?'}{query}", 308)(
                scope, receive, send
            )
            return
        if self._path and given.startswith(f"{self._path}/"):
            path = given.removeprefix(self._path)
            scope = {**scope, "path": path, "raw_path": quote(path).encode()}
        await self._app(scope, receive, send)
