"""Paying on the screens: what can be paid, by whom, how much of it, and what became of it."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from portal_data import store
from portal_data.billing import invoices
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.payments import attempts, collecting, paying
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import State
from portal_data.payments.providers import Providers
from portal_data.scope import Scope, Staff
from tests.factories import insert, make_credit_note, make_invoice, make_retainer
from tests.pages.conftest import TODAY, Open, Screen
from tests.pages.test_dialogs import opened
from tests.payments.scripted import Scripted
from tests.people import rows

DAY = timedelta(days=1)
PAYING = {"pay_online": True, "pay_in_parts": True}


@pytest.fixture
def provider(alice: Scope, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The provider of a portal in which every invoice is paid online, and in parts."""
    prefer(**PAYING)
    scripted = Scripted()
    collector = Collector(Providers([scripted]), "https://portal.example")
    monkeypatch.setattr(collecting, "current", lambda: collector)
    return scripted


def prefer(**switched: bool) -> None:
    """Switch preferences on or off."""
    now = utc_now()
    with store.system_writing() as session:
        for key, on in switched.items():
            session.change("delete from core.preferences where key = $key", key=key)
            session.load(
                "core.preferences", ("key", "value", "updated_at"), [(key, json.dumps(on), now)]
            )


def limit(contact: Scope, minor: int) -> None:
    """Let a contact pay no more at once."""
    with store.system_writing() as session:
        session.change(
            "update core.contacts set payment_limit_minor = $minor, "
            "payment_limit_currency = 'GBP' where id = $id",
            id=contact.contact_id,
            minor=minor,
        )


def method(scope: Scope, last4: str, **more: object) -> UUID:
    """Save a card for a customer."""
    return insert(
        "saved_methods", **{
            "customer_id": scope.customer_id, "provider": "demo", "provider_reference": last4,
            "kind": "card", "brand": "visa", "last4": last4, "status": "verified",
            "is_default": False, "created_at": utc_now(), "updated_at": utc_now(), **more,
        },
    )  # fmt: skip


def begin(scope: Scope, provider: Scripted, number: str = "INV-1", **more: object) -> UUID:
    """Begin to pay all of an invoice, and return the attempt."""
    seen = invoices.get(scope, number, today=TODAY)
    part = Part("invoice", number, seen.version, seen.payable_minor)
    key = new_id()
    paying.begin(scope, provider, Order((part,), **more), key=key, now=utc_now())  # type: ignore[arg-type]
    return key


def press(shown: Screen, words: str) -> Screen:
    """Press the button that begins with some words."""
    next(each for each in shown.app.button if plain(each.label).startswith(words)).click()
    return shown.rerun()


def cancel() -> None:
    """Open the dialog that cancels the payment that was begun."""
    from components.payments import going_on
    from components.session import require_scope
    from portal_data.payments import attempts

    for each in attempts.in_flight(require_scope()):
        going_on.cancel(each.id)


def remove() -> None:
    """Open the dialog that removes the saved method which is not the default."""
    from components.account import saved_methods
    from components.session import require_scope
    from portal_data.customers import details

    found = details.my_details(require_scope()).saved_methods[-1]
    saved_methods.remove(found.id, "It", found.version)


def labels(shown: Screen) -> list[str]:
    """Return what the buttons say."""
    return [plain(each.label) for each in shown.app.button]


def plain(label: str) -> str:
    """Return a label without what keeps markdown out of it."""
    return label.replace("\\", "")


def begun() -> list[tuple[str, int]]:
    """Return every attempt with its status and amount."""
    found = rows("select status, amount_minor from core.payment_attempts order by created_at, id")
    return [(each["status"], each["amount_minor"]) for each in found]


def went_to(shown: Screen) -> list[str]:
    """Return the addresses that the browser was sent to."""
    found = [json.loads(each.proto.json) for each in shown.app.get("bidi_component")
             if each.proto.component_name == "bridge"]  # fmt: skip
    return [each["address"] for each in found if each["order"] == "go"]


def test_an_invoice_is_paid_by_a_new_card(screen: Open, alice: Scope, provider: Scripted) -> None:
    make_invoice(alice, number="INV-1", total_minor=12_345)
    shown = screen(alice, "pay", invoices="INV-1")
    assert "Pay £123.45" in shown.html
    shown = press(shown, "Pay £123.45")
    assert begun() == [("created", 12_345)]
    (attempt,) = attempts.in_flight(alice)
    assert went_to(shown) == [f"pay/start?attempt={attempt.id}"]


def test_the_same_click_twice_is_one_payment(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    make_invoice(alice, number="INV-1")
    shown = press(screen(alice, "pay", invoices="INV-1"), "Pay £")
    again = shown.rerun()
    assert len(begun()) == 1
    assert not [each for each in labels(again) if each.startswith("Pay £")]
    assert "is not paid yet" in again.html
    assert "Cancel payment" in labels(again)


def test_a_saved_card_is_charged_at_once_and_shows_the_receipt(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    make_invoice(alice, number="INV-1", total_minor=10_000)
    method(alice, "4242", is_default=True, expires_month=12, expires_year=TODAY.year + 1)
    shown = press(screen(alice, "pay", invoices="INV-1"), "Pay £100.00")
    assert begun() == [("succeeded", 10_000)]
    assert "Payment received" in shown.html
    assert "payment?number=PAY-000001" in shown.html
    assert ".pdf" in shown.html
    assert "INV-1" in shown.html


def test_saved_methods_are_offered_the_default_first_and_expired_ones_not(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    make_invoice(alice, number="INV-1")
    method(alice, "1111")
    method(alice, "4242", is_default=True)
    method(alice, "9999", expires_month=1, expires_year=TODAY.year - 1)
    shown = screen(alice, "pay", invoices="INV-1")
    (choice,) = shown.app.radio
    assert [each.replace("\\", "") for each in choice.options] == [
        "Visa •••• 4242", "Visa •••• 1111", "New card or bank account",
    ]  # fmt: skip
    assert f"Visa •••• 9999 (Expired 01/{TODAY.year - 1})" in shown.html
    assert not shown.app.checkbox
    choice.set_value(choice.options[2])
    assert [each.label for each in shown.rerun().app.checkbox] == ["Save it for next time"]


def test_saving_is_offered_where_the_business_allows_it(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    make_invoice(alice, number="INV-1")
    shown = screen(alice, "pay", invoices="INV-1")
    shown.app.checkbox[0].check()
    press(shown, "Pay £")
    assert rows("select save_method from core.payment_attempts")[0]["save_method"]
    prefer(customers_add_payment_methods=False)
    make_invoice(alice, number="INV-2")
    assert not screen(alice, "pay", invoices="INV-2").app.checkbox


def test_a_part_is_paid(screen: Open, alice: Scope, provider: Scripted) -> None:
    make_invoice(alice, number="INV-1", total_minor=10_000)
    shown = screen(alice, "pay", invoices="INV-1")
    shown.app.number_input[0].set_value(33.33)
    shown = shown.rerun()
    assert "Pay £33.33" in shown.html
    press(shown, "Pay £33.33")
    assert begun() == [("created", 3_333)]


def test_no_part_is_offered_where_none_is_taken(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    prefer(pay_in_parts=False)
    make_invoice(alice, number="INV-1")
    assert not screen(alice, "pay", invoices="INV-1").app.number_input


def test_one_amount_is_split_oldest_first_to_the_minor_unit(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    for number, days, minor in (("INV-1", 1, 3_333), ("INV-2", 3, 3_334), ("INV-3", 2, 3_333)):
        make_invoice(alice, number=number, day=TODAY - days * DAY, total_minor=minor)
    shown = screen(alice, "pay", due="GBP")
    assert "Pay £100.00" in shown.html
    shown.app.radio[0].set_value(shown.app.radio[0].options[1])
    shown = shown.rerun()
    shown.app.number_input[0].set_value(50.01)
    shown = press(shown.rerun(), "Pay £50.01")
    (attempt,) = attempts.in_flight(alice)
    assert [(each.number, each.amount_minor) for each in attempt.items] == [
        ("INV-2", 3_334), ("INV-3", 1_667),
    ]  # fmt: skip


def test_several_are_chosen_and_more_than_is_due_is_not_taken(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    for n in (1, 2, 3):
        make_invoice(alice, number=f"INV-{n}", day=TODAY - n * DAY, total_minor=1_000)
    shown = screen(alice, "pay", invoices="INV-1,INV-2,INV-3")
    shown.app.checkbox[0].uncheck()
    shown = shown.rerun()
    assert "Pay £20.00" in shown.html
    shown.app.radio[0].set_value(shown.app.radio[0].options[1])
    shown = shown.rerun()
    shown.app.number_input[0].set_value(25.0)
    shown = shown.rerun()
    assert "£5.00 of it cannot be paid towards these documents." in shown.html
    assert "Pay £20.00" in labels(shown)


def test_what_cannot_be_paid_here_is_named_and_left_out(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    for n in range(1, 5):
        make_invoice(alice, number=f"INV-{n}", day=TODAY - n * DAY, total_minor=1_000)
    insert(
        "disputes", customer_id=alice.customer_id, kind="customer",
        invoice_id=rows("select id from core.invoices where number = 'INV-2'")[0]["id"],
        contact_id=alice.contact_id, reason="Other", body="Wrong", currency_code="GBP",
        amount_minor=1_000, status="opened", opened_at=utc_now(),
    )  # fmt: skip
    with store.system_writing() as session:
        session.change(
            "insert into core.invoice_providers (customer_id, invoice_id, provider) "
            "select customer_id, id, 'elsewhere' from core.invoices where number = 'INV-3'"
        )
    begin(alice, provider, "INV-4")
    shown = screen(alice, "pay", invoices="INV-1,INV-2,INV-3,INV-4")
    assert "Pay £10.00" in shown.html
    for words in ("Left out", "£10.00 is in dispute.", "Cannot be paid online.",
                  "£10.00 is on its way.", "INV-4"):  # fmt: skip
        assert words in shown.html, words
    assert "£20.00" in [each.value for each in press(shown, "Pay by bank transfer").app.code]


@pytest.mark.parametrize("numbers", ["INV-9", "NOWHERE", "INV-1,INV-9"])
def test_foreign_and_unknown_documents_look_the_same(
    screen: Open, alice: Scope, charlie: Scope, provider: Scripted, numbers: str
) -> None:
    make_invoice(alice, number="INV-1")
    make_invoice(charlie, number="INV-9", subject="Secret of another")
    shown = screen(alice, "pay", invoices=numbers)
    assert "Invoice not found" in shown.html
    assert "Secret" not in shown.html
    assert not shown.app.button


def test_what_changed_meanwhile_is_not_paid(screen: Open, alice: Scope, provider: Scripted) -> None:
    make_invoice(alice, number="INV-1", total_minor=1_000)
    shown = screen(alice, "pay", invoices="INV-1")
    with store.system_writing() as session:
        session.change("update core.invoices set version = version + 1")
    shown = press(shown, "Pay £10.00")
    assert begun() == []
    assert "changed meanwhile" in shown.text
    press(press(shown, "Load what is stored"), "Pay £10.00")
    assert begun() == [("created", 1_000)]


def test_who_may_not_pay_is_told_who_can(screen: Open, bob: Scope, provider: Scripted) -> None:
    make_invoice(bob, number="INV-1")
    for page, query in (("pay", {"invoices": "INV-1"}), ("invoice", {"number": "INV-1"}),
                        ("invoices", {}), ("home", {})):  # fmt: skip
        shown = screen(bob, page, **query)
        assert not [each for each in labels(shown) if each.startswith("Pay")], page
        assert "pay?" not in shown.html, page
    assert ">Alice Test</span> can pay." in screen(bob, "pay", invoices="INV-1").html


def test_without_a_provider_the_transfer_stays(
    screen: Open, alice: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefer(**PAYING)
    nobody = Collector(Providers([]), "https://portal.example")
    monkeypatch.setattr(collecting, "current", lambda: nobody)
    make_invoice(alice, number="INV-1")
    assert not [each for each in labels(screen(alice, "invoices")) if each.startswith("Pay")]
    home = screen(alice)
    home.app.button(key="home.pay.GBP").click()
    assert home.rerun().app.code
    shown = screen(alice, "invoice", number="INV-1")
    shown.app.button(key="invoice.pay").click()
    assert shown.rerun().app.code
    shown = press(screen(alice, "pay", invoices="INV-1"), "Pay by bank transfer")
    assert shown.app.code
    assert "Demo payments" not in shown.html


def test_an_invoice_that_is_not_paid_online_keeps_its_transfer(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    prefer(pay_online=False)
    make_invoice(alice, number="INV-1")
    make_invoice(alice, number="INV-2")
    for page, query, key in (("invoice", {"number": "INV-1"}, "invoice.pay"),
                             ("home", {}, "home.pay.GBP")):  # fmt: skip
        shown = screen(alice, page, **query)
        shown.app.button(key=key).click()
        assert shown.rerun().app.code, page
    assert "pay?due" not in screen(alice, "invoices").html
    with store.system_writing() as session:
        session.change(
            "insert into core.invoice_providers (customer_id, invoice_id, provider) "
            "select customer_id, id, 'demo' from core.invoices where number = 'INV-2'"
        )
    assert "pay?due=GBP" in screen(alice, "invoices").html
    shown = screen(alice, "pay", due="GBP")
    assert "Cannot be paid online." in shown.html


@pytest.mark.parametrize("kind", ["invoice", "retainer"])
def test_a_document_leads_to_its_payment(
    screen: Open, alice: Scope, provider: Scripted, kind: str
) -> None:
    if kind == "invoice":
        make_invoice(alice, number="DOC-1", total_minor=777)
    else:
        make_retainer(alice, number="DOC-1", total_minor=777)
    shown = screen(alice, kind, number="DOC-1")
    shown.app.button(key=f"{kind}.pay").click()
    assert "Pay £7.77" in shown.rerun().html
    press(screen(alice, "pay", **{f"{kind}s": "DOC-1"}), "Pay £7.77")
    assert begun() == [("created", 777)]


def test_home_and_the_list_lead_to_all_that_is_due(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    for n in (1, 2):
        make_invoice(alice, number=f"INV-{n}", total_minor=500)
    assert 'href="pay?due=GBP"' in screen(alice, "invoices").html
    shown = screen(alice)
    shown.app.button(key="home.pay.GBP").click()
    assert "Pay £10.00" in shown.rerun().html


def test_what_is_being_paid_stands_on_home_and_on_the_invoice(
    screen: Open, alice: Scope, bob: Scope, provider: Scripted
) -> None:
    make_invoice(alice, number="INV-1", total_minor=500)
    attempt = begin(alice, provider)
    for page, query in (("home", {}), ("invoice", {"number": "INV-1"})):
        shown = screen(alice, page, **query)
        assert f'href="pay/start?attempt={attempt}"' in shown.html, page
        assert "Cancel payment" in labels(shown), page
        others = screen(bob, page, **query)
        assert "is not paid yet" in others.html, page
        assert "pay/start" not in others.html, page
        assert "Cancel payment" not in labels(others), page
    assert "£5.00" in press(screen(alice), "Cancel payment").html
    shown = opened(cancel, alice)
    shown.app.button(key="confirm.yes").click()
    shown.rerun()
    assert begun() == [("cancelled", 500)]


STATES: dict[State, tuple[str, ...]] = {
    State.CREATED: ("Not paid yet", "pay/start?attempt="),
    State.REQUIRES_ACTION: ("One step is left", "pay/start?attempt="),
    State.PENDING: ("On its way", "cannot be paid a second time"),
    State.SUCCEEDED: ("Payment received", "payment?number=PAY-000001", ".pdf"),
    State.FAILED: (
        "Not accepted",
        "There was not enough money in the account.",
        "pay?invoices=INV-1",
    ),
    State.CANCELLED: ("Payment cancelled", "Nothing was paid.", "pay?invoices=INV-1"),
    State.EXPIRED: ("Time ran out", "Nothing was paid.", "pay?invoices=INV-1"),
}


@pytest.mark.parametrize("state", STATES)
def test_the_result_says_what_became_of_it(
    screen: Open, alice: Scope, charlie: Scope, provider: Scripted, state: State
) -> None:
    make_invoice(alice, number="INV-1", total_minor=500)
    attempt = begin(alice, provider)
    collecting.current().hand_over(alice, attempt, utc_now())
    failed = {"failure_code": "insufficient_funds"} if state is State.FAILED else {}
    provider.becomes(f"pay_{attempt}", state, **failed)
    shown = screen(alice, "payment", attempt=str(attempt))
    for words in STATES[state]:
        assert words in shown.html, words
    foreign = screen(charlie, "payment", attempt=str(attempt))
    unknown = screen(charlie, "payment", attempt=str(new_id()))
    assert "Payment not found" in foreign.html
    assert foreign.html == unknown.html


def test_what_is_held_is_said_to_be_looked_at(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    make_invoice(alice, number="INV-1", total_minor=500)
    attempt = begin(alice, provider)
    collecting.current().hand_over(alice, attempt, utc_now())
    provider.becomes(f"pay_{attempt}", State.SUCCEEDED, received_minor=499)
    shown = screen(alice, "payment", attempt=str(attempt))
    assert "We are looking at it" in shown.html
    assert "Cancel payment" not in labels(shown)


def test_a_silent_provider_is_said_to_be(screen: Open, alice: Scope, provider: Scripted) -> None:
    make_invoice(alice, number="INV-1")
    attempt = begin(alice, provider)
    provider.silent = True
    shown = screen(alice, "payment", attempt=str(attempt))
    assert "does not answer at the moment" in shown.html
    dialog = opened(cancel, alice)
    dialog.app.button(key="confirm.yes").click()
    dialog = dialog.rerun()
    assert "does not answer at the moment" in dialog.text
    assert "No answer." not in dialog.text + shown.html
    assert begun()[0][0] == "created"


def test_a_provider_that_falls_silent_after_the_click_loses_nothing(
    screen: Open, alice: Scope, provider: Scripted
) -> None:
    make_invoice(alice, number="INV-1", total_minor=500)
    method(alice, "4242")
    provider.answers_lost = 2
    shown = press(screen(alice, "pay", invoices="INV-1"), "Pay £5.00")
    assert "Payment of £5.00" in shown.html
    assert len(begun()) == 1
    assert "Payment received" in screen(alice, "payment", attempt=_only()).html
    assert len(provider.requests) == 1


def _only() -> str:
    return str(rows("select id from core.payment_attempts")[0]["id"])


def test_more_than_a_limit_waits_for_who_may_agree(
    screen: Open, alice: Scope, bob: Scope, provider: Scripted
) -> None:
    with store.system_writing() as session:
        session.change("update core.contacts set role = 'payer' where id = $id", id=bob.contact_id)
    bob = replace(bob, role=type(bob.role)("payer"))
    limit(bob, 499)
    make_invoice(bob, number="INV-1", total_minor=500)
    shown = screen(bob, "pay", invoices="INV-1")
    assert "More than your limit of £4.99 a payment." in shown.html
    shown = press(shown, "Ask to pay £5.00")
    assert begun() == [("awaiting_approval", 500)]
    assert "Waits for agreement" in shown.html
    assert ">Alice Test</span> can agree to this payment." in shown.html
    assert "Agree and pay" not in labels(shown)
    assert "Take back" in labels(shown)
    home = screen(alice)
    assert "waits for a colleague's agreement" in home.html
    agreed = press(home, "Agree and pay")
    (attempt,) = attempts.in_flight(alice)
    assert attempt.status is Status.CREATED
    assert went_to(agreed) == [f"pay/start?attempt={attempt.id}"]


def test_what_waits_is_taken_back(screen: Open, alice: Scope, provider: Scripted) -> None:
    limit(alice, 1)
    make_invoice(alice, number="INV-1", total_minor=500)
    attempt = begin(alice, provider)
    press(screen(alice, "payment", attempt=str(attempt)), "Take back")
    assert begun() == [("cancelled", 500)]


def test_the_banner_stands_on_customers_screens_while_payments_are_played(
    screen: Open, alice: Scope, owner: Staff, provider: Scripted
) -> None:
    words = "Demo payments: no money moves"
    for page in ("home", "invoices", "account"):
        assert words in screen(alice, page).html
    assert words not in screen(owner, "staff/customers").html
    provider.key = "stripe"
    assert words not in screen(alice).html


def test_a_saved_method_becomes_the_default_and_is_removed(
    screen: Open, alice: Scope, bob: Scope
) -> None:
    first = method(alice, "4242", is_default=True, created_at=utc_now() - DAY)
    second = method(alice, "1111", expires_month=TODAY.month, expires_year=TODAY.year)
    shown = screen(alice, "account")
    assert "Expires soon" in shown.html
    press(shown, "Make default")
    kept = rows("select id from core.saved_methods where is_default")
    assert [each["id"] for each in kept] == [second]
    shown = screen(alice, "account")
    shown.app.button(key=f"method.remove.{first}").click()
    assert "Visa •••• 4242" in shown.rerun().html
    shown = opened(remove, alice)
    shown.app.button(key="confirm.yes").click()
    shown.rerun()
    assert rows("select id from core.saved_methods where status = 'removed'")[0]["id"] == first
    assert "4242" not in screen(alice, "account").html
    assert not _method_buttons(screen(bob, "account"))


def test_nobody_changes_saved_methods_where_none_are_kept(
    screen: Open, alice: Scope, owner: Staff
) -> None:
    method(alice, "4242")
    assert _method_buttons(screen(alice, "account"))
    preferences.change(owner, now=utc_now(), customers_add_payment_methods=False)
    shown = screen(alice, "account")
    assert "Visa •••• 4242" in shown.html
    assert not _method_buttons(shown)


def _method_buttons(shown: Screen) -> list[str]:
    return [each.key for each in shown.app.button if (each.key or "").startswith("method.")]


def use_credit() -> None:
    """Open the dialog that uses credit for all that is due."""
    from components.payments import credit
    from components.session import form, require_scope
    from portal_data.ids import new_id
    from portal_data.payments import collecting, crediting, offers

    scope = require_scope()
    due = offers.due(scope, collecting.current().provider, "GBP")
    uses = crediting.plan(crediting.available(scope, "GBP"), due)
    form("credit", lambda: credit._Offered(new_id(), uses))
    credit.use("pay")


def test_credit_is_offered_and_used_before_paying(
    screen: Open, alice: Scope, bob: Scope, provider: Scripted
) -> None:
    make_invoice(alice, number="INV-1", total_minor=10_000)
    make_credit_note(alice, number="CN-1", total_minor=2_500)
    shown = screen(alice, "pay", due="GBP")
    assert "£25.00</b> of it settles these." in shown.html
    dialog = opened(use_credit, alice)
    assert "CN-1" in dialog.html
    assert "£25.00</b> is settled at once" in dialog.html
    press(dialog, "Use credit")
    assert invoices.get(alice, "INV-1", today=TODAY).balance_minor == 7_500
    shown = screen(alice, "pay", due="GBP")
    assert "credit with us" not in shown.html
    assert "Pay £75.00" in shown.html
    assert "Use credit" not in labels(screen(bob, "pay", due="GBP"))
