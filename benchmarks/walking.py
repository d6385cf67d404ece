"""What a screen costs the server when customers walk through the portal: each over the websocket,
beside an empty one in the same frame.

Another customer each time opens every screen once, in one tab, and then once more. Walks at all
sizes of the books are taken in turns, so whatever else the machine does hits them alike.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from benchmarks import visitors
from benchmarks.books import BenchBooks
from benchmarks.clockwork import Timing, timing
from benchmarks.serving import Server, serving
from benchmarks.stream import Tab
from benchmarks.visitors import EMPTY, Visitor

ROUNDS = 60
WARM_UP = 2
"""Walks that do not count: the very first visitor warms the server."""
CHOICES = "statement, its choices alone"
"""A choice of another period, which draws the statement's fragment and no more."""
_CHOSEN = ("statements", "period=last_month")


@dataclass(slots=True)
class Visits:
    """Visits of one screen, one by each customer."""

    milliseconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """Milliseconds of the server's processor; the clock behind it ticks each ten."""
    size: int = 0
    """Bytes that the last visit sent to the tab."""

    @property
    def timing(self) -> Timing:
        """The time on the clock."""
        return timing(self.milliseconds)

    @property
    def mean_processor(self) -> float:
        """Milliseconds of the processor for a visit."""
        return sum(self.processor) / len(self.processor)


@dataclass(slots=True)
class Screen:
    """A screen when a customer comes for the first time, again, and when a new tab opens on it."""

    first: Visits = field(default_factory=Visits)
    again: Visits = field(default_factory=Visits)
    new_tab: Visits = field(default_factory=Visits)


@dataclass(slots=True)
class Walks:
    """The screens that customers walked through in books of one size, in their order."""

    invoices: int
    screens: defaultdict[str, Screen] = field(default_factory=lambda: defaultdict(Screen))


def measure(made: Sequence[BenchBooks], rounds: int = ROUNDS) -> list[Walks]:
    """Serve all the books and walk through them in turns, `rounds` customers at each size.

    Where there are fewer customers than walks, they come again after their books have changed, to
    other documents.
    """
    walkers = [visitors.of_books(each, rounds + WARM_UP) for each in made]
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(each)) for each in made]
        return asyncio.run(_in_turns(made, servers, walkers, rounds))


async def _in_turns(
    made: Sequence[BenchBooks],
    servers: Sequence[Server],
    walkers: Sequence[Sequence[Visitor]],
    rounds: int,
) -> list[Walks]:
    found = [Walks(each.invoices) for each in made]
    for turn in range(-WARM_UP, rounds):
        for walks, server, people in zip(found, servers, walkers, strict=True):
            walk = _Walk(server, people[turn], walks if turn >= 0 else Walks(0))
            await walk.through()
            await walk.open_tab(turn)
    return found


class _Walk:
    """One customer's walk, which is added to what is known of the screens."""

    def __init__(self, server: Server, visitor: Visitor, walks: Walks) -> None:
        self._server, self._visitor, self._walks = server, visitor, walks

    async def through(self) -> None:
        """Open every screen in one tab, and then every one again. It begins at the empty one."""
        await asyncio.to_thread(self._server.forget, self._visitor.customer_id)
        async with Tab(self._server.base, self._visitor.cookie) as tab:
            await tab.visit(EMPTY)
            for again in (False, True):
                for name, place in self._visitor.screens.items():
                    await self._visit(tab, name, place, again=again)
                    if name == "statement":
                        await self._visit(tab, CHOICES, _CHOSEN, again=again, fragment=True)

    async def open_tab(self, turn: int) -> None:
        """Open one of the screens, another each turn, in a tab of its own."""
        places = list(self._visitor.screens.items())
        name, place = places[turn % len(places)]
        async with Tab(self._server.base, self._visitor.cookie) as tab:
            run = await tab.visit(*place)
        self._walks.screens[name].new_tab.milliseconds.append(run.milliseconds)

    async def _visit(
        self, tab: Tab, name: str, place: tuple[str, str], *, again: bool, fragment: bool = False
    ) -> None:
        before = self._server.processor_milliseconds()
        run = await tab.visit(*place, fragment=fragment)
        screen = self._walks.screens[name]
        visits = screen.again if again else screen.first
        visits.milliseconds.append(run.milliseconds)
        visits.processor.append(self._server.processor_milliseconds() - before)
        visits.size = run.size
