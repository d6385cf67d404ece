"""Much work of many people on few threads."""

import asyncio
import threading
from functools import partial

import pytest

from portal_data.web.turns import Crowded, Turns


def test_nobody_waits_for_all_of_somebody_elses_work() -> None:
    done: list[str] = []

    async def scenario() -> None:
        turns = Turns("test", threads=1, share=1)
        first = threading.Event()

        def begin() -> None:
            first.wait(30)
            done.append("a0")

        work = [asyncio.create_task(turns.run("a", begin))]
        work += [
            asyncio.create_task(turns.run("a", partial(done.append, f"a{n}"))) for n in range(1, 12)
        ]
        await asyncio.sleep(0)
        work.append(asyncio.create_task(turns.run("b", partial(done.append, "b"))))
        await asyncio.sleep(0)
        first.set()
        await asyncio.gather(*work)

    asyncio.run(scenario())
    assert done.index("b") <= 1
    assert [each for each in done if each != "b"] == [f"a{n}" for n in range(12)]


def test_a_line_ends_somewhere_and_is_forgotten() -> None:
    async def scenario() -> None:
        turns = Turns("test", threads=1, share=1, longest=3)
        go = threading.Event()
        work = [asyncio.create_task(turns.run("a", partial(go.wait, 30))) for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(Crowded):
            await turns.run("a", lambda: None)
        other = asyncio.create_task(turns.run("b", lambda: "done"))
        go.set()
        assert await other == "done"
        await asyncio.gather(*work)
        assert await turns.run("a", lambda: "again") == "again"
        with pytest.raises(ZeroDivisionError):
            await turns.run("a", lambda: 1 / 0)
        assert turns._lines == {}

    asyncio.run(scenario())
