"""Account: oneself, the company, its addresses and people, and no more of a card than must be."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.clock import utc_now
from portal_data.scope import Scope, Staff
from tests.factories import insert
from tests.pages.conftest import TODAY, Open
from tests.people import make_contact


@pytest.fixture
def company(alice: Scope, charlie: Scope) -> None:
    """Store all that Account shows of Alice's company, and a stranger's card."""
    now = utc_now()
    own = {"customer_id": alice.customer_id}
    with store.system_writing() as session:
        session.change(
            "update core.customers set tax_id = 'GB 1', tax_treatment = 'uk_vat',"
            " phone = '01632 1', payment_terms_label = 'Net 30',"
            " website = 'https://alder.example' where id = $id",
            id=alice.customer_id,
        )
        session.change(
            "update core.contacts set salutation = 'Dr', phone = '01632 2', designation = 'Buyer'"
            " where id = $id",
            id=alice.contact_id,
        )
    insert("addresses", kind="billing", attention="Accounts", street1="9 Elm Road", city="Leeds",
           country="United Kingdom", fax="01632 9", updated_at=now, **own)  # fmt: skip
    insert("addresses", kind="shipping", street1="<b>Dock 4</b>", updated_at=now, **own)
    make_contact(alice, "dora@alder.example", portal_status="invited", role="payer")
    make_contact(alice, "eve@alder.example", portal_status="disabled", last_name="山田")
    card = {"provider": "demo", "created_at": now, "updated_at": now}
    over = TODAY.replace(day=1) - timedelta(days=1)
    insert("saved_methods", provider_reference="tok_1", kind="card", brand="visa", last4="4242",
           holder="Alice Secret", expires_month=TODAY.month, expires_year=TODAY.year + 1,
           status="verified", is_default=True, **card, **own)  # fmt: skip
    insert("saved_methods", provider_reference="tok_2", kind="card", brand="amex", last4="0005",
           expires_month=over.month, expires_year=over.year, status="verified", **card,
           **own)  # fmt: skip
    insert("saved_methods", provider_reference="tok_3", kind="bank", brand="Example Bank",
           last4="6789", status="pending_verification", **card, **own)  # fmt: skip
    insert("saved_methods", provider_reference="tok_4", kind="card", brand="visa", last4="1111",
           status="removed", **card, **own)  # fmt: skip
    insert("saved_methods", provider_reference="tok_9", kind="card", brand="visa", last4="9999",
           status="verified", customer_id=charlie.customer_id, **card)  # fmt: skip


def test_everything_of_the_account(screen: Open, alice: Scope, company: None) -> None:
    shown = screen(alice, "account").html
    for words in (
        "Dr Alice Test", "Buyer", "alice@alder.example", "01632 2",
        "Administrator: reads everything",
        "Alder Ltd", "C-1", "GB 1", "UK VAT", "01632 1", "https://alder.example", "Net 30", "GBP",
        "Accounts", "9 Elm Road", "Leeds", "Fax 01632 9",
        "Alice Test</span> (you)", "Bob Test", "Viewer", "dora@alder.example", "Invited", "Payer",
        "Dora 山田", "Disabled", "Active",
        "Visa •••• 4242", f"Expires {TODAY:%m}/{TODAY.year + 1}", "Default", "Amex •••• 0005",
        "Expired", "Example Bank •••• 6789", "Being verified",
    ):  # fmt: skip
        assert words in shown, words
    for words in ("Alice Secret", "tok_", "1111", "9999", "Charlie"):
        assert words not in shown, words
    assert 'href="security"' in shown


def test_what_people_wrote_is_no_markup(screen: Open, alice: Scope, company: None) -> None:
    bodies = "".join(element.proto.body for element in screen(alice, "account").app.get("html"))
    assert "&lt;b&gt;Dock 4&lt;/b&gt;" in bodies
    assert "<b>Dock" not in bodies


def test_nothing_known_is_told_kindly(screen: Open, bob: Scope) -> None:
    shown = screen(bob, "account").html
    for words in ("Bob Test", "Viewer: reads everything", "Nothing is saved", "None"):
        assert words in shown, words


@pytest.mark.parametrize("who", ["charlie", "owner", "nobody"])
def test_nobody_else_sees_it(
    screen: Open, alice: Scope, company: None, who: str, request: pytest.FixtureRequest
) -> None:
    person: Scope | Staff | None = None if who == "nobody" else request.getfixturevalue(who)
    app = screen(person, "home" if who == "owner" else "account")
    for words in ("9 Elm Road", "4242", "alice@alder.example", "dora@"):
        assert words not in app.html
