"""Turns: much work of many people on few threads, and nobody's waits for all of somebody else's."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TypeVar

Result = TypeVar("Result")


class Crowded(Exception):
    """The person has so much waiting already that one more is refused."""


@dataclass(slots=True)
class _Line:
    """One person's work: how much of it waits or runs, and the slots it may take."""

    slots: asyncio.Semaphore
    length: int = field(default=0)


class Turns:
    """Threads that people share: each person has `share` of them, the rest of their work waits.

    Work that waits holds no thread. A line ends at `longest` pieces of work of one person.
    """

    def __init__(self, name: str, *, threads: int, share: int, longest: int = 32) -> None:
        self._threads = ThreadPoolExecutor(threads, name)
        self._share, self._longest = share, longest
        self._lines: dict[str, _Line] = {}

    async def run(self, person: str, work: Callable[[], Result]) -> Result:
        """Do a piece of a person's work in its turn. Raises Crowded when too much waits already."""
        line = self._lines.get(person)
        if line is None:
            line = self._lines[person] = _Line(asyncio.Semaphore(self._share))
        if line.length >= self._longest:
            raise Crowded
        line.length += 1
        try:
            async with line.slots:
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, copy_context().run, work)
        finally:
            line.length -= 1
            if not line.length and self._lines.get(person) is line:
                del self._lines[person]


DOCUMENTS = Turns("documents", threads=4, share=2)
"""Single documents."""
PAYMENTS = Turns("payments", threads=8, share=2)
"""What asks a payment provider, which may take seconds."""
EXPORTS = Turns("exports", threads=2, share=1)
"""Lists as files: reading and writing many rows costs processor time that screens want too."""
DRAWING = Turns("bundles", threads=1, share=1)
"""The documents of zips, one after the other: drawing is pure computation."""
