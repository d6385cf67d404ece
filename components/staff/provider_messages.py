"""Messages of payment providers that led nowhere, and looking at payments again."""

from datetime import timedelta

import streamlit as st

from components.forms.action import act
from components.session import require_staff
from components.staff.online_payment_list import provider_name
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, tag
from portal_data.business.organisation import Organisation
from portal_data.clock import local_time, utc_now
from portal_data.payments import desk, watch
from portal_data.payments.inbox import Message
from portal_data.payments.watch import Unmatched
from portal_data.scope import Staff
from portal_data.text import bidi

_WAITED = timedelta(minutes=15)
"""After this a message that waits is no longer one that is only on its way to be looked at."""


def draw(staff: Staff, business: Organisation) -> None:
    """Draw what led nowhere, and what looks again: at one of these, or at every payment."""
    found = watch.unmatched(staff, utc_now() - _WAITED)
    with st.container(border=True, key="card-provider-messages"):
        cards.draw(cards.title("Messages that led nowhere"))
        if found:
            cards.draw(cards.rows([_row(each, business) for each in found]))
            _again(found)
        else:
            cards.draw(
                cards.empty(
                    "Every message led to its payment",
                    "What a provider says of a payment that the portal does not know appears here.",
                )
            )
        text = "The portal looks at every payment on its way by itself, at least once a day."
        cards.draw(cards.sub(text))
        if st.button("Look at all now", icon=":material/sync:", key="online.all"):
            act(_looked_at, lambda: desk.look_at_all(require_staff(), utc_now()))


def _again(found: list[Unmatched]) -> None:
    """Let one message be chosen, and look again at what it leads to."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Message",
            found,
            format_func=lambda each: f"{each.kind} · {each.external_id}",
            key="online.message",
            label_visibility="collapsed",
        )
        if st.button("Look again", icon=":material/refresh:", key="online.again"):
            act(_found, lambda: desk.look_again(require_staff(), chosen.external_id, utc_now()))


def _row(each: Unmatched, business: Organisation) -> Markup:
    moment = local_time(each.received_at, business.timezone)
    when = f"{say.day(moment.date(), business.locale)}, {moment:%H:%M}"
    waits = each.status == "received"
    words, tone = ("Waits", "orange") if waits else ("No payment of ours", "gray")
    note = bidi.listed(provider_name(each.provider), when, each.external_id)
    return cards.row(tag("span", each.kind), note, after=cards.pills([(words, tone)]))


def _found(message: Message) -> str:
    if message.status == "handled":
        return "It led to its payment, which was looked at."
    return "It leads to no payment of ours."


def _looked_at(states: dict[str, int]) -> str:
    """Return how many payments were looked at, and how many nobody answered for."""
    total, silent = sum(states.values()), states.get("unanswered", 0)
    if not total:
        return "No payment is on its way."
    text = f"{say.count(total, 'payment')} looked at"
    return f"{text}; the provider did not answer for {silent}." if silent else f"{text}."
