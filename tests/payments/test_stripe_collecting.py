"""Invoices paid through Stripe, from the click to the books, with localstripe for each truth."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from portal_data import store
from portal_data.billing import invoices
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.payments import attempts, inbox, paying, refusals
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import Payer, ProviderError
from portal_data.payments.providers import Providers
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice
from tests.payments import localstripe, messages
from tests.payments.conftest import RETURNED_IBAN, SECRET, Account
from tests.people import rows


@pytest.fixture
def payer(cast: Cast, stand_in: Account) -> Payer:
    """Alice's company, which Stripe knows, of a business whose invoices are paid online."""
    with store.system_writing() as session:
        on = ("pay_online", json.dumps(True), NOW)
        session.load("core.preferences", ("key", "value", "updated_at"), [on])
        known = stand_in.payer()
        session.load(
            "core.provider_customers",
            ("customer_id", "provider", "provider_reference", "created_at"),
            [(cast.alice.customer_id, "stripe", known.reference, NOW)],
        )
    return known


@pytest.fixture
def collector(stand_in: Account) -> Collector:
    """What collects through Stripe."""
    return Collector(Providers([stand_in.provider]), "https://portal.example")


def _begun(cast: Cast, stand_in: Account, method: str, currency: str = "USD") -> UUID:
    """Begin to pay INV-1 by a saved method, and return the attempt."""
    make_invoice(cast.alice, number="INV-1", total_minor=12_35, currency_code=currency)
    with store.system_writing() as session:
        session.change("update core.customers set bank_payment_allowed = true")
    values: dict[str, Any] = {
        "customer_id": cast.alice.customer_id, "contact_id": cast.alice.contact_id,
        "provider": "stripe", "provider_reference": method, "kind": "card",
        "status": "verified", "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    seen = invoices.get(cast.alice, "INV-1", today=TODAY)
    part = Part("invoice", "INV-1", seen.version, seen.payable_minor)
    order, key = Order((part,), method_id=insert("saved_methods", **values)), new_id()
    assert paying.begin(cast.alice, stand_in.provider, order, key=key, now=NOW) is Status.CREATED
    return key


def _open(cast: Cast) -> tuple[int, int]:
    """Return what is open of INV-1, and how much of that is on its way."""
    seen = invoices.get(cast.alice, "INV-1", today=TODAY)
    return seen.balance_minor, seen.pending_minor


def _sound() -> bool:
    return store.current().check_integrity() == []


def test_a_saved_card_pays_an_invoice_and_what_is_sent_back_opens_it(
    cast: Cast, stand_in: Account, payer: Payer, collector: Collector
) -> None:
    attempt = _begun(cast, stand_in, stand_in.card(payer))
    assert collector.hand_over(cast.alice, attempt, NOW) is None
    assert attempts.get(cast.alice, attempt).status is Status.SUCCEEDED
    assert _open(cast) == (0, 0)
    (row,) = rows("select provider_reference from core.payment_attempts order by id")
    stand_in.provider.refund(row["provider_reference"], 2_35, "key", None)
    for _again in range(2):
        collector.look(attempt, NOW)
    assert _open(cast) == (2_35, 0)
    assert _sound()


def test_a_declined_card_leaves_the_invoice_open(
    cast: Cast, stand_in: Account, payer: Payer, collector: Collector
) -> None:
    attempt = _begun(cast, stand_in, stand_in.card(payer, "declines"))
    collector.hand_over(cast.alice, attempt, NOW)
    shown = attempts.get(cast.alice, attempt)
    assert (shown.status, refusals.reason(shown.failure_code)) == (
        Status.FAILED,
        "The bank declined it without saying why.",
    )
    assert _open(cast) == (12_35, 0)
    (row,) = rows("select provider_reference from core.payment_attempts order by id")
    there = stand_in.client.v1.payment_intents.retrieve(row["provider_reference"])
    assert there.status == "canceled", "nobody can pay it behind our back"
    assert _sound()


def test_a_foreign_card_pays_nothing_and_blocks_nothing(
    cast: Cast, stand_in: Account, payer: Payer, collector: Collector
) -> None:
    attempt = _begun(cast, stand_in, stand_in.card(stand_in.payer("Mallory Example")))
    with pytest.raises(ProviderError):
        collector.hand_over(cast.alice, attempt, NOW)
    assert attempts.get(cast.alice, attempt).status is Status.FAILED
    assert _open(cast) == (12_35, 0)


def test_a_payment_whose_message_is_lost_is_settled_by_looking_again(
    cast: Cast, stand_in: Account, payer: Payer, collector: Collector
) -> None:
    attempt = _begun(cast, stand_in, stand_in.card(payer, "asks"))
    collector.hand_over(cast.alice, attempt, NOW)
    assert attempts.get(cast.alice, attempt).status is Status.REQUIRES_ACTION
    assert _open(cast) == (12_35, 12_35)
    (row,) = rows("select provider_reference from core.payment_attempts order by id")
    stand_in.bank_says(row["provider_reference"], success=True)
    assert collector.reconcile(NOW) == {"succeeded": 1}
    assert _open(cast) == (0, 0)
    assert _sound()


def test_a_bank_debit_blocks_its_invoice_until_it_comes_back(
    cast: Cast, stand_in: Account, payer: Payer, collector: Collector, address: str
) -> None:
    """Stripe's own message, signed and delivered, is what opens the invoice again."""
    with localstripe.endpoint() as (url, received):
        localstripe.send_events_to(address, url, SECRET)
        method = stand_in.bank_account(payer, RETURNED_IBAN)
        attempt = _begun(cast, stand_in, method, "EUR")
        collector.hand_over(cast.alice, attempt, NOW)
        shown = attempts.get(cast.alice, attempt)
        assert shown.status is Status.PENDING
        assert shown.expected_on is not None
        assert _open(cast) == (12_35, 12_35)
        while _open(cast)[1]:  # events of earlier tests may come first
            headers, body = received.get(timeout=30)
            _receive(stand_in, collector, headers, body, utc_now())
    assert attempts.get(cast.alice, attempt).status is Status.FAILED
    assert _open(cast) == (12_35, 0)
    assert {"status": "handled", "kind": "payment_intent.payment_failed"} in rows(
        "select status, kind from core.provider_events order by id"
    )
    assert _sound()


def _receive(
    stand_in: Account, collector: Collector, headers: dict[str, str], body: bytes, now: datetime
) -> None:
    """Keep a message as the portal's endpoint does, and let the worker look at it."""
    for external_id in messages.receive(stand_in.provider, body, headers, now):
        inbox.replay(collector, external_id, now)
