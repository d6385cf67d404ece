"""Invoices as the customer reads them: the list, its filters and one document."""

from datetime import timedelta

import pytest

from portal_data import lists
from portal_data.billing import invoices
from portal_data.billing.invoices import Filter, Sort, Status
from portal_data.errors import NotFound
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_credit_note, make_invoice, make_payment

LATE = TODAY - timedelta(days=40)


def _books(scope: Scope) -> dict[str, object]:
    """One invoice of every state; returns their ids by state."""
    made = {
        "unpaid": make_invoice(scope, number="A-1", total_minor=1_000),
        "overdue": make_invoice(scope, number="A-2", total_minor=2_000, day=LATE),
        "partly": make_invoice(scope, number="A-3", total_minor=3_000),
        "partly_late": make_invoice(scope, number="A-4", total_minor=4_000, day=LATE),
        "paid": make_invoice(scope, number="A-5", total_minor=5_000),
        "void": make_invoice(scope, number="A-6", total_minor=6_000, status="void"),
        "draft": make_invoice(scope, number="A-7", total_minor=7_000, status="draft"),
    }
    make_payment(scope, {made["partly"]: 1, made["partly_late"]: 1, made["paid"]: 5_000})
    return made


def test_filters_hold_what_they_say_and_counts_agree(alice: Scope) -> None:
    _books(alice)
    listed = {
        by: [row.number for row in lists.page(alice, invoices.LIST, today=TODAY, filter=by).rows]
        for by in Filter
    }
    assert {by: sorted(numbers) for by, numbers in listed.items()} == {
        Filter.ALL: ["A-1", "A-2", "A-3", "A-4", "A-5", "A-6"],
        Filter.UNPAID: ["A-1", "A-2", "A-3", "A-4"],
        Filter.PARTIALLY_PAID: ["A-3", "A-4"],
        Filter.OVERDUE: ["A-2", "A-4"],
        Filter.PAID: ["A-5"],
        Filter.VOID: ["A-6"],
        Filter.DISPUTED: [],
    }
    page = lists.page(alice, invoices.LIST, today=TODAY)
    assert {by: len(numbers) for by, numbers in listed.items()} == dict(page.counts)


def test_overdue_does_not_mask_partially_paid(alice: Scope) -> None:
    _books(alice)
    row = lists.page(alice, invoices.LIST, today=TODAY, search="A-4").rows[0]
    assert (row.status, row.partially_paid, row.days_overdue) == (Status.OVERDUE, True, 10)


def test_due_today_is_not_overdue(alice: Scope) -> None:
    make_invoice(alice, due=TODAY)
    assert lists.page(alice, invoices.LIST, today=TODAY).rows[0].status is Status.UNPAID


def test_search_takes_wildcards_literally(alice: Scope) -> None:
    make_invoice(alice, number="A-1", subject="100% linen_cloth")
    make_invoice(alice, number="A-2", subject="Something else")
    for text in ("100%", "linen_", "LINEN"):
        assert lists.page(alice, invoices.LIST, today=TODAY, search=text).total == 1, text
    assert lists.page(alice, invoices.LIST, today=TODAY, search="%%").total == 0


def test_every_sort_orders_the_pages(alice: Scope) -> None:
    for n in range(25):
        make_invoice(
            alice, number=f"A-{n:02}", total_minor=1_000 + n, day=TODAY - timedelta(days=n)
        )
    seen = {
        sort: [
            row.number
            for page in (1, 2, 3)
            for row in lists.page(
                alice, invoices.LIST, today=TODAY, sort=sort, page=page, size=10
            ).rows
        ]
        for sort in Sort
    }
    up = [f"A-{n:02}" for n in range(25)]
    assert seen[Sort.NEWEST] == up
    assert seen[Sort.OLDEST] == seen[Sort.DUE] == up[::-1]
    assert seen[Sort.TOTAL] == seen[Sort.BALANCE] == seen[Sort.NUMBER] == up[::-1]


def test_a_document_tells_what_settled_it(alice: Scope) -> None:
    invoice = make_invoice(alice, number="A-1", total_minor=10_000)
    make_payment(alice, {invoice: 2_500}, number="PAY-1")
    note = make_credit_note(alice, number="CN-1", total_minor=1_000, balance_minor=0)
    insert(
        "credit_applications",
        customer_id=alice.customer_id,
        credit_note_id=note,
        invoice_id=invoice,
        date=TODAY,
        amount_minor=1_000,
        created_at=NOW,
    )
    document = invoices.get(alice, "A-1", today=TODAY)
    assert [(s.kind, s.number, s.amount_minor) for s in document.settlements] == [
        ("credit", "CN-1", 1_000),
        ("payment", "PAY-1", 2_500),
    ]
    assert [line.name for line in document.lines] == ["Consulting"]
    assert {event.sentence for event in document.history} == {
        "Invoice sent",
        "Payment received",
        "Credit applied",
    }


def test_unknown_foreign_and_draft_look_the_same(cast: Cast) -> None:
    make_invoice(cast.charlie, number="B-1")
    make_invoice(cast.alice, number="A-9", status="draft")
    messages = set()
    for number in ("nowhere", "B-1", "A-9"):
        with pytest.raises(NotFound) as refused:
            invoices.get(cast.alice, number, today=TODAY)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_a_viewer_reads_what_the_administrator_reads(cast: Cast) -> None:
    make_invoice(cast.alice, number="A-1")
    assert invoices.get(cast.bob, "A-1", today=TODAY) == invoices.get(
        cast.alice, "A-1", today=TODAY
    )
