"""PostgreSQL: rows are held in one order, and a turn keeps nobody from paying online."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import psycopg
import pytest

from portal_data import store
from portal_data.billing import invoices
from portal_data.errors import Conflict
from portal_data.ids import new_id
from portal_data.payments import crediting, mandates, offers, offline, receiving
from portal_data.payments.crediting import Use
from portal_data.payments.receiving import Part, Received
from portal_data.store import OpenSession
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_invoice
from tests.payments.scripted import Scripted
from tests.payments.test_collecting import begin, integrity, part, provider

__all__ = ["provider"]
pytestmark = pytest.mark.only_engine("postgres")

_INVOICE = "select id from core.invoices where number = $number order by id"
_PAYMENT = "select id from core.payments where number = $number order by id"
_WAITING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
        and clock_timestamp() - query_start > make_interval(secs => %s)
"""
_LONGER_THAN_A_DEADLOCK_IS_LOOKED_FOR = 1.5


class Beside:
    """Something that is done in a thread, with what it raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.error: BaseException | None = None
        self._act = act
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._act()
        except BaseException as error:
            self.error = error

    def ended(self, patience: float = 20) -> bool:
        """Wait for its end; False when it does not come."""
        self._thread.join(patience)
        return not self._thread.is_alive()


def until_somebody_waits(store_url: str, seconds: float = 0) -> None:
    """Return once a transaction waits for a row, for so long."""
    with psycopg.connect(store_url, autocommit=True) as connection:
        while not (connection.execute(_WAITING, [seconds]).fetchone() or [0])[0]:
            Event().wait(0.01)


def is_held(session: OpenSession, number: str) -> bool:
    """Tell whether others hold an invoice."""
    return not session.rows(_INVOICE + " for update skip locked", number=number)


def version(cast: Cast, number: str) -> int:
    """Return the version of an invoice."""
    return invoices.get(cast.alice, number, today=TODAY).version


def recorded(cast: Cast, parts: list[Part]) -> str:
    """Record a payment of 100 pounds."""
    received = Received(TODAY, "GBP", 10_000, "Cash")
    return offline.record(
        cast.owner, cast.alice.customer_id, received, parts, key=new_id(), again=False, now=NOW
    )


@pytest.mark.parametrize("turn", [
    lambda session, customer: mandates.hold_customer(session, customer),
    lambda session, customer: receiving.customers(session, [customer]),
])  # fmt: skip
def test_a_turn_lets_others_write_what_points_to_the_customer(
    cast: Cast, provider: Scripted, turn: Callable[..., Any]
) -> None:
    make_invoice(cast.alice, number="INV-1")
    with store.system_writing() as session:
        turn(session, cast.alice.customer_id)
        paying = Beside(lambda: begin(cast.alice, provider, part(cast.alice, "INV-1")))
        assert paying.ended(), "a payment online waits for somebody's turn"
        with store.system_writing() as other:  # but no second one has a turn
            held = "select id from core.customers where id = $id for no key update skip locked"
            assert other.rows(held, id=cast.alice.customer_id) == []
    assert paying.error is None
    assert integrity() == []


def test_two_that_wait_for_each_other_at_the_end_are_told_to_try_again(
    cast: Cast, store_url: str
) -> None:
    customer = cast.alice.customer_id
    make_invoice(cast.alice, number="INV-1")

    def wait_for_invoice() -> None:
        with store.system_writing() as session:
            session.locked("select id from core.customers where id = $id order by id", id=customer)
            held.set()
            go.wait(20)
            session.locked(_INVOICE, number="INV-1")

    held, go = Event(), Event()
    other = Beside(wait_for_invoice)
    held.wait(20)

    def write() -> None:
        with store.system_writing() as session:
            session.locked(_INVOICE, number="INV-1")
            session.change(
                "insert into core.credit_notes (id, customer_id, number, date, status,"
                " currency_code, subtotal_minor, total_minor, balance_minor, version, created_at,"
                " updated_at) values ($id, $customer, 'CN-1', $day, 'open', 'GBP', 5, 5, 5, 1,"
                " $now, $now)",
                id=new_id(), customer=customer, day=TODAY, now=NOW,
            )  # fmt: skip
            go.set()
            # its search for a deadlock finds none, so that of the commit does
            until_somebody_waits(store_url, _LONGER_THAN_A_DEADLOCK_IS_LOOKED_FOR)

    with pytest.raises(Conflict, match="at the same moment"):
        write()
    assert other.ended()
    assert other.error is None


def test_credit_is_held_before_what_it_pays(cast: Cast, store_url: str) -> None:
    make_invoice(cast.alice, number="INV-1")
    number = recorded(cast, [])
    (credit,) = crediting.available(cast.alice, "GBP")
    (invoice,) = offers.named(cast.alice, None, "invoice", ["INV-1"])
    with store.system_writing() as session:
        session.locked(_PAYMENT, number=number)
        using = Beside(
            lambda: crediting.use(cast.alice, [Use(credit, invoice, 100)], key=new_id(), now=NOW)
        )
        until_somebody_waits(store_url)
        assert not is_held(session, "INV-1")
    assert using.ended()
    assert using.error is None
    assert integrity() == []


def test_invoices_before_and_after_are_held_in_one_order(cast: Cast, store_url: str) -> None:
    make_invoice(cast.alice, number="INV-1")
    make_invoice(cast.alice, number="INV-2")
    number = recorded(cast, [Part("INV-2", 10_000)])
    with store.system_writing() as session:
        session.locked(_INVOICE, number="INV-1")
        moving = Beside(
            lambda: offline.reallocate(cast.owner, number, [Part("INV-1", 10_000)], seen=1, now=NOW)
        )
        until_somebody_waits(store_url)
        assert not is_held(session, "INV-2")
    assert moving.ended()
    assert moving.error is None
    assert integrity() == []
