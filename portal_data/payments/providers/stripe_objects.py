"""Stripe's objects in the portal's words: its amounts, states, methods, refunds and disputes.

Everything here is plain values, as `StripeObject.to_dict` makes them; nothing asks Stripe.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import date as Date
from typing import Any
from uuid import UUID

from portal_data import money
from portal_data.payments.provider import Back, Line, Method, Request, Reversal, State, Status

type_of_bank: Mapping[str, str] = {"USD": "us_bank_account", "EUR": "sepa_debit"}
"""What Stripe calls a debit of a bank account, by the currency that it is charged in."""

_LEAST = {
    "AED": 200, "BGN": 100, "CZK": 15_00, "DKK": 250, "GBP": 30, "HKD": 400, "HUF": 175_00,
    "JPY": 50, "MXN": 10_00, "MYR": 200, "NOK": 300, "PLN": 200, "RON": 200, "SEK": 300,
    "THB": 10_00,
    **dict.fromkeys(("AUD", "BRL", "CAD", "CHF", "EUR", "INR", "NZD", "SGD", "USD"), 50),
}  # fmt: skip
_MOST = 99_999_999
_HUNDREDFOLD = frozenset({"ISK", "UGX"})  # no decimals in ISO 4217, two at Stripe
_REFUSED = frozenset({"MGA"})  # two decimals in ISO 4217, none at Stripe
_MOST_LINES = 100
_MOST_CHARACTERS = 250

_STATES = {
    "requires_confirmation": State.CREATED,
    "requires_action": State.REQUIRES_ACTION,
    "processing": State.PENDING,
    "requires_capture": State.PENDING,
    "canceled": State.CANCELLED,
    "succeeded": State.SUCCEEDED,
}
_REFUND_STATES = {
    "succeeded": State.SUCCEEDED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
# An inquiry (warning_…) moves no money yet, and a prevented dispute never did.
_DISPUTE_STATES = {
    "needs_response": State.PENDING,
    "under_review": State.PENDING,
    "lost": State.SUCCEEDED,
    "appeal_needs_response": State.SUCCEEDED,
    "appeal_under_review": State.SUCCEEDED,
    "won": State.FAILED,
}
# Disputes by which banks return a debit that nobody contests: there was no money, or no account.
_RETURNS = frozenset({"bank_cannot_process", "incorrect_account_details", "insufficient_funds"})

_MODES = {"card": "Card", "us_bank_account": "Bank debit", "sepa_debit": "Bank debit"}
_WORKING_DAYS = {"us_bank_account": 4, "sepa_debit": 5}


def chargeable(currency_code: str, amount_minor: int) -> bool:
    """Tell whether Stripe takes an amount of a currency.

    Of currencies with three decimals it takes whole hundredths alone.
    """
    if currency_code in _REFUSED or not money.is_currency(currency_code):
        return False
    if money.exponent(currency_code) == 3 and amount_minor % 10:
        return False
    amount = amount_of(currency_code, amount_minor)
    return _LEAST.get(currency_code, 1) <= amount <= _MOST


def amount_of(currency_code: str, minor: int) -> int:
    """Return minor units in what Stripe counts."""
    return minor * 100 if currency_code in _HUNDREDFOLD else minor


def minor_of(currency: str, amount: int) -> int:
    """Return what Stripe counts of a currency, in its lower case, in minor units."""
    return amount // 100 if currency.upper() in _HUNDREDFOLD else amount


def types_of(kinds: frozenset[str], currency_code: str) -> list[str]:
    """Return Stripe's types of payment methods of our kinds that take a currency."""
    bank = type_of_bank.get(currency_code) if "bank" in kinds else None
    return [*(["card"] if "card" in kinds else []), *([bank] if bank else [])]


def lines_of(request: Request) -> tuple[Line, ...]:
    """Return the lines of a payment as Stripe shows them: one, if it cannot show them all."""
    lines = request.lines
    if len(lines) > _MOST_LINES or any(line.amount_minor <= 0 for line in lines):
        return (Line(words_of(request), request.amount_minor),)
    return tuple(replace(line, words=_shortened(line.words)) for line in lines)


def words_of(request: Request) -> str:
    """Return what a payment is for."""
    return _shortened(", ".join(line.words for line in request.lines))


def _shortened(words: str) -> str:
    return words if len(words) <= _MOST_CHARACTERS else words[: _MOST_CHARACTERS - 1] + "…"


def id_of(reference: Any) -> str | None:
    """Return the id of an object that Stripe names or shows whole."""
    named = reference["id"] if isinstance(reference, Mapping) else reference
    return None if named is None else str(named)


def attempt_of(metadata: Any) -> UUID | None:
    """Return which of our attempts something at Stripe is kept for, when we put it there."""
    try:
        return UUID(metadata["attempt_id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def next_url(intent: Mapping[str, Any]) -> str | None:
    """Return where the payer goes on: to their bank, or to confirm small deposits."""
    action = intent.get("next_action") or {}
    redirect = action.get("redirect_to_url") or {}
    deposits = action.get("verify_with_microdeposits") or {}
    return redirect.get("url") or deposits.get("hosted_verification_url")


def status_of(intent: Mapping[str, Any], reversals: Iterable[Reversal] = ()) -> Status:
    """Return what a PaymentIntent says; its charge and method are expanded."""
    state = _state_of(intent)
    charge = _whole(intent.get("latest_charge"))
    method = _whole(intent.get("payment_method"))
    type_ = method.get("type") or (charge.get("payment_method_details") or {}).get("type")
    error = (intent.get("last_payment_error") or {}) if state is State.FAILED else {}
    saved = bool(intent.get("setup_future_usage")) and bool(method.get("customer"))
    return Status(
        reference=intent["id"],
        state=state,
        received_minor=minor_of(intent["currency"], intent.get("amount_received") or 0)
        if state is State.SUCCEEDED
        else 0,
        currency_code=intent["currency"].upper(),
        attempt_id=attempt_of(intent.get("metadata")),
        failure_code=error.get("decline_code") or error.get("code"),
        failure_message=error.get("message"),
        expected_on=_expected_on(intent, charge, type_) if state is State.PENDING else None,
        mode=_MODES.get(type_, type_.replace("_", " ").capitalize()) if type_ else None,
        method=method_of(method) if saved else None,
        url=next_url(intent) if state is State.REQUIRES_ACTION else None,
        reversals=tuple(reversals),
    )


def status_of_session(session: Mapping[str, Any], reversals: Iterable[Reversal] = ()) -> Status:
    """Return what a Checkout Session says, and its PaymentIntent once somebody entered something.

    A session that expired took its PaymentIntent with it, unless that was paid or is on its way.
    While it is open, a card that was declined is no end: the payer is offered to try another one.
    """
    expired = session.get("status") == "expired"
    attempt_id = attempt_of(session.get("metadata"))
    intent = _whole(session.get("payment_intent"))
    if not intent:
        state = State.EXPIRED if expired else State.CREATED
        return Status(session["id"], state, 0, session["currency"].upper(), attempt_id)
    status = status_of(intent, reversals)
    if expired and status.state not in (State.SUCCEEDED, State.PENDING):
        status = replace(status, state=State.EXPIRED, url=None)
    if session.get("status") == "open" and status.state is State.FAILED:
        status = replace(status, state=State.CREATED)
    return replace(status, reference=session["id"], attempt_id=status.attempt_id or attempt_id)


def _state_of(intent: Mapping[str, Any]) -> State:
    if intent["status"] == "requires_payment_method":
        return State.FAILED if intent.get("last_payment_error") else State.CREATED
    # what we do not know is not over: nobody is to pay again meanwhile
    return _STATES.get(intent["status"], State.PENDING)


def _whole(value: Any) -> Mapping[str, Any]:
    """Return an object that Stripe shows whole; nothing when it only names it."""
    return value if isinstance(value, Mapping) else {}


def _expected_on(
    intent: Mapping[str, Any], charge: Mapping[str, Any], type_: str | None
) -> Date | None:
    """Return the day by which a bank debit has arrived or failed."""
    if type_ not in _WORKING_DAYS:
        return None
    day = datetime.fromtimestamp(charge.get("created") or intent["created"], UTC).date()
    for _working_day in range(_WORKING_DAYS[type_]):
        day += timedelta(days=3 if day.weekday() == 4 else 2 if day.weekday() == 5 else 1)
    details = (charge.get("payment_method_details") or {}).get(type_) or {}
    debited = details.get("expected_debit_date")
    return max(day, Date.fromisoformat(debited)) if debited else day


def method_of(method: Mapping[str, Any], *, verified: bool | None = True) -> Method | None:
    """Return a card or bank account; None for what is neither."""
    type_ = method.get("type")
    holder = (method.get("billing_details") or {}).get("name")
    if type_ == "card":
        card = method["card"]
        return Method(
            reference=method["id"],
            kind="card",
            brand=card.get("brand"),
            last4=card.get("last4"),
            holder=holder,
            expires_month=card.get("exp_month"),
            expires_year=card.get("exp_year"),
            verified=verified,
        )
    if type_ is not None and type_ in type_of_bank.values():
        account = method[type_]
        return Method(
            reference=method["id"],
            kind="bank",
            brand=account.get("bank_name"),
            last4=account.get("last4"),
            holder=holder,
            verified=verified,
        )
    return None


def method_of_session(session: Mapping[str, Any]) -> Method | None:
    """Return what was saved in a Checkout Session; verified is None while deposits are awaited."""
    intent = _whole(session.get("setup_intent"))
    method = _whole(intent.get("payment_method"))
    if intent.get("status") == "succeeded":
        return method_of(method)
    deposits = (intent.get("next_action") or {}).get("verify_with_microdeposits")
    return method_of(method, verified=None) if deposits else None


def refund_of(refund: Mapping[str, Any]) -> Reversal:
    """Return a refund, whoever made it."""
    reason = refund.get("failure_reason")
    return Reversal(
        reference=refund["id"],
        kind=Back.REFUND,
        state=_REFUND_STATES.get(refund["status"], State.PENDING),
        amount_minor=minor_of(refund["currency"], refund["amount"]),
        message=reason.replace("_", " ") if reason else None,
        key=(refund.get("metadata") or {}).get("key"),
    )


def dispute_of(dispute: Mapping[str, Any]) -> Reversal | None:
    """Return what a dispute took back; None while it is only asked about, and took nothing.

    The return of a bank debit that had counted as paid is a dispute at Stripe, lost at once.
    """
    state = _DISPUTE_STATES.get(dispute["status"])
    if state is None:
        return None
    return Reversal(
        reference=dispute["id"],
        kind=Back.RETURN if dispute["reason"] in _RETURNS else Back.DISPUTE,
        state=state,
        amount_minor=minor_of(dispute["currency"], dispute["amount"]),
        message=dispute["reason"].replace("_", " "),
    )
