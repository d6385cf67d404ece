"""Retainer invoices as the customer reads them: what is owed, what is available, who drew it."""

from datetime import timedelta

import pytest

from portal_data import lists
from portal_data.billing import document, retainers
from portal_data.billing.retainers import Filter, Sort, Status
from portal_data.errors import NotFound
from portal_data.ids import new_id
from portal_data.kinds import RETAINER
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice, make_retainer, make_retainer_payment

DAY = timedelta(days=1)


def _books(scope: Scope) -> None:
    """One retainer invoice of every state."""
    make_retainer(scope, number="R-1", due=TODAY)
    make_retainer_payment(scope, make_retainer(scope, number="R-2", due=TODAY - DAY), 1)
    make_retainer_payment(scope, make_retainer(scope, number="R-3"), 1)
    make_retainer_payment(scope, make_retainer(scope, number="R-4", due=TODAY - DAY), 10_000)
    make_retainer(scope, number="R-5", status="void", due=TODAY - DAY)
    make_retainer(scope, number="R-6", status="draft")


def test_filters_hold_what_they_say_and_counts_agree(alice: Scope) -> None:
    _books(alice)
    listed = {
        by: sorted(
            row.number for row in lists.page(alice, retainers.LIST, today=TODAY, filter=by).rows
        )
        for by in Filter
    }
    assert listed == {
        Filter.ALL: ["R-1", "R-2", "R-3", "R-4", "R-5"],
        Filter.UNPAID: ["R-1", "R-2", "R-3"],
        Filter.OVERDUE: ["R-2"],
        Filter.PAID: ["R-4"],
        Filter.VOID: ["R-5"],
    }
    page = lists.page(alice, retainers.LIST, today=TODAY)
    assert {by: len(numbers) for by, numbers in listed.items()} == dict(page.counts)
    assert {row.number: (row.status, row.partially_paid) for row in page.rows} == {
        "R-1": (Status.UNPAID, False),
        "R-2": (Status.OVERDUE, True),
        "R-3": (Status.PARTIALLY_PAID, True),
        "R-4": (Status.PAID, False),
        "R-5": (Status.VOID, False),
    }


def test_a_row_is_named_by_its_first_line_and_found_by_any(alice: Scope) -> None:
    retainer = make_retainer(alice, number="R-1", description="Lobby, 100%")
    insert(
        "retainer_invoice_lines",
        customer_id=alice.customer_id,
        retainer_invoice_id=retainer,
        position=2,
        description="Second stage",
        total_minor=1,
    )
    make_retainer(alice, number="R-2", description="Signs", reference="PO 7")
    named = {
        row.number: row.description for row in lists.page(alice, retainers.LIST, today=TODAY).rows
    }
    assert named == {"R-1": "Lobby, 100%", "R-2": "Signs"}
    for text, numbers in {
        "second": ["R-1"],
        "100%": ["R-1"],
        "po 7": ["R-2"],
        "r-2": ["R-2"],
        "%%": [],
    }.items():
        found = lists.page(alice, retainers.LIST, today=TODAY, search=text)
        assert [row.number for row in found.rows] == numbers, text
        assert found.total == len(numbers), text


def test_every_sort_orders_the_pages(alice: Scope) -> None:
    for n in range(5):
        retainer = make_retainer(
            alice, number=f"R-{n}", total_minor=1_000 + 2 * n, day=TODAY - n * DAY,
            due=None if n == 0 else TODAY + n * DAY,
        )  # fmt: skip
        make_retainer_payment(alice, retainer, 10 + n)
    seen = {
        sort: [
            row.number
            for page in (1, 2, 3)
            for row in lists.page(
                alice, retainers.LIST, today=TODAY, sort=sort, page=page, size=2
            ).rows
        ]
        for sort in Sort
    }
    up = [f"R-{n}" for n in range(5)]
    assert seen[Sort.NEWEST] == up
    assert seen[Sort.DUE] == ["R-1", "R-2", "R-3", "R-4", "R-0"]
    for sort in (Sort.OLDEST, Sort.NUMBER, Sort.TOTAL, Sort.BALANCE, Sort.AVAILABLE):
        assert seen[sort] == up[::-1], sort


def test_a_retainer_tells_payments_drawings_and_the_rest(alice: Scope) -> None:
    project = insert(
        "projects", customer_id=alice.customer_id, name="Lobby", billing_method="fixed_cost",
        status="active", currency_code="JPY", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    retainer = make_retainer(
        alice, number="R-1", total_minor=600_000, currency_code="JPY", project_id=project,
        day=TODAY - 9 * DAY,
    )  # fmt: skip
    make_retainer_payment(alice, retainer, 400_000, number="P-1", currency_code="JPY", day=TODAY)
    insert(
        "retainer_applications",
        customer_id=alice.customer_id,
        retainer_invoice_id=retainer,
        invoice_id=make_invoice(alice, number="A-1", currency_code="JPY"),
        date=TODAY,
        amount_minor=150_000,
        created_at=NOW,
    )
    told = retainers.get(alice, "R-1", today=TODAY)
    assert (told.status, told.balance_minor, told.payable_minor) == (
        Status.PARTIALLY_PAID,
        200_000,
        200_000,
    )
    assert told.drawn_minor == 150_000
    assert [(p.number, p.amount_minor) for p in told.payments] == [("P-1", 400_000)]
    assert [(d.invoice_number, d.amount_minor) for d in told.drawings] == [("A-1", 150_000)]
    assert told.project_name == "Lobby"
    assert [event.sentence for event in told.history] == [
        "Retainer invoice sent",
        "Payment received",
        "Drawn by invoice",
    ]


def test_what_is_on_its_way_is_not_asked_for_again(alice: Scope) -> None:
    make_retainer(alice, number="R-1", total_minor=1_000, pending_minor=400)
    make_retainer(alice, number="R-2", status="void")
    assert retainers.get(alice, "R-1", today=TODAY).payable_minor == 600
    assert retainers.get(alice, "R-2", today=TODAY).payable_minor == 0


def test_unknown_foreign_and_draft_look_the_same(cast: Cast) -> None:
    theirs = make_retainer(cast.charlie, number="B-1")
    make_retainer(cast.alice, number="R-9", status="draft")
    messages = set()
    for number in ("nowhere", "B-1", "R-9"):
        with pytest.raises(NotFound) as refused:
            retainers.get(cast.alice, number, today=TODAY)
        messages.add(str(refused.value))
    for retainer_id in (theirs, new_id()):
        with pytest.raises(NotFound) as refused:
            document.number_of(cast.alice, RETAINER, retainer_id)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_a_viewer_reads_what_the_administrator_reads(cast: Cast) -> None:
    make_retainer(cast.alice, number="R-1")
    assert retainers.get(cast.bob, "R-1", today=TODAY) == retainers.get(
        cast.alice, "R-1", today=TODAY
    )
