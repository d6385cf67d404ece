"""Estimates as the customer reads them: the list, its filters and one offer."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal_data import lists, store
from portal_data.billing import document, estimates
from portal_data.billing.estimates import Filter, Sort, Status
from portal_data.errors import NotFound
from portal_data.kinds import ESTIMATE
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_estimate, make_invoice

DAY = timedelta(days=1)


def _books(scope: Scope) -> None:
    """One estimate of every state."""
    make_estimate(scope, number="E-1")
    make_estimate(scope, number="E-2", expiry=TODAY)
    make_estimate(scope, number="E-3", day=TODAY - 40 * DAY, expiry=TODAY - DAY)
    for number, status in (("E-4", "accepted"), ("E-5", "declined"), ("E-6", "invoiced")):
        make_estimate(scope, number=number, status=status, expiry=TODAY - DAY)
    make_estimate(scope, number="E-7", status="draft")


def test_filters_hold_what_they_say_and_counts_agree(alice: Scope) -> None:
    _books(alice)
    listed = {
        by: [row.number for row in lists.page(alice, estimates.LIST, today=TODAY, filter=by).rows]
        for by in Filter
    }
    assert {by: sorted(numbers) for by, numbers in listed.items()} == {
        Filter.ALL: ["E-1", "E-2", "E-3", "E-4", "E-5", "E-6"],
        Filter.OPEN: ["E-1", "E-2"],
        Filter.ACCEPTED: ["E-4"],
        Filter.DECLINED: ["E-5"],
        Filter.INVOICED: ["E-6"],
        Filter.EXPIRED: ["E-3"],
    }
    page = lists.page(alice, estimates.LIST, today=TODAY, filter=Filter.OPEN)
    assert {by: len(numbers) for by, numbers in listed.items()} == dict(page.counts)
    assert page.total == 2


def test_an_offer_stands_through_its_last_day_and_an_answer_never_expires(alice: Scope) -> None:
    _books(alice)
    rows = {row.number: row for row in lists.page(alice, estimates.LIST, today=TODAY).rows}
    assert (rows["E-1"].status, rows["E-1"].days_left) == (Status.OPEN, 30)
    assert (rows["E-2"].status, rows["E-2"].days_left) == (Status.OPEN, 0)
    assert (rows["E-3"].status, rows["E-3"].days_left) == (Status.EXPIRED, None)
    assert (rows["E-4"].status, rows["E-4"].days_left) == (Status.ACCEPTED, None)
    tomorrow = estimates.get(alice, "E-2", today=TODAY + DAY)
    assert tomorrow.status is Status.EXPIRED


def test_without_expiry_an_offer_stands_for_good_and_comes_last(alice: Scope) -> None:
    make_estimate(alice, number="E-1")
    endless = make_estimate(alice, number="E-2")
    with store.system_writing() as session:
        session.change("update core.estimates set expiry_date = null where id = $id", id=endless)
    page = lists.page(alice, estimates.LIST, today=TODAY + 9_999 * DAY, sort=Sort.EXPIRY)
    assert [(row.number, row.status) for row in page.rows] == [
        ("E-1", Status.EXPIRED),
        ("E-2", Status.OPEN),
    ]


def test_search_takes_wildcards_literally(alice: Scope) -> None:
    make_estimate(alice, number="E-1", subject="100% linen_cloth")
    make_estimate(alice, number="E-2", reference="Something else")
    for text in ("100%", "linen_", "LINEN", "something"):
        assert lists.page(alice, estimates.LIST, today=TODAY, search=text).total == 1, text
    assert lists.page(alice, estimates.LIST, today=TODAY, search="%%").total == 0


def test_every_sort_orders_the_pages(alice: Scope) -> None:
    for n in range(25):
        make_estimate(
            alice, number=f"E-{n:02}", total_minor=1_000 + n, day=TODAY - timedelta(days=n)
        )
    seen = {
        sort: [
            row.number
            for page in (1, 2, 3)
            for row in lists.page(
                alice, estimates.LIST, today=TODAY, sort=sort, page=page, size=10
            ).rows
        ]
        for sort in Sort
    }
    up = [f"E-{n:02}" for n in range(25)]
    assert seen[Sort.NEWEST] == up
    assert seen[Sort.OLDEST] == seen[Sort.EXPIRY] == up[::-1]
    assert seen[Sort.TOTAL] == seen[Sort.NUMBER] == up[::-1]
    assert len(lists.page(alice, estimates.LIST, today=TODAY, size=100).rows) == 25


def _line(scope: Scope, estimate_id: object, position: int, **more: object) -> None:
    insert(
        "estimate_lines", customer_id=scope.customer_id, estimate_id=estimate_id,
        position=position, quantity=Decimal(1), unit_price=Decimal(50), total_minor=5_000,
        tax_name="VAT", tax_percent=Decimal(20), **more,
    )  # fmt: skip


def test_optional_lines_are_told_apart_and_taxed_once_selected(alice: Scope) -> None:
    offer = make_estimate(alice, number="E-1")
    _line(alice, offer, 2, name="Pond", optional=True, selected=True, tax_minor=1_000)
    _line(alice, offer, 3, name="Fountain", optional=True, selected=False, tax_minor=0)
    told = estimates.get(alice, "E-1", today=TODAY)
    assert [(line.name, line.optional, line.counts) for line in told.lines] == [
        ("Planting plan", False, True),
        ("Pond", True, True),
        ("Fountain", True, False),
    ]
    assert [(tax.name, tax.amount_minor) for tax in told.taxes] == [("VAT", 1_000)]


def test_who_answered_is_told_by_name(cast: Cast) -> None:
    alice = cast.alice
    make_estimate(
        alice, number="E-1", status="accepted", accepted_at=NOW, accepted_by=alice.contact_id,
        accepted_name="A. Test, director",
    )  # fmt: skip
    make_estimate(
        alice, number="E-2", status="declined", declined_at=NOW, declined_by=cast.bob.contact_id,
        decline_reason="Too dear",
    )  # fmt: skip
    make_estimate(alice, number="E-3", status="accepted")
    accepted = estimates.get(alice, "E-1", today=TODAY)
    assert (accepted.answered_at, accepted.answered_by) == (NOW, "A. Test, director")
    assert accepted.decline_reason is None
    declined = estimates.get(alice, "E-2", today=TODAY)
    assert (declined.answered_at, declined.answered_by) == (NOW, "Bob Test")
    assert declined.decline_reason == "Too dear"
    last = declined.history[-1]
    assert (last.happened, last.sentence, last.detail) == (NOW, "Declined by Bob Test", None)
    unknown = estimates.get(alice, "E-3", today=TODAY)
    assert (unknown.status, unknown.answered_by) == (Status.ACCEPTED, None)
    assert [event.sentence for event in unknown.history] == ["Estimate sent"]


def test_an_old_decline_is_not_the_reason_of_an_acceptance(alice: Scope) -> None:
    make_estimate(
        alice, number="E-1", status="accepted", declined_at=NOW - DAY, decline_reason="Too dear",
        declined_by=alice.contact_id, accepted_at=NOW, accepted_by=alice.contact_id,
    )  # fmt: skip
    told = estimates.get(alice, "E-1", today=TODAY)
    assert (told.answered_by, told.decline_reason) == ("Alice Test", None)
    assert "Too dear" not in repr(told)


def test_revisions_and_invoices_are_history(alice: Scope) -> None:
    offer = make_estimate(alice, number="E-1", status="invoiced", revision=2, sent_at=NOW)
    for revision, total in ((1, 9_000), (2, 10_000)):
        insert(
            "estimate_revisions", customer_id=alice.customer_id, estimate_id=offer,
            revision=revision, total_minor=total, snapshot="{}", reason=f"Reason {revision}",
            created_at=NOW - (3 - revision) * DAY,
        )  # fmt: skip
    make_invoice(alice, number="INV-1", estimate_id=offer, total_minor=10_000)
    make_invoice(alice, number="INV-2", estimate_id=offer, status="draft")
    told = estimates.get(alice, "E-1", today=TODAY)
    assert [(event.sentence, event.detail, event.amount_minor) for event in told.history] == [
        ("Estimate sent", None, 9_000),
        ("Revision 2 sent", "Reason 2", 10_000),
        ("Invoiced", "INV-1", 10_000),
    ]
    assert [each.number for each in told.invoices] == ["INV-1"]


def test_unknown_foreign_and_draft_look_the_same(cast: Cast) -> None:
    foreign = make_estimate(cast.charlie, number="B-1")
    draft = make_estimate(cast.alice, number="A-9", status="draft")
    messages = set()
    for number in ("nowhere", "B-1", "A-9"):
        with pytest.raises(NotFound) as refused:
            estimates.get(cast.alice, number, today=TODAY)
        messages.add(str(refused.value))
    for estimate_id in (foreign, draft):
        with pytest.raises(NotFound) as refused:
            document.number_of(cast.alice, ESTIMATE, estimate_id)
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_a_viewer_reads_what_the_administrator_reads(cast: Cast) -> None:
    offer = make_estimate(cast.alice, number="E-1")
    assert estimates.get(cast.bob, "E-1", today=TODAY) == estimates.get(
        cast.alice, "E-1", today=TODAY
    )
    assert document.number_of(cast.bob, ESTIMATE, offer) == "E-1"
