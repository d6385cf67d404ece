"""Payments: the list, and one as its receipt with what it paid and what came back of it."""

from datetime import date, datetime

from components.documents import document_view, paper, settlement_rows
from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Row
from components.ui import cards, links
from components.ui import format as say
from components.ui.line_table import Figures, line_table
from components.ui.markup import Markup, join, said, tag
from portal_data import kinds, labels
from portal_data.business.organisation import Organisation
from portal_data.output.documents import Receipt
from portal_data.payments import payments
from portal_data.payments.payments import Filter, Payment, PaymentRow, Sort, Status
from portal_data.scope import Scope
from portal_data.text.language import N_, NP_, _, _p, counted

_NAMED = 3
"""Numbers of paid documents that a row names; of more it names two and counts the others."""
_NOTHING = Cell(pills=())


def row(payment: PaymentRow, business: Organisation) -> Row:
    """Return a payment as a row that opens its receipt."""
    locale = business.locale

    def amount(minor: int) -> str:
        return say.money(minor, payment.currency_code, locale)

    return Row(
        links.document(kinds.PAYMENT, payment.number),
        (
            payment.number,
            say.day(payment.date, locale),
            _applied_to(payment),
            payment.mode,
            payment.reference or "",
            amount(payment.amount_minor),
            amount(payment.unused_minor) if payment.unused_minor else _NOTHING,
        ),
    )


SCREEN = listing.Screen(
    list=payments.LIST,
    path=kinds.PAYMENT.path,
    title=kinds.PAYMENT.list_title,
    search=N_("Receipt, invoice, amount"),
    filters={
        Filter.ALL: NP_("payments", "All"),
        Filter.INVOICE: N_("Invoice payments"),
        Filter.RETAINER: N_("Retainer payments"),
    },
    orders={
        Sort.NEWEST: N_("Newest"),
        Sort.OLDEST: N_("Oldest"),
        Sort.LARGEST: N_("Largest"),
        Sort.SMALLEST: N_("Smallest"),
    },
    columns=(
        Column(N_("Receipt"), "middle-start", link=True),
        Column(N_("Date"), "middle"),
        Column(N_("Applied to"), "top-start", wide=True),
        Column(N_("Mode"), "bottom-start", people=True),
        Column(N_("Reference"), "below", people=True),
        Column(N_("Amount"), "top-end", end=True),
        Column(N_("Unused"), "middle-end", end=True, narrow=N_("unused")),
    ),
    sorts={
        "Date": (Sort.NEWEST, Sort.OLDEST),
        "Amount": (Sort.LARGEST, Sort.SMALLEST),
    },
    ascending=frozenset({Sort.OLDEST, Sort.SMALLEST}),
    row=row,
    empty=listing.nothing(
        Empty(N_("No payments yet"), N_("What you pay appears here with its receipt.")),
        N_("No payment matches"),
        {
            Filter.INVOICE: Empty(N_("No invoice payments")),
            Filter.RETAINER: Empty(N_("No retainer payments")),
        },
    ),
    printed=True,
)


def _applied_to(payment: PaymentRow) -> str:
    if not payment.paid_numbers:
        return _("Not applied yet")
    numbers = payment.paid_numbers
    if len(numbers) <= _NAMED:
        return ", ".join(numbers)
    return counted(
        len(numbers) - 2,
        "{first}, {second} and {count} more",
        "{first}, {second} and {count} more",
        first=numbers[0],
        second=numbers[1],
    )


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Payment]:
    """Return a payment with its receipt. Raises NotFound."""
    opened = document_view.opened(scope, kinds.PAYMENT, number, now)
    payment: Payment = opened.document
    locale = opened.business.locale
    sheet = document_view.sheet(
        cards.card("", received(payment, opened.today, locale)),
        cards.card("", receipt(payment, opened.values, locale)),
        cards.card(_("Refunds"), refunds(payment, locale)) if payment.refunds else None,
        *opened.beside,
    )
    return document_view.Drawn(payment, statuses(payment), sheet)


def statuses(payment: Payment) -> list[tuple[str, str]]:
    """Return what a payment was made for and what became of it, as (words, tone)."""
    kind = _("Retainer payment") if payment.kind == "retainer" else _("Invoice payment")
    return [(_p("payment", "Void"), "gray")] if payment.status is Status.VOID else [(kind, "green")]


def received(payment: Payment, today: date, locale: str) -> Markup:
    """Return the amount, when and how it was paid, and what is unused of it."""

    def amount(minor: int) -> str:
        return say.money(minor, payment.currency_code, locale)

    if payment.status is Status.VOID:
        return join(
            tag("div", _p("payment", "Void"), class_="pt-due"),
            cards.sub(
                _(
                    "{amount} was not received. It pays nothing.",
                    amount=amount(payment.amount_minor),
                )
            ),
        )
    when = cards.when(payment.date, today, locale)
    notes = [cards.sub(join(f"{when} · ", said(payment.mode)))]
    if payment.unused_minor:
        unused = _(
            "{amount} is unused and stays on your account.", amount=amount(payment.unused_minor)
        )
        notes.append(cards.sub(unused))
    return join(
        tag("div", _(labels.AMOUNT_RECEIVED), class_="pt-overline"),
        tag("div", amount(payment.amount_minor), class_="pt-due"),
        *notes,
    )


def receipt(payment: Payment, values: Receipt, locale: str) -> Markup:
    """Return the receipt as its PDF shows it, with links to what was paid."""
    return tag(
        "article",
        paper.letterhead(values.issuer, _("Payment receipt"), values.number),
        tag(
            "div",
            paper.party(_(labels.FROM), values.issuer),
            paper.party(_(labels.RECEIVED_FROM), values.received_from),
            class_="top",
        ),
        paper.facts(
            [
                (_(labels.PAYMENT_DATE), say.day(values.date, locale)),
                (_(labels.PAYMENT_MODE), values.mode),
                (_(labels.REFERENCE), values.reference),
            ]
        ),
        _paid(payment, locale) if payment.allocations else None,
        _totals(values, locale),
        paper.text(_(labels.NOTES), values.notes),
        class_="pt-paper",
        aria_label=_("Payment receipt {number}", number=values.number),
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
        _("What was paid"),
        _(labels.PAYMENT_FOR),
        [
            cards.link(each.number, links.document(kinds.KINDS[each.kind], each.number))
            for each in paid
        ],
        [
            Figures(_(labels.DATE), [say.day(each.date, locale) for each in paid]),
            Figures(
                _(labels.DOCUMENT_TOTAL),
                amounts([each.total_minor for each in paid]),
                said=_p("before a figure", "document total"),
            ),
            Figures(
                _(labels.TAX_WITHHELD),
                amounts([each.withheld_minor for each in paid]),
                said=_p("before a figure", "tax withheld"),
            ),
            Figures(
                _(labels.EARLY_DISCOUNT),
                amounts([each.early_discount_minor for each in paid]),
                said=_p("before a figure", "early payment discount"),
            ),
            Figures(
                _(labels.AMOUNT_PAID),
                [say.money(each.amount_minor, payment.currency_code, locale) for each in paid],
            ),
            *(_gone_back(payment, locale) if any(each.returned_minor for each in paid) else ()),
        ],
    )


def _gone_back(payment: Payment, locale: str) -> list[Figures]:
    """Return what of each document went back, and what stays paid."""

    def words(minor: int) -> str:
        return say.money(minor, payment.currency_code, locale)

    return [
        Figures(
            _(labels.AMOUNT_RETURNED),
            [words(each.returned_minor) for each in payment.allocations],
        ),
        Figures(
            _(labels.AMOUNT_KEPT),
            [words(each.kept_minor) for each in payment.allocations],
        ),
    ]


def _totals(values: Receipt, locale: str) -> Markup:
    sums = (
        (labels.AMOUNT_RECEIVED, values.amount_minor, "sum"),
        (labels.REFUNDED, -values.refunded_minor, None),
        (labels.UNUSED, values.unused_minor, None),
    )
    rows = [
        tag(
            "div",
            tag("span", _(label)),
            tag("span", say.money(minor, values.currency, locale)),
            class_=style,
        )
        for label, minor, style in sums
        if minor
    ]
    return tag("div", rows, class_="pt-totals")
