"""Gathering: what many requests want written at once is written together.

A commit costs about the same whatever is in it, and DuckDB makes one after the other. So while one
is being made the others gather, and the next takes all of them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Gathering(Generic[Item]):
    """Hands items to `write`, those that came meanwhile together, at most `most` at a time."""

    def __init__(self, write: Callable[[list[Item]], Awaitable[None]], most: int) -> None:
        self._write, self._most = write, most
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> None:
        """Return once an item is written. Raises what writing it, and those with it, raised."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writing is None:
            # a task of its own: the request that began it may be left by its client
            self._writing = asyncio.create_task(self._write_all())
        await written

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                error: Exception | None = None
                try:
                    await self._write([item for item, _written in taken])
                except Exception as caught:  # each of those that wait for it raises it
                    error = caught
                for _item, written in taken:
                    if written.done():
                        continue
                    if error is None:
                        written.set_result(None)
                    else:
                        written.set_exception(error)
        finally:
            self._writing = None
