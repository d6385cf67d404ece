"""Payments through the demo gateway from the click to the receipt, by its events and without."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from portal_data import settings, store
from portal_data.messaging.mail import mailer_for
from portal_data.ops.worker import Worker
from portal_data.payments import attempts, inbox, payments
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.demo_gateway import events
from portal_data.payments.providers import Providers
from portal_data.payments.providers.demo import Demo
from tests.conftest import NOW, Cast
from tests.factories import make_invoice
from tests.payments import messages
from tests.payments.event_server import Events, serving
from tests.payments.paying import Clock, choose
from tests.payments.test_collecting import balance, begin, integrity, part, prefer
from tests.people import rows

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    """The gateway's clock."""
    return Clock()


@pytest.fixture
def demo(cast: Cast, clock: Clock) -> Demo:
    """The provider, and a business whose invoices are all paid online."""
    prefer(pay_online=True, pay_in_parts=True, customers_add_payment_methods=True)
    with_bank = "update core.customers set version = version + 1, bank_payment_allowed = true"
    with store.system_writing() as session:
        session.change(with_bank)
    return Demo(clock)


@pytest.fixture
def collector(demo: Demo) -> Collector:
    """What collects through it."""
    return Collector(Providers([demo]), "https://portal.example")


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Events]:
    """A server that stands for the portal and takes events."""
    with serving() as taken:
        monkeypatch.setenv("PORTAL_BASE_URL", taken.url)
        settings.load.cache_clear()
        yield taken
    settings.load.cache_clear()


def told(demo: Demo, collector: Collector, portal: Events, now: datetime) -> None:
    """Let the gateway send what is due, and the portal look at what that leads to."""
    for row in rows(
        "select payload from core.outbox where kind = $kind and not_before <= $now"
        " order by not_before, id",
        kind=events.EVENT,
        now=now,
    ):
        events.deliver(json.loads(row["payload"]), now)
    for _path, headers, body in portal.came:
        for name in messages.receive(demo, body, headers, now):
            assert inbox.replay(collector, name, now).status == "handled"


def begun(cast: Cast, demo: Demo, collector: Collector, **more: object) -> tuple[UUID, str | None]:
    """An attempt at an invoice of £100, and where its payer goes on."""
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, demo, part(cast.alice, "INV-1"), **more)
    return attempt, collector.hand_over(cast.alice, attempt, NOW)


@pytest.mark.parametrize("sent", ["once", "twice"])
def test_a_card_pays_an_invoice(
    cast: Cast, demo: Demo, collector: Collector, portal: Events, sent: str
) -> None:
    attempt, url = begun(cast, demo, collector, save_method=True)
    back = choose(url, NOW, scenario="card", events=sent, save="on")
    assert back == f"https://portal.example/pay/return?attempt={attempt}"
    told(demo, collector, portal, NOW)
    assert balance(cast.alice) == (0, 0)
    receipt = payments.get(cast.alice, "PAY-000001")
    assert (receipt.amount_minor, receipt.mode) == (10_000, "Card")
    (kept,) = rows("select kind, last4, status from core.saved_methods order by id")
    assert kept == {"kind": "card", "last4": "4242", "status": "verified"}
    assert integrity() == []


def test_a_declined_card_leaves_the_invoice_open(
    cast: Cast, demo: Demo, collector: Collector, portal: Events
) -> None:
    attempt, url = begun(cast, demo, collector)
    choose(url, NOW, scenario="card_declined")
    told(demo, collector, portal, NOW)
    assert attempts.get(cast.alice, attempt).status is Status.FAILED
    assert balance(cast.alice) == (10_000, 0)
    choose(url, NOW, scenario="card")  # its page cannot be used behind the portal's back
    told(demo, collector, portal, NOW)
    assert balance(cast.alice) == (10_000, 0)


def test_a_card_is_confirmed_first(
    cast: Cast, demo: Demo, collector: Collector, portal: Events
) -> None:
    attempt, url = begun(cast, demo, collector)
    choose(url, NOW, scenario="card_secure")
    told(demo, collector, portal, NOW)
    assert attempts.get(cast.alice, attempt).status is Status.REQUIRES_ACTION
    assert collector.hand_over(cast.alice, attempt, NOW) == url
    choose(url, NOW, confirmed="yes")
    told(demo, collector, portal, NOW)
    assert balance(cast.alice) == (0, 0)


@pytest.mark.parametrize(
    ("scenario", "after", "later"),
    [
        ("bank", (0, 0), (0, 0)),
        ("bank_refused", (10_000, 0), (10_000, 0)),
        ("bank_returned", (0, 0), (10_000, 0)),
    ],
)
def test_a_debit_is_on_its_way_first(
    cast: Cast,
    demo: Demo,
    collector: Collector,
    portal: Events,
    clock: Clock,
    scenario: str,
    after: tuple[int, int],
    later: tuple[int, int],
) -> None:
    attempt, url = begun(cast, demo, collector)
    choose(url, NOW, scenario=scenario)
    told(demo, collector, portal, clock.now)
    assert attempts.get(cast.alice, attempt).status is Status.PENDING
    assert balance(cast.alice) == (10_000, 10_000)
    told(demo, collector, portal, clock.pass_(minutes=1))
    assert balance(cast.alice) == after
    told(demo, collector, portal, clock.pass_(minutes=1))
    assert balance(cast.alice) == later
    assert integrity() == []


def test_a_lost_event_is_found_by_looking(
    cast: Cast, demo: Demo, collector: Collector, portal: Events
) -> None:
    _attempt, url = begun(cast, demo, collector)
    choose(url, NOW, scenario="card", events="lost")
    Worker(mailer_for(settings.load())).work(NOW)
    assert portal.came == []
    assert balance(cast.alice) == (10_000, 10_000)
    assert collector.reconcile(NOW + MINUTE) == {"succeeded": 1}
    assert balance(cast.alice) == (0, 0)


def test_whoever_leaves_can_begin_again(
    cast: Cast, demo: Demo, collector: Collector, portal: Events
) -> None:
    attempt, url = begun(cast, demo, collector)
    assert collector.cancel(cast.alice, attempt, NOW) is Status.CANCELLED
    assert balance(cast.alice) == (10_000, 0)
    choose(url, NOW, scenario="card")
    told(demo, collector, portal, NOW)
    assert balance(cast.alice) == (10_000, 0)
