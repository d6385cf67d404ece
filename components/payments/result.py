"""What has become of a payment: paid with its receipt, on its way, refused, or still to be made."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import streamlit as st

from components import session
from components.payments import going_on
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, filled, filled_count, join, tag
from portal_data import kinds
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.payments import attempts, collecting, payments, refusals
from portal_data.payments.attempts import Attempt, Status
from portal_data.payments.provider import ProviderError
from portal_data.scope import Scope
from portal_data.text.language import N_, _, _p

EVERY = timedelta(seconds=4)
"""How often a payment is looked at while somebody watches it."""
_WATCHED_FOR = timedelta(minutes=15)
"""For so long after it was begun; later on it is looked at in turns, whoever watches."""
_MOVING = (Status.CREATED, Status.REQUIRES_ACTION, Status.PENDING)
TITLES = {
    Status.AWAITING_APPROVAL: (N_("Waits for agreement"), "orange"),
    Status.CREATED: (N_("Not paid yet"), "blue"),
    Status.REQUIRES_ACTION: (N_("One step is left"), "orange"),
    Status.PENDING: (N_("On its way"), "blue"),
    Status.HELD: (N_("We are looking at it"), "orange"),
    Status.SUCCEEDED: (N_("Payment received"), "green"),
    Status.FAILED: (N_("Not accepted"), "red"),
    Status.CANCELLED: (N_("Payment cancelled"), "gray"),
    Status.EXPIRED: (N_("Time ran out"), "gray"),
}
_OVER = (Status.FAILED, Status.CANCELLED, Status.EXPIRED)


@dataclass(slots=True)
class _Watched:
    """When a payment was last looked at from this tab, and whether there was an answer then."""

    at: datetime | None = None
    silent: bool = False


def moving(attempt: Attempt, now: datetime) -> bool:
    """Tell whether it may become something else while somebody watches."""
    return attempt.status in _MOVING and now - attempt.created_at < _WATCHED_FOR


def looked(scope: Scope, attempt: Attempt, now: datetime) -> tuple[Attempt, bool]:
    """Return an attempt as its provider says it is, and whether the provider answered.

    It is asked at most every few seconds, and only for what may still change.
    """
    if not moving(attempt, now):
        return attempt, True
    watched = session.form(f"watched.{attempt.id}", _Watched).start
    if watched.at is None or now - watched.at >= EVERY / 2:
        watched.at = now
        try:
            collecting.current().look_own(scope, attempt.id, now)
            watched.silent = False
        except ProviderError:
            watched.silent = True
    return attempts.get(scope, attempt.id), not watched.silent


def draw(scope: Scope, attempt: Attempt, *, answered: bool) -> None:
    """Draw what became of an attempt, what it pays, and what somebody may do with it."""
    business = organisation.get(scope)
    title, tone = TITLES[attempt.status]
    amount = say.money(attempt.amount_minor, attempt.currency_code, business.locale)
    back = (_p("paying", "Payments"), links.page(kinds.PAYMENT.path))
    cards.draw(cards.head(_("Payment of {amount}", amount=amount), back=back))
    with st.container(border=True, key="card-result"):
        cards.draw(
            cards.pills([(_(title), tone)]),
            *(tag("p", each, class_="pt-text") for each in _words(scope, attempt, business)),
            cards.sub(_(going_on.SILENT)) if not answered else None,
            _ways(scope, attempt),
        )
        going_on.buttons(scope, attempt)
    cards.draw(cards.card(_("What it pays"), paid(attempt, business.locale)))


def paid(attempt: Attempt, locale: str) -> Markup:
    """Return the documents of an attempt with how much it pays of each."""
    return cards.rows(
        cards.row(
            cards.link(item.number, links.document(item.kind, item.number)),
            after=tag(
                "span",
                say.money(item.amount_minor, attempt.currency_code, locale),
                class_="pt-num",
            ),
        )
        for item in attempt.items
    )


def _words(scope: Scope, attempt: Attempt, business: Organisation) -> list[object]:
    """Return sentences about where an attempt is."""
    status = attempt.status
    if status is Status.SUCCEEDED and attempt.payment is not None:
        link = cards.link(attempt.payment, links.document(kinds.PAYMENT, attempt.payment))
        return [filled(_("Thank you! Your receipt is {number}."), number=link)]
    if status is Status.AWAITING_APPROVAL:
        return [_who_agrees(scope, attempt)]
    return words(attempt, business.locale)


def words(attempt: Attempt, locale: str) -> list[object]:
    """Return sentences about where an attempt is, for whoever pays."""
    status = attempt.status
    if status is Status.SUCCEEDED:
        return [_("Thank you!")]
    if status is Status.PENDING:
        return [_on_its_way(attempt.expected_on, locale)]
    if status is Status.HELD:
        return [_("Something about this payment is unusual. We look at it and write to you. "
                  "Please do not pay again meanwhile.")]  # fmt: skip
    if status is Status.REQUIRES_ACTION:
        return [_("Your bank or the payment company asks for something more. Continue there.")]
    if status is Status.CREATED:
        return [_("Nothing was paid yet. Go on, or cancel it to pay in another way.")]
    if status is Status.FAILED:
        nothing = _("Nothing was paid. You can try again, with another card or account.")
        return [refusals.reason(attempt.failure_code), nothing]
    if status is Status.EXPIRED:
        return [_("Nobody went on with it in time. Nothing was paid.")]
    return [_("Nothing was paid.")]


def _on_its_way(expected: date | None, locale: str) -> str:
    if expected is None:
        return _("The bank needs a few days. Until then this cannot be paid a second time.")
    return _(
        "We expect it by {day}. Until then this cannot be paid a second time.",
        day=say.day(expected, locale),
    )


def _who_agrees(scope: Scope, attempt: Attempt) -> Markup:
    names = details.my_details(scope).who_may_pay(attempt.amount_minor, attempt.currency_code)
    if not names:
        return join(_("Nobody can agree to it yet. Ask us how to pay."))
    return filled_count(
        len(names),
        "{names} can agree to this payment.",
        "{names} can agree to this payment.",
        names=roles.either(names),
    )


def _ways(scope: Scope, attempt: Attempt) -> Markup | None:
    """Return the buttons that lead on from a payment that is over."""
    if attempt.payment is not None:
        receipt = payments.get(scope, attempt.payment)
        return tag(
            "div",
            cards.link(
                _("Show receipt"), links.document(kinds.PAYMENT, attempt.payment),
                class_="pt-button main",
            ),
            cards.opened(
                join(cards.icon("picture_as_pdf"), "PDF"), links.pdf(kinds.PAYMENT, receipt.id),
                class_="pt-button",
            ),
            class_="pt-actions",
        )  # fmt: skip
    if attempt.status in _OVER and attempt.items:
        again = cards.link(_("Try again"), again_at(attempt), class_="pt-button main")
        return tag("div", again, class_="pt-actions")
    return None


def again_at(attempt: Attempt) -> str:
    """Return the address where the same documents are paid."""
    kind = attempt.items[0].kind
    return links.page("pay", **{kind.path: ",".join(item.number for item in attempt.items)})
