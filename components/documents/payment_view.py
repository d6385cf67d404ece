"""A payment as its receipt: what was received, what it paid, what came back, what is unused."""

from datetime import date, datetime

from components.documents import document_view, paper, settlement_rows
from components.ui import cards, links
from components.ui import format as say
from components.ui.line_table import Figures, line_table
from components.ui.markup import Markup, join, said, tag
from portal_data import labels
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.customers.details import MyDetails
from portal_data.messaging import comments
from portal_data.output import document_views
from portal_data.output.documents import Receipt
from portal_data.payments import payments
from portal_data.payments.payments import Payment, Status
from portal_data.scope import Scope

_SCREENS = {"invoice": links.invoice, "retainer": links.retainer}


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Payment]:
    """Return a payment with its receipt. Raises NotFound."""
    business = organisation.get(scope)
    today, locale = business.today(now), business.locale
    payment = payments.get(scope, number)
    remarks = comments.of_document(scope, payment.id)
    sheet = document_view.sheet(
        cards.card("", received(payment, today, locale)),
        cards.card("", receipt(payment, business, details.my_details(scope))),
        cards.card("Refunds", refunds(payment, locale)) if payment.refunds else None,
        document_view.conversation(remarks, business, today),
    )
    return document_view.Drawn(payment, statuses(payment), sheet, locale)


def statuses(payment: Payment) -> list[tuple[str, str]]:
    """Return what a payment was made for and what became of it, as (words, tone)."""
    kind = "Retainer payment" if payment.kind == "retainer" else "Invoice payment"
    return [("Void", "gray")] if payment.status is Status.VOID else [(kind, "green")]


def received(payment: Payment, today: date, locale: str) -> Markup:
    """Return the amount, when and how it was paid, and what is unused of it."""

    def amount(minor: int) -> str:
        return say.money(minor, payment.currency_code, locale)

    if payment.status is Status.VOID:
        return join(
            tag("div", "Void", class_="pt-due"),
            cards.sub(f"{amount(payment.amount_minor)} was not received. It pays nothing."),
        )
    when = cards.when(payment.date, today, locale)
    notes = [cards.sub(join(f"{when} · ", said(payment.mode)))]
    if payment.unused_minor:
        notes.append(
            cards.sub(f"{amount(payment.unused_minor)} is unused and stays on your account.")
        )
    return join(
        tag("div", labels.AMOUNT_RECEIVED, class_="pt-overline"),
        tag("div", amount(payment.amount_minor), class_="pt-due"),
        *notes,
    )


def receipt(payment: Payment, business: Organisation, customer: MyDetails) -> Markup:
    """Return the receipt as its PDF shows it, with links to what was paid."""
    shown, locale = document_views.of_payment(payment, business, customer), business.locale
    return tag(
        "article",
        paper.letterhead(shown.issuer, "Payment receipt", shown.number),
        tag(
            "div",
            paper.party(labels.FROM, shown.issuer),
            paper.party(labels.RECEIVED_FROM, shown.received_from),
            class_="top",
        ),
        paper.facts(
            [
                (labels.PAYMENT_DATE, say.day(shown.date, locale)),
                (labels.PAYMENT_MODE, shown.mode),
                (labels.REFERENCE, shown.reference),
            ]
        ),
        _paid(payment, locale) if payment.allocations else None,
        _totals(shown, locale),
        paper.text(labels.NOTES, shown.notes),
        class_="pt-paper",
        aria_label=f"Payment receipt {shown.number}",
    )


def refunds(payment: Payment, locale: str) -> Markup:
    """Return what was paid back of the payment."""
    return cards.rows(settlement_rows.refunds(payment.refunds, payment.currency_code, locale))


def _paid(payment: Payment, locale: str) -> Markup:
    def amounts(minors: list[int]) -> list[str]:
        return [
            say.money(minor, payment.currency_code, locale) if minor else "" for minor in minors
        ]

    paid = payment.allocations
    return line_table(
        "What was paid",
        labels.PAYMENT_FOR,
        [cards.link(each.number, _SCREENS[each.kind](each.number)) for each in paid],
        [
            Figures(labels.DATE, [say.day(each.date, locale) for each in paid], said=""),
            Figures(labels.DOCUMENT_TOTAL, amounts([each.total_minor for each in paid])),
            Figures(labels.TAX_WITHHELD, amounts([each.withheld_minor for each in paid])),
            Figures(labels.EARLY_DISCOUNT, amounts([each.early_discount_minor for each in paid])),
            Figures(
                labels.AMOUNT_PAID,
                [say.money(each.amount_minor, payment.currency_code, locale) for each in paid],
            ),
        ],
    )


def _totals(shown: Receipt, locale: str) -> Markup:
    known = (
        (labels.AMOUNT_RECEIVED, shown.amount_minor, "sum"),
        (labels.REFUNDED, -shown.refunded_minor, None),
        (labels.UNUSED, shown.unused_minor, None),
    )
    rows = [
        tag(
            "div",
            tag("span", label),
            tag("span", say.money(minor, shown.currency, locale)),
            class_=style,
        )
        for label, minor, style in known
        if minor
    ]
    return tag("div", rows, class_="pt-totals")
