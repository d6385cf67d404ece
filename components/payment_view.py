"""A payment as its receipt: what was received, what it paid, what came back, what is unused."""

from datetime import date

from components import cards, links, movements, paper
from components import format as say
from components.markup import Markup, join, said, tag
from portal_data import papers
from portal_data.customers import MyDetails
from portal_data.documents import Receipt
from portal_data.organisation import Organisation
from portal_data.payments import Payment, Status

_SCREENS = {"invoice": links.invoice, "retainer": links.retainer}


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
        tag("div", "Amount received", class_="pt-overline"),
        tag("div", amount(payment.amount_minor), class_="pt-due"),
        *notes,
    )


def receipt(payment: Payment, business: Organisation, details: MyDetails) -> Markup:
    """Return the receipt as its PDF shows it, with links to what was paid."""
    shown, locale = papers.of_payment(payment, business, details), business.locale
    return tag(
        "article",
        tag(
            "div",
            paper.party("From", shown.issuer),
            paper.party("Received from", shown.received_from),
            class_="top",
        ),
        paper.facts(
            [
                ("Payment date", say.day(shown.date, locale)),
                ("Payment mode", shown.mode),
                ("Reference", shown.reference),
            ]
        ),
        _paid(payment, locale) if payment.allocations else None,
        _totals(shown, locale),
        paper.text("Notes", shown.notes),
        class_="pt-paper",
        aria_label=f"Payment receipt {shown.number}",
    )


def refunds(payment: Payment, locale: str) -> Markup:
    """Return what was paid back of the payment."""
    return cards.rows(movements.refunds(payment.refunds, payment.currency_code, locale))


def _paid(payment: Payment, locale: str) -> Markup:
    """Columns that no document uses are not drawn; a phone reads them below the number."""

    def amount(minor: int) -> str:
        return say.money(minor, payment.currency_code, locale) if minor else ""

    columns = {
        label: [amount(minor) for minor in minors]
        for label, minors in (
            ("Document total", [each.total_minor for each in payment.allocations]),
            ("Tax withheld", [each.withheld_minor for each in payment.allocations]),
            ("Early discount", [each.early_discount_minor for each in payment.allocations]),
        )
        if any(minors)
    }
    heads = [
        tag("th", "Payment for", scope="col"),
        tag("th", "Date", scope="col", class_="end narrow-hide"),
        *(tag("th", label, scope="col", class_="end narrow-hide") for label in columns),
        tag("th", "Amount paid", scope="col", class_="end"),
    ]
    body = []
    for at, each in enumerate(payment.allocations):
        day = say.day(each.date, locale)
        partly = each.amount_minor != each.total_minor
        known = [f"{label.lower()} {cells[at]}" for label, cells in columns.items() if cells[at]]
        below = " · ".join([day, *known] if partly else [day])
        body.append(
            tag(
                "tr",
                tag(
                    "td",
                    cards.link(each.number, _SCREENS[each.kind](each.number)),
                    tag("small", below, class_="wide-hide"),
                    class_="grow",
                ),
                tag("td", day, class_="end narrow-hide"),
                [tag("td", cells[at], class_="end narrow-hide") for cells in columns.values()],
                tag("td", say.money(each.amount_minor, payment.currency_code, locale),
                    class_="end"),
            )
        )  # fmt: skip
    return paper.scrolling("What was paid", heads, body)


def _totals(shown: Receipt, locale: str) -> Markup:
    known = (
        ("Amount received", shown.amount_minor, "sum"),
        ("Refunded", -shown.refunded_minor, None),
        ("Unused amount", shown.unused_minor, None),
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
