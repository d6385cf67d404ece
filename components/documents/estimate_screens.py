"""Estimates: the list, and one with its total, how long it stands and what became of it."""

import re
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from urllib.parse import quote

from components.documents import (
    document_view,
    estimate_choosing,
    estimate_dialogs,
    revisions_view,
)
from components.documents.document_view import Opened
from components.documents.paper import paper
from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, filled, join, said, tag
from portal_data import kinds
from portal_data.billing import estimates
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimates import Estimate, EstimateRow, Filter, Sort, Status
from portal_data.business.organisation import Organisation
from portal_data.output.document_views import VIEWS
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, NP_, _, _p, counted

TONES = {
    Status.OPEN: "blue",
    Status.ACCEPTED: "green",
    Status.DECLINED: "red",
    Status.INVOICED: "green",
    Status.EXPIRED: "gray",
}
_WISHES = {
    Status.OPEN: N_("With questions, write to or call {business}."),
    Status.DECLINED: N_("For another offer, write to or call {business}."),
    Status.EXPIRED: N_("For a new offer, write to or call {business}."),
}
"""What one may want of the business once an estimate stands like this."""
_ANSWERED = {
    (False, True, True): N_("Accepted by {name} on {day}."),
    (False, True, False): N_("Accepted by {name}."),
    (False, False, True): N_("Accepted on {day}."),
    (False, False, False): N_("Accepted."),
    (True, True, True): N_("Declined by {name} on {day}."),
    (True, True, False): N_("Declined by {name}."),
    (True, False, True): N_("Declined on {day}."),
    (True, False, False): N_("Declined."),
}
"""What is said of an answer: whether it declines, whether it is known who gave it, and when."""
SOON = 7
"""Days before its end from which an open offer says how long it still stands."""


def status(estimate: EstimateRow | Estimate) -> tuple[str, str]:
    """Return an estimate's status as (words, tone): one that ends soon says so."""
    left = estimate.days_left
    if left is None or left > SOON:
        return _p("estimate", estimate.status.value), TONES[estimate.status]
    if not left:
        return _("Open, last day"), "orange"
    return counted(left, "Open, {count} day left", "Open, {count} days left"), "orange"


def row(estimate: EstimateRow, business: Organisation) -> Row:
    """Return an estimate as a row that opens it."""
    locale = business.locale
    until = say.day(estimate.expiry_date, locale) if estimate.expiry_date else ""
    closed = estimate.status is not Status.OPEN
    return Row(
        links.document(kinds.ESTIMATE, estimate.number),
        (
            estimate.number,
            estimate.subject or estimate.reference or _("No subject"),
            say.day(estimate.date, locale),
            Cell(until, tone="quiet" if closed else None),
            Cell(pills=(Pill(*status(estimate)),)),
            say.money(estimate.total_minor, estimate.currency_code, locale),
        ),
    )


SCREEN = listing.Screen(
    list=estimates.LIST,
    path=kinds.ESTIMATE.path,
    title=kinds.ESTIMATE.list_title,
    search=N_("Number, subject, amount"),
    filters={
        Filter.ALL: NP_("estimates", "All"),
        Filter.OPEN: NP_("estimates", "Open"),
        Filter.ACCEPTED: NP_("estimates", "Accepted"),
        Filter.DECLINED: NP_("estimates", "Declined"),
        Filter.INVOICED: NP_("estimates", "Invoiced"),
        Filter.EXPIRED: NP_("estimates", "Expired"),
    },
    orders={
        Sort.NEWEST: N_("Newest"),
        Sort.OLDEST: N_("Oldest"),
        Sort.EXPIRY: N_("Expires first"),
        Sort.NUMBER: N_("Number"),
        Sort.TOTAL: N_("Amount"),
    },
    columns=(
        Column(N_("Estimate"), "middle-start", link=True),
        Column(N_("Subject"), "top-start", wide=True, people=True),
        Column(N_("Date"), "middle"),
        Column(N_("Valid until"), "bottom-start", narrow=NP_("a day", "until")),
        Column(N_("Status"), "bottom-end"),
        Column(N_("Amount"), "top-end", end=True),
    ),
    sorts={
        "Estimate": (Sort.NUMBER,),
        "Date": (Sort.NEWEST, Sort.OLDEST),
        "Valid until": (Sort.EXPIRY,),
        "Amount": (Sort.TOTAL,),
    },
    ascending=frozenset({Sort.OLDEST, Sort.EXPIRY}),
    row=row,
    empty=listing.nothing(
        Empty(N_("No estimates yet"), N_("When one is sent to you, it appears here.")),
        N_("No estimate matches"),
        {
            Filter.OPEN: Empty(N_("No open estimates"), N_("Nothing waits for an answer.")),
            Filter.ACCEPTED: Empty(N_("No accepted estimates")),
            Filter.DECLINED: Empty(N_("No declined estimates")),
            Filter.INVOICED: Empty(N_("No invoiced estimates")),
            Filter.EXPIRED: Empty(N_("No expired estimates")),
        },
    ),
    printed=True,
)


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Estimate]:
    """Return an estimate, viewed by who looks unless it is staff. Raises NotFound."""
    opened = document_view.opened(scope, kinds.ESTIMATE, number, now)
    estimate: Estimate = opened.document
    if estimate.choosable and scope.may(Permission.ESTIMATE_ANSWER):
        return replace(_drawn(scope, opened, estimate), choosing=partial(_choosing, scope, opened))
    return _drawn(scope, opened, estimate)


def _choosing(scope: Scope, opened: Opened) -> document_view.Drawn[Estimate]:
    """Draw what can be chosen of an estimate, and return it as it is chosen."""
    estimate: Estimate = opened.document
    picked = estimate_choosing.draw(estimate, opened.business.locale)
    if picked is None:
        return replace(_drawn(scope, opened, estimate), controls=())
    return _drawn(scope, opened, picked.estimate, picked.choices)


def _drawn(
    scope: Scope, opened: Opened, estimate: Estimate, choices: Choices = ()
) -> document_view.Drawn[Estimate]:
    business, locale = opened.business, opened.business.locale
    waiting = None
    if estimate.status is Status.OPEN:
        waiting = cards.sub(roles.answering(scope, opened.customer, Permission.ESTIMATE_ANSWER))
    values = opened.values
    if choices:
        values = VIEWS[kinds.ESTIMATE.key].paper(estimate, business, opened.customer)
    sheet = document_view.sheet(
        cards.card("", offer(estimate, business, opened.today), waiting),
        cards.card("", paper(values, locale)),
        cards.card("Invoices", invoiced(estimate, locale)) if estimate.invoices else None,
        revisions_view.card(estimate.revisions, estimate.currency_code, business),
        *opened.beside,
    )
    answers = estimate_dialogs.controls(scope, estimate, choices) if waiting else ()
    return document_view.Drawn(estimate, [status(estimate)], sheet, answers)


def offer(estimate: Estimate, business: Organisation, today: date) -> Markup:
    """Return what is offered, until when it stands or what it became, and how to answer."""
    total = say.money(estimate.total_minor, estimate.currency_code, business.locale)
    reason = said(f"“{estimate.decline_reason}”", "p", class_="pt-sub")
    return join(
        tag("div", _("Total"), class_="pt-overline"),
        tag("div", total, class_="pt-due"),
        tag("p", _offered(estimate, business.locale), class_="pt-sub")
        if estimate.offered_total_minor is not None
        else None,
        tag("p", _standing(estimate, business, today), class_="pt-sub"),
        reason if estimate.decline_reason else None,
        _how(estimate, business),
    )


def _offered(estimate: Estimate, locale: str) -> str:
    """Say what was offered, where what was chosen of it comes to something else."""
    offered = say.money(estimate.offered_total_minor or 0, estimate.currency_code, locale)
    return _("Chosen from an offer of {amount}.", amount=offered)


def invoiced(estimate: Estimate, locale: str) -> Markup:
    """Return the invoices that were made from the estimate."""
    rows = []
    for each in estimate.invoices:
        number = cards.link(each.number, links.document(kinds.INVOICE, each.number))
        amount = say.money(each.total_minor, each.currency_code, locale)
        below = say.day(each.date, locale)
        rows.append(cards.row(number, below, after=tag("span", amount, class_="pt-num")))
    return cards.rows(rows)


def _standing(estimate: Estimate, business: Organisation, today: date) -> Markup:
    locale, ends = business.locale, estimate.expiry_date
    if estimate.status is Status.OPEN:
        if ends is None:
            return join(_("Waits for an answer."))
        return join(
            _("Valid until {day}, {ago}.", day=say.day(ends, locale), ago=say.ago(ends, today))
        )
    if estimate.status is Status.EXPIRED and ends is not None:
        return join(
            _("Expired on {day}, {ago}.", day=say.day(ends, locale), ago=say.ago(ends, today))
        )
    if estimate.status is Status.INVOICED and estimate.answered_at is None:
        return join(_("Invoiced."))
    words = _ANSWERED[
        estimate.status is Status.DECLINED, bool(estimate.answered_by), bool(estimate.answered_at)
    ]
    on = business.day_of(estimate.answered_at) if estimate.answered_at else None
    return filled(_(words), name=said(estimate.answered_by), day=say.day(on, locale) if on else "")


def _how(estimate: Estimate, business: Organisation) -> Markup | None:
    """Tell whom to write to or call: with questions, or to ask for a new offer."""
    if estimate.status not in _WISHES:
        return None
    about = quote(_("Estimate {number}", number=estimate.number))
    ways = []
    if business.email:
        href = f"mailto:{quote(business.email, safe='@')}?subject={about}"
        ways.append((_("E-mail"), tag("a", business.email, class_="pt-link", href=href)))
    if business.phone:
        href = f"tel:{re.sub(r'[^+0-9]', '', business.phone)}"
        ways.append((_("Phone"), tag("a", business.phone, class_="pt-link", href=href)))
    return join(
        cards.sub(filled(_(_WISHES[estimate.status]), business=said(business.name))),
        cards.facts(ways) if ways else None,
    )
