"""Numbers of documents: none twice, none left out, whoever draws at once and whatever fails."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal_data import store
from portal_data.business import numbering
from portal_data.errors import Invalid
from portal_data.ids import new_id
from portal_data.scope import Scope
from tests.factories import make_invoice, make_series


class Cancelled(Exception):
    """Something goes wrong after a number was drawn."""


@pytest.fixture
def series(db: store.Store) -> None:
    """A series of invoices that goes on after INV-0041, and one of estimates."""
    make_series("invoice", "INV-", 42, 4)
    make_series("credit_note", "2026/CN-", 9)


@pytest.mark.usefixtures("series")
def test_each_kind_goes_on_in_its_own_series() -> None:
    with store.system_writing() as session:
        drawn = [numbering.draw(session, kind) for kind in ("invoice", "credit_note") * 2]
    assert drawn == ["INV-0042", "2026/CN-9", "INV-0043", "2026/CN-10"]


@pytest.mark.usefixtures("series")
def test_a_number_of_what_failed_goes_to_the_next() -> None:
    def fail() -> None:
        with store.system_writing() as session:
            assert numbering.draw(session, "invoice") == "INV-0042"
            raise Cancelled

    with pytest.raises(Cancelled):
        fail()
    with store.system_writing() as session:
        assert numbering.draw(session, "invoice") == "INV-0042"


@pytest.mark.usefixtures("series")
def test_numbers_grow_beyond_their_digits() -> None:
    with store.system_writing() as session:
        session.change("update core.counters set next_number = 9999 where kind = 'invoice'")
        assert [numbering.draw(session, "invoice") for _ in range(2)] == ["INV-9999", "INV-10000"]


@pytest.mark.usefixtures("series")
def test_a_kind_without_a_series_is_refused() -> None:
    with store.system_writing() as session, pytest.raises(Invalid, match="retainer invoices yet"):
        numbering.draw(session, "retainer_invoice")


@pytest.mark.usefixtures("series")
def test_sixteen_at_once_leave_no_gap_and_take_none_twice(alice: Scope) -> None:
    """Every third fails after it has drawn its number and written its invoice."""
    begin = threading.Barrier(16)

    def issue(worker: int) -> list[str]:
        begin.wait(30)
        issued = []
        for attempt in range(6):
            try:
                with store.system_writing() as session:
                    number = numbering.draw(session, "invoice")
                    session.change(
                        _INVOICE, id=new_id(), number=number, customer_id=alice.customer_id
                    )
                    if (worker + attempt) % 3 == 0:
                        raise Cancelled
                issued.append(number)
            except Cancelled:
                pass
        return issued

    make_invoice(alice, number="TEMPLATE")
    with ThreadPoolExecutor(16) as workers:
        issued = sorted(number for each in workers.map(issue, range(16)) for number in each)
    assert issued == [f"INV-{42 + place:04d}" for place in range(64)]
    with store.system_reading() as session:
        stored = session.rows("select number from core.invoices order by number")
    assert [row["number"] for row in stored] == [*issued, "TEMPLATE"]


_INVOICE = """
    insert into core.invoices (id, customer_id, number, date, due_date, status, currency_code,
                               subtotal_minor, total_minor, balance_minor, created_at, updated_at)
    select $id, $customer_id, $number, date, due_date, status, currency_code,
           subtotal_minor, total_minor, balance_minor, created_at, updated_at
      from core.invoices where number = 'TEMPLATE'
"""
