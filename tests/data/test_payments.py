"""Payments as the customer reads them: the list, its filters, and one receipt."""

from datetime import timedelta

import pytest

from portal_data import lists
from portal_data.billing import refunds
from portal_data.errors import NotFound
from portal_data.payments import payments
from portal_data.payments.payments import Filter, Sort, Status
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    insert,
    make_invoice,
    make_payment,
    make_retainer,
    make_retainer_payment,
)

DAY = timedelta(days=1)


def _numbers(scope: Scope, **asked: object) -> list[str]:
    return [row.number for row in lists.page(scope, payments.LIST, **asked).rows]  # type: ignore[arg-type]


def test_filters_hold_what_they_say_and_counts_agree(alice: Scope) -> None:
    make_payment(alice, {make_invoice(alice): 5_000}, number="P-1")
    make_payment(alice, {}, number="P-2", unused_minor=700)
    make_retainer_payment(alice, make_retainer(alice), 2_500, number="P-3")
    for status in ("draft", "void"):
        make_payment(alice, {}, unused_minor=1, number=f"P-{status}", status=status)
    assert {by: sorted(_numbers(alice, filter=by)) for by in Filter} == {
        Filter.ALL: ["P-1", "P-2", "P-3"],
        Filter.INVOICE: ["P-1", "P-2"],
        Filter.RETAINER: ["P-3"],
    }
    assert lists.page(alice, payments.LIST).counts == {
        Filter.ALL: 3,
        Filter.INVOICE: 2,
        Filter.RETAINER: 1,
    }


def test_a_row_names_what_was_paid_and_what_is_unused(alice: Scope) -> None:
    first, second = make_invoice(alice, number="A-1"), make_invoice(alice, number="A-2")
    make_payment(alice, {second: 4_000, first: 10_000}, unused_minor=250, reference="FT 1")
    row = lists.page(alice, payments.LIST).rows[0]
    assert row.paid_numbers == ["A-1", "A-2"]
    assert (row.amount_minor, row.unused_minor, row.reference) == (14_250, 250, "FT 1")


def test_dates_and_amounts_order_both_ways_over_pages(alice: Scope) -> None:
    for n in range(25):
        make_payment(alice, {}, number=f"P-{n:02}", unused_minor=1_000 + n, day=TODAY - n * DAY)
    seen = {
        sort: [each for page in (1, 2, 3) for each in _numbers(alice, sort=sort, page=page, size=9)]
        for sort in Sort
    }
    up = [f"P-{n:02}" for n in range(25)]
    assert seen[Sort.NEWEST] == seen[Sort.SMALLEST] == up
    assert seen[Sort.OLDEST] == seen[Sort.LARGEST] == up[::-1]
    assert _numbers(alice, page=9) == []
    assert len(_numbers(alice, size=100)) == 25


def test_search_finds_number_reference_mode_and_what_was_paid(alice: Scope) -> None:
    invoice = make_invoice(alice, number="INV-77")
    make_payment(alice, {invoice: 1}, number="P-1", reference="100% FT_9")
    make_retainer_payment(alice, make_retainer(alice, number="RET-5"), 1, number="P-2")
    make_payment(alice, {}, unused_minor=1, number="P-3", reference="other")
    for text, numbers in {
        "p-1": ["P-1"],
        "100%": ["P-1"],
        "FT_": ["P-1"],
        "v-77": ["P-1"],
        "ret-5": ["P-2"],
        "transfer": ["P-1", "P-2", "P-3"],
        "%%": [],
        "nothing": [],
    }.items():
        found = lists.page(alice, payments.LIST, search=text)
        assert sorted(row.number for row in found.rows) == numbers, text
        assert found.total == len(numbers), text


def test_a_receipt_tells_allocations_with_withheld_tax_and_early_discount(alice: Scope) -> None:
    invoice = make_invoice(alice, number="A-1", total_minor=10_000, day=TODAY - 30 * DAY)
    payment = make_payment(alice, {}, number="P-1", unused_minor=9_000)
    insert(
        "allocations",
        customer_id=alice.customer_id,
        payment_id=payment,
        invoice_id=invoice,
        date=TODAY,
        amount_minor=8_500,
        withheld_minor=1_000,
        early_discount_minor=500,
        created_at=NOW,
    )
    told = payments.get(alice, "P-1")
    assert [
        (a.kind, a.number, a.date, a.total_minor, a.amount_minor, a.withheld_minor,
         a.early_discount_minor)
        for a in told.allocations
    ] == [("invoice", "A-1", TODAY - 30 * DAY, 10_000, 8_500, 1_000, 500)]  # fmt: skip


def test_only_refunds_that_arrived_count(alice: Scope) -> None:
    payment = make_payment(alice, {}, number="P-1", unused_minor=600, currency_code="KWD")
    for status, amount in (("succeeded", 100), ("pending", 200), ("failed", 400)):
        insert(
            "refunds",
            customer_id=alice.customer_id,
            payment_id=payment,
            date=TODAY,
            status=status,
            currency_code="KWD",
            amount_minor=amount,
            mode="Bank transfer",
            created_at=NOW,
        )
    told = payments.get(alice, "P-1")
    assert {each.status: each.amount_minor for each in told.refunds} == {
        refunds.Status.SUCCEEDED: 100,
        refunds.Status.PENDING: 200,
        refunds.Status.FAILED: 400,
    }
    assert told.refunded_minor == 100


def test_a_mixed_payment_names_invoices_and_retainers(alice: Scope) -> None:
    payment = make_payment(alice, {make_invoice(alice, number="A-1"): 100}, number="P-1")
    insert(
        "allocations",
        customer_id=alice.customer_id,
        payment_id=payment,
        retainer_invoice_id=make_retainer(alice, number="R-1"),
        date=TODAY,
        amount_minor=50,
        created_at=NOW,
    )
    assert [(a.kind, a.number) for a in payments.get(alice, "P-1").allocations] == [
        ("invoice", "A-1"),
        ("retainer", "R-1"),
    ]


def test_a_void_receipt_says_so_and_a_draft_is_not_there(alice: Scope) -> None:
    for status in ("void", "draft"):
        make_payment(alice, {}, unused_minor=1, number=f"P-{status}", status=status)
    assert payments.get(alice, "P-void").status is Status.VOID
    with pytest.raises(NotFound):
        payments.get(alice, "P-draft")


def test_unknown_foreign_and_draft_look_the_same(cast: Cast) -> None:
    make_payment(cast.charlie, {}, unused_minor=1, number="B-1")
    make_payment(cast.alice, {}, unused_minor=1, number="P-draft", status="draft")
    messages = set()
    for number in ("nowhere", "B-1", "P-draft", "", "' or 1=1 --"):
        with pytest.raises(NotFound) as refused:
            payments.get(cast.alice, number)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_nothing_yet_is_an_empty_page(alice: Scope) -> None:
    page = lists.page(alice, payments.LIST)
    assert (page.rows, page.total) == ([], 0)
    assert set(page.counts.values()) == {0}


def test_a_viewer_reads_what_the_administrator_reads(cast: Cast) -> None:
    make_payment(cast.alice, {make_invoice(cast.alice): 1}, number="P-1")
    assert payments.get(cast.bob, "P-1") == payments.get(cast.alice, "P-1")
    assert lists.page(cast.bob, payments.LIST) == lists.page(cast.alice, payments.LIST)
