"""Promises to pay for staff: those that were not kept, those that are open, and to withdraw one."""

import streamlit as st

from components.forms.action import act, confirmed
from components.payments.promise_list import TONES
from components.session import form, require_staff
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data import kinds
from portal_data.billing.promised import State
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.payments import promises
from portal_data.payments.promises import Waiting
from portal_data.scope import Staff
from portal_data.text import bidi

_SHOWN = 10
"""Promises that are shown, of those that matter first."""


def draw(staff: Staff, business: Organisation) -> None:
    """Draw the promises that were not kept of late and those that are open; nothing without any."""
    found, count = promises.waiting(staff, _SHOWN, utc_now())
    if not found:
        return
    with st.container(border=True, key="card-staff-promises", gap="small"):
        cards.draw(
            cards.title(f"Promises to pay ({count:,})"),
            cards.rows(_row(each, business) for each in found),
        )
        more = count - len(found)
        if more:
            cards.draw(cards.sub(f"{say.count(more, 'more promise')} behind these."))
        open_ = [each for each in found if each.state is State.OPEN]
        if open_ and st.button("Withdraw a promise", icon=":material/undo:",
                               key="promises.withdraw"):  # fmt: skip
            withdraw(open_)


@st.dialog("Withdraw a promise?", icon=":material/undo:")
def withdraw(found: list[Waiting]) -> None:
    """Ask before a customer's promise is taken back for them, and which one."""
    staff = require_staff()
    locale = organisation.get(staff).locale
    if not found:
        cards.draw(cards.empty("Nothing to withdraw", "No promise is open."))
        return
    opened = form("staff.promises", lambda: {each.id: each.version for each in found})
    chosen = found[0]
    if len(found) > 1:
        chosen = st.selectbox(
            "Which one?", found, format_func=lambda each: _named(each, locale),
            key=f"{opened.key}.which",
        )  # fmt: skip
    cards.draw(
        tag(
            "p", said(chosen.customer, "b"), " promised ", said(_amount(chosen, locale)),
            f" by {say.day(chosen.promised_on, locale)}. They hear that you withdrew it, and are"
            " reminded of its invoices again.", class_="pt-text",
        )
    )  # fmt: skip
    if confirmed("Withdraw", "undo"):
        seen = opened.start.get(chosen.id, chosen.version)
        act(
            "The promise is withdrawn.",
            lambda: promises.withdraw_for(staff, chosen.id, seen=seen, now=utc_now()),
            seen="staff.promises",
        )


def _row(each: Waiting, business: Organisation) -> Markup:
    locale = business.locale
    numbers = [
        cards.link(number, links.document(kinds.INVOICE, number)) for number in each.numbers[:3]
    ]
    more = len(each.numbers) - len(numbers)
    named = [part for link in numbers for part in (link, ", ")][:-1]
    by = "for" if each.state is State.OPEN else "was due"
    return cards.row(
        cards.link(said(each.customer), links.customer(each.customer_id)),
        join(*named, f" +{more}" if more else None, f" · {by} {say.day(each.promised_on, locale)}"),
        after=join(
            cards.pills([(each.state.value, TONES[each.state])]),
            tag("span", _amount(each, locale), class_="pt-num"),
        ),
    )


def _amount(each: Waiting, locale: str) -> str:
    return say.money(each.amount_minor, each.currency_code, locale)


def _named(each: Waiting, locale: str) -> str:
    day = say.day(each.promised_on, locale)
    return bidi.listed(each.customer, each.named, _amount(each, locale), day)
