"""What a screen costs the server: each run over the websocket, beside an empty one."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks.books import BenchBooks
from benchmarks.clockwork import Timing, timing
from benchmarks.serving import Server, serving
from benchmarks.stream import Tab

ROUNDS = 60
CROWD = 100
"""Tabs held open at once to see what one costs in memory."""
WARM_UP = 5
"""Tabs opened and closed again before memory is read."""
BUSY_TABS = 8
BUSY_SECONDS = 10.0

EMPTY = "empty"
FRAGMENTS = {"statement": "statement, its choices alone"}
"""Screens whose fragment is measured too: what a click on it costs."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: milliseconds on the clock and of the processor, bytes sent."""

    milliseconds: float
    processor: float
    size: int


@dataclass(frozen=True, slots=True)
class Screen:
    """One screen's runs: time on the clock, processor time of a run, bytes sent."""

    timing: Timing
    processor: float
    size: int


@dataclass(frozen=True, slots=True)
class Runs:
    """A screen after something of the customer's has changed, and again while nothing has."""

    first: Screen
    again: Screen


@dataclass(frozen=True, slots=True)
class Serving:
    """Everything measured on one server over books of one size. Memory is in bytes."""

    invoices: int
    started_in: float
    first_runs: dict[str, float]
    """Milliseconds of the first run of a new session, by screen."""
    screens: dict[str, Runs]
    runs_a_second: float
    memory_started: int


def measure(made: BenchBooks, rounds: int = ROUNDS) -> Serving:
    """Serve the books, measure every screen in turns, and then as many as the server can."""
    with serving(made) as server:
        return asyncio.run(_measure(server, made.invoices, rounds))


def memory_a_session(made: BenchBooks, crowd: int = CROWD) -> dict[str, int]:
    """Return the bytes that one more open tab costs, by its screen.

    Each screen has a fresh server: memory that a tab gave back stays with the process.
    """
    found = {}
    for name in (EMPTY, "home", "invoices", "invoice", "statement"):
        with serving(made) as server:
            found[name] = asyncio.run(_crowd(server, *_screens(server)[name], crowd))
    return found


def _screens(server: Server) -> dict[str, tuple[str, str]]:
    """Return path and query of each measured screen by name."""
    return {
        EMPTY: ("empty", ""),
        "home": ("", ""),
        "invoices": ("invoices", ""),
        "invoice": ("invoice", f"number={server.invoice_number}"),
        "statement": ("statements", ""),
        "payments": ("payments", ""),
        "account": ("account", ""),
    }


async def _measure(server: Server, invoices: int, rounds: int) -> Serving:
    screens = _screens(server)
    for path, query in screens.values():  # the very first visitor warms the server
        async with Tab(server.base, server.cookie, path, query) as tab:
            await tab.run()
    memory_started = server.memory()
    first_runs, measured = await _turns(server, screens, rounds)
    runs_a_second = await _busy(server, screens)
    return Serving(invoices, server.started_in, first_runs, measured, runs_a_second, memory_started)


async def _turns(
    server: Server, screens: dict[str, tuple[str, str]], rounds: int
) -> tuple[dict[str, float], dict[str, Runs]]:
    """Run all screens in turns, so that whatever else the machine does hits them alike."""
    samples: dict[tuple[str, bool], list[Sample]] = {}
    first: dict[str, float] = {}
    async with AsyncExitStack() as stack:
        tabs = {}
        for name, (path, query) in screens.items():
            tabs[name] = await stack.enter_async_context(
                Tab(server.base, server.cookie, path, query)
            )
            first[name] = (await tabs[name].run()).milliseconds
        for _ in range(rounds):
            for name, tab in tabs.items():
                parts = {name: False} | ({FRAGMENTS[name]: True} if name in FRAGMENTS else {})
                for part, fragment in parts.items():
                    for forgotten in (True, False):
                        if forgotten:
                            await asyncio.to_thread(server.forget)
                        before = server.processor_milliseconds()
                        run = await tab.run(fragment=fragment)
                        used = server.processor_milliseconds() - before
                        samples.setdefault((part, forgotten), []).append(
                            Sample(run.milliseconds, used, run.size)
                        )
    names = dict.fromkeys(name for name, _ in samples)
    return first, {
        name: Runs(_screen(samples[name, True]), _screen(samples[name, False])) for name in names
    }


def _screen(samples: list[Sample]) -> Screen:
    return Screen(
        timing([each.milliseconds for each in samples]),
        sum(each.processor for each in samples) / len(samples),
        samples[-1].size,
    )


async def _busy(server: Server, screens: dict[str, tuple[str, str]]) -> float:
    """Return how many runs a second the server does when tabs never wait between them."""
    ends = time.perf_counter() + BUSY_SECONDS
    walk = [place for name, place in screens.items() if name != EMPTY]

    async def visitor(number: int) -> int:
        path, query = walk[number % len(walk)]
        done = 0
        async with Tab(server.base, server.cookie, path, query) as tab:
            while time.perf_counter() < ends:
                await tab.run()
                done += 1
        return done

    began = time.perf_counter()
    done = await asyncio.gather(*(visitor(number) for number in range(BUSY_TABS)))
    return sum(done) / (time.perf_counter() - began)


async def _crowd(server: Server, path: str, query: str, crowd: int) -> int:
    """Return the bytes of memory that one more open tab on a screen costs."""
    for _ in range(WARM_UP):
        async with Tab(server.base, server.cookie, path, query) as tab:
            await tab.run()
    before = server.memory()
    async with AsyncExitStack() as stack:
        for _ in range(crowd):
            tab = await stack.enter_async_context(Tab(server.base, server.cookie, path, query))
            await tab.run()
        return max(server.memory() - before, 0) // crowd
