"""Customers with what they owe and all their documents, for staff and for nobody else."""

from datetime import timedelta

import pytest

from portal_data import kinds, lists, store
from portal_data.auth import identity
from portal_data.billing import invoices, views
from portal_data.customers import directory, documents
from portal_data.customers.directory import Filter, Owed, Sort
from portal_data.errors import NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.lists import Page
from portal_data.scope import Permission, Scope, Staff
from tests.conftest import NOW
from tests.factories import (
    TODAY,
    insert,
    make_credit_note,
    make_invoice,
    make_payment,
    make_retainer,
)
from tests.people import make_contact, rows

LATE = TODAY - timedelta(days=1)


def _named(page: Page[directory.AccountRow, directory.Filter]) -> list[str]:
    return [row.display_name for row in page.rows]


def test_what_is_owed_stands_beside_each_customer_by_currency(
    owner: Staff, alice: Scope, charlie: Scope
) -> None:
    make_invoice(alice, total_minor=1_000, currency_code="EUR")
    make_invoice(alice, total_minor=500, due=LATE)
    make_invoice(alice, total_minor=700, balance_minor=200, due=TODAY)
    for status in ("draft", "void", "written_off"):
        make_invoice(alice, status=status, due=LATE)
    make_invoice(charlie, balance_minor=0, due=LATE)
    page = lists.page(owner, directory.LIST, today=TODAY)
    assert _named(page) == ["Alder Ltd", "Birch GmbH"]
    assert page.rows[0].owed == [Owed("GBP", 700, 500), Owed("EUR", 1_000, 0)]
    assert page.rows[1].owed == []
    assert (page.rows[0].contacts_active, page.rows[0].contacts_invited) == (2, 0)
    assert page.counts == {
        Filter.ALL: 2,
        Filter.OWING: 1,
        Filter.OVERDUE: 1,
        Filter.PORTAL: 2,
    }


def test_filters_hold_what_they_say(owner: Staff, alice: Scope, charlie: Scope) -> None:
    make_invoice(alice)
    make_invoice(charlie, due=LATE)
    closed = insert("customers", display_name="Cedar", currency_code="GBP", created_at=NOW,
                    updated_at=NOW)  # fmt: skip
    insert("contacts", customer_id=closed, portal_status="invited", created_at=NOW, updated_at=NOW)

    def wanted(one: Filter) -> list[str]:
        return _named(lists.page(owner, directory.LIST, today=TODAY, filter=one))

    assert wanted(Filter.ALL) == ["Alder Ltd", "Birch GmbH", "Cedar"]
    assert wanted(Filter.OWING) == ["Alder Ltd", "Birch GmbH"]
    assert wanted(Filter.OVERDUE) == ["Birch GmbH"]
    assert wanted(Filter.PORTAL) == ["Alder Ltd", "Birch GmbH"]
    assert (
        lists.page(owner, directory.LIST, today=TODAY, search="ceda").rows[0].contacts_invited == 1
    )


def test_search_order_and_pages(owner: Staff, alice: Scope, charlie: Scope) -> None:
    assert _named(lists.page(owner, directory.LIST, today=TODAY, search="bir")) == ["Birch GmbH"]
    assert _named(lists.page(owner, directory.LIST, today=TODAY, search="C-1")) == ["Alder Ltd"]
    assert lists.page(owner, directory.LIST, today=TODAY, search="%").rows == []
    second = lists.page(owner, directory.LIST, today=TODAY, sort=Sort.NUMBER, page=2, size=1)
    assert (_named(second), second.total) == (["Birch GmbH"], 2)
    assert lists.page(owner, directory.LIST, today=TODAY, page=9).rows == []


def test_figures_are_by_currency_the_own_one_first(owner: Staff, alice: Scope) -> None:
    invoice = make_invoice(alice, total_minor=900, due=LATE)
    make_payment(alice, {invoice: 100}, unused_minor=40)
    make_credit_note(alice, total_minor=60)
    make_invoice(alice, total_minor=5_000, currency_code="EUR")
    pounds, euros = directory.balances(owner, alice.customer_id, today=TODAY)
    assert (pounds.currency_code, euros.currency_code) == ("GBP", "EUR")
    assert (pounds.outstanding_count, pounds.outstanding_minor, pounds.overdue_minor) == (
        1, 800, 800,
    )  # fmt: skip
    assert pounds.available_credits_minor == 100
    assert (euros.outstanding_minor, euros.overdue_minor) == (5_000, 0)
    assert directory.balances(owner, new_id(), today=TODAY) == []


def _written(scope: Scope) -> None:
    """One document of each kind, and drafts, from the oldest to the newest."""
    own = {"customer_id": scope.customer_id, "currency_code": "GBP", "created_at": NOW,
           "updated_at": NOW}  # fmt: skip
    insert(
        "estimates", number="EST-1", date=TODAY - timedelta(days=9), expiry_date=LATE,
        status="sent", subject="Roof", subtotal_minor=5, total_minor=5, **own,
    )  # fmt: skip
    insert(
        "retainer_invoices", number="RET-1", date=TODAY - timedelta(days=8), status="sent",
        total_minor=70, balance_minor=70, **own,
    )  # fmt: skip
    paid = make_invoice(scope, number="INV-1", day=TODAY - timedelta(days=7), total_minor=10)
    make_payment(scope, {paid: 10}, number="PAY-1", day=TODAY - timedelta(days=6))
    make_credit_note(scope, number="CN-1", day=TODAY - timedelta(days=5))
    make_invoice(scope, number="INV-2", day=TODAY, status="draft")


def test_documents_of_every_kind_are_one_list_newest_first(
    owner: Staff, alice: Scope, charlie: Scope
) -> None:
    _written(alice)
    make_invoice(charlie)
    page = lists.page(owner, documents.LIST, id=alice.customer_id, today=TODAY)
    assert [(row.number, row.kind.key, row.status, row.left_minor) for row in page.rows] == [
        ("INV-2", "invoice", "draft", None),
        ("CN-1", "credit_note", "open", 5_000),
        ("PAY-1", "payment", "received", 0),
        ("INV-1", "invoice", "paid", 0),
        ("RET-1", "retainer", "unpaid", 70),
        ("EST-1", "estimate", "expired", None),
    ]
    assert page.counts["invoice"] == 2
    assert page.total == page.counts[documents.ALL] == 6


def test_documents_are_filtered_searched_and_paged(owner: Staff, alice: Scope) -> None:
    _written(alice)

    def numbers(**asked: object) -> list[str]:
        page = lists.page(owner, documents.LIST, id=alice.customer_id, today=TODAY, **asked)
        return [row.number for row in page.rows]

    assert numbers(filter="invoice") == ["INV-2", "INV-1"]
    assert numbers(search="roof") == ["EST-1"]
    assert numbers(sort=documents.Sort.OLDEST, page=2, size=2) == ["INV-1", "PAY-1"]
    assert lists.page(owner, documents.LIST, id=new_id(), today=TODAY).rows == []


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=lambda kind: kind.key)
def test_a_document_is_located_by_its_number(kind: kinds.Kind, owner: Staff, alice: Scope) -> None:
    _written(alice)
    number = {"invoice": "INV-1", "estimate": "EST-1", "payment": "PAY-1", "credit_note": "CN-1",
              "retainer": "RET-1"}[kind.key]  # fmt: skip
    located = documents.locate(owner, kind, number)
    assert (located.customer_id, located.customer_name) == (alice.customer_id, "Alder Ltd")
    with pytest.raises(NotFound):
        documents.locate(owner, kind, "NONE-1")


def test_staff_see_what_the_customer_sees_and_are_not_viewers(
    owner: Staff, alice: Scope, charlie: Scope
) -> None:
    invoice = make_invoice(alice, number="INV-7")
    make_invoice(alice, number="INV-8", status="draft")
    make_invoice(charlie, number="INV-9")
    looking = identity.view_as_customer(owner, alice.customer_id)
    assert invoices.get(looking, "INV-7", today=TODAY).id == invoice
    for unseen in ("INV-8", "INV-9"):
        with pytest.raises(NotFound):
            invoices.get(looking, unseen, today=TODAY)
    assert views.mark(looking, kinds.INVOICE, invoice, NOW) == []
    assert rows("select document_id from core.document_views order by 1") == []
    assert rows("select id from core.activity order by id") == []
    assert not any(looking.may(each) for each in Permission)
    with pytest.raises(NotAllowed):
        looking.need(Permission.MESSAGE_SEND)
    views.mark(alice, kinds.INVOICE, invoice, NOW)
    seen = views.mark(looking, kinds.INVOICE, invoice, NOW)
    assert [viewing.name for viewing in seen] == ["Alice Test"]


def test_nobody_looks_at_an_unknown_customer(owner: Staff) -> None:
    with pytest.raises(NotFound):
        identity.view_as_customer(owner, new_id())


def test_contacts_are_refused(alice: Scope, owner: Staff) -> None:
    make_contact(alice, "dora@alder.example")
    for asked in (
        lambda who: lists.page(who, directory.LIST, today=TODAY),
        lambda who: directory.balances(who, alice.customer_id, today=TODAY),
        lambda who: lists.page(who, documents.LIST, id=alice.customer_id, today=TODAY),
        lambda who: documents.locate(who, kinds.INVOICE, "INV-1"),
        lambda who: identity.view_as_customer(who, alice.customer_id),
    ):
        with pytest.raises(TypeError, match="Only staff"):
            asked(alice)


def test_the_list_follows_the_books(owner: Staff, alice: Scope) -> None:
    """What is remembered is forgotten when anything was committed."""
    assert lists.page(owner, directory.LIST, today=TODAY).rows[0].owed == []
    make_invoice(alice, total_minor=5)
    assert lists.page(owner, directory.LIST, today=TODAY).rows[0].owed == [Owed("GBP", 5, 0)]
    with store.system_writing() as session:
        session.change("update core.invoices set balance_minor = 0")
    assert lists.page(owner, directory.LIST, today=TODAY).rows[0].owed == []


def test_a_retainer_is_told_by_its_purpose(owner: Staff, alice: Scope, charlie: Scope) -> None:
    make_retainer(alice, number="RET-1", description="Lobby, first stage", reference="PO 7")
    make_retainer(charlie, number="RET-2", description="Somebody else's")
    page = lists.page(
        owner, documents.LIST, id=alice.customer_id, today=TODAY, search="first stage"
    )
    assert [(row.number, row.subject) for row in page.rows] == [("RET-1", "Lobby, first stage")]
