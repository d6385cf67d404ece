"""The disputes of an invoice as customer and staff see them, with what was answered."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from components.documents import attached
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, filled, join, lines, said, tag
from portal_data import kinds
from portal_data.billing.disputes import Dispute, State
from portal_data.business.organisation import Organisation
from portal_data.text.language import _, _p

TONES = {
    State.OPENED: "orange",
    State.IN_REVIEW: "blue",
    State.ACCEPTED: "green",
    State.REJECTED: "red",
    State.WITHDRAWN: "gray",
}


def card(
    disputes: Sequence[Dispute], business: Organisation, today: date, *, for_staff: bool = False
) -> Markup | None:
    """Return the card of an invoice's disputes, the newest first; None without any."""
    if not disputes:
        return None
    address = links.staff_file if for_staff else links.file
    shown = [_dispute(each, business, today, address) for each in reversed(disputes)]
    return cards.card(_("Disputes"), tag("ul", shown, class_="pt-disputes"))


def named(dispute: Dispute, locale: str) -> str:
    """Return a dispute in few words: £40.00 · Fence · Goods or work have defects."""
    amount = say.money(dispute.amount_minor, dispute.currency_code, locale)
    return " · ".join(part for part in (amount, dispute.line, _(dispute.reason)) if part)


def _dispute(
    dispute: Dispute, business: Organisation, today: date, address: Callable[[UUID], str]
) -> Markup:
    locale = business.locale
    amount = say.money(dispute.amount_minor, dispute.currency_code, locale)
    opened = cards.when(business.day_of(dispute.opened_at), today, locale)
    note = None
    if dispute.credit_note:
        note = cards.link(
            dispute.credit_note, links.document(kinds.CREDIT_NOTE, dispute.credit_note)
        )
        note = tag("p", filled(_("Credit note {number}"), number=note), class_="pt-sub")
    about = None
    if dispute.line:
        about = tag("p", filled(_("About {line}"), line=said(dispute.line)), class_="pt-sub")
    answer = None
    if dispute.resolution:
        answer = tag("div", said(business.name, "b"), lines(dispute.resolution), class_="answer")
    return tag(
        "li",
        tag(
            "div",
            tag("b", amount, class_="pt-num"),
            cards.pills([(_p("dispute", dispute.state.value), TONES[dispute.state])]),
            class_="head",
        ),
        tag("p", _(dispute.reason), class_="why"),
        about,
        tag("div", lines(dispute.body), class_="body") if dispute.body else None,
        attached.links(dispute.files, address),
        tag("p", join(said(dispute.contact), " · ", opened), class_="pt-sub"),
        answer,
        note,
    )
