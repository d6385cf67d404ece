"""Auto-pay: consent, notice, one charge for an invoice, refusals tried again, and its end."""

import json
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from portal_data import clock, settings, store
from portal_data.auth import access
from portal_data.billing import pay_links, reminders
from portal_data.business import preferences
from portal_data.business.preferences import Reminders
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging.mail import mailer_for
from portal_data.ops.worker import Worker
from portal_data.payments import (
    attempts,
    autopay,
    autopay_look,
    autopay_plans,
    collecting,
    methods,
    offline,
    paying,
    promises,
)
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.mandates import Covers, Terms
from portal_data.payments.paying import Order
from portal_data.payments.provider import Method, State
from portal_data.payments.providers import Providers
from portal_data.payments.receiving import Part as Applied
from portal_data.payments.receiving import Received
from portal_data.scope import Role, Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice
from tests.mail_server import Inbox
from tests.payments import messages
from tests.payments.scripted import SIGNED, Scripted
from tests.payments.test_collecting import balance, integrity, part, prefer
from tests.people import at_once, events, mails, rows, token_of, value
from tests.queued_mail import text_of

DAY = timedelta(days=1)
EVERYTHING = Terms(Covers.EVERYTHING, "GBP", None, "I agree to everything.")


class _Post:
    to_files = True

    def send(self, message: Any) -> None:
        """Let a mail go."""


@pytest.fixture
def provider(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The provider of a business that lets its customers pay by themselves."""
    prefer(pay_online=True, autopay=True)
    found = Scripted()
    collector = Collector(Providers([found]), "https://portal.example")
    monkeypatch.setattr(collecting, "current", lambda: collector)
    return found


def save(scope: Scope, reference: str = "pm_1", **more: Any) -> UUID:
    """Let a card of somebody's be saved."""
    own = {"provider": "demo", "provider_reference": reference, "kind": "card", "brand": "visa"}
    return insert(
        "saved_methods",
        customer_id=scope.customer_id,
        **{**own, "last4": "4242", "status": "verified", "created_at": NOW, "updated_at": NOW},
        **more,
    )


def agree(scope: Scope, terms: Terms = EVERYTHING, method: UUID | None = None) -> UUID:
    """Switch auto-pay on by a new card."""
    key = new_id()
    autopay.consent(scope, method or save(scope), terms, key=key, now=NOW)
    return key


def morning(days: int = 0) -> datetime:
    """Do all that a portal does on a morning, and return when that was."""
    now = clock.start_of_day(TODAY + days * DAY, "Europe/London", time(9))
    with store.system_writing() as session:
        autopay_look.plan(session, now)
        reminders.plan(session, now)
    work(now)
    return now


def work(now: datetime) -> None:
    """Do all work that is due."""
    worker = Worker(_Post())
    while worker.work(now):
        pass


def plan(number: str = "INV-1") -> tuple[str, int, int]:
    """Return where the plan of an invoice is: its status, tries, and in how many days it is due."""
    found = rows(
        """
        select p.status, p.tries, p.charge_on from core.autopay_plans p
        join core.invoices i on i.id = p.invoice_id where i.number = $number order by p.id
        """,
        number=number,
    )
    (row,) = found
    return row["status"], row["tries"], (row["charge_on"] - TODAY).days


def letters(kind: str) -> int:
    """Return how many letters of a kind were written."""
    return len(mails(f"mail.autopay_{kind}"))


def test_an_invoice_is_charged_when_it_is_due_after_a_notice(
    cast: Cast, provider: Scripted
) -> None:
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 10 * DAY)
    for days in range(10):
        morning(days)
        assert provider.requests == []
        assert letters("notice") == (days >= 7)
        assert plan() == ("planned", 0, 10)
    (notice,) = mails("mail.autopay_notice")
    assert notice["to"] == cast.alice.email
    assert "visa •••• 4242" in notice["body"]
    assert "/account" in notice["body"]
    morning(10)
    (request,) = provider.requests
    assert (request.absent, request.amount_minor, request.method) == (True, 10_000, "pm_1")
    assert balance(cast.alice) == (0, 0)
    assert plan()[0] == "paid"
    morning(11)
    assert len(provider.requests) == 1
    assert "payment.received" in events()
    assert integrity() == []


def test_who_is_told_late_is_charged_late(cast: Cast, provider: Scripted) -> None:
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + DAY)
    morning()
    assert plan() == ("planned", 0, 3)
    morning(2)
    assert provider.requests == []
    morning(3)
    assert balance(cast.alice) == (0, 0)


def test_what_was_due_before_the_consent_is_left_to_the_person(
    cast: Cast, provider: Scripted
) -> None:
    make_invoice(cast.alice, number="INV-1", due=TODAY - DAY)
    agree(cast.alice)
    morning(9)
    assert rows("select id from core.autopay_plans order by id") == []
    assert provider.requests == []


def test_only_what_was_agreed_to_is_charged(cast: Cast, provider: Scripted) -> None:
    agree(cast.alice, Terms(Covers.RECURRING, "GBP", None, "…"))
    recurring = insert(
        "recurring_profiles", customer_id=cast.alice.customer_id, name="Care", frequency="month",
        starts_on=TODAY, status="active", currency_code="GBP", total_minor=1, created_at=NOW,
        updated_at=NOW,
    )  # fmt: skip
    due = TODAY + 5 * DAY
    make_invoice(cast.alice, number="INV-1", due=due)
    make_invoice(cast.alice, number="INV-2", due=due, recurring_profile_id=recurring,
                 currency_code="EUR")  # fmt: skip
    make_invoice(cast.alice, number="INV-4", due=due, recurring_profile_id=recurring)
    make_invoice(cast.charlie, number="INV-3", due=TODAY + 5 * DAY)
    for days in range(8):
        morning(days)
    assert [request.lines[0].words for request in provider.requests] == ["INV-4"]


@pytest.mark.parametrize("limit", ["of the mandate", "of the contact", "in another currency"])
def test_more_than_a_limit_is_left_to_the_person(
    cast: Cast, provider: Scripted, limit: str
) -> None:
    if limit == "of the mandate":
        agree(cast.alice, Terms(Covers.EVERYTHING, "GBP", 9_999, "…"))
    else:
        agree(cast.alice)
        with store.system_writing() as session:
            session.change(
                "update core.contacts set version = version + 1, payment_limit_minor = $minor,"
                " payment_limit_currency = $code where id = $id",
                id=cast.alice.contact_id,
                minor=9_999 if limit == "of the contact" else 900_000,
                code="GBP" if limit == "of the contact" else "EUR",
            )
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    for days in range(5):
        morning(days)
    assert plan()[0] == "by_hand"
    assert (letters("by_hand"), letters("notice")) == (1, 0)
    assert provider.requests == []


@pytest.mark.parametrize("became", ["left", "refused", "on its way", "paid"])
def test_what_was_begun_by_link_and_not_paid_keeps_nothing_from_being_charged(
    cast: Cast, provider: Scripted, became: str
) -> None:
    preferences.change(cast.owner, now=NOW, public_pay_links=True)
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    token = token_of(pay_links.create(cast.owner, "INV-1", TODAY + 9 * DAY, key=new_id(), now=NOW))
    morning()
    before, begun = NOW + 2 * DAY, new_id()
    link = pay_links.opened(token, address=None, now=before).scope
    paying.begin(link, provider, Order((part(cast.alice, "INV-1"),)), key=begun, now=before)
    morning(2)
    assert attempts.get(cast.alice, begun).status is Status.CREATED, "nothing is due to be charged"
    again = clock.start_of_day(TODAY + 3 * DAY, "Europe/London", time(8, 30))
    collecting.current().look(begun, again)
    begun = new_id()
    paying.begin(link, provider, Order((part(cast.alice, "INV-1"),)), key=begun, now=again)
    collecting.current().hand_over(link, begun, again)
    known = {"refused": State.FAILED, "on its way": State.PENDING, "paid": State.SUCCEEDED}
    if became in known:
        provider.becomes(f"pay_{begun}", known[became])
    morning(3)
    charged = [request for request in provider.requests if request.method is not None]
    assert len(charged) == (1 if became in ("left", "refused") else 0)
    assert attempts.get(cast.alice, begun).status.in_flight is (became == "on its way")
    assert balance(cast.alice) == ((10_000, 10_000) if became == "on its way" else (0, 0))
    assert integrity() == []


@pytest.mark.parametrize("why", ["in dispute", "on its way", "promised", "in question", "off"])
def test_what_waits_is_not_charged(cast: Cast, provider: Scripted, why: str) -> None:
    agree(cast.alice)
    invoice = make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    morning()
    own = {"customer_id": cast.alice.customer_id}
    if why == "in dispute":
        insert("disputes", **own, invoice_id=invoice, status="opened", kind="customer",
               reason="other", body="No.", currency_code="GBP",
               amount_minor=100, opened_at=NOW)  # fmt: skip
    elif why == "on its way":
        order = Order((part(cast.alice, "INV-1"),))
        early = clock.start_of_day(TODAY + 3 * DAY, "Europe/London", time(6, 50))
        paying.begin(cast.alice, provider, order, key=new_id(), now=early)
    elif why == "promised":
        promise = insert("payment_promises", **own, currency_code="GBP", amount_minor=10_000,
                         promised_on=TODAY + 9 * DAY, status="open", created_at=NOW)  # fmt: skip
        with store.system_writing() as session:
            session.load(
                "core.payment_promise_items",
                ("customer_id", "promise_id", "invoice_id", "amount_minor"),
                [(own["customer_id"], promise, invoice, 10_000)],
            )
    elif why == "in question":
        with store.system_writing() as session:
            session.change("update core.invoices set version = version + 1, in_question_minor = 1")
    else:
        preferences.change(cast.owner, now=NOW, autopay=False)
    now = clock.start_of_day(TODAY + 3 * DAY, "Europe/London", time(7))
    with store.system_writing() as session:
        autopay_look.plan(session, now)
    work(now)
    assert [each for each in provider.requests if each.absent] == []
    assert plan()[0] == "planned"


def test_a_refusal_is_tried_again_after_days_and_given_up_in_the_end(
    cast: Cast, provider: Scripted
) -> None:
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    provider.refuses = "insufficient_funds"
    tried = []
    for days in range(30):
        before = len(provider.requests)
        morning(days)
        tried += [days] * (len(provider.requests) - before)
        assert balance(cast.alice) == (10_000, 0)
    assert tried == [3, 6, 11, 18]
    assert plan()[0] == "stopped"
    assert letters("declined") == 4
    first, *_others, last = mails("mail.autopay_declined")
    assert "not enough money" in first["body"]
    assert "try again on" in first["body"]
    assert "not try again" in last["body"]
    assert events().count("autopay.stopped") == 1
    assert "payment.failed" not in events()
    assert integrity() == []


@pytest.mark.parametrize("code", ["expired_card", "authentication_required", "unheard_of", None])
def test_what_will_never_be_paid_is_not_tried_again(
    cast: Cast, provider: Scripted, code: str | None
) -> None:
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    provider.refuses = code or "later"
    for days in range(4):
        now = morning(days)
    if code is None:
        (request,) = provider.requests
        assert plan()[0] == "charging"
        provider.becomes(f"pay_{request.attempt_id}", State.FAILED, failure_code="R02")
        work(now + DAY)
    for days in range(4, 25):
        morning(days)
    assert (len(provider.requests), plan()[0], letters("declined")) == (1, "stopped", 1)


def test_a_bank_debit_is_presented_thrice(cast: Cast, provider: Scripted) -> None:
    with store.system_writing() as session:
        session.change("update core.customers set version = version + 1,"
                       " bank_payment_allowed = true")  # fmt: skip
    account = insert(
        "saved_methods", customer_id=cast.alice.customer_id, provider="demo", kind="bank",
        provider_reference="pm_b", status="verified", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    agree(cast.alice, method=account)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    provider.refuses = "R01"
    for days in range(30):
        morning(days)
    assert len(provider.requests) == 3


def test_another_card_charges_what_the_first_could_not(cast: Cast, provider: Scripted) -> None:
    mandate = agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    provider.refuses = "expired_card"
    for days in range(5):
        now = morning(days)
    provider.refuses = None
    autopay.change(cast.alice, mandate, save(cast.alice, "pm_2"), EVERYTHING, seen=1, now=now)
    work(now)
    assert provider.requests[-1].method == "pm_2"
    assert balance(cast.alice) == (0, 0)
    assert plan()[0] == "paid"
    kept = rows("select ended_because, words from core.mandates order by given_at, id")
    assert [each["ended_because"] for each in kept] == ["replaced", None]


def later(why: str, cast: Cast, invoice: UUID) -> Callable[[datetime], object]:
    """Let an invoice wait for a reason, from the first day on; return what ends that."""
    own = {"customer_id": cast.alice.customer_id}
    if why == "dispute":
        found = insert("disputes", **own, invoice_id=invoice, status="opened", kind="customer",
                       reason="other", body="No.", currency_code="GBP", amount_minor=100,
                       opened_at=NOW)  # fmt: skip

        def decide(now: datetime) -> None:
            with store.system_writing() as session:
                session.change(
                    "update core.disputes set version = version + 1, status = 'rejected',"
                    " decided_at = $now where id = $id",
                    now=now,
                    id=found,
                )

        return decide
    number = offline.record(
        cast.owner, cast.alice.customer_id, Received(TODAY, "GBP", 10_000, "Cheque"),
        [Applied("INV-1", 10_000)], key=new_id(), again=False, now=NOW,
    )  # fmt: skip
    return lambda now: offline.void(cast.owner, number, "It bounced.", seen=1, now=now)


@pytest.mark.parametrize("why", ["dispute", "cheque"])
@pytest.mark.parametrize("refused", [False, True])
def test_what_waited_past_its_day_is_charged_after_another_notice(
    cast: Cast, provider: Scripted, why: str, refused: bool
) -> None:
    agree(cast.alice)
    invoice = make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    morning()
    first = 3
    if refused:
        provider.refuses = "insufficient_funds"
        morning(3)
        first = 6
        provider.refuses = None
    begun = len(provider.requests)
    ends = later(why, cast, invoice)
    for days in range(first, 12):
        now = morning(days)
    ends(now)
    for days in range(12, 15):
        morning(days)
        assert plan() == ("planned", begun, 15)
    assert (len(provider.requests), letters("notice")) == (begun, 2)
    morning(15)
    assert balance(cast.alice) == (0, 0)


@pytest.mark.parametrize("seen", ["the same day", "the next day"])
def test_more_than_was_announced_is_charged_after_another_notice(
    cast: Cast, provider: Scripted, seen: str
) -> None:
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    number = offline.record(
        cast.owner, cast.alice.customer_id, Received(TODAY, "GBP", 9_000, "Cheque"),
        [Applied("INV-1", 9_000)], key=new_id(), again=False, now=NOW,
    )  # fmt: skip
    morning()
    offline.void(cast.owner, number, "It bounced.", seen=1, now=NOW)
    charged_on = 4
    if seen == "the same day":
        work(NOW)
        charged_on = 3
    for days in range(1, charged_on):
        morning(days)
        assert provider.requests == []
    first, second = (each["body"] for each in mails("mail.autopay_notice"))
    assert ("£10.00" in first, "£100.00" in second) == (True, True)
    morning(charged_on)
    assert [request.amount_minor for request in provider.requests] == [10_000]


@pytest.mark.parametrize("when", ["at first", "after the notice", "after a refusal"])
def test_nothing_is_charged_of_which_nobody_hears(
    cast: Cast, provider: Scripted, when: str
) -> None:
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    if when != "at first":
        morning()
    if when == "after a refusal":
        provider.refuses = "later"
        morning(3)
        reference = f"pay_{provider.requests[0].attempt_id}"
        provider.becomes(reference, State.FAILED, failure_code="insufficient_funds")
    with store.system_writing() as session:
        session.change("update core.contacts set version = version + 1, email = null")
    asked = len(provider.requests)
    for days in range(4, 12) if asked else range(1, 12):
        morning(days)
    assert (len(provider.requests), plan()[0]) == (asked, "stopped")
    assert events().count("autopay.stopped") == 1
    assert letters("declined") == 0
    (shown,) = autopay.plans(cast.alice)
    assert ("by mail" in shown.reason) == (when != "after a refusal")


def test_a_promised_day_is_waited_for_to_its_end(cast: Cast, provider: Scripted) -> None:
    prefer(payment_promises=True)
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    morning()
    promised = (part(cast.alice, "INV-1"),)
    promises.make(cast.alice, promised, TODAY + 9 * DAY, key=new_id(), now=NOW)
    for days in range(3, 13):
        morning(days)
        assert provider.requests == []
        assert letters("notice") == (1 if days < 10 else 2)
    morning(13)
    assert balance(cast.alice) == (0, 0)


def test_what_cannot_be_charged_without_a_provider_is_reminded_of(
    cast: Cast, provider: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    preferences.change(cast.owner, now=NOW - 400 * DAY, reminders=Reminders.AROUND)
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", day=TODAY - 9 * DAY, due=TODAY + 3 * DAY)
    morning()
    off = Collector(Providers([]), "https://portal.example")
    monkeypatch.setattr(collecting, "current", lambda: off)
    for days in range(1, 3):
        morning(days)
        assert plan()[0] == "planned"
    for days in range(3, 20):
        morning(days)
    assert plan()[0] == "stopped"
    assert events().count("autopay.stopped") == 1
    assert mails("mail.reminder")


@pytest.mark.parametrize("charged", [True, False])
def test_what_was_due_before_is_so_by_the_day_of_the_business(
    cast: Cast, provider: Scripted, charged: bool
) -> None:
    # on a Sunday evening in New York it is Monday in UTC
    with store.system_writing() as session:
        session.change("update core.organisation set timezone = 'America/New_York'")
    evening = clock.start_of_day(TODAY, "America/New_York", time(21))
    assert evening.date() == TODAY + DAY
    autopay.consent(cast.alice, save(cast.alice), EVERYTHING, key=new_id(), now=evening)
    make_invoice(cast.alice, number="INV-1", due=TODAY if charged else TODAY - DAY)
    work(evening)
    assert len(rows("select id from core.autopay_plans order by id")) == charged


@pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED])
def test_what_was_cancelled_at_the_provider_is_not_charged_again(
    cast: Cast, provider: Scripted, state: State
) -> None:
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    provider.refuses = "later"
    for days in range(4):
        now = morning(days)
    (request,) = provider.requests
    provider.becomes(f"pay_{request.attempt_id}", state)
    work(now + DAY)
    for days in range(4, 15):
        morning(days)
    assert (len(provider.requests), plan()[0], letters("declined")) == (1, "stopped", 1)
    assert events().count("autopay.stopped") == 1
    assert balance(cast.alice) == (10_000, 0)


@pytest.mark.parametrize("when", ["begun", "asked for", "asked for, then switched off"])
def test_a_card_changed_while_a_charge_is_under_way_charges_what_the_first_could_not(
    cast: Cast, provider: Scripted, when: str
) -> None:
    mandate = agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    morning()
    now = clock.start_of_day(TODAY + 3 * DAY, "Europe/London", time(9))
    provider.refuses = "later"
    if when == "begun":
        _until_begun(now)
    else:
        morning(3)
    autopay.change(cast.alice, mandate, save(cast.alice, "pm_2"), EVERYTHING, seen=1, now=now)
    if when == "asked for, then switched off":
        (found,) = autopay.in_force(cast.alice)
        autopay.revoke(cast.alice, found.id, seen=1, now=now)
        agree_again = now + DAY / 24
        third = save(cast.alice, "pm_3")
        autopay.consent(cast.alice, third, EVERYTHING, key=new_id(), now=agree_again)
    provider.refuses = None
    if when != "begun":
        (request,) = provider.requests
        provider.becomes(f"pay_{request.attempt_id}", State.FAILED, failure_code="expired_card")
    work(now + DAY / 12)
    for days in range(4, 9):
        morning(days)
    used = [request.method for request in provider.requests]
    if when == "asked for, then switched off":
        assert (used, plan()[0], balance(cast.alice)) == (["pm_1"], "stopped", (10_000, 0))
    else:
        assert used == (["pm_2"] if when == "begun" else ["pm_1", "pm_2"])
        assert (plan()[0], balance(cast.alice)) == ("paid", (0, 0))
    assert letters("declined") == (when != "begun")
    assert integrity() == []


@pytest.mark.parametrize("how", ["revoked", "method", "disabled", "role", "customer"])
def test_nothing_is_charged_once_the_mandate_is_over(
    cast: Cast, provider: Scripted, how: str
) -> None:
    method = save(cast.alice)
    mandate = agree(cast.alice, method=method)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    morning()
    if how == "revoked":
        autopay.revoke(cast.alice, mandate, seen=1, now=NOW)
    elif how == "method":
        methods.remove(cast.alice, method, seen=1, now=NOW)
    elif how == "disabled":
        access.disable_contact(cast.owner, cast.alice.contact_id, NOW)
    elif how == "role":
        access.set_role(cast.owner, cast.alice.contact_id, Role.APPROVER, NOW)
    else:
        access.disable_customer(cast.owner, cast.alice.customer_id, NOW)
    if how != "customer":
        work(NOW + DAY)
        said = "autopay.revoked" if how == "revoked" else "autopay.ended"
        assert events().count(said) == 1
        assert plan()[0] == "ended"
    for days in range(1, 6):
        morning(days)
    assert provider.requests == []
    ended = value("select ended_because from core.mandates order by id")
    assert ended == {"revoked": "revoked", "method": "method"}.get(how, "contact")


@pytest.mark.parametrize("released", [False, True])
def test_a_charge_that_was_begun_is_not_made_after_the_mandate_has_ended(
    cast: Cast, provider: Scripted, released: bool
) -> None:
    mandate = agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    morning()
    provider.silent = True
    now = clock.start_of_day(TODAY + 3 * DAY, "Europe/London", time(8))
    with store.system_writing() as session:
        autopay_look.plan(session, now)
    begun = _until_begun(now)
    if released:
        with pytest.raises(Exception, match="No answer"):
            collecting.current().look(begun, now)
    autopay.revoke(cast.alice, mandate, seen=1, now=now)
    provider.silent = False
    work(now + DAY / 48)
    work(now + DAY / 24)
    assert provider.requests == []
    status = attempts.get(cast.alice, begun).status
    assert status is (Status.HELD if released else Status.CANCELLED)
    assert balance(cast.alice) == (10_000, 10_000 if released else 0)


def _until_begun(now: datetime) -> UUID:
    """Work until the portal has begun a charge, and not asked for it yet; return the attempt."""
    customer = rows("select customer_id from core.mandates order by id")[0]["customer_id"]
    with store.system_writing() as session:
        provider = collecting.current().provider
        assert provider is not None
        autopay_plans.look_at(session, provider, customer, now)
    found = rows("select id from core.payment_attempts where mandate_id is not null order by id")
    (begun,) = found
    assert isinstance(begun["id"], UUID)
    return begun["id"]


def test_sixteen_looks_and_a_revocation_make_one_charge_at_most(
    cast: Cast, provider: Scripted
) -> None:
    mandate = agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    morning()
    now = clock.start_of_day(TODAY + 3 * DAY, "Europe/London", time(8))

    def one(number: int) -> None:
        if number == 7:
            autopay.revoke(cast.alice, mandate, seen=1, now=now)
            return
        with store.system_writing() as session:
            autopay_plans.look_at(session, provider, cast.alice.customer_id, now)
        for row in rows("select id from core.payment_attempts order by id"):
            collecting.current().look(row["id"], now)

    _done, refused = at_once(one)
    assert {str(each) for each in refused} <= {"The provider may answer yet."}
    work(now)
    assert len(provider.requests) <= 1
    handed = value("select count(*)::bigint from core.payment_attempts where handed_at is not null")
    assert handed == len(provider.requests)
    assert balance(cast.alice) == ((0, 0) if handed else (10_000, 0))
    assert integrity() == []


def test_consent_twice_is_one_and_two_people_do_not_both_switch_it_on(
    cast: Cast, provider: Scripted
) -> None:
    method, key = save(cast.alice), new_id()
    for _again in range(2):
        autopay.consent(cast.alice, method, EVERYTHING, key=key, now=NOW)
    with pytest.raises(Conflict, match="already"):
        agree(cast.alice, method=method)
    agree(cast.alice, Terms(Covers.EVERYTHING, "EUR", None, "…"), method)

    def one(number: int) -> None:
        dollars = Terms(Covers.EVERYTHING, "USD", None, "…")
        autopay.consent(cast.alice, method, dollars, key=new_id(), now=NOW)

    done, refused = at_once(one)
    assert (len(done), len(refused)) == (1, 15)
    kept = rows("select words, given_at, version from core.mandates order by given_at, id")
    assert len(kept) == 3


def test_who_may_not_agree(cast: Cast, provider: Scripted) -> None:
    method = save(cast.alice)
    with pytest.raises(NotAllowed):
        agree(cast.bob, method=method)
    with pytest.raises(NotFound):
        agree(cast.charlie, method=method)
    with pytest.raises(Invalid):
        agree(cast.alice, Terms(Covers.EVERYTHING, "GBP", 0, "…"), method)
    with pytest.raises(Conflict):
        agree(cast.alice, method=_failed(cast))
    preferences.change(cast.owner, now=NOW, autopay=False)
    with pytest.raises(Conflict):
        agree(cast.alice, method=method)
    assert rows("select id from core.mandates order by id") == []


def _failed(cast: Cast) -> UUID:
    return insert(
        "saved_methods", customer_id=cast.alice.customer_id, provider="demo", kind="bank",
        provider_reference="pm_f", status="pending_verification", created_at=NOW, updated_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("saved", [True, False])
def test_consent_while_paying_holds_once_that_was_paid(
    cast: Cast, provider: Scripted, saved: bool
) -> None:
    make_invoice(cast.alice, number="INV-1")
    method = save(cast.alice) if saved else None
    order = Order((part(cast.alice, "INV-1"),), method, not saved, EVERYTHING)
    key = new_id()
    paying.begin(cast.alice, provider, order, key=key, now=NOW)
    assert autopay.in_force(cast.alice) == []
    collecting.current().hand_over(cast.alice, key, NOW)
    if not saved:
        kept = Method("pm_new", "card", "visa", "4242")
        provider.becomes(f"pay_{key}", State.SUCCEEDED, method=kept)
        collecting.current().look(key, NOW)
    work(NOW)
    (mandate,) = autopay.in_force(cast.alice)
    assert (mandate.words, mandate.covers, mandate.given_by) == (
        EVERYTHING.words, Covers.EVERYTHING, "Alice Test",
    )  # fmt: skip
    assert mandate.saved_method_id == value("select id from core.saved_methods order by id")
    autopay.revoke(cast.alice, mandate.id, seen=1, now=NOW)
    collecting.current().look(key, NOW)
    work(NOW)
    assert autopay.in_force(cast.alice) == []
    assert autopay.in_force(cast.charlie) == []


@pytest.mark.parametrize("since", ["given", "switched off"])
def test_consent_while_paying_does_not_hold_when_something_else_was_agreed_to_since(
    cast: Cast, provider: Scripted, since: str
) -> None:
    make_invoice(cast.alice, number="INV-1")
    before = agree(cast.alice) if since == "switched off" else None
    key = _agree_by_paying(cast, provider, "INV-1", NOW + DAY / 24, "An older consent.")
    now = NOW + DAY
    stricter = Terms(Covers.RECURRING, "GBP", 5_000, "At most 50.")
    if before is None:
        autopay.consent(cast.alice, save(cast.alice, "pm_2"), stricter, key=new_id(), now=now)
    else:
        autopay.revoke(cast.alice, before, seen=1, now=now)
    provider.becomes(f"pay_{key}", State.SUCCEEDED)
    work(now + DAY)
    held = [each.words for each in autopay.in_force(cast.alice)]
    assert held == (["At most 50."] if before is None else [])
    assert balance(cast.alice) == (0, 0)


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_consents_while_paying_the_later_one_holds_whichever_is_paid_first(
    cast: Cast, provider: Scripted, first: int
) -> None:
    keys = []
    for hour, number in enumerate(("INV-1", "INV-2")):
        make_invoice(cast.alice, number=number)
        moment = NOW + hour * DAY / 24
        keys.append(_agree_by_paying(cast, provider, number, moment, f"Consent {hour}."))
    for days, which in enumerate((first, 1 - first), start=1):
        provider.becomes(f"pay_{keys[which]}", State.SUCCEEDED)
        collecting.current().look(keys[which], NOW + days * DAY)
        work(NOW + days * DAY)
    assert [each.words for each in autopay.in_force(cast.alice)] == ["Consent 1."]


def _agree_by_paying(
    cast: Cast, provider: Scripted, number: str, now: datetime, words: str
) -> UUID:
    """Agree to auto-pay with a payment that takes its time, and return that."""
    provider.refuses = "later"
    key, terms = new_id(), Terms(Covers.EVERYTHING, "GBP", None, words)
    method = save(cast.alice, f"pm_{number}")
    order = Order((part(cast.alice, number),), method, False, terms)
    paying.begin(cast.alice, provider, order, key=key, now=now)
    collecting.current().hand_over(cast.alice, key, now)
    return key


@pytest.mark.parametrize("charged", ["refused", "announced"])
def test_what_was_due_before_is_not_charged_by_a_new_consent_after_the_last_was_switched_off(
    cast: Cast, provider: Scripted, charged: str
) -> None:
    mandate = agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    make_invoice(cast.alice, number="INV-2", due=TODAY + 50 * DAY)
    provider.refuses = "expired_card"
    for days in range(4 if charged == "refused" else 1):
        now = morning(days)
    autopay.revoke(cast.alice, mandate, seen=1, now=now)
    asked = len(provider.requests)
    provider.refuses = None
    now = NOW + 40 * DAY
    autopay.consent(cast.alice, save(cast.alice, "pm_2"), EVERYTHING, key=new_id(), now=now)
    work(now)
    for days in range(41, 55):
        morning(days)
    assert plan()[0] == ("stopped" if charged == "refused" else "ended")
    assert [request.lines[0].words for request in provider.requests[asked:]] == ["INV-2"]


def test_what_auto_pay_charges_is_not_reminded_of_until_it_gave_up(
    cast: Cast, provider: Scripted
) -> None:
    preferences.change(cast.owner, now=NOW - 400 * DAY, reminders=Reminders.AROUND)
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", day=TODAY - 9 * DAY, due=TODAY + 3 * DAY)
    provider.refuses = "insufficient_funds"
    for days in range(18):
        morning(days)
        assert mails("mail.reminder") == []
    morning(18)  # the last refusal comes when the reminders of that day are out
    morning(19)
    assert len(mails("mail.reminder")) == 1


def test_the_letters_arrive_with_their_links(
    cast: Cast, provider: Scripted, server: Controller, inbox: Inbox
) -> None:
    agree(cast.alice)
    make_invoice(cast.alice, number="INV-1", due=TODAY + 3 * DAY)
    provider.refuses = "expired_card"
    for days in range(4):
        now = clock.start_of_day(TODAY + days * DAY, "Europe/London", time(9))
        with store.system_writing() as session:
            autopay_look.plan(session, now)
        worker = Worker(mailer_for(settings.load()))
        while worker.work(now):
            pass
    notice, declined = (text_of(each, "plain") for each in inbox.messages[:2])
    assert "There is nothing to do" in notice
    assert "invoice?number=INV-1" in notice
    assert "The card has expired." in declined
    assert "/account" in declined


@pytest.mark.parametrize("named", ["customer", "method", "stranger"])
def test_what_a_provider_says_of_saved_methods_is_looked_up_there(
    cast: Cast, provider: Scripted, named: str
) -> None:
    method = save(cast.alice)
    agree(cast.alice, method=method)
    theirs = f"cus_{cast.alice.customer_id}_0"
    with store.system_writing() as session:
        session.load(
            "core.provider_customers",
            ("customer_id", "provider", "provider_reference", "created_at"),
            [(cast.alice.customer_id, "demo", theirs, NOW)],
        )
    provider.saved_methods[theirs] = [Method("pm_2", "card", "visa", "1111")]
    reference = {"customer": theirs, "method": "pm_1", "stranger": "cus_nobody"}[named]
    body = json.dumps({"id": "evt_1", "payment": reference}).encode()
    messages.receive(provider, body, {"signature": SIGNED}, NOW)
    work(NOW)
    work(NOW)
    states = rows("select provider_reference, status from core.saved_methods order by 1")
    kept = {each["provider_reference"]: each["status"] for each in states}
    if named == "stranger":
        assert kept == {"pm_1": "verified"}
        assert len(autopay.in_force(cast.alice)) == 1
    else:
        assert kept == {"pm_1": "removed", "pm_2": "verified"}
        assert autopay.in_force(cast.alice) == []
        assert events().count("autopay.ended") == 1
