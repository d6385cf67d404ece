"""Credit notes as the customer reads them: the list, its filters, and what a note was used for."""

from datetime import date, timedelta

import pytest

from portal_data import lists
from portal_data.billing import credit_notes
from portal_data.billing.credit_notes import Filter, Sort, Status
from portal_data.errors import Conflict, NotFound
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_credit_note, make_invoice

DAY = timedelta(days=1)


def _apply(scope: Scope, note: object, invoice: object, amount: int, day: date = TODAY) -> None:
    insert(
        "credit_applications",
        customer_id=scope.customer_id,
        credit_note_id=note,
        invoice_id=invoice,
        date=day,
        amount_minor=amount,
        created_at=NOW,
    )


def test_filters_hold_what_they_say_and_counts_agree(alice: Scope) -> None:
    make_credit_note(alice, number="C-1")
    make_credit_note(alice, number="C-2", balance_minor=1)
    make_credit_note(alice, number="C-3", balance_minor=0)
    make_credit_note(alice, number="C-4", balance_minor=0, status="void")
    make_credit_note(alice, number="C-5", status="draft")
    listed = {
        by: sorted(row.number for row in lists.page(alice, credit_notes.LIST, filter=by).rows)
        for by in Filter
    }
    assert listed == {
        Filter.ALL: ["C-1", "C-2", "C-3", "C-4"],
        Filter.OPEN: ["C-1", "C-2"],
        Filter.CLOSED: ["C-3"],
        Filter.VOID: ["C-4"],
    }
    page = lists.page(alice, credit_notes.LIST, filter=Filter.OPEN)
    assert page.total == 2
    assert {by: len(numbers) for by, numbers in listed.items()} == dict(page.counts)
    assert {row.number: row.status for row in lists.page(alice, credit_notes.LIST).rows} == {
        "C-1": Status.OPEN, "C-2": Status.OPEN, "C-3": Status.CLOSED, "C-4": Status.VOID,
    }  # fmt: skip


def test_search_and_orders(alice: Scope) -> None:
    for n in range(5):
        make_credit_note(
            alice, number=f"C-{n}", total_minor=1_000 + n, day=TODAY - n * DAY,
            subject="100% wool" if n == 3 else "Boxes", reference=f"INV-{n}",
        )  # fmt: skip
    up = [f"C-{n}" for n in range(5)]
    for sort in Sort:
        found = [row.number for row in lists.page(alice, credit_notes.LIST, sort=sort).rows]
        assert found == (up if sort is Sort.NEWEST else up[::-1]), sort
    for text, numbers in {"100%": ["C-3"], "inv-2": ["C-2"], "c-1": ["C-1"], "_": []}.items():
        assert [r.number for r in lists.page(alice, credit_notes.LIST, search=text).rows] == numbers
    paged = [
        row.number
        for page in (1, 2, 3, 4)
        for row in lists.page(alice, credit_notes.LIST, page=page, size=2).rows
    ]
    assert paged == up


def test_a_note_tells_what_it_was_used_for(alice: Scope) -> None:
    corrected = make_invoice(alice, number="A-1")
    other = make_invoice(alice, number="A-2")
    note = make_credit_note(
        alice, number="C-1", total_minor=5_000, balance_minor=1_000, invoice_id=corrected,
        currency_code="KWD", day=TODAY - 9 * DAY,
    )  # fmt: skip
    _apply(alice, note, other, 500)
    _apply(alice, note, corrected, 2_500, TODAY - DAY)
    for status, amount in (("succeeded", 1_000), ("pending", 300), ("failed", 200)):
        insert(
            "refunds",
            customer_id=alice.customer_id,
            credit_note_id=note,
            date=TODAY,
            status=status,
            currency_code="KWD",
            amount_minor=amount,
            mode="Cash",
            created_at=NOW,
        )
    told = credit_notes.get(alice, "C-1")
    assert told.invoice_number == "A-1"
    assert [(a.invoice_number, a.amount_minor) for a in told.applications] == [
        ("A-1", 2_500),
        ("A-2", 500),
    ]
    assert (told.applied_minor, told.refunded_minor) == (3_000, 1_000)
    assert told.total_minor - told.applied_minor - told.refunded_minor == told.balance_minor
    assert [line.name for line in told.lines] == ["Returned goods"]
    assert [event.sentence for event in told.history][:3] == [
        "Credit note issued",
        "Applied to invoice",
        "Applied to invoice",
    ]
    assert {event.sentence for event in told.history[3:]} == {
        "Refunded",
        "Refund on its way",
        "Refund failed",
    }


def test_unknown_foreign_and_draft_look_the_same(cast: Cast) -> None:
    make_credit_note(cast.charlie, number="B-1")
    make_credit_note(cast.alice, number="C-9", status="draft")
    messages = set()
    for number in ("nowhere", "B-1", "C-9"):
        with pytest.raises(NotFound) as refused:
            credit_notes.get(cast.alice, number)
        messages.add(str(refused.value))
    assert len(messages) == 1


@pytest.mark.only_engine("postgres")
def test_a_note_cannot_be_used_in_foreign_books(cast: Cast) -> None:
    foreign = make_invoice(cast.charlie)
    with pytest.raises(Conflict):
        make_credit_note(cast.alice, invoice_id=foreign)
    note = make_credit_note(cast.alice)
    with pytest.raises(Conflict):
        _apply(cast.alice, note, foreign, 10)


@pytest.mark.only_engine("duckdb")  # which has no such foreign keys
def test_a_note_used_in_foreign_books_shows_none_of_them(cast: Cast) -> None:
    """Rows that should never exist are not shown either: a view joins only the customer's own."""
    note = make_credit_note(cast.alice, number="C-1", invoice_id=make_invoice(cast.charlie))
    _apply(cast.alice, note, make_invoice(cast.charlie, number="SECRET"), 10)
    told = credit_notes.get(cast.alice, "C-1")
    assert (told.invoice_number, told.applications) == (None, [])


def test_a_viewer_reads_what_the_administrator_reads(cast: Cast) -> None:
    make_credit_note(cast.alice, number="C-1")
    assert credit_notes.get(cast.bob, "C-1") == credit_notes.get(cast.alice, "C-1")
