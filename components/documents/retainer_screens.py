"""Retainer invoices: the list, and one with what is to pay or available and what drew on it."""

from datetime import date, datetime

from components.documents import document_view, invoice_screens, settlement_rows
from components.documents.paper import paper
from components.forms import dialogs
from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, join, tag
from portal_data import kinds, labels
from portal_data.billing import retainers
from portal_data.billing.retainers import Filter, Retainer, RetainerRow, Sort, Status
from portal_data.business.organisation import Organisation
from portal_data.scope import Scope

_TONES = {
    Status.UNPAID: "blue",
    Status.PARTIALLY_PAID: "orange",
    Status.OVERDUE: "red",
    Status.IN_QUESTION: "orange",
    Status.PAID: "green",
    Status.VOID: "gray",
}


_NOTHING = Cell(pills=())


def statuses(retainer: RetainerRow | Retainer) -> list[tuple[str, str]]:
    """Return a retainer's statuses as (words, tone); overdue never hides that a part was paid."""
    shown = [(retainer.status.value, _TONES[retainer.status])]
    if retainer.partially_paid and retainer.status is not Status.PARTIALLY_PAID:
        shown.append((Status.PARTIALLY_PAID.value, _TONES[Status.PARTIALLY_PAID]))
    return shown


def row(retainer: RetainerRow, business: Organisation) -> Row:
    """Return a retainer invoice as a row that opens it."""
    locale = business.locale

    def amount(minor: int, tone: str | None) -> Cell:
        return Cell(say.money(minor, retainer.currency_code, locale), tone=tone)

    owed = retainer.balance_minor if retainer.status is not Status.VOID else 0
    due = retainer.due_date or retainer.date
    return Row(
        links.document(kinds.RETAINER, retainer.number),
        (
            retainer.number,
            retainer.description or retainer.reference or "Retainer",
            say.day(retainer.date, locale),
            Cell(say.day(due, locale), tone="late" if retainer.days_overdue else None),
            Cell(pills=tuple(Pill(text, tone) for text, tone in statuses(retainer))),
            amount(retainer.total_minor, "quiet"),
            amount(retainer.unused_minor, None) if retainer.unused_minor else _NOTHING,
            amount(owed, None if owed else "quiet"),
        ),
    )


SCREEN = listing.Screen(
    list=retainers.LIST,
    path=kinds.RETAINER.path,
    title=kinds.RETAINER.list_title,
    search="Number, purpose, amount",
    filters={
        Filter.ALL: "All",
        Filter.UNPAID: "Unpaid",
        Filter.OVERDUE: "Overdue",
        Filter.PAID: "Paid",
        Filter.VOID: "Void",
    },
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.DUE: "Due first",
        Sort.NUMBER: "Number",
        Sort.TOTAL: "Amount",
        Sort.BALANCE: "Balance",
        Sort.AVAILABLE: "Available",
    },
    columns=(
        Column("Retainer", "middle-start", link=True),
        Column("Purpose", "top-start", wide=True, people=True),
        Column("Date", "middle"),
        Column(labels.DUE_DATE, "bottom-start", narrow="due"),
        Column("Status", "bottom-end"),
        Column("Amount", "middle-end", end=True, narrow="of"),
        Column("Available", "below", end=True, narrow="available"),
        Column("Balance", "top-end", end=True),
    ),
    sorts={
        "Retainer": (Sort.NUMBER,),
        "Date": (Sort.NEWEST, Sort.OLDEST),
        labels.DUE_DATE: (Sort.DUE,),
        "Amount": (Sort.TOTAL,),
        "Available": (Sort.AVAILABLE,),
        "Balance": (Sort.BALANCE,),
    },
    ascending=frozenset({Sort.OLDEST, Sort.DUE}),
    row=row,
    empty=listing.nothing(
        "retainer",
        "retainer invoices",
        Empty(
            "No retainer invoices",
            "What you are asked to pay in advance appears here, and what is left of it.",
        ),
        dict.fromkeys((Filter.UNPAID, Filter.OVERDUE), "You are all caught up. Thank you!"),
    ),
    printed=True,
)


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Retainer]:
    """Return a retainer invoice, viewed by who looks unless it is staff. Raises NotFound."""
    opened = document_view.opened(scope, kinds.RETAINER, number, now)
    retainer: Retainer = opened.document
    locale, payable = opened.business.locale, retainer.payable_minor
    reason = roles.why_not_pay(scope, opened.customer, payable, retainer.currency_code, locale)
    drawn = cards.card("Drawn by invoices", drawings(retainer, locale))
    sheet = document_view.sheet(
        cards.card("", balance(retainer, opened.today, locale), roles.unpaid(payable, reason)),
        cards.card("", paper(opened.values, locale)),
        cards.card("Payments", payments(retainer, locale)),
        drawn if retainer.drawings else None,
        *opened.beside,
    )
    if payable <= 0 or reason:
        return document_view.Drawn(retainer, statuses(retainer), sheet)
    pay = document_view.paying(
        kinds.RETAINER,
        payable,
        retainer.currency_code,
        locale,
        lambda: dialogs.pay_retainer(number),
    )
    return document_view.Drawn(retainer, statuses(retainer), sheet, (pay,))


def balance(retainer: Retainer, today: date, locale: str) -> Markup:
    """Return what is still to pay; once it is paid, what is available for invoices."""

    def amount(minor: int) -> str:
        return say.money(minor, retainer.currency_code, locale)

    if retainer.status is Status.VOID:
        return join(tag("div", "Void", class_="pt-due"), cards.sub("Nothing is to be paid."))
    paid = retainer.total_minor - retainer.balance_minor
    available = cards.sub(f"{amount(retainer.unused_minor)} is available for your invoices.")
    if retainer.status is Status.PAID:
        return join(
            tag("div", "Available", class_="pt-overline"),
            tag("div", amount(retainer.unused_minor), class_="pt-due"),
            cards.bar(retainer.drawn_minor, retainer.total_minor, "drawn"),
            cards.sub("Paid in full. Thank you!"),
            cards.sub(f"{amount(retainer.drawn_minor)} of {amount(paid)} drawn"),
        )
    late = "pt-sub pt-late" if retainer.status is Status.OVERDUE else "pt-sub"
    questioned = retainer.status is Status.IN_QUESTION
    return join(
        tag("div", invoice_screens.BALANCES[questioned], class_="pt-overline"),
        tag("div", amount(retainer.balance_minor), class_="pt-due"),
        cards.bar(paid, retainer.total_minor, "paid", pending=retainer.pending_minor),
        tag("p", _when(retainer, retainer.due_date, today, locale), class_=late)
        if retainer.due_date and not questioned
        else None,
        invoice_screens.in_question(amount(retainer.in_question_minor)) if questioned else None,
        cards.sub(f"{amount(retainer.pending_minor)} is on its way.")
        if retainer.pending_minor
        else None,
        cards.sub(f"{amount(paid)} of {amount(retainer.total_minor)} paid") if paid else None,
        available if retainer.unused_minor else None,
    )


def payments(retainer: Retainer, locale: str) -> Markup:
    """Return the payments of the retainer."""
    if not retainer.payments:
        return cards.empty("No payment yet", "Payments of this retainer appear here.")
    return cards.rows(
        settlement_rows.row(
            settlement_rows.opening("Payment", kinds.PAYMENT, each.number),
            (say.day(each.date, locale), each.mode, each.reference),
            say.money(each.amount_minor, retainer.currency_code, locale),
        )
        for each in retainer.payments
    )


def drawings(retainer: Retainer, locale: str) -> Markup:
    """Return the invoices that were settled from the retainer."""
    return cards.rows(
        settlement_rows.row(
            settlement_rows.opening("Invoice", kinds.INVOICE, each.invoice_number),
            (say.day(each.date, locale),),
            say.money(each.amount_minor, retainer.currency_code, locale),
        )
        for each in retainer.drawings
    )


def _when(retainer: Retainer, due: date, today: date, locale: str) -> str:
    verb = "Was due" if retainer.days_overdue else "Due"
    return f"{verb} {say.day(due, locale)}, {say.ago(due, today)}"
