"""Start, memory, and how much the server can do when tabs never wait."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks import crowd, visitors
from benchmarks.books import BenchBooks
from benchmarks.crowd import Plan
from benchmarks.serving import Server, serving
from benchmarks.stream import Tab
from benchmarks.visitors import EMPTY, Visitor

OPEN_TABS = 100
"""Tabs held open at once to see what one costs in memory."""
WARM_UP = 5
"""Tabs opened and closed again before memory is read."""
BUSY = Plan(sessions=8, arriving=0, pause=0, seconds=10)


@dataclass(frozen=True, slots=True)
class Capacity:
    """One server over books of one size. Memory is in bytes."""

    invoices: int
    started_in: float
    runs_a_second: float
    memory_started: int


def measure(made: BenchBooks) -> Capacity:
    """Serve the books, and ask for as much as the server can do."""
    people = visitors.of_books(made, BUSY.sessions)
    with serving(made) as server:
        asyncio.run(crowd.warm_up(server, people[0]))
        memory = server.memory()
        busy = asyncio.run(crowd.gather([server], people, BUSY))
        if busy.errors:
            raise RuntimeError(busy.errors[0])
        return Capacity(made.invoices, server.started_in, busy.runs_a_second, memory)


def memory_a_session(made: BenchBooks, tabs: int = OPEN_TABS) -> dict[str, int]:
    """Return the bytes that one more open tab costs, by its screen.

    Each screen has a fresh server: memory that a tab gave back stays with the process.
    """
    found = {}
    (visitor,) = visitors.of_books(made)
    for name in (EMPTY, "home", "invoices", "invoice", "statement"):
        with serving(made) as server:
            found[name] = asyncio.run(_of_a_tab(server, visitor, name, tabs))
    return found


async def _of_a_tab(server: Server, visitor: Visitor, name: str, tabs: int) -> int:
    place = visitor.screens[name]
    for _ in range(WARM_UP):
        async with Tab(server.base, visitor.cookie) as tab:
            await tab.visit(*place)
    before = server.memory()
    async with AsyncExitStack() as stack:
        for _ in range(tabs):
            tab = await stack.enter_async_context(Tab(server.base, visitor.cookie))
            await tab.visit(*place)
        return max(server.memory() - before, 0) // tabs
