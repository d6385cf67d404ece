"""The portal's routes for files, asked in this process as a server would."""

import asyncio
from typing import Any

from starlette.applications import Starlette

from portal_data import settings
from portal_data.auth import identity
from portal_data.web import exports


async def ask(name: str, query: str, token: str) -> int:
    """Ask for `/exports/{name}?{query}` with a session's token; return the bytes of the answer.

    Raises RuntimeError when it is refused.
    """
    size = status = 0

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal size, status
        status = message.get("status", status)
        size += len(message.get("body", b""))

    cookie = f"{identity.cookie_name(settings.load().secure)}={token}".encode()
    scope = {
        "type": "http", "method": "GET", "path": f"/exports/{name}", "scheme": "http",
        "query_string": query.encode(), "headers": [(b"cookie", cookie)],
        "http_version": "1.1", "root_path": "", "server": ("localhost", 80),
    }  # fmt: skip
    await Starlette(routes=exports.ROUTES)(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{name}?{query} was answered with {status}.")
    return size
