"""Many sessions at once, each of another customer who walks from screen to screen.

Whoever waits for a screen does not click: a server that is too slow is asked less often, which the
runs a second tell.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle

import psutil
from websockets.exceptions import WebSocketException

from benchmarks.clockwork import Timing, timing
from benchmarks.serving import Server, processor_seconds
from benchmarks.stream import TIMEOUT, ScreenFailed, Tab
from benchmarks.visitors import EMPTY, Visitor

FAILURES = (ScreenFailed, OSError, TimeoutError, WebSocketException)
"""What a click fails with when the server is to blame."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many sessions come within how many seconds, and when each clicks."""

    sessions: int
    arriving: float = 20.0
    pause: float = 5.0
    """Seconds between two clicks of a session; 0 for tabs that never wait."""
    seconds: float = 60.0
    """From the first arrival to the last click."""


@dataclass(frozen=True, slots=True)
class Click:
    """One click, with the opening of the websocket when it was the session's first."""

    at: float
    """Seconds from the beginning."""
    milliseconds: float


@dataclass(slots=True)
class Crowd:
    """What a crowd met with, and what it cost: seconds of the processor by who used them."""

    plan: Plan
    clicks: list[Click] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0
    """From the first arrival to the last answer."""
    processor: dict[str, float] = field(default_factory=dict)

    @property
    def runs_a_second(self) -> float:
        """Answers within each second once all have arrived."""
        first, last = self.plan.arriving, self.plan.seconds
        done = (click.at + click.milliseconds / 1000 for click in self.clicks)
        return sum(first <= each < last for each in done) / (last - first)

    @property
    def processor_a_run(self) -> float:
        """Milliseconds that the portal's processes used for each click."""
        return 1000 * self.processor["portal"] / max(len(self.clicks), 1)

    def share(self, user: str) -> float:
        """Return how many cores somebody used, on average."""
        return self.processor[user] / self.seconds

    def timing(self, first: float = 0, last: float = float("inf")) -> Timing:
        """Summarise the clicks from one moment to another."""
        return timing([each.milliseconds for each in self.clicks if first <= each.at < last])


async def gather(
    servers: Sequence[Server],
    visitors: Sequence[Visitor],
    plan: Plan,
    beside: dict[str, psutil.Process] | None = None,
) -> Crowd:
    """Let a crowd come, spread over the servers in turn, and return what it met with.

    Every session is another customer's, as long as there are as many visitors.
    `beside` are processes whose use of the processor is told too, by name. What nobody named here
    used is told as "others".
    """
    crowd = Crowd(plan)
    users = {"portal": [each.process for each in servers]}
    users |= {name: [process] for name, process in (beside or {}).items()}

    def used() -> dict[str, float]:
        known = {name: sum(map(processor_seconds, each)) for name, each in users.items()}
        known["driver"] = time.process_time()
        machine = psutil.cpu_times()
        busy = machine.user + machine.nice + machine.system + getattr(machine, "steal", 0)
        return known | {"others": busy - sum(known.values())}

    before, began = used(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(plan.sessions):
            visitor, server = visitors[number % len(visitors)], servers[number % len(servers)]
            arrives = began + plan.arriving * number / plan.sessions
            group.create_task(_walk(crowd, server.base, visitor, began, arrives))
    crowd.seconds = time.perf_counter() - began
    crowd.processor = {name: after - before[name] for name, after in used().items()}
    return crowd


async def warm_up(server: Server, visitor: Visitor) -> None:
    """Open every screen once, so that everything is loaded that the server will need."""
    async with Tab(server.base, visitor.cookie) as tab:
        for place in visitor.screens.values():
            await tab.visit(*place)


async def _walk(crowd: Crowd, base: str, visitor: Visitor, began: float, arrives: float) -> None:
    """Click through all screens, over and over, until it is time to leave."""
    plan, due, ends = crowd.plan, arrives, began + crowd.plan.seconds
    tab: Tab | None = None
    places = cycle(place for name, place in visitor.screens.items() if name != EMPTY)
    async with AsyncExitStack() as stack:
        while due < ends:
            await asyncio.sleep(due - time.perf_counter())
            asked = time.perf_counter()
            try:
                async with asyncio.timeout(TIMEOUT):
                    if tab is None:
                        tab = await stack.enter_async_context(Tab(base, visitor.cookie))
                    await tab.visit(*next(places))
            except FAILURES as failure:
                crowd.errors.append(f"{type(failure).__name__}: {failure}")
                tab = None
            else:
                took = 1000 * (time.perf_counter() - asked)
                crowd.clicks.append(Click(asked - began, took))
            due = max(due + plan.pause, time.perf_counter())
