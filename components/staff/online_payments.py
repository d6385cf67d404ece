"""One payment through a provider for staff, and what they decide of one that is held."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import streamlit as st

from components.forms.action import act, confirmed
from components.forms.fields import refused
from components.session import Form, close_form, form, require_staff
from components.staff.online_payment_list import WHAT_TO_DO, pill, provider_name
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import join, said, tag
from portal_data import lists
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.errors import NotFound, PortalError, Unavailable
from portal_data.payments import deciding, desk, watch
from portal_data.payments.attempts import Status
from portal_data.payments.provider import State
from portal_data.payments.provider import Status as Truth
from portal_data.payments.watch import AttemptRow, Filter
from portal_data.scope import Staff
from portal_data.text import bidi

_SAYS = {
    State.CREATED: "It was begun there, and nothing is paid.",
    State.REQUIRES_ACTION: "The customer has to confirm it there.",
    State.PENDING: "It is on its way.",
    State.FAILED: "It was refused.",
    State.CANCELLED: "It is cancelled.",
    State.EXPIRED: "It has expired.",
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What somebody decides on: the payment's version, and what its provider says of it."""

    version: int
    truth: Truth | None
    refusal: str | None = None
    """Why the provider said nothing."""
    off: bool = False
    """Whether it says nothing because it is switched off."""

    @property
    def came(self) -> bool:
        """Whether there is money."""
        return (
            self.truth is not None
            and self.truth.state is State.SUCCEEDED
            and self.truth.received_minor > 0
        )


def draw(shown: list[AttemptRow]) -> None:
    """Draw one of the payments that are held or on the page, the first held one at once."""
    staff = require_staff()
    business = organisation.get(staff)
    held = _held(staff, business.today(utc_now()))
    known = {each.id for each in held}
    offered = [*held, *(each for each in shown if each.id not in known)]
    if not offered:
        return
    with st.container(border=True, key="card-online-payment"):
        cards.draw(cards.title("Decide" if held else "Look at a payment"))
        chosen = st.selectbox(
            "Payment",
            offered,
            index=0 if held else None,
            format_func=lambda each: _named(each, business.locale),
            placeholder="Choose a payment",
            key="online.chosen",
            label_visibility="collapsed",
        )
        if chosen is not None:
            _about(staff, chosen, business.locale)
            if chosen.status == Status.HELD:
                _decide(staff, chosen, business.locale)


@st.dialog("Accept what came?", icon=":material/check:")
def accept(attempt: AttemptRow) -> None:
    """Ask before what came of a held payment becomes a receipt."""
    staff = require_staff()
    locale = organisation.get(staff).locale
    seen = _seen(staff, attempt).start
    if seen.truth is None or not seen.came:
        cards.draw(cards.empty("Nothing to accept", "No money of this payment came."))
        return
    came = say.money(seen.truth.received_minor, seen.truth.currency_code, locale)
    agreed = say.money(attempt.amount_minor, attempt.currency_code, locale)
    difference = seen.truth.received_minor - attempt.amount_minor
    words = say.money(abs(difference), attempt.currency_code, locale)
    rest = ""
    if difference < 0:
        rest = f" {words} of its documents can be paid again."
    elif difference > 0:
        rest = f" {words} more than was agreed to stays unused, as credit."
    cards.draw(
        tag(
            "p", said(attempt.customer, "b"), f" agreed to pay {agreed}, and {came} came. A receipt"
            f" of {came} settles {attempt.numbers} as far as they are open.{rest}", class_="pt-text"
        )
    )  # fmt: skip
    if confirmed("Accept what came", "check"):
        act(
            lambda number: f"Receipt {number} is written.",
            lambda: deciding.accept(
                staff, attempt.id, _same(staff, attempt.id, seen), seen=seen.version, now=utc_now()
            ),
            seen=_form(attempt.id),
        )


@st.dialog("End the payment?", icon=":material/block:")
def end(attempt: AttemptRow) -> None:
    """Ask before a held payment ends without money."""
    staff = require_staff()
    seen = _seen(staff, attempt).start
    words = (
        f" can pay {attempt.numbers} again then, and no receipt is written. What came at the "
        "provider has to be refunded there first."
    )
    if seen.off:
        words += " It is switched off here, so look at its own dashboard what became of it."
    elif seen.truth is None:
        words += " Look there whether it has this payment: the portal never had an answer."
    cards.draw(tag("p", said(attempt.customer, "b"), words, class_="pt-text"))
    if confirmed("End it", "block"):
        act(
            "The payment is ended, and its documents can be paid again.",
            lambda: deciding.let_go(
                staff,
                attempt.id,
                desk.same_truth(staff, attempt.id, seen.truth),
                seen=seen.version,
                now=utc_now(),
            ),
            seen=_form(attempt.id),
        )


def _about(staff: Staff, attempt: AttemptRow, locale: str) -> None:
    """Draw whose a payment is, what for, where, and its provider's reference to be copied."""

    def amount(minor: int) -> str:
        return say.money(minor, attempt.currency_code, locale)

    documents = [
        tag(
            "div",
            cards.link(each.number, links.recorded(each.record, each.number) or ""),
            f" · {amount(each.amount_minor)}",
        )
        for each in watch.documents(staff, attempt.id)
    ]
    customer = cards.link(said(attempt.customer), links.customer(attempt.customer_id))
    status = pill(attempt.status)
    cards.draw(
        cards.facts(
            [
                ("Status", cards.pills([(status.text, status.tone)])),
                ("Customer", join(customer)),
                ("Agreed to", amount(attempt.amount_minor)),
                ("For", join(*documents)),
                ("Why it is held", attempt.held_reason),
                ("Why it failed", attempt.failure_message),
                ("What to do", "" if attempt.held_reason else WHAT_TO_DO[Status(attempt.status)]),
            ]
        ),
    )
    if attempt.provider_reference:
        cards.draw(cards.sub(f"Its reference at {provider_name(attempt.provider)}"))
        st.code(attempt.provider_reference, language=None, wrap_lines=True)


def _decide(staff: Staff, attempt: AttemptRow, locale: str) -> None:
    """Draw what the provider says of a held payment now, and offer both decisions."""
    with st.spinner("Asking the provider …"):
        seen = _seen(staff, attempt).start
    name = provider_name(attempt.provider)
    if seen.refusal:
        refused(f"What {name} says is not known: {seen.refusal}")
    else:
        cards.draw(cards.facts([(f"{name} says now", join(*_said(seen.truth, attempt, locale)))]))
    with st.container(horizontal=True, gap="small"):
        fits = seen.truth is not None and seen.truth.currency_code == attempt.currency_code
        if (
            seen.came
            and fits
            and st.button("Accept what came", type="primary", icon=":material/check:",
                          key="online.accept")
        ):  # fmt: skip
            accept(attempt)
        if (seen.off or not seen.refusal) and st.button(
            "End it", icon=":material/block:", key="online.end"
        ):
            end(attempt)
        st.button(
            "Ask again", icon=":material/refresh:", key="online.ask",
            on_click=close_form, args=(_form(attempt.id),),
        )  # fmt: skip


def _said(truth: Truth | None, attempt: AttemptRow, locale: str) -> list[object]:
    """Return what a provider says, a line each."""
    if truth is None:
        return [tag("div", "It never answered. Look there whether it has this payment.")]
    said_of = _SAYS.get(truth.state)
    if said_of is None:
        came = say.money(truth.received_minor, truth.currency_code, locale)
        said_of = f"{came} came" + (f" by {truth.mode}." if truth.mode else ".")
    found: list[object] = [tag("div", said_of)]
    if truth.failure_message:
        found.append(said(truth.failure_message, "div"))
    if truth.state is State.SUCCEEDED and truth.currency_code != attempt.currency_code:
        found.append(tag("div", "Another currency is never accepted: refund it there, and end it."))
    for each in truth.reversals:
        back = say.money(each.amount_minor, truth.currency_code, locale)
        found.append(tag("div", f"{back} went back: {each.state.value}."))
    return found


def _named(attempt: AttemptRow, locale: str) -> str:
    """Return a payment in a line."""
    paid = say.money(attempt.amount_minor, attempt.currency_code, locale)
    return bidi.listed(attempt.customer, attempt.numbers, paid, pill(attempt.status).text)


def _held(staff: Staff, today: date) -> list[AttemptRow]:
    """Return the payments that are held, the newest first."""
    rows: list[AttemptRow] = lists.page(
        staff, watch.LIST, filter=Filter.HELD, size=100, today=today
    ).rows
    return rows


def _seen(staff: Staff, attempt: AttemptRow) -> Form[_Seen]:
    """Return what is decided on; the provider is asked once, until somebody asks again."""

    def read() -> _Seen:
        try:
            return _Seen(attempt.version, desk.truth(staff, attempt.id))
        except Unavailable as refusal:
            return _Seen(attempt.version, None, str(refusal), off=True)
        except PortalError as refusal:
            return _Seen(attempt.version, None, str(refusal))

    return form(_form(attempt.id), read)


def _same(staff: Staff, attempt_id: UUID, seen: _Seen) -> Truth:
    found = desk.same_truth(staff, attempt_id, seen.truth)
    if found is None:
        raise NotFound("The provider knows nothing of this payment.")
    return found


def _form(attempt_id: UUID) -> str:
    return f"staff.held.{attempt_id}"
