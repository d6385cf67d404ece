"""The worker's thread: it works at once, outlives failures, looks at nothing in vain, and stops."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller

from portal_data import settings, store
from portal_data.messaging import outbox
from portal_data.messaging.mail import mailer_for
from portal_data.ops.worker import Worker
from tests.conftest import NOW, Cast
from tests.mail_server import Inbox
from tests.queued_mail import enqueue


def test_the_thread_works_survives_a_failure_and_stops(
    cast: Cast, server: Controller, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_data.ops.worker.PAUSE", 0.01)
    looks = 0
    failed = threading.Event()

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        if looks == 1:
            failed.set()
            raise OSError("a clock that fails once")
        return NOW

    worker = Worker(mailer_for(settings.load()), clock)
    assert not worker.alive
    worker.start()
    assert failed.wait(30)
    enqueue()
    for _ in range(3000):
        if inbox.messages:
            break
        time.sleep(0.01)
    assert worker.alive
    worker.stop()
    assert not worker.alive
    assert len(inbox.messages) == 1


@pytest.fixture
def running(
    cast: Cast, server: Controller, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[float, float], list[float]]]:
    """Run a worker that pauses and rests so many seconds; return when it looked at the clock."""
    workers: list[Worker] = []
    looks: list[float] = []

    def clock() -> datetime:
        looks.append(time.monotonic())
        return datetime.now(UTC).replace(tzinfo=None)

    def start(pause: float, rest: float) -> list[float]:
        monkeypatch.setattr("portal_data.ops.worker.PAUSE", pause)
        monkeypatch.setattr("portal_data.ops.worker.REST", rest)
        workers.append(Worker(mailer_for(settings.load()), clock))
        workers[0].start()
        _until(lambda: bool(looks))
        time.sleep(0.5)  # its first look is over
        return looks

    yield start
    workers[0].stop()


def test_work_is_done_at_once_without_looking_for_it(
    running: Callable[[float, float], list[float]], inbox: Inbox
) -> None:
    looks = running(3600, 3600)
    time.sleep(1)
    assert len(looks) == 1
    enqueue()
    _until(lambda: bool(inbox.messages))
    enqueue(key="later", now=datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=1))
    _until(lambda: len(inbox.messages) == 2)  # by the clock: nothing new is committed then


def test_work_that_is_rolled_back_wakes_nobody(
    running: Callable[[float, float], list[float]],
) -> None:
    looks = running(3600, 3600)
    with pytest.raises(ZeroDivisionError), store.system_writing() as session:
        outbox.enqueue(session, "notify", dedup_key="x", payload={}, now=NOW)
        raise ZeroDivisionError
    time.sleep(0.5)
    assert len(looks) == 1


@pytest.mark.only_engine("postgres")
def test_work_of_other_processes_is_looked_for(
    running: Callable[[float, float], list[float]], inbox: Inbox
) -> None:
    looks = running(0.05, 3600)
    _until(lambda: len(looks) > 5)
    enqueue()
    outbox.WAITING.clear()
    _until(lambda: bool(inbox.messages))


def _until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.01)
