"""Saved methods are charged, refunded and forgotten, at localstripe and in a real sandbox."""

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date as Date
from uuid import uuid4

import pytest
import requests
import stripe

from portal_data.payments.provider import Back, Payer, Provider, ProviderError, State, Status
from portal_data.payments.providers import stripe as stripe_module
from portal_data.payments.providers.stripe import Stripe
from tests.payments import localstripe
from tests.payments.conftest import RETURNED_IBAN, SECRET, Account, wanted
from tools.ports import free_port

_PATIENCE_SECONDS = 30


def test_a_saved_card_pays(account: Account) -> None:
    payer = account.payer()
    request = wanted(payer, method=account.card(payer))
    started = account.provider.charge(request)
    assert started.reference.startswith("pi_")
    assert started.url is None
    status = account.provider.status(started.reference)
    assert status == Status(
        reference=started.reference,
        state=State.SUCCEEDED,
        received_minor=12_35,
        currency_code="USD",
        attempt_id=request.attempt_id,
        mode="Card",
    )


def test_a_declined_card_is_a_status_and_no_error(account: Account) -> None:
    payer = account.payer()
    request = wanted(payer, method=account.card(payer, "declines"))
    started = account.provider.charge(request)
    status = account.provider.status(started.reference)
    assert (status.state, status.received_minor, status.attempt_id) == (
        State.FAILED, 0, request.attempt_id,
    )  # fmt: skip
    assert status.failure_code in {"card_declined", "generic_decline"}
    assert status.failure_message == "Your card was declined."


def test_the_same_request_has_the_same_keys_and_another_attempt_others(account: Account) -> None:
    payer = account.payer()
    request = wanted(payer, method=account.card(payer))
    again = replace(request, attempt_id=uuid4())
    for each in (request, request, again):
        account.provider.charge(each)
    assert [call.key for call in account.transport.sent("/v1/payment_intents")] == [
        f"charge-{each.attempt_id}" for each in (request, request, again)
    ]
    assert [call.key for call in account.transport.sent("/v1/payment_intents/*/confirm")] == [
        f"confirm-{each.attempt_id}" for each in (request, request, again)
    ]


@pytest.mark.parametrize(
    ("absent", "redirects", "confirmation"),
    [
        (False, "always", {"return_url": "https://portal.example.com/pay/return"}),
        (True, "never", {"off_session": "true"}),
    ],
)
def test_only_who_is_present_can_be_sent_to_their_bank(
    account: Account, absent: bool, redirects: str, confirmation: dict[str, str]
) -> None:
    payer = account.payer()
    account.provider.charge(wanted(payer, method=account.card(payer), absent=absent))
    (made,) = account.transport.sent("/v1/payment_intents")
    (confirmed,) = account.transport.sent("/v1/payment_intents/*/confirm")
    assert made.body["automatic_payment_methods[allow_redirects]"] == redirects
    assert confirmed.body == confirmation


def test_a_card_that_asks_waits_for_the_payer_and_then_pays(stand_in: Account) -> None:
    payer = stand_in.payer()
    started = stand_in.provider.charge(wanted(payer, method=stand_in.card(payer, "asks")))
    status = stand_in.provider.status(started.reference)
    assert (status.state, status.received_minor) == (State.REQUIRES_ACTION, 0)
    stand_in.bank_says(started.reference, success=True)
    status = stand_in.provider.status(started.reference)
    assert (status.state, status.received_minor) == (State.SUCCEEDED, 12_35)


def test_who_does_not_confirm_does_not_pay(stand_in: Account) -> None:
    payer = stand_in.payer()
    started = stand_in.provider.charge(wanted(payer, method=stand_in.card(payer, "asks")))
    stand_in.bank_says(started.reference, success=False)
    status = stand_in.provider.status(started.reference)
    assert status.state is State.FAILED
    assert status.failure_code == "payment_intent_authentication_failure"
    assert status.failure_message == "The provided PaymentMethod has failed authentication."


def test_a_card_may_decline_after_the_payer_confirmed(stand_in: Account) -> None:
    payer = stand_in.payer()
    request = wanted(payer, method=stand_in.card(payer, "asks and declines"))
    started = stand_in.provider.charge(request)
    with pytest.raises(stripe.CardError):
        stand_in.bank_says(started.reference, success=True)
    status = stand_in.provider.status(started.reference)
    assert (status.state, status.failure_code) == (State.FAILED, "card_declined")


def _until(state: State, status: Callable[[], Status]) -> Status:
    """Return the first status of a state; the test fails when it never comes."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while (found := status()).state is not state:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def test_a_bank_debit_is_on_its_way_and_may_come_back(stand_in: Account) -> None:
    payer = stand_in.payer()
    method = stand_in.bank_account(payer, RETURNED_IBAN)
    started = stand_in.provider.charge(wanted(payer, method=method, currency_code="EUR"))
    status = stand_in.provider.status(started.reference)
    assert (status.state, status.received_minor, status.mode) == (State.PENDING, 0, "Bank debit")
    assert isinstance(status.expected_on, Date)
    failed = _until(State.FAILED, lambda: stand_in.provider.status(started.reference))
    assert (failed.received_minor, failed.expected_on) == (0, None)
    assert failed.failure_code == "card_declined"


def test_money_is_sent_back_once_for_each_key_and_never_more_than_came(account: Account) -> None:
    payer = account.payer()
    request = wanted(payer, method=account.card(payer))
    reference = account.provider.charge(request).reference
    first = account.provider.refund(reference, 2_00, "first", "Sent twice")
    again = account.provider.refund(reference, 2_00, "first", "Sent twice")
    assert again == first
    assert (first.kind, first.state, first.amount_minor) == (Back.REFUND, State.SUCCEEDED, 2_00)
    with pytest.raises(ProviderError, match="More than what is left") as raised:
        account.provider.refund(reference, 10_36, "too much", None)
    assert raised.value.final
    rest = account.provider.refund(reference, 10_35, "rest", None)
    status = account.provider.status(reference)
    assert (status.state, status.received_minor) == (State.SUCCEEDED, 12_35)
    assert {each.reference: each.amount_minor for each in status.reversals} == {
        first.reference: 2_00, rest.reference: 10_35,
    }  # fmt: skip
    sent = account.transport.sent("/v1/refunds")
    assert [call.key for call in sent] == ["refund-first", "refund-rest"]
    assert sent[0].body == {
        "payment_intent": reference,
        "amount": "200",
        "reason": "requested_by_customer",
        "metadata[key]": "first",
        "metadata[attempt_id]": str(request.attempt_id),
        "metadata[reason]": "Sent twice",
    }


def test_nothing_is_sent_back_of_what_never_came(account: Account) -> None:
    payer = account.payer()
    reference = account.provider.charge(
        wanted(payer, method=account.card(payer, "declines"))
    ).reference
    with pytest.raises(ProviderError, match="More than what is left"):
        account.provider.refund(reference, 1, "key", None)
    assert account.transport.sent("/v1/refunds") == []


def test_what_nobody_made_is_cancelled_and_stays_so(stand_in: Account) -> None:
    payer = stand_in.payer()
    reference = stand_in.provider.charge(
        wanted(payer, method=stand_in.card(payer, "asks"))
    ).reference
    assert stand_in.provider.cancel(reference).state is State.CANCELLED
    assert stand_in.provider.cancel(reference).state is State.CANCELLED
    assert stand_in.provider.status(reference).state is State.CANCELLED


def test_what_was_made_stays_made(account: Account) -> None:
    payer = account.payer()
    reference = account.provider.charge(wanted(payer, method=account.card(payer))).reference
    assert account.provider.cancel(reference).state is State.SUCCEEDED
    assert account.transport.sent("/v1/payment_intents/*/cancel") == []


def test_a_method_of_another_customer_is_neither_charged_nor_forgotten(account: Account) -> None:
    mallory, alice = account.payer("Mallory Example"), account.payer()
    card = account.card(alice)
    assert mallory.reference is not None
    with pytest.raises(ProviderError) as raised:
        account.provider.charge(wanted(mallory, method=card))
    assert (raised.value.final, raised.value.code) == (True, "foreign_method")
    with pytest.raises(ProviderError) as raised:
        account.provider.forget(mallory.reference, card)
    assert (raised.value.final, raised.value.code) == (True, "foreign_method")
    assert account.transport.sent("/v1/payment_intents") == []
    assert account.transport.sent("/v1/payment_methods/*/detach") == []


def test_a_forgotten_method_is_gone_and_charges_nobody(account: Account) -> None:
    payer = account.payer()
    assert payer.reference is not None
    kept, gone = account.card(payer), account.card(payer)
    listed = {method.reference: method for method in account.provider.methods(payer.reference)}
    assert set(listed) == {kept, gone}
    assert (listed[kept].kind, listed[kept].brand, listed[kept].last4) == ("card", "visa", "4242")
    assert listed[kept].verified is True
    account.provider.forget(payer.reference, gone)
    account.provider.forget(payer.reference, gone)
    assert [method.reference for method in account.provider.methods(payer.reference)] == [kept]
    with pytest.raises(ProviderError) as raised:
        account.provider.charge(wanted(payer, method=gone))
    assert raised.value.code == "foreign_method"


def test_forgetting_a_method_that_never_was_is_no_error(account: Account) -> None:
    payer = account.payer()
    assert payer.reference is not None
    account.provider.forget(payer.reference, "pm_unknown")


def test_a_customer_is_known_once_and_by_the_name_of_who_pays_now(account: Account) -> None:
    payer = account.payer()
    assert payer.reference is not None
    bob = replace(payer, name="Bob Example", email="bob@example.com")
    assert account.provider.ensure_customer(bob) == payer.reference
    customer = account.client.v1.customers.retrieve(payer.reference)
    assert (customer.name, customer.email) == ("Bob Example", "bob@example.com")
    assert customer.to_dict()["metadata"] == {"customer_id": str(payer.customer_id)}
    assert len(account.transport.sent("/v1/customers")) == 1


def test_a_customer_whom_the_account_lost_is_made_again(account: Account) -> None:
    payer = account.payer()
    lost = replace(payer, reference="cus_lost")
    assert account.provider.ensure_customer(lost) != "cus_lost"
    keys = [call.key for call in account.transport.sent("/v1/customers")]
    assert keys == [f"customer-{payer.customer_id}-{each}" for each in ("first", "cus_lost")]


def test_a_payment_that_stripe_does_not_know_is_refused_for_good(account: Account) -> None:
    with pytest.raises(ProviderError) as raised:
        account.provider.status("pi_unknown")
    assert raised.value.final


def _every_call(provider: Provider, payer: Payer) -> list[Callable[[], object]]:
    request = wanted(payer, method="pm_1")
    return [
        lambda: provider.ensure_customer(payer),
        lambda: provider.start(request),
        lambda: provider.charge(request),
        lambda: provider.status("pi_1"),
        lambda: provider.status("cs_1"),
        lambda: provider.cancel("pi_1"),
        lambda: provider.refund("pi_1", 1, "key", None),
        lambda: provider.start_saving(payer, "USD", frozenset({"card"}), "https://example.com"),
        lambda: provider.saved("cs_1"),
        lambda: provider.methods("cus_1"),
        lambda: provider.forget("cus_1", "pm_1"),
    ]


_PAYER = Payer(uuid4(), "Alice Example", "alice@example.com", "cus_1")


def test_what_stripe_does_not_answer_is_not_final(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_module, "_RETRIES", 0)
    provider = Stripe(localstripe.KEY, [SECRET], f"http://127.0.0.1:{free_port()}")
    for call in _every_call(provider, _PAYER):
        with pytest.raises(ProviderError, match="does not answer") as raised:
            call()
        assert not raised.value.final


def test_stripe_has_ten_seconds_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []

    def send(_session: requests.Session, _request: object, **how: object) -> None:
        waits.append(how["timeout"])
        raise requests.Timeout

    monkeypatch.setattr(requests.Session, "send", send)
    monkeypatch.setattr(stripe_module, "_RETRIES", 0)
    with pytest.raises(ProviderError):
        Stripe(localstripe.KEY, [SECRET]).status("pi_1")
    assert waits == [10]


def test_a_silent_stripe_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_module, "_RETRIES", 0)
    monkeypatch.setattr(stripe_module, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        provider = Stripe(localstripe.KEY, [SECRET], f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(ProviderError) as raised:
            provider.status("pi_1")
    assert not raised.value.final


def test_a_refused_key_is_not_final_and_no_key_is_logged(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    key = "rk_test_which_localstripe_does_not_take"
    transport = localstripe.Transport()
    with caplog.at_level(logging.DEBUG):
        provider = Stripe(key, [SECRET], address, transport=transport)
        for call in _every_call(provider, _PAYER):
            with pytest.raises(ProviderError) as raised:
                call()
            assert not raised.value.final
            assert key not in f"{raised.value!r} {raised.value.__cause__!r}"
    transport.close()
    assert "AuthenticationError" in caplog.text
    assert key not in caplog.text
    assert key not in repr(provider)
    assert SECRET not in caplog.text + repr(provider)
