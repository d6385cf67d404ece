"""Auto-pay for staff: who is charged by itself, and which invoices it gave up."""

from uuid import UUID

from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import join, said, tag
from portal_data import kinds
from portal_data.business.organisation import Organisation
from portal_data.payments import autopay_desk, refusals
from portal_data.scope import Staff

_SHOWN = 20


def draw(staff: Staff, business: Organisation) -> None:
    """Draw the invoices that auto-pay gave up, with what to do; nothing without any."""
    found = autopay_desk.stopped(staff, _SHOWN)
    if not found:
        return
    todo = (
        "The customer was asked to pay or to choose another card, and is reminded as ever. When"
        " they choose another card, it is charged at once."
    )
    rows = cards.rows(
        cards.row(
            cards.link(said(each.customer), links.customer(each.customer_id)),
            join(
                cards.link(each.number, links.document(kinds.INVOICE, each.number)),
                f" · {say.count(each.tries, 'try', 'tries')} · "
                f"{refusals.reason(each.failure_code)}",
            ),
            after=tag(
                "span",
                say.money(each.amount_minor, each.currency_code, business.locale),
                class_="pt-num",
            ),
        )
        for each in found
    )
    cards.draw(cards.card("Auto-pay gave up", rows, cards.sub(todo)))


def of_customer(staff: Staff, customer_id: UUID, locale: str) -> None:
    """Draw by what a customer is charged by itself; nothing for who pays by hand."""
    found = autopay_desk.of_customer(staff, customer_id)
    if not found:
        return
    rows = []
    for each in found:
        what = "Every invoice" if each.covers == "everything" else "Recurring invoices only"
        limit = (
            f"at most {say.money(each.limit_minor, each.currency_code, locale)} a charge"
            if each.limit_minor is not None
            else "no limit"
        )
        rows.append(
            cards.row(
                f"{say.code(each.brand or each.kind)} •••• {each.last4 or ''}",
                f"{what} in {each.currency_code}, {limit}, since "
                f"{say.day(each.given_at.date(), locale)}",
                before=cards.icon("autorenew"),
                after=cards.pills([("Charged automatically", "green")]),
            )
        )
    cards.draw(cards.card("Auto-pay", cards.rows(rows)))
