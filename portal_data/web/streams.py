"""Bodies of requests and answers: no slow client and no large file holds what others need."""

import asyncio

from starlette.types import Message, Receive, Send

CHUNK = 64 * 1024
"""Bytes of an answer that are handed to the connection at once."""
READ_SECONDS = 10.0
"""Within which the next part of a request's body must arrive."""
WRITE_SECONDS = 60.0
"""Within which a client must take a chunk of its answer."""


class SlowClient(Exception):
    """The client sends or takes too slowly; its connection ends."""


def limited_receive(receive: Receive, most: int) -> Receive:
    """Return a `receive` that ends a body when it is late or grows beyond `most` bytes.

    What follows the body, which is only ever the client's leaving, may take its time.
    """
    size, complete = 0, False

    async def read() -> Message:
        nonlocal size, complete
        if complete:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), READ_SECONDS)
        except TimeoutError:
            return {"type": "http.disconnect"}
        size += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        return message if size <= most else {"type": "http.disconnect"}

    return read


def limited_send(send: Send) -> Send:
    """Return a `send` that hands over large bodies in chunks, each taken in time.

    A connection buffers whatever it is handed at once, for each client anew. Raises SlowClient when
    a chunk is not taken.
    """

    async def write(message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or len(body) <= CHUNK:
            await _within(send, message)
            return
        view = memoryview(body)
        for start in range(0, len(body), CHUNK):
            part = bytes(view[start : start + CHUNK])
            more = message.get("more_body", False) or start + CHUNK < len(body)
            await _within(send, {**message, "body": part, "more_body": more})

    return write


async def _within(send: Send, message: Message) -> None:
    try:
        await asyncio.wait_for(send(message), WRITE_SECONDS)
    except TimeoutError as error:
        raise SlowClient from error
