"""What else people try while a crowd is there: to sign in, and to download a document."""

import asyncio
import re
import time
from collections.abc import Callable, Coroutine, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.books import PASSWORD
from benchmarks.serving import Server
from benchmarks.stream import TIMEOUT, ScreenFailed, Tab
from benchmarks.visitors import Visitor

Attempt = Callable[[Server, Visitor], Coroutine[None, None, None]]

_TICKET = re.compile(rb'"ticket":\s*"([\w-]+)"')


class _SignInForm(Tab):
    """A stranger's tab, which knows the form that it was shown and the ticket that it was given."""

    def __init__(self, base: str) -> None:
        super().__init__(base)
        self.fields: dict[str, str] = {}
        """Ids of the form's fields and of its button, by label."""
        self.ticket = b""

    def take(self, message: ForwardMsg, path: str) -> bool:
        """Take in one message, and what the form and the browser's orders say."""
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "text_input":
            self.fields[element.text_input.label] = element.text_input.id
        elif kind == "button" and element.button.is_form_submitter:
            self.fields["send"] = element.button.id
        elif kind == "bidi_component" and (
            found := _TICKET.search(element.bidi_component.SerializeToString())
        ):
            self.ticket = found[1]
        return super().take(message, path)


async def sign_in(server: Server, visitor: Visitor) -> None:
    """Open the form, send it, be shown Home, and swap the ticket for the cookie.

    Raises ScreenFailed when the portal does not let the visitor in.
    """
    async with _SignInForm(server.base) as tab:
        await tab.visit("")
        await tab.visit(
            "",
            widgets=(
                WidgetState(id=tab.fields["E-mail"], string_value=visitor.email),
                WidgetState(id=tab.fields["Password"], string_value=PASSWORD),
                WidgetState(id=tab.fields["send"], trigger_value=True),
            ),
        )
        given = {"Origin": server.base, "X-Portal": "1", "Content-Length": str(len(tab.ticket))}
        status, _ = await ask(server, "POST /auth/session", given, tab.ticket)
    if status != HTTPStatus.NO_CONTENT:
        raise ScreenFailed(f"Signing in was answered with {status}.")


async def download(server: Server, visitor: Visitor) -> None:
    """Fetch the PDF of the visitor's invoice. Raises ScreenFailed when it does not come."""
    given = {"Cookie": f"portal={visitor.cookie}"}
    status, content = await ask(server, f"GET {visitor.document}", given)
    if status != HTTPStatus.OK or not content.startswith(b"%PDF-"):
        raise ScreenFailed(f"A document was answered with {status}.")


async def each_second(attempt: Attempt, server: Server, visitors: Sequence[Visitor]) -> list[float]:
    """Have one visitor try each second, whether or not earlier ones are done.

    Returns the milliseconds that each took. Raises what an attempt raises.
    """

    async def one(visitor: Visitor, after: int) -> float:
        await asyncio.sleep(after)
        began = time.perf_counter()
        async with asyncio.timeout(TIMEOUT):
            await attempt(server, visitor)
        return 1000 * (time.perf_counter() - began)

    return await asyncio.gather(*(one(each, after) for after, each in enumerate(visitors)))


async def ask(
    server: Server, what: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, bytes]:
    """Ask over a connection of its own; return the status and the whole content."""
    host, port = urlsplit(server.base).netloc.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        head = {"Host": f"{host}:{port}", "Connection": "close", **headers}
        lines = [f"{what} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        answered, _, content = (await reader.read()).partition(b"\r\n\r\n")
        return int(answered.split(maxsplit=2)[1]), content
    finally:
        writer.close()
