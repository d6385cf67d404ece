"""Screens run in turn: a few at once, in order, and nobody waits for one that does not end."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from components.turns import Turns

LONG = 30.0


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads for runs."""
    with ThreadPoolExecutor(40) as made:
        yield made


def _until(reached: Callable[[], bool]) -> None:
    ends = time.monotonic() + LONG
    while not reached():
        assert time.monotonic() < ends
        time.sleep(0.001)


def test_a_few_run_at_once_and_the_others_in_the_order_they_came(pool: ThreadPoolExecutor) -> None:
    turns, free = Turns(2, LONG), threading.Semaphore(0)
    order: list[int] = []

    def run(number: int) -> None:
        with turns.turn():
            order.append(number)
            assert free.acquire(timeout=LONG)

    done = []
    for number in range(20):
        done.append(pool.submit(run, number))
        _until(lambda: len(order) + len(turns._waiting) == len(done))
    for ended in range(20):
        assert len(order) == min(2 + ended, 20)
        free.release()
        _until(lambda ended=ended: len(order) == min(3 + ended, 20))
    for each in done:
        each.result(LONG)
    assert order == list(range(20))


def test_nobody_waits_for_a_run_that_does_not_end(pool: ThreadPoolExecutor) -> None:
    turns, end = Turns(2, 0.05), threading.Event()

    def run(ending: threading.Event | None) -> float:
        with turns.turn():
            began = time.monotonic()
            if ending:
                assert ending.wait(LONG)
            return began

    stuck = [pool.submit(run, end) for _ in range(2)]
    others = [pool.submit(run, None) for _ in range(10)]
    assert len([each.result(LONG) for each in others]) == 10
    assert not any(each.done() for each in stuck)
    end.set()
    for each in stuck:
        each.result(LONG)
    assert turns._running == {}


def test_nobody_deep_in_the_line_waits_for_one_that_came_before() -> None:
    turns, end = Turns(1, 0.1), threading.Event()

    def run(number: int) -> None:
        with turns.turn():
            if number == 90:
                assert end.wait(LONG)

    with ThreadPoolExecutor(100) as pool:
        with turns.turn():
            done = [pool.submit(run, number) for number in range(100)]
            _until(lambda: turns._asked == 101)
        for number, each in enumerate(done):
            if number != 90:
                each.result(5)
        end.set()
        done[90].result(LONG)


def test_a_run_that_fails_leaves_its_place() -> None:
    turns = Turns(1, LONG)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turns.turn():
            1 / 0  # noqa: B018 - what fails
    assert (turns._running, len(turns._waiting)) == ({}, 0)
