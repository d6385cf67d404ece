"""Much work of many people on few threads."""

import asyncio
import io
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from portal_data.web.turns import Crowded, Turns
from tests.web import wire
from tools.browser import Portal

CALLUM = "callum@brackenridge.example"
MAELLE = "maelle@cote.example"
ZIPS = 12


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


def test_twelve_zips_of_one_delay_anothers_by_few_documents(portal: Portal) -> None:
    """Over HTTP: what one person asks for at once is drawn in turn with what others ask for."""
    greedy, modest = wire.signed_in(portal, MAELLE), wire.signed_in(portal, CALLUM)
    begun, ended = threading.Barrier(ZIPS + 1), list[str]()

    def fetch(who: str, cookie: str) -> bytes:
        if who == "greedy":
            begun.wait(60)
        status, _, content = wire.request(portal, "GET", "/exports/invoices.zip", cookie=cookie)
        assert status == 200
        ended.append(who)
        return content

    with ThreadPoolExecutor(ZIPS + 1) as clients:
        many = [clients.submit(fetch, "greedy", greedy) for _ in range(ZIPS)]
        begun.wait(60)
        time.sleep(0.2)  # all twelve are asked for before the thirteenth is
        one = clients.submit(fetch, "modest", modest)
        documents = {
            name: len(zipfile.ZipFile(io.BytesIO(each.result())).namelist())
            for name, each in (("greedy", many[0]), ("modest", one))
        }
    turns = documents["modest"] // documents["greedy"] + 2
    assert turns < ZIPS // 2, f"the demo tells nothing: {documents}"
    assert ended.index("modest") <= turns
