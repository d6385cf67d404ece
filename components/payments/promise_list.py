"""The promises of a customer: those that are open, to be changed or withdrawn, and earlier ones."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from components.forms.action import act, confirmed
from components.forms.dialog import dialog
from components.session import form, require_scope
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, filled, join, tag
from portal_data.billing import promised
from portal_data.billing.promised import Promise, State
from portal_data.business import organisation, preferences
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.kinds import INVOICE
from portal_data.payments import attempts, promises
from portal_data.scope import Permission, Scope
from portal_data.text import bidi
from portal_data.text.language import N_, _, _p

TONES = {State.OPEN: "blue", State.KEPT: "green", State.BROKEN: "red", State.WITHDRAWN: "gray"}


@dataclass(frozen=True, slots=True)
class Promises:
    """A customer's promises: those that are open, and the newest of those that are over."""

    open: list[Promise]
    closed: list[Promise]


def of(scope: Scope) -> Promises:
    """Return the promises of a customer."""
    return Promises(promised.open_of(scope), promised.closed(scope))


def draw(scope: Scope, found: Promises) -> None:
    """Draw the open promises with what somebody may do with them, then the earlier ones."""
    business = organisation.get(scope)
    if found.open:
        with st.container(border=True, key="card-promises", gap="small"):
            cards.draw(cards.title(_("Open promises")))
            for each in found.open:
                _open(scope, each, business)
    if found.closed:
        rows = [
            cards.row(
                _what(each, business),
                _who(each, business),
                after=cards.pills([(_p("promise", each.state.value), TONES[each.state])]),
            )
            for each in found.closed
        ]
        cards.draw(cards.card(_("Earlier promises"), cards.rows(rows)))


@dialog(N_("Withdraw the promise?"), icon=":material/undo:")
def withdraw(promise_id: UUID) -> None:
    """Ask before a promise is taken back."""
    scope = require_scope()
    promise = next((each for each in promised.open_of(scope) if each.id == promise_id), None)
    if promise is None:
        words = _("This promise is over already.")
        cards.draw(cards.empty(_("Nothing to withdraw"), words))
        return
    name = f"promise.withdraw.{promise_id}"
    seen = form(name, lambda: promise.version).start
    cards.draw(
        tag("p", _what(promise, organisation.get(scope)), class_="pt-text"),
        tag("p", _("You are reminded of these invoices again then."), class_="pt-sub"),
    )
    if confirmed(_("Withdraw"), "undo"):
        act(
            _("The promise is withdrawn."),
            lambda: promises.withdraw(scope, promise_id, seen=seen, now=utc_now()),
            seen=name,
        )


def _open(scope: Scope, each: Promise, business: Organisation) -> None:
    with st.container(key=f"promise-{each.id}", horizontal=True, vertical_alignment="center",
                      horizontal_alignment="distribute"):  # fmt: skip
        cards.draw(
            tag("div", _what(each, business), cards.sub(_who(each, business)), class_="pt-text")
        )
        if not scope.may(Permission.INVOICE_PAY):
            return
        with st.container(horizontal=True, gap="small", width="content",
                          key=f"promise-buttons-{each.id}"):  # fmt: skip
            if preferences.of(scope).payment_promises:
                change = links.page("plan", promise=each.id)
                cards.draw(cards.link(_("Change"), change, class_="pt-button"))
            if st.button(_("Withdraw"), key=f"promise.withdraw.{each.id}"):
                withdraw(each.id)


def _what(each: Promise, business: Organisation) -> Markup:
    """Return what was promised, in a sentence whose invoices open."""
    numbers = [item.number for item in each.items]
    shown = [cards.link(number, links.document(INVOICE, number)) for number in numbers[:3]]
    more = attempts.numbered(numbers).partition(" +")[2]
    named = join(*[part for link in shown for part in (link, ", ")][:-1],
                 f" +{more}" if more else None)  # fmt: skip
    return filled(
        _("{amount} by {day} for {numbers}"),
        amount=tag("b", say.money(each.amount_minor, each.currency_code, business.locale)),
        day=say.day(each.promised_on, business.locale),
        numbers=named,
    )


def _who(each: Promise, business: Organisation) -> str:
    """Return who promised it when, and what of it is still to come."""
    day = say.day(business.day_of(each.created_at), business.locale)
    words = [
        _("Promised by {name} on {day}", name=bidi.isolated(each.contact), day=day)
        if each.contact
        else _("Promised on {day}", day=day)
    ]
    if each.state is State.OPEN and 0 < each.left_minor < each.amount_minor:
        left = say.money(each.left_minor, each.currency_code, business.locale)
        words.append(_("{amount} still to come", amount=left))
    return " · ".join(words)
