"""The staff's screens: customers with balances, one customer, and its documents."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from portal_data import store
from portal_data.auth import access, identity
from portal_data.errors import Conflict
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, Cast
from tests.factories import insert, make_invoice, make_payment
from tests.pages.conftest import TODAY, Open, Screen, app_as
from tests.people import events, rows

pytestmark = pytest.mark.only_engine("duckdb")


def test_customers_show_what_they_owe(
    screen: Open, owner: Staff, alice: Scope, db: store.Store
) -> None:
    make_invoice(alice, total_minor=12_345, due=TODAY - timedelta(days=2))
    make_invoice(alice, total_minor=500, currency_code="EUR", due=TODAY)
    shown = screen(owner, "staff/customers").records()
    assert [row["cells"][0] for row in shown["rows"]] == ["Alder Ltd", "Birch GmbH"]
    portal, overdue, outstanding = shown["rows"][0]["cells"][3:]
    assert portal["pills"][0]["text"] == "2 active"
    assert (overdue["text"], overdue["tone"]) == ("£123.45", "late")
    assert (outstanding["text"], outstanding["note"]) == ("£123.45", "€5.00")
    assert [choice["count"] for choice in shown["filters"]] == ["2", "1", "1", "2"]
    assert shown["downloads"] == []


def test_customers_are_filtered_by_the_address(screen: Open, owner: Staff, alice: Scope) -> None:
    make_invoice(alice, due=TODAY)
    assert screen(owner, "staff/customers", status="owing").numbers() == ["Alder Ltd"]
    assert screen(owner, "staff/customers", status="overdue").numbers() == []
    assert screen(owner, "staff/customers", q="zzz").records()["empty"]["title"] == (
        "No customer matches"
    )


@pytest.mark.parametrize(
    ("customer", "contacts", "words"),
    [
        ({"status": "inactive"}, ["active"], "Inactive"),
        ({"portal_enabled": False}, ["active"], "Switched off"),
        ({"portal_enabled": True}, ["active", "active"], "2 active"),
        ({"portal_enabled": False}, ["invited"], "1 invited"),
        ({"portal_enabled": False}, ["not_invited"], "Not invited"),
    ],
)
def test_the_portals_status_in_words(
    customer: dict[str, object], contacts: list[str], words: str, screen: Open, owner: Staff
) -> None:
    moments = {"created_at": NOW, "updated_at": NOW}
    cedar = insert("customers", display_name="Cedar", currency_code="GBP", **moments, **customer)
    for status in contacts:
        insert("contacts", customer_id=cedar, portal_status=status, **moments)
    (row,) = screen(owner, "staff/customers", q="Cedar").records()["rows"]
    assert row["cells"][3]["pills"][0]["text"] == words


def test_one_customer_with_figures_documents_and_people(
    screen: Open, owner: Staff, cast: Cast
) -> None:
    invoice = make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    make_payment(cast.alice, {invoice: 2_500}, number="PAY-1", unused_minor=500)
    make_invoice(cast.alice, number="INV-2", status="draft")
    shown = screen(owner, "staff/customer", id=str(cast.alice.customer_id))
    for words in ("Alder Ltd", "£75.00", "1 open invoice", "£5.00", "Documents", "People"):
        assert words in shown.html, words
    links = {row["cells"][0]: row["href"] for row in shown.records()["rows"]}
    assert links == {
        "INV-1": "invoice?number=INV-1",
        "PAY-1": "payment?number=PAY-1",
        "INV-2": "",
    }
    filtered = screen(owner, "staff/customer", id=str(cast.alice.customer_id), status="payment")
    assert filtered.numbers() == ["PAY-1"]
    hrefs = [choice["href"] for choice in filtered.records()["filters"]]
    assert all(f"id={cast.alice.customer_id}" in href for href in hrefs)


def test_an_unknown_customer_is_told_kindly(screen: Open, owner: Staff) -> None:
    assert "Customer not found" in screen(owner, "staff/customer", id="nonsense").html


def test_a_document_is_shown_and_not_viewed(screen: Open, owner: Staff, alice: Scope) -> None:
    invoice = make_invoice(alice, number="INV-1")
    make_payment(alice, {invoice: 100}, number="PAY-1")
    opened = screen(owner, "invoice", number="INV-1")
    styles = "".join(each.proto.body for each in opened.app.get("html"))
    assert '[data-testid="stSidebarNavLink"][href$="/"]' in styles  # Customers stays lit
    shown = opened.html
    assert "Consulting" in shown
    assert 'href="documents/staff/invoice.pdf?number=INV-1"' in shown
    assert f'href="customer?id={alice.customer_id}"' in shown
    assert "Amount received" in screen(owner, "payment", number="PAY-1").html
    assert rows("select 1 as one from core.document_views order by 1") == []
    assert rows("select id from core.invoices where first_viewed_at is not null order by 1") == []


def test_drafts_and_unknown_documents_are_told_kindly(
    screen: Open, owner: Staff, alice: Scope
) -> None:
    make_invoice(alice, number="INV-1", status="draft")
    for number in ("INV-1", "INV-9", ""):
        shown = screen(owner, "invoice", number=number)
        assert "Document not found" in shown.html
    assert "Document not found" in screen(owner, "estimate", number="INV-1").html


@pytest.mark.parametrize("page", ["staff/customers", "staff/customer"])
def test_customers_are_kept_out(page: str, screen: Open, alice: Scope) -> None:
    shown = screen(alice, page, id=str(alice.customer_id))
    assert "Customers</h1>" not in shown.html
    assert "People</h2>" not in shown.html


def test_staff_say_that_a_document_in_question_is_owed(
    screen: Open, owner: Staff, alice: Scope
) -> None:
    make_invoice(alice, number="INV-7", in_question_minor=4_000)
    shown = screen(owner, "invoice", number="INV-7")
    assert "In question" in shown.html
    (button,) = [each for each in shown.app.button if each.label == "Mark as owed"]
    button.click().run()
    assert rows("select in_question_minor from core.invoices order by id") == [
        {"in_question_minor": 0}
    ]
    assert not any(each.label == "Mark as owed" for each in shown.app.button)


def test_who_decides_on_what_was_changed_meanwhile_looks_at_it_first(
    screen: Open, owner: Staff, alice: Scope
) -> None:
    invoice = make_invoice(alice, number="INV-7", in_question_minor=4_000)
    shown = screen(owner, "invoice", number="INV-7")
    with store.system_writing() as session:
        session.change(
            "update core.invoices set version = version + 1, in_question_minor = 100"
            " where id = $id",
            id=invoice,
        )
    click(shown, "Mark as owed")
    assert ["changed this meanwhile" in each.value for each in shown.app.error] == [True]
    click(shown, "Load what is stored")
    assert list(shown.app.error) == []
    click(shown, "Mark as owed")
    assert rows("select in_question_minor from core.invoices order by id") == [
        {"in_question_minor": 0}
    ]


def click(shown: Screen, label: str) -> None:
    """Press the button of that name."""
    (button,) = [each for each in shown.app.button if each.label == label]
    button.click().run()


def close_portal(customer_id: "UUID") -> None:
    """Open the dialog that asks before a customer loses the portal."""
    from components.forms import confirm

    confirm.disable_customer(customer_id, "Alder Ltd")


def disable_contact(contact_id: "UUID") -> None:
    """Open the dialog that asks before a contact loses access."""
    from components.forms import confirm

    confirm.disable_contact(contact_id, "Bob Test")


def opened(dialog: Callable[..., None], who: Scope | Staff | None, *args: object) -> Screen:
    """Run a dialog as somebody."""
    app = AppTest.from_function(dialog, args=args, default_timeout=30)
    return Screen(app_as(app, who).run())


def test_ordinary_staff_change_a_contacts_role(screen: Open, cast: Cast, sam: Staff) -> None:
    shown = screen(sam, "staff/customer", id=str(cast.alice.customer_id))
    (role,) = [each for each in shown.app.selectbox if each.label == "Role of Bob Test"]
    role.set_value(Role.PAYER)
    shown.rerun()
    who = identity.scope_of(cast.bob.sign_in_id, NOW)
    assert isinstance(who, Scope)
    assert who.role is Role.PAYER
    assert events() == ["contact.role_changed"]


def test_a_role_changed_elsewhere_is_shown_and_not_undone(
    screen: Open, cast: Cast, sam: Staff
) -> None:
    shown = screen(sam, "staff/customer", id=str(cast.alice.customer_id))
    access.set_role(cast.owner, cast.bob.contact_id, Role.APPROVER, NOW, before=Role.VIEWER)
    with pytest.raises(Conflict, match="meanwhile"):
        access.set_role(sam, cast.bob.contact_id, Role.PAYER, NOW, before=Role.VIEWER)
    shown = shown.rerun()
    (role,) = [each for each in shown.app.selectbox if each.label == "Role of Bob Test"]
    assert role.value is Role.APPROVER
    assert events() == ["contact.role_changed"]


def test_taking_access_away_asks_first(screen: Open, cast: Cast, sam: Staff) -> None:
    shown = opened(disable_contact, sam, cast.bob.contact_id)
    assert identity.scope_of(cast.bob.sign_in_id, NOW) is not None
    (button,) = [each for each in shown.app.button if each.label == "Disable access"]
    button.click()
    shown.rerun()
    assert identity.scope_of(cast.bob.sign_in_id, NOW) is None
    assert identity.scope_of(cast.alice.sign_in_id, NOW) is not None
    shown = opened(close_portal, sam, cast.alice.customer_id)
    (button,) = [each for each in shown.app.button if each.label == "Close the portal"]
    button.click()
    shown.rerun()
    assert identity.scope_of(cast.alice.sign_in_id, NOW) is None
    assert identity.scope_of(cast.charlie.sign_in_id, NOW) is not None
    shown = screen(sam, "staff/customer", id=str(cast.alice.customer_id))
    assert "The portal is closed to them" in shown.html
    (button,) = [each for each in shown.app.button if each.label == "Open the portal to them"]
    button.click()
    shown.rerun()
    assert events() == ["contact.disabled", "customer.portal_disabled", "customer.portal_enabled"]


@pytest.mark.parametrize("person", ["alice", "charlie", "nobody"])
def test_customers_and_nobody_use_none_of_these_dialogs(person: str, cast: Cast) -> None:
    who = {"alice": cast.alice, "charlie": cast.charlie, "nobody": None}[person]
    for dialog, about in (
        (close_portal, cast.alice.customer_id),
        (disable_contact, cast.bob.contact_id),
    ):
        assert not opened(dialog, who, about).app.button
    assert events() == []
