"""What staff decide on the disputes of an invoice, and the ones that wait for them."""

import streamlit as st

from components.documents import dispute_dialogs, dispute_view
from components.forms.action import act, confirmed
from components.forms.fields import Fields, amount
from components.session import form, require_staff
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data import kinds
from portal_data.billing import dispute_decisions, disputes
from portal_data.billing.dispute_decisions import ANSWER
from portal_data.billing.disputes import Dispute, State, Waiting
from portal_data.billing.invoices import Invoice
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.scope import Staff
from portal_data.text import bidi

_SHOWN = 10
"""Disputes that the inbox shows, of those that wait longest."""


def draw(invoice: Invoice) -> None:
    """Offer to decide on the disputes of an invoice that are open."""
    found = [each for each in invoice.disputes if each.state.open]
    if not found:
        return
    form(_form(invoice.number), lambda: {each.id: each.version for each in found})
    if st.button("Decide dispute", type="primary", icon=":material/gavel:", key="dispute.decide"):
        decide(invoice.number, found)


@st.dialog("Decide the dispute", icon=":material/gavel:")
def decide(number: str, found: list[Dispute]) -> None:
    """Ask how a dispute is answered: with a credit note, or not."""
    staff = require_staff()
    if not found:
        cards.draw(cards.empty("Nothing to decide", "No dispute of this invoice is open."))
        return
    locale = organisation.get(staff).locale
    opened = form(_form(number), lambda: {each.id: each.version for each in found})
    chosen = dispute_dialogs.which(found, f"{opened.key}.which", locale)
    seen = opened.start.get(chosen.id, chosen.version)
    cards.draw(_about(chosen, locale))
    if chosen.state is State.OPENED and st.button(
        "We are looking into it", icon=":material/search:", key="dispute.review"
    ):
        act(
            "The customer sees that you are looking into it.",
            lambda: dispute_decisions.review(staff, chosen.id, seen=seen, now=utc_now()),
            seen=_form(number),
        )
    most = say.money(chosen.amount_minor, chosen.currency_code, locale)
    credited = amount(
        f"Credit, up to {most}", chosen.amount_minor, chosen.currency_code,
        key=f"{opened.key}.{chosen.id}.amount",
    )  # fmt: skip
    fields = Fields(f"{opened.key}.{chosen.id}")
    fields.text("answer", ANSWER, None)
    messages = st.container(key="decide-messages")
    answer = fields.typed["answer"]
    if st.button("Reject", key="dispute.reject", icon=":material/close:"):
        with messages:
            act(
                "The dispute is rejected, and the customer has your answer.",
                lambda: dispute_decisions.reject(
                    staff, chosen.id, answer, seen=seen, now=utc_now()
                ),
                drawn=fields,
                seen=_form(number),
            )
    if confirmed("Accept and credit", "check"):
        with messages:
            act(
                lambda note: f"Credit note {note} is issued.",
                lambda: dispute_decisions.accept(
                    staff, chosen.id, credited, answer, seen=seen, now=utc_now()
                ),
                drawn=fields,
                seen=_form(number),
            )


def waiting(staff: Staff, business: Organisation) -> Markup | None:
    """Return the card of the disputes of all customers that wait; None when none does."""
    found, count = disputes.waiting(staff, _SHOWN)
    if not found:
        return None
    today = business.today(utc_now())
    rows = []
    for each in found:
        disputed = say.money(each.amount_minor, each.currency_code, business.locale)
        when = cards.when(business.day_of(each.opened_at), today, business.locale)
        number = cards.link(each.invoice_number, links.document(kinds.INVOICE, each.invoice_number))
        rows.append(
            cards.row(
                number,
                bidi.listed(each.customer, each.reason, when),
                after=join(_pill(each), tag("span", disputed, class_="pt-num")),
            )
        )
    more = count - len(found)
    left = cards.sub(f"{say.count(more, 'more dispute')} wait behind these.") if more else None
    return cards.card(f"Disputes ({count:,})", cards.rows(rows), left)


def _pill(waits: Waiting) -> Markup:
    return cards.pills([(waits.state.value, dispute_view.TONES[waits.state])])


def _about(dispute: Dispute, locale: str) -> Markup:
    named = dispute_view.named(dispute, locale)
    return join(
        tag("p", said(dispute.contact, "b"), " disputes ", said(named), class_="pt-text"),
        tag("p", said(f"“{dispute.body}”"), class_="pt-sub") if dispute.body else None,
    )


def _form(number: str) -> str:
    return f"staff.dispute.{number}"
