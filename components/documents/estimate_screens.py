"""Estimates: the list, and one with its total, how long it stands and what became of it."""

import re
from datetime import date, datetime
from urllib.parse import quote

from components.documents import document_view, estimate_dialogs, revisions_view
from components.documents.paper import paper
from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data import kinds
from portal_data.billing import estimates
from portal_data.billing.estimates import Estimate, EstimateRow, Filter, Sort, Status
from portal_data.business.organisation import Organisation
from portal_data.scope import Permission, Scope

TONES = {
    Status.OPEN: "blue",
    Status.ACCEPTED: "green",
    Status.DECLINED: "red",
    Status.INVOICED: "green",
    Status.EXPIRED: "gray",
}
_WISHES = {
    Status.OPEN: "With questions",
    Status.DECLINED: "For another offer",
    Status.EXPIRED: "For a new offer",
}
"""What one may want of the business once an estimate stands like this."""
SOON = 7
"""Days before its end from which an open offer says how long it still stands."""


def status(estimate: EstimateRow | Estimate) -> tuple[str, str]:
    """Return an estimate's status as (words, tone): one that ends soon says so."""
    left = estimate.days_left
    if left is None or left > SOON:
        return estimate.status.value, TONES[estimate.status]
    ends = f"{say.count(left, 'day')} left" if left else "last day"
    return f"{estimate.status.value}, {ends}", "orange"


def row(estimate: EstimateRow, business: Organisation) -> Row:
    """Return an estimate as a row that opens it."""
    locale = business.locale
    until = say.day(estimate.expiry_date, locale) if estimate.expiry_date else ""
    closed = estimate.status is not Status.OPEN
    return Row(
        links.document(kinds.ESTIMATE, estimate.number),
        (
            estimate.number,
            estimate.subject or estimate.reference or "No subject",
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
    search="Number, subject, amount",
    filters={
        Filter.ALL: "All",
        Filter.OPEN: "Open",
        Filter.ACCEPTED: "Accepted",
        Filter.DECLINED: "Declined",
        Filter.INVOICED: "Invoiced",
        Filter.EXPIRED: "Expired",
    },
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.EXPIRY: "Expires first",
        Sort.NUMBER: "Number",
        Sort.TOTAL: "Amount",
    },
    columns=(
        Column("Estimate", "middle-start", link=True),
        Column("Subject", "top-start", wide=True, people=True),
        Column("Date", "middle"),
        Column("Valid until", "bottom-start", narrow="until"),
        Column("Status", "bottom-end"),
        Column("Amount", "top-end", end=True),
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
        "estimate",
        "estimates",
        Empty("No estimates yet", "When one is sent to you, it appears here."),
        {Filter.OPEN: "Nothing waits for an answer."},
    ),
    printed=True,
)


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Estimate]:
    """Return an estimate, viewed by who looks unless it is staff. Raises NotFound."""
    opened = document_view.opened(scope, kinds.ESTIMATE, number, now)
    estimate: Estimate = opened.document
    business, locale = opened.business, opened.business.locale
    waiting = None
    if estimate.status is Status.OPEN:
        waiting = cards.sub(roles.answering(scope, opened.customer, Permission.ESTIMATE_ANSWER))
    sheet = document_view.sheet(
        cards.card("", offer(estimate, business, opened.today), waiting),
        cards.card("", paper(opened.values, locale)),
        cards.card("Invoices", invoiced(estimate, locale)) if estimate.invoices else None,
        revisions_view.card(estimate.revisions, estimate.currency_code, business),
        *opened.beside,
    )
    answers = estimate_dialogs.controls(scope, estimate) if waiting else ()
    return document_view.Drawn(estimate, [status(estimate)], sheet, answers)


def offer(estimate: Estimate, business: Organisation, today: date) -> Markup:
    """Return what is offered, until when it stands or what it became, and how to answer."""
    total = say.money(estimate.total_minor, estimate.currency_code, business.locale)
    reason = said(f"“{estimate.decline_reason}”", "p", class_="pt-sub")
    return join(
        tag("div", "Total", class_="pt-overline"),
        tag("div", total, class_="pt-due"),
        tag("p", _standing(estimate, business, today), class_="pt-sub"),
        reason if estimate.decline_reason else None,
        _how(estimate, business),
    )


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
            return join("Waits for an answer.")
        return join(f"Valid until {say.day(ends, locale)}, {say.ago(ends, today)}.")
    if estimate.status is Status.EXPIRED and ends is not None:
        return join(f"Expired on {say.day(ends, locale)}, {say.ago(ends, today)}.")
    if estimate.status is Status.INVOICED and estimate.answered_at is None:
        return join("Invoiced.")
    answer = "Declined" if estimate.status is Status.DECLINED else "Accepted"
    by = join(" by ", said(estimate.answered_by)) if estimate.answered_by else None
    on = business.day_of(estimate.answered_at) if estimate.answered_at else None
    return join(answer, by, f" on {say.day(on, locale)}" if on else None, ".")


def _how(estimate: Estimate, business: Organisation) -> Markup | None:
    """Tell whom to write to or call: with questions, or to ask for a new offer."""
    if estimate.status not in _WISHES:
        return None
    about = quote(f"Estimate {estimate.number}")
    ways = []
    if business.email:
        href = f"mailto:{quote(business.email, safe='@')}?subject={about}"
        ways.append(("E-mail", tag("a", business.email, class_="pt-link", href=href)))
    if business.phone:
        href = f"tel:{re.sub(r'[^+0-9]', '', business.phone)}"
        ways.append(("Phone", tag("a", business.phone, class_="pt-link", href=href)))
    return join(
        tag(
            "p",
            _WISHES[estimate.status],
            ", write to or call ",
            said(business.name),
            ".",
            class_="pt-sub",
        ),
        cards.facts(ways) if ways else None,
    )
