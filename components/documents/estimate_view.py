"""An estimate as a document, its total, how long it stands, and what became of it."""

import re
from datetime import date, datetime
from urllib.parse import quote

from components.documents import document_view
from components.documents.paper import paper
from components.lists import estimate_list
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data.billing import estimates, views
from portal_data.billing.estimates import Estimate, Status
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.customers.details import MyDetails
from portal_data.messaging import comments
from portal_data.output import document_views
from portal_data.output.documents import ESTIMATE
from portal_data.scope import Permission, Scope


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Estimate]:
    """Return an estimate, viewed by who looks unless it is staff. Raises NotFound."""
    business = organisation.get(scope)
    today, locale = business.today(now), business.locale
    estimate = estimates.get(scope, number, today=today)
    viewed = views.mark(scope, views.Kind.ESTIMATE, estimate.id, now)
    remarks = comments.of_document(scope, estimate.id)
    happened = document_view.history(
        estimate.history, viewed, estimate.currency_code, business, today
    )
    mine = details.my_details(scope)
    waiting = None
    if estimate.status is Status.OPEN:
        waiting = cards.sub(roles.answering(scope, mine, Permission.ESTIMATE_ANSWER))
    sheet = document_view.sheet(
        cards.card("", offer(estimate, business, today), waiting),
        cards.card("", document(estimate, business, mine)),
        cards.card("Invoices", invoiced(estimate, locale)) if estimate.invoices else None,
        document_view.conversation(remarks, business, today),
        cards.card("History", happened),
    )
    return document_view.Drawn(estimate, [estimate_list.status(estimate)], sheet, locale)


def document(estimate: Estimate, business: Organisation, customer: MyDetails) -> Markup:
    """Return the estimate as its PDF shows it."""
    return paper(
        document_views.of_estimate(estimate, business, customer), business.locale, ESTIMATE
    )


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
        number = cards.link(each.number, links.invoice(each.number))
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
    """Tell whom to write to or call: to answer an open offer, or to ask for a new one."""
    if estimate.status not in (Status.OPEN, Status.EXPIRED):
        return None
    about = quote(f"Estimate {estimate.number}")
    ways = []
    if business.email:
        href = f"mailto:{quote(business.email, safe='@')}?subject={about}"
        ways.append(("E-mail", tag("a", business.email, class_="pt-link", href=href)))
    if business.phone:
        href = f"tel:{re.sub(r'[^+0-9]', '', business.phone)}"
        ways.append(("Phone", tag("a", business.phone, class_="pt-link", href=href)))
    wish = "To accept or decline it" if estimate.status is Status.OPEN else "For a new offer"
    return join(
        tag("p", wish, ", write to or call ", said(business.name), ".", class_="pt-sub"),
        cards.facts(ways) if ways else None,
    )
