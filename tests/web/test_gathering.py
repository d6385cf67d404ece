"""Gathering: what comes while something is written is written together, and errors are told."""

import asyncio

import pytest

from portal_data.web.gathering import Gathering


class Writer:
    """Writes when it is let, and records what it was given together."""

    def __init__(self) -> None:
        self.written: list[list[int]] = []
        self.go_on = asyncio.Event()

    async def __call__(self, items: list[int]) -> None:
        """Write items; a negative one cannot be."""
        self.written.append(items)
        await self.go_on.wait()
        if min(items) < 0:
            raise ValueError(items)


def test_what_comes_meanwhile_is_written_together() -> None:
    async def run() -> list[list[int]]:
        write = Writer()
        gathering = Gathering(write, most=3)
        first = asyncio.create_task(gathering.add(0))
        await asyncio.sleep(0.01)
        others = [asyncio.create_task(gathering.add(each)) for each in range(1, 6)]
        await asyncio.sleep(0.01)
        write.go_on.set()
        await asyncio.gather(first, *others)
        await gathering.add(6)
        return write.written

    assert asyncio.run(run()) == [[0], [1, 2, 3], [4, 5], [6]]


def test_an_error_is_told_to_all_that_it_met_and_to_no_other() -> None:
    async def run() -> list[object]:
        write = Writer()
        write.go_on.set()
        gathering = Gathering(write, most=2)
        added = [gathering.add(each) for each in (-1, 1, 2)]
        return list(await asyncio.gather(*added, return_exceptions=True))

    failed, beside, fine = asyncio.run(run())
    assert isinstance(failed, ValueError)
    assert isinstance(beside, ValueError)
    assert fine is None


def test_who_leaves_takes_nothing_away() -> None:
    async def run() -> list[list[int]]:
        write = Writer()
        gathering = Gathering(write, most=9)
        leaving = asyncio.create_task(gathering.add(1))
        await asyncio.sleep(0.01)
        staying = asyncio.create_task(gathering.add(2))
        await asyncio.sleep(0.01)
        leaving.cancel()
        write.go_on.set()
        await staying
        with pytest.raises(asyncio.CancelledError):
            await leaving
        return write.written

    assert asyncio.run(run()) == [[1], [2]]
