"""How the portal bears a crowd: one that grows, one that comes at once, and one on PostgreSQL."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from benchmarks import attempts, crowd, visitors
from benchmarks.books import BenchBooks
from benchmarks.clockwork import Timing, timing
from benchmarks.crowd import Crowd, Plan
from benchmarks.postgres_books import PostgresBooks
from benchmarks.serving import Server, serving
from benchmarks.visitors import Visitor

INVOICES = 100_000
STEADY = Plan(sessions=0)
BURST = Plan(sessions=0, arriving=5, seconds=40)
FIRST_SECONDS = 20
"""How long a burst is looked at apart; each second somebody signs in, and somebody downloads."""
BUSY = Plan(sessions=16, arriving=0, pause=0, seconds=10)
TURNS = 3
"""How often one process and then two are kept busy."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A crowd that came at once, and what others met with in its first seconds."""

    crowd: Crowd
    first_seconds: int
    sign_ins: Timing
    downloads: Timing


@dataclass(frozen=True, slots=True)
class Processes:
    """So many processes of the portal on one PostgreSQL: as busy as can be, and with a crowd."""

    count: int
    busy: list[Crowd]
    crowd: Crowd

    @property
    def runs_a_second(self) -> float:
        """Runs of busy tabs, over all turns."""
        return sum(each.runs_a_second for each in self.busy) / len(self.busy)


def steady(made: BenchBooks, sizes: Sequence[int]) -> list[Crowd]:
    """Let crowds of each size come one after the other, each to a server that has just started."""
    found = []
    for size in sizes:
        people = visitors.of_books(made, size + 1)
        with serving(made) as server:
            asyncio.run(crowd.warm_up(server, people[-1]))
            found.append(
                asyncio.run(crowd.gather([server], people, replace(STEADY, sessions=size)))
            )
    return found


def bursts(made: BenchBooks, sizes: Sequence[int]) -> list[Burst]:
    """Let crowds of each size come at once, each to a server that has just started."""
    found = []
    for size in sizes:
        people = visitors.of_books(made, size + FIRST_SECONDS)
        with serving(made) as server:
            asyncio.run(crowd.warm_up(server, people[-1]))
            found.append(asyncio.run(_burst(server, people, replace(BURST, sessions=size))))
    return found


async def _burst(server: Server, people: Sequence[Visitor], plan: Plan) -> Burst:
    others = people[-FIRST_SECONDS:]
    came, sign_ins, downloads = await asyncio.gather(
        crowd.gather([server], people, plan),
        attempts.each_second(attempts.sign_in, server, others),
        attempts.each_second(attempts.download, server, others),
    )
    return Burst(came, FIRST_SECONDS, timing(sign_ins), timing(downloads))


def on_postgres(served: PostgresBooks, sessions: int) -> list[Processes]:
    """Measure one process and two on the same PostgreSQL, in turns."""
    with ExitStack() as stack:
        people = visitors.of_books(served.made, max(sessions, BUSY.sessions))
        servers = [stack.enter_context(serving(served.made)) for _ in range(2)]
        for server in servers:
            asyncio.run(crowd.warm_up(server, people[-1]))

        def come(count: int, plan: Plan) -> Crowd:
            beside = {"PostgreSQL": served.process}
            return asyncio.run(crowd.gather(servers[:count], people, plan, beside))

        busy: dict[int, list[Crowd]] = {1: [], 2: []}
        for _ in range(TURNS):
            for count, crowds in busy.items():
                crowds.append(come(count, BUSY))
        plan = replace(STEADY, sessions=sessions)
        return [Processes(count, crowds, come(count, plan)) for count, crowds in busy.items()]
