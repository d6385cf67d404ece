"""Payments at the demo gateway: begun on a page or with a saved method, chosen, sent back."""

from dataclasses import dataclass
from datetime import datetime

from portal_data import store
from portal_data.errors import Invalid
from portal_data.payments.demo_gateway import events, lookup, rows, saving
from portal_data.payments.demo_gateway.records import (
    DECLINED,
    NOBODY_THERE,
    NOT_CONFIRMED,
    SETTLES_AFTER,
    Payment,
    Refund,
    SavedMethod,
    Scenario,
    Stage,
    reversal,
    scenario_of,
    working_days_later,
)
from portal_data.payments.provider import (
    ProviderError,
    Request,
    Reversal,
    Started,
    State,
    Status,
)
from portal_data.store import OpenSession


@dataclass(frozen=True, slots=True)
class Chosen:
    """What whoever pays chose on the page, or answered to the card's bank."""

    scenario: Scenario | None = None
    confirmed: bool | None = None
    save: bool = False
    lost: bool = False
    twice: bool = False
    refunds_fail: bool = False


def start(request: Request, now: datetime) -> Started:
    """Prepare a page; the same attempt twice is one payment."""
    reference, payment = _begun(request, now)
    open_ = payment.stage in (Stage.CHOOSE, Stage.CONFIRM)
    return Started(reference, rows.address(reference) if open_ else None)


def charge(request: Request, now: datetime) -> Started:
    """Take a payment by a saved method, as its last digits decide; the same attempt is one."""
    if request.method is None:
        raise ProviderError("No saved method was named.", final=True, code="method_missing")
    reference, payment = _begun(request, now)
    confirms = payment.stage is Stage.CONFIRM
    return Started(reference, rows.address(reference) if confirms else None)


def _begun(request: Request, now: datetime) -> tuple[str, Payment]:
    """Return the payment of a request, which is made unless it was."""
    customer = saving.ensure_customer(request.payer, now)
    reference = rows.name_for("demo_pi", str(request.attempt_id))
    payment = Payment(
        attempt_id=request.attempt_id,
        name=request.payer.name,
        email=request.payer.email,
        currency_code=request.currency_code,
        amount_minor=request.amount_minor,
        lines=[(line.words, line.amount_minor) for line in request.lines],
        kinds=sorted(request.kinds),
        save_method=request.save_method,
        return_url=request.return_url,
        cancel_url=request.cancel_url,
        expires_at=request.expires_at,
        charged=request.method is not None,
        method=request.method,
    )
    with store.system_writing() as session:
        method = _chargeable(session, request.method, customer, now) if request.method else None
        if not rows.add(session, reference, payment, customer, now):
            known = lookup.held(session, Payment, reference, now).kept
            if _asked(known) != _asked(payment):
                message = "The same attempt was begun with other amounts or another method."
                raise ProviderError(message, final=True, code="attempt_differs")
            return reference, known
        if method is not None:
            _take(payment, scenario_of(method.kind, method.last4), now)
            if request.absent and payment.stage is Stage.CONFIRM:
                payment.stage, payment.failure = Stage.FAILED, NOBODY_THERE
            _keep(session, reference, payment, customer, now)
        return reference, payment


def _asked(payment: Payment) -> tuple[object, ...]:
    method = payment.method if payment.charged else None
    return payment.currency_code, payment.amount_minor, payment.charged, method


def _chargeable(session: OpenSession, reference: str, customer: str, now: datetime) -> SavedMethod:
    found = lookup.held(session, SavedMethod, reference, now)
    if found.customer != customer:
        raise ProviderError(
            f"The customer has no method {reference[:80]}.", final=True, code="unknown"
        )
    if found.kept.removed:
        raise ProviderError("The method was removed.", final=True, code="method_removed")
    if found.kept.verified is not True:
        raise ProviderError("The account is not verified.", final=True, code="not_verified")
    return found.kept


def choose(
    reference: str, step: int, chosen: Chosen, address: str | None, now: datetime
) -> str | None:
    """Do what was chosen on the page as it was at `step`; what was done before is not done again.

    Return where whoever pays goes on, or None for the page, which has more to say. Raises Invalid
    for what the page does not offer. Events go to `address`, or to the portal's own.
    """
    with store.system_writing() as session:
        found = lookup.held(session, Payment, reference, now)
        payment = found.kept
        if payment.state(now) is State.EXPIRED or payment.stage not in (
            Stage.CHOOSE,
            Stage.CONFIRM,
        ):
            return payment.return_url
        if found.version != step:
            return None
        payment.sending.address = address or payment.sending.address
        if payment.stage is Stage.CONFIRM:
            _answered(payment, chosen)
        else:
            _chosen(payment, chosen, now)
        _keep(session, reference, payment, found.customer, now)
        return None if payment.stage is Stage.CONFIRM else payment.return_url


def _answered(payment: Payment, chosen: Chosen) -> None:
    if chosen.confirmed is None:
        raise Invalid("The card's bank was not answered.")
    if chosen.confirmed:
        payment.stage, payment.failure = Stage.PAID, None
    else:
        payment.stage = Stage.FAILED if payment.charged else Stage.CHOOSE
        payment.failure = NOT_CONFIRMED


def _chosen(payment: Payment, chosen: Chosen, now: datetime) -> None:
    scenario = chosen.scenario
    if scenario is None or scenario.kind not in payment.kinds:
        raise Invalid("That is not offered.")
    if scenario is Scenario.BANK_DEPOSITS:
        raise Invalid("That is offered to save an account alone.")
    payment.saves = payment.save_method and chosen.save
    payment.refunds_fail = chosen.refunds_fail
    payment.sending.lost, payment.sending.twice = chosen.lost, chosen.twice
    _take(payment, scenario, now)


def _take(payment: Payment, scenario: Scenario, now: datetime) -> None:
    """Let a scenario begin."""
    payment.scenario, payment.failure = scenario, None
    if scenario.kind == "bank":
        payment.stage, payment.due_at = Stage.SENT, now + SETTLES_AFTER
        payment.expected_on = working_days_later(now.date(), 3)
    elif scenario is Scenario.CARD_SECURE:
        payment.stage = Stage.CONFIRM
    elif scenario is Scenario.CARD_DECLINED:
        payment.stage = Stage.FAILED if payment.charged else Stage.CHOOSE
        payment.failure = DECLINED
    else:
        payment.stage = Stage.PAID


def _keep(
    session: OpenSession, reference: str, payment: Payment, customer: str | None, now: datetime
) -> None:
    """Keep what became of a payment, with the method that is saved by it, and tell the portal."""
    taken = payment.stage in (Stage.SENT, Stage.PAID)
    if taken and payment.saves and payment.method is None and payment.scenario:
        payment.method = saving.add_method(
            session, payment.scenario, payment.name, customer, now, key=reference
        )
    rows.save(session, reference, payment, now)
    events.queue(session, f"payment.{payment.state(now)}", reference, payment, now)
    if payment.stage is Stage.SENT and payment.due_at:
        due = payment.due_at
        events.queue(session, f"payment.{payment.state(due)}", reference, payment, now, due)
    if payment.returns_at is not None:
        events.queue(session, "payment.returned", reference, payment, now, payment.returns_at)


def status(reference: str, now: datetime) -> Status:
    """Return what has become of a payment."""
    payment = lookup.read(Payment, reference, now).kept
    made = payment.method if payment.saves else None
    method = saving.method(made, now) if made else None
    return payment.status(reference, method, rows.address(reference), now)


def cancel(reference: str, now: datetime) -> Status:
    """Keep a payment from being made; one that was made, or can be made no more, stays as it is."""
    with store.system_writing() as session:
        found = lookup.held(session, Payment, reference, now)
        waits = found.kept.stage in (Stage.CHOOSE, Stage.CONFIRM)
        if waits and found.kept.state(now) is not State.EXPIRED:
            found.kept.stage = Stage.CANCELLED
            rows.save(session, reference, found.kept, now)
            events.queue(session, "payment.cancelled", reference, found.kept, now)
    return status(reference, now)


def refund(reference: str, amount_minor: int, key: str, now: datetime) -> Reversal:
    """Send money back, once for a key: a card's at once, an account's when its bank has done so."""
    with store.system_writing() as session:
        payment = lookup.held(session, Payment, reference, now).kept
        for known in payment.refunds:
            if known.key == key:
                if known.amount_minor != amount_minor:
                    message = "The same refund was asked for with another amount."
                    raise ProviderError(message, final=True, code="refund_differs")
                return reversal(known, now)
        if not 0 < amount_minor <= payment.left(now):
            message = "More than was paid and is still there cannot be refunded."
            raise ProviderError(message, final=True, code="amount_too_large")
        card = payment.scenario is None or payment.scenario.kind == "card"
        later = None if card and not payment.refunds_fail else now + SETTLES_AFTER
        made = Refund(
            key=key,
            reference=rows.name_for("demo_re", f"{reference} {key}"),
            amount_minor=amount_minor,
            due_at=later,
            fails=payment.refunds_fail,
        )
        payment.refunds = [*payment.refunds, made]
        rows.save(session, reference, payment, now)
        events.queue(session, "refund.updated", reference, payment, now)
        if later is not None:
            events.queue(session, "refund.updated", reference, payment, now, later)
        return reversal(made, now)
