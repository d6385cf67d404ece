"""What hosted pages are made with and what comes of them: money, methods, refunds, disputes."""

from dataclasses import replace
from datetime import UTC, datetime
from datetime import date as Date
from typing import Any
from uuid import UUID

import pytest

from portal_data.payments.provider import (
    Back,
    Line,
    Method,
    Payer,
    ProviderError,
    Reversal,
    Started,
    State,
    Status,
)
from portal_data.payments.providers.stripe import Stripe
from tests.payments.answers import (
    REFUSED,
    Answers,
    card,
    charge,
    dispute,
    intent,
    listed,
    refund,
    sepa,
    session,
    us_bank,
)
from tests.payments.conftest import SECRET, wanted

_PAYER = Payer(UUID(int=1), "Alice Example", "alice@example.com", "cus_1")
_ATTEMPT = UUID(int=7)
_BEARS = {"attempt_id": str(_ATTEMPT)}
_DECLINED = {
    "type": "card_error",
    "code": "card_declined",
    "decline_code": "insufficient_funds",
    "message": "Your card has insufficient funds.",
}
_DEPOSITS = {
    "type": "verify_with_microdeposits",
    "verify_with_microdeposits": {
        "arrival_date": 1_796_000_000,
        "hosted_verification_url": "https://payments.stripe.com/microdeposit/1",
        "microdeposit_type": "amounts",
    },
}


def _at(answers: dict[str, Any]) -> tuple[Stripe, Answers]:
    transport = Answers(answers)
    return Stripe("sk_test_1", [SECRET], transport=transport), transport


def _status(answer: dict[str, Any], *more: dict[str, Any], reference: str = "cs_1") -> Status:
    """Return what a session or a PaymentIntent says, with refunds and disputes."""
    path = "checkout/sessions" if reference.startswith("cs_") else "payment_intents"
    provider, _transport = _at(
        {
            f"get /v1/{path}/{reference}": answer,
            "get /v1/refunds": listed(*(each for each in more if each["object"] == "refund")),
            "get /v1/disputes": listed(*(each for each in more if each["object"] == "dispute")),
        }
    )
    return provider.status(reference)


# What a page is made with ---------------------------------------------------------------


def _started(**more: Any) -> dict[str, str]:
    """Return the parameters of the page of a payment."""
    provider, transport = _at({"post /v1/checkout/sessions": session()})
    request = replace(wanted(_PAYER), **more)
    assert provider.start(request) == Started("cs_1", "https://checkout.stripe.com/c/pay/cs_1")
    (call,) = transport.calls
    assert call.key == f"start-{request.attempt_id}"
    return call.body


def test_a_page_shows_what_is_paid_for_and_bears_the_attempt() -> None:
    expires = datetime(2026, 11, 28, 12, 30)
    body = _started(
        attempt_id=_ATTEMPT,
        lines=(Line("Invoice INV-1", 10_00), Line("Invoice INV-2", 2_35)),
        expires_at=expires,
    )
    assert body == {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "customer": "cus_1",
        "client_reference_id": str(_ATTEMPT),
        "allowed_payment_method_types[0]": "card",
        "allowed_payment_method_types[1]": "us_bank_account",
        "payment_method_options[us_bank_account][verification_method]": "automatic",
        "payment_method_options[us_bank_account][financial_connections][permissions][0]":
            "payment_method",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "1000",
        "line_items[0][price_data][product_data][name]": "Invoice INV-1",
        "line_items[1][quantity]": "1",
        "line_items[1][price_data][currency]": "usd",
        "line_items[1][price_data][unit_amount]": "235",
        "line_items[1][price_data][product_data][name]": "Invoice INV-2",
        "payment_intent_data[metadata][attempt_id]": str(_ATTEMPT),
        "payment_intent_data[description]": "Invoice INV-1, Invoice INV-2",
        "metadata[attempt_id]": str(_ATTEMPT),
        "expires_at": str(int(expires.replace(hour=13, minute=0, tzinfo=UTC).timestamp())),
        "success_url": "https://portal.example.com/pay/return",
        "cancel_url": "https://portal.example.com/pay/cancel",
    }  # fmt: skip


def test_a_page_of_a_stranger_knows_nobody_and_is_the_same_besides() -> None:
    known = _started(attempt_id=_ATTEMPT)
    unnamed = Payer(UUID(int=1), "Alice Example", "", None)
    body = _started(attempt_id=_ATTEMPT, payer=unnamed, stranger=True)  # asks for no customer
    assert body == {name: said for name, said in known.items() if name != "customer"}


def test_a_method_is_saved_where_that_is_wanted() -> None:
    assert "payment_intent_data[setup_future_usage]" not in _started()
    saving = _started(save_method=True)
    assert saving["payment_intent_data[setup_future_usage]"] == "off_session"


@pytest.mark.parametrize(
    ("currency", "kinds", "types"),
    [
        ("USD", {"card"}, ["card"]),
        ("USD", {"bank"}, ["us_bank_account"]),
        ("EUR", {"card", "bank"}, ["card", "sepa_debit"]),
        ("GBP", {"card", "bank"}, ["card"]),
    ],
)
def test_a_bank_account_is_what_the_currency_says(
    currency: str, kinds: set[str], types: list[str]
) -> None:
    body = _started(currency_code=currency, kinds=frozenset(kinds))
    given = [text for name, text in body.items() if name.startswith("allowed_payment_method_types")]
    assert given == types


def test_a_currency_without_bank_accounts_is_refused_before_anybody_is_sent_there() -> None:
    provider, transport = _at({})
    for call in (
        lambda: provider.start(wanted(_PAYER, currency_code="GBP", kinds=frozenset({"bank"}))),
        lambda: provider.start_saving(_PAYER, "GBP", frozenset({"bank"}), "https://example.com"),
    ):
        with pytest.raises(ProviderError) as raised:
            call()
        assert (raised.value.final, raised.value.code) == (True, "no_kind_for_currency")
    assert transport.calls == []


@pytest.mark.parametrize(
    "lines",
    [
        tuple(Line(f"Invoice INV-{number}", 10) for number in range(101)),
        (Line("Invoice INV-1", 20_00), Line("Credit", -9_90)),
    ],
    ids=["more than a page shows", "one that is a credit"],
)
def test_lines_that_a_page_cannot_show_are_one(lines: tuple[Line, ...]) -> None:
    body = _started(lines=lines)
    assert body["line_items[0][price_data][unit_amount]"] == "1010"
    assert "line_items[1][quantity]" not in body
    assert len(body["line_items[0][price_data][product_data][name]"]) <= 250


def test_stripe_counts_hundredths_of_crowns_that_have_none() -> None:
    body = _started(currency_code="ISK", lines=(Line("Invoice INV-1", 5_000),))
    assert body["line_items[0][price_data][unit_amount]"] == "500000"
    paid = intent(currency="isk", amount=500_000, amount_received=500_000)
    status = _status(session(payment_intent=paid), refund(currency="isk", amount=100_000))
    assert (status.received_minor, status.currency_code) == (5_000, "ISK")
    assert [reversal.amount_minor for reversal in status.reversals] == [1_000]


@pytest.mark.parametrize(
    ("currency", "amount", "taken"),
    [
        ("USD", 50, True),
        ("USD", 49, False),
        ("GBP", 30, True),
        ("GBP", 29, False),
        ("JPY", 50, True),
        ("JPY", 49, False),
        ("USD", 99_999_999, True),
        ("USD", 100_000_000, False),
        ("ISK", 999_999, True),
        ("ISK", 1_000_000, False),
        ("KWD", 5_120, True),
        ("KWD", 5_124, False),
        ("MGA", 5_000_00, False),
        ("XXX", 5_000, False),
        ("EUR", 0, False),
        ("EUR", -50, False),
        ("NAD", 0, False),
    ],
)
def test_stripe_takes_what_its_limits_allow(currency: str, amount: int, taken: bool) -> None:
    provider, _transport = _at({})
    assert provider.takes(currency, amount) is taken


# What becomes of a payment --------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state", "received"),
    [
        (session(), State.CREATED, 0),
        (session(status="expired"), State.EXPIRED, 0),
        (session(payment_intent=intent("requires_payment_method")), State.CREATED, 0),
        (session(payment_intent=intent("requires_confirmation")), State.CREATED, 0),
        (session(payment_intent=intent("requires_action")), State.REQUIRES_ACTION, 0),
        (session(status="complete", payment_intent=intent("processing")), State.PENDING, 0),
        (session(payment_intent=intent("requires_capture")), State.PENDING, 0),
        (session(payment_intent=intent("something_new")), State.PENDING, 0),
        (session(status="complete", payment_intent=intent()), State.SUCCEEDED, 12_35),
        (session(status="complete", payment_intent=intent("canceled")), State.CANCELLED, 0),
        (session(status="expired", payment_intent=intent("canceled")), State.EXPIRED, 0),
        (session(status="expired", payment_intent=intent("requires_action")), State.EXPIRED, 0),
        (session(status="expired", payment_intent=intent("processing")), State.PENDING, 0),
        (session(status="expired", payment_intent=intent()), State.SUCCEEDED, 12_35),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_page_says_how_far_its_payment_is(
    answer: dict[str, Any], state: State, received: int
) -> None:
    status = _status(answer)
    assert (status.state, status.received_minor) == (state, received)
    assert (status.reference, status.currency_code) == ("cs_1", "USD")


def test_a_page_that_nobody_used_knows_its_attempt() -> None:
    assert _status(session(metadata=_BEARS)).attempt_id == _ATTEMPT
    assert _status(session(payment_intent=intent(metadata=_BEARS))).attempt_id == _ATTEMPT
    assert _status(session(metadata=_BEARS, payment_intent=intent())).attempt_id == _ATTEMPT
    assert _status(session(metadata={"attempt_id": "not ours"})).attempt_id is None
    status = _status(intent(metadata=_BEARS), reference="pi_1")
    assert (status.reference, status.attempt_id) == ("pi_1", _ATTEMPT)


def test_a_refusal_has_the_banks_reason_and_ends_no_page_where_another_card_can_be_tried() -> None:
    refused = intent("requires_payment_method", last_payment_error=_DECLINED)
    status = _status(session(payment_intent=refused))
    assert (status.state, status.failure_code) == (State.CREATED, "insufficient_funds")
    status = _status(session(status="complete", payment_intent=refused))
    assert (status.state, status.failure_code, status.failure_message) == (
        State.FAILED, "insufficient_funds", "Your card has insufficient funds.",
    )  # fmt: skip
    status = _status(session(payment_intent=intent("processing", last_payment_error=_DECLINED)))
    assert (status.state, status.failure_code, status.failure_message) == (
        State.PENDING, None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "details", "expected"),
    [
        # made on a Friday: Monday to Thursday, Monday to Friday
        (us_bank(), None, Date(2026, 12, 3)),
        (sepa(), None, Date(2026, 12, 4)),
        (us_bank(), {"expected_debit_date": "2026-11-30"}, Date(2026, 12, 3)),
        (us_bank(), {"expected_debit_date": "2026-12-08"}, Date(2026, 12, 8)),
        (card(), None, None),
    ],
)
def test_a_debit_says_when_it_is_expected(
    method: dict[str, Any], details: dict[str, Any] | None, expected: Date | None
) -> None:
    kind = method["type"]
    on_its_way = intent(
        "processing",
        payment_method=method,
        latest_charge=charge(payment_method_details={"type": kind, kind: details or {}}),
    )
    status = _status(session(status="complete", payment_intent=on_its_way))
    assert status.expected_on == expected
    assert status.mode == ("Card" if kind == "card" else "Bank debit")


def test_who_must_confirm_small_deposits_finds_the_way_there() -> None:
    waiting = intent("requires_action", payment_method=us_bank(), next_action=_DEPOSITS)
    status = _status(session(status="complete", payment_intent=waiting))
    assert (status.state, status.url) == (
        State.REQUIRES_ACTION, "https://payments.stripe.com/microdeposit/1",
    )  # fmt: skip
    expired = _status(session(status="expired", payment_intent=waiting))
    assert expired.url is None


def test_a_charge_leads_to_the_bank_that_asks() -> None:
    bank = {
        "type": "redirect_to_url",
        "redirect_to_url": {"url": "https://hooks.stripe.com/3d", "return_url": "https://x"},
    }
    provider, _transport = _at(
        {
            "get /v1/payment_methods/pm_card": card(customer="cus_1"),
            "post /v1/payment_intents": intent("requires_confirmation"),
            "post /v1/payment_intents/pi_1/confirm": intent("requires_action", next_action=bank),
        }
    )
    started = provider.charge(wanted(_PAYER, method="pm_card"))
    assert started == Started("pi_1", "https://hooks.stripe.com/3d")


def test_a_charge_that_was_confirmed_already_is_looked_at() -> None:
    error = {
        "type": "invalid_request_error",
        "code": "payment_intent_unexpected_state",
        "message": "It has already succeeded.",
    }
    provider, _transport = _at(
        {
            "get /v1/payment_methods/pm_card": card(customer="cus_1"),
            "post /v1/payment_intents": intent("requires_confirmation"),
            "post /v1/payment_intents/pi_1/confirm": (400, {"error": error}),
        }
    )
    assert provider.charge(wanted(_PAYER, method="pm_card")) == Started("pi_1", None)


def test_a_method_that_was_saved_on_the_way_is_part_of_the_status() -> None:
    saved = intent(payment_method=card(customer="cus_1"), setup_future_usage="off_session")
    assert _status(session(payment_intent=saved)).method == Method(
        "pm_card", "card", "visa", "4242", "Alice Example", 12, 2030
    )
    for other in (
        intent(payment_method=card(customer="cus_1")),
        intent(setup_future_usage="off_session"),
    ):
        assert _status(session(payment_intent=other)).method is None


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (refund(), Reversal("re_succeeded", Back.REFUND, State.SUCCEEDED, 2_00)),
        (refund("pending"), Reversal("re_pending", Back.REFUND, State.PENDING, 2_00)),
        (
            refund("requires_action"),
            Reversal("re_requires_action", Back.REFUND, State.PENDING, 2_00),
        ),
        (refund("canceled"), Reversal("re_canceled", Back.REFUND, State.FAILED, 2_00)),
        (
            refund("failed", failure_reason="lost_or_stolen_card"),
            Reversal("re_failed", Back.REFUND, State.FAILED, 2_00, "lost or stolen card"),
        ),
        (
            dispute("needs_response"),
            Reversal("du_needs_response", Back.DISPUTE, State.PENDING, 12_35, "fraudulent"),
        ),
        (
            dispute("under_review"),
            Reversal("du_under_review", Back.DISPUTE, State.PENDING, 12_35, "fraudulent"),
        ),
        (
            dispute("lost", "product_not_received"),
            Reversal("du_lost", Back.DISPUTE, State.SUCCEEDED, 12_35, "product not received"),
        ),
        (dispute("won"), Reversal("du_won", Back.DISPUTE, State.FAILED, 12_35, "fraudulent")),
        (
            dispute("lost", "insufficient_funds"),
            Reversal("du_lost", Back.RETURN, State.SUCCEEDED, 12_35, "insufficient funds"),
        ),
        (
            dispute("lost", "debit_not_authorized"),
            Reversal("du_lost", Back.DISPUTE, State.SUCCEEDED, 12_35, "debit not authorized"),
        ),
        (dispute("warning_needs_response"), None),
        (dispute("warning_closed"), None),
        (dispute("prevented"), None),
    ],
)
def test_what_went_back_is_part_of_the_status(
    fact: dict[str, Any], expected: Reversal | None
) -> None:
    paid = intent(latest_charge=charge(disputed=fact["object"] == "dispute"))
    for status in (
        _status(session(status="complete", payment_intent=paid), fact),
        _status(paid, fact, reference="pi_1"),
    ):
        assert status.state is State.SUCCEEDED
        assert status.received_minor == 12_35
        assert status.reversals == ((expected,) if expected else ())


# Cancelling and refunding ---------------------------------------------------------------


def test_a_page_that_nobody_used_is_closed() -> None:
    provider, transport = _at(
        {
            "get /v1/checkout/sessions/cs_1": [session(), session(status="expired")],
            "post /v1/checkout/sessions/cs_1/expire": session(status="expired"),
        }
    )
    assert provider.cancel("cs_1").state is State.EXPIRED
    assert len(transport.sent("/v1/checkout/sessions/cs_1/expire")) == 1


def test_a_debit_that_waits_for_small_deposits_is_cancelled() -> None:
    waiting = intent("requires_action", payment_method=us_bank(), next_action=_DEPOSITS)
    provider, transport = _at(
        {
            "get /v1/checkout/sessions/cs_1": [
                session(status="complete", payment_intent=waiting),
                session(status="complete", payment_intent="pi_1"),
                session(status="complete", payment_intent=intent("canceled")),
            ],
            "post /v1/checkout/sessions/cs_1/expire": REFUSED,
            "post /v1/payment_intents/pi_1/cancel": intent("canceled"),
        }
    )
    assert provider.cancel("cs_1").state is State.CANCELLED
    (call,) = transport.sent("/v1/payment_intents/pi_1/cancel")
    assert call.body == {"cancellation_reason": "abandoned"}


def test_what_was_paid_while_it_was_cancelled_is_paid() -> None:
    provider, _transport = _at(
        {
            "get /v1/checkout/sessions/cs_1": [
                session(),
                session(status="complete", payment_intent="pi_1"),
                session(status="complete", payment_intent=intent()),
            ],
            "post /v1/checkout/sessions/cs_1/expire": REFUSED,
            "post /v1/payment_intents/pi_1/cancel": REFUSED,
            "get /v1/refunds": listed(),
        }
    )
    status = provider.cancel("cs_1")
    assert (status.state, status.received_minor) == (State.SUCCEEDED, 12_35)


@pytest.mark.parametrize("state", ["processing", "succeeded", "canceled"])
def test_what_is_on_its_way_or_over_is_left_alone(state: str) -> None:
    over = session(status="complete", payment_intent=intent(state))
    provider, transport = _at({"get /v1/checkout/sessions/cs_1": over, "get /v1/refunds": listed()})
    provider.cancel("cs_1")
    assert [call for call in transport.calls if call.method == "post"] == []


def test_a_payment_of_a_page_is_refunded_by_what_the_page_made() -> None:
    provider, transport = _at(
        {
            "get /v1/checkout/sessions/cs_1": session(payment_intent="pi_1"),
            "get /v1/payment_intents/pi_1": intent(metadata=_BEARS),
            "get /v1/refunds": listed(refund("failed"), refund("pending", amount=10_00)),
            "post /v1/refunds": refund("pending", amount=2_35, id="re_new"),
        }
    )
    assert provider.refund("cs_1", 2_35, "key", None) == Reversal(
        "re_new", Back.REFUND, State.PENDING, 2_35
    )
    (call,) = transport.sent("/v1/refunds")
    assert (call.key, call.body["payment_intent"]) == ("refund-key", "pi_1")
    with pytest.raises(ProviderError, match="More than what is left"):
        provider.refund("cs_1", 2_36, "another", None)
    assert len(transport.sent("/v1/refunds")) == 1


def test_a_key_counts_when_stripe_has_long_forgotten_its_own() -> None:
    provider, transport = _at(
        {
            "get /v1/payment_intents/pi_1": intent(),
            "get /v1/refunds": listed(refund(amount=12_35, metadata={"key": "key"})),
        }
    )
    made = provider.refund("pi_1", 12_35, "key", None)
    assert (made.reference, made.key) == ("re_succeeded", "key")
    assert transport.sent("/v1/refunds") == []


def test_staff_read_why_stripe_does_not_refund() -> None:
    error = {
        "type": "invalid_request_error",
        "code": "charge_not_refundable",
        "message": "The ACH Direct Debit is too old to be refunded.",
    }
    provider, _transport = _at(
        {
            "get /v1/payment_intents/pi_1": intent(),
            "get /v1/refunds": listed(),
            "post /v1/refunds": (400, {"error": error}),
        }
    )
    with pytest.raises(ProviderError, match="too old to be refunded") as raised:
        provider.refund("pi_1", 1_00, "key", None)
    assert (raised.value.final, raised.value.code) == (True, "charge_not_refundable")


def test_a_page_that_nobody_used_has_nothing_to_refund() -> None:
    provider, _transport = _at({"get /v1/checkout/sessions/cs_1": session()})
    with pytest.raises(ProviderError) as raised:
        provider.refund("cs_1", 1, "key", None)
    assert raised.value.code == "nothing_paid"


@pytest.mark.parametrize(
    ("code", "kind", "final"),
    [
        (400, "invalid_request_error", True),
        (404, "invalid_request_error", True),
        (402, "card_error", True),
        (400, "idempotency_error", False),  # the first of that key may have been done
        (401, "invalid_request_error", False),
        (403, "invalid_request_error", False),
        (409, "invalid_request_error", False),  # the first of that key is being done
        (429, "invalid_request_error", False),
        (500, "api_error", False),
    ],
)
def test_only_what_was_surely_not_done_is_final(
    code: int, kind: str, final: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal_data.payments.providers.stripe._RETRIES", 0)
    error = {"type": kind, "message": "No.", "code": "some_code"}
    provider, _transport = _at({"post /v1/checkout/sessions": (code, {"error": error})})
    with pytest.raises(ProviderError) as raised:
        provider.start(wanted(_PAYER))
    assert (raised.value.final, raised.value.code) == (final, "some_code")


# Saving and listing methods -------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "kinds", "types"),
    [
        ("USD", {"card", "bank"}, ["card", "us_bank_account"]),
        ("EUR", {"bank"}, ["sepa_debit"]),
        ("GBP", {"card", "bank"}, ["card"]),
    ],
)
def test_a_page_saves_a_method_and_charges_nothing(
    currency: str, kinds: set[str], types: list[str]
) -> None:
    provider, transport = _at({"post /v1/checkout/sessions": session(mode="setup")})
    address = "https://portal.example.com/account"
    started = provider.start_saving(_PAYER, currency, frozenset(kinds), address)
    assert started.reference == "cs_1"
    body = transport.calls[0].body
    given = [text for name, text in body.items() if name.startswith("allowed_payment_method_types")]
    assert given == types
    assert (body["mode"], body["currency"], body["customer"]) == (
        "setup",
        currency.lower(),
        "cus_1",
    )
    assert (body["success_url"], body["cancel_url"]) == (address, address)
    assert transport.calls[0].key


def _setup(status: str, method: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    made = {"id": "seti_1", "object": "setup_intent", "status": status, "payment_method": method}
    return session(mode="setup", status="complete", setup_intent={**made, **more})


_CARD = Method("pm_card", "card", "visa", "4242", "Alice Example", 12, 2030)
_BANK = Method("pm_bank", "bank", "STRIPE TEST BANK", "6789", "Alice Example")
_SEPA = Method("pm_sepa", "bank", None, "3000")


@pytest.mark.parametrize(
    ("answer", "method"),
    [
        (session(mode="setup", setup_intent=None), None),
        (_setup("requires_payment_method", None), None),
        (_setup("succeeded", card(customer="cus_1")), _CARD),
        (_setup("succeeded", us_bank(customer="cus_1")), _BANK),
        (_setup("succeeded", sepa(customer="cus_1")), _SEPA),
        (
            _setup("requires_action", us_bank(), next_action=_DEPOSITS),
            replace(_BANK, verified=None),
        ),
        (_setup("canceled", us_bank()), None),
    ],
)
def test_a_page_says_what_was_saved_on_it(answer: dict[str, Any], method: Method | None) -> None:
    provider, _transport = _at({"get /v1/checkout/sessions/cs_1": answer})
    assert provider.saved("cs_1") == method


def test_cards_and_bank_accounts_are_listed_and_nothing_else() -> None:
    link = {"id": "pm_link", "object": "payment_method", "type": "link", "customer": "cus_1"}
    provider, _transport = _at(
        {
            "get /v1/customers/cus_1/payment_methods": listed(
                card(customer="cus_1"), link, us_bank(customer="cus_1"), sepa(customer="cus_1")
            )
        }
    )
    assert provider.methods("cus_1") == [_CARD, _BANK, _SEPA]


def test_a_method_that_somebody_else_forgot_meanwhile_is_gone() -> None:
    provider, _transport = _at(
        {
            "get /v1/payment_methods/pm_card": [card(customer="cus_1"), card()],
            "post /v1/payment_methods/pm_card/detach": REFUSED,
        }
    )
    provider.forget("cus_1", "pm_card")


def test_a_method_that_cannot_be_forgotten_is_not_said_to_be_gone() -> None:
    provider, _transport = _at(
        {
            "get /v1/payment_methods/pm_card": card(customer="cus_1"),
            "post /v1/payment_methods/pm_card/detach": REFUSED,
        }
    )
    with pytest.raises(ProviderError):
        provider.forget("cus_1", "pm_card")
