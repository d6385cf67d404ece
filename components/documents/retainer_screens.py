"""Retainer invoices: the list, and one with what is to pay or available and what drew on it."""

from datetime import date, datetime

from components.documents import document_view, invoice_screens, paying, settlement_rows
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
from portal_data.text.language import N_, NP_, _, _p

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
    shown = [(_p("invoice", retainer.status.value), _TONES[retainer.status])]
    if retainer.partially_paid and retainer.status is not Status.PARTIALLY_PAID:
        shown.append((_p("invoice", Status.PARTIALLY_PAID.value), _TONES[Status.PARTIALLY_PAID]))
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
            retainer.description or retainer.reference or _("Retainer"),
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
    search=N_("Number, purpose, amount"),
    filters={
        Filter.ALL: NP_("invoices", "All"),
        Filter.UNPAID: NP_("invoices", "Unpaid"),
        Filter.OVERDUE: NP_("invoices", "Overdue"),
        Filter.PAID: NP_("invoices", "Paid"),
        Filter.VOID: NP_("invoices", "Void"),
    },
    orders={
        Sort.NEWEST: N_("Newest"),
        Sort.OLDEST: N_("Oldest"),
        Sort.DUE: N_("Due first"),
        Sort.NUMBER: N_("Number"),
        Sort.TOTAL: N_("Amount"),
        Sort.BALANCE: NP_("of an invoice", "Balance"),
        Sort.AVAILABLE: N_("Available"),
    },
    columns=(
        Column(N_("Retainer"), "middle-start", link=True),
        Column(N_("Purpose"), "top-start", wide=True, people=True),
        Column(N_("Date"), "middle"),
        Column(labels.DUE_DATE, "bottom-start", narrow=N_("due")),
        Column(N_("Status"), "bottom-end"),
        Column(N_("Amount"), "middle-end", end=True, narrow=NP_("a whole amount", "of")),
        Column(N_("Available"), "below", end=True, narrow=N_("available")),
        Column(NP_("of an invoice", "Balance"), "top-end", end=True),
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
        Empty(
            N_("No retainer invoices"),
            N_("What you are asked to pay in advance appears here, and what is left of it."),
        ),
        N_("No retainer matches"),
        {
            Filter.UNPAID: Empty(N_("No unpaid retainer invoices"), invoice_screens.CAUGHT_UP),
            Filter.OVERDUE: Empty(N_("No overdue retainer invoices"), invoice_screens.CAUGHT_UP),
            Filter.PAID: Empty(N_("No paid retainer invoices")),
            Filter.VOID: Empty(N_("No void retainer invoices")),
        },
    ),
    printed=True,
)


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Retainer]:
    """Return a retainer invoice, viewed by who looks unless it is staff. Raises NotFound."""
    opened = document_view.opened(scope, kinds.RETAINER, number, now)
    retainer: Retainer = opened.document
    locale, payable = opened.business.locale, retainer.payable_minor
    reason = roles.why_not_pay(scope, opened.customer, payable, retainer.currency_code, locale)
    drawn = cards.card(_("Drawn by invoices"), drawings(retainer, locale))
    sheet = document_view.sheet(
        cards.card("", balance(retainer, opened.today, locale), roles.unpaid(payable, reason)),
        cards.card("", paper(opened.values, locale)),
        cards.card(_("Payments"), payments(retainer, locale)),
        drawn if retainer.drawings else None,
        *opened.beside,
    )
    controls: tuple[document_view.Control, ...] = ()
    if payable > 0:
        controls = paying.controls(
            scope,
            kinds.RETAINER,
            retainer,
            opened.customer,
            locale,
            lambda: dialogs.pay_retainer(number),
        )
    waiting = paying.waiting(scope, opened.business, kinds.RETAINER, retainer)
    return document_view.Drawn(retainer, statuses(retainer), sheet, controls, waiting=waiting)


def balance(retainer: Retainer, today: date, locale: str) -> Markup:
    """Return what is still to pay; once it is paid, what is available for invoices."""

    def amount(minor: int) -> str:
        return say.money(minor, retainer.currency_code, locale)

    if retainer.status is Status.VOID:
        return join(
            tag("div", _p("invoice", "Void"), class_="pt-due"),
            cards.sub(_("Nothing is to be paid.")),
        )
    paid = retainer.total_minor - retainer.balance_minor
    available = cards.sub(
        _("{amount} is available for your invoices.", amount=amount(retainer.unused_minor))
    )
    if retainer.status is Status.PAID:
        return join(
            tag("div", _("Available"), class_="pt-overline"),
            tag("div", amount(retainer.unused_minor), class_="pt-due"),
            cards.bar(retainer.drawn_minor, retainer.total_minor, _("{percent} drawn")),
            cards.sub(_("Paid in full. Thank you!")),
            cards.sub(
                _(
                    "{part} of {total} drawn",
                    part=amount(retainer.drawn_minor),
                    total=amount(paid),
                )
            ),
        )
    late = "pt-sub pt-late" if retainer.status is Status.OVERDUE else "pt-sub"
    questioned = retainer.status is Status.IN_QUESTION
    return join(
        tag("div", _(invoice_screens.BALANCES[questioned]), class_="pt-overline"),
        tag("div", amount(retainer.balance_minor), class_="pt-due"),
        cards.bar(paid, retainer.total_minor, _("{percent} paid"), pending=retainer.pending_minor),
        tag("p", _when(retainer, retainer.due_date, today, locale), class_=late)
        if retainer.due_date and not questioned
        else None,
        invoice_screens.in_question(amount(retainer.in_question_minor)) if questioned else None,
        cards.sub(_("{amount} is on its way.", amount=amount(retainer.pending_minor)))
        if retainer.pending_minor
        else None,
        cards.sub(
            _(
                "{part} of {total} paid",
                part=amount(paid),
                total=amount(retainer.total_minor),
            )
        )
        if paid
        else None,
        available if retainer.unused_minor else None,
    )


def payments(retainer: Retainer, locale: str) -> Markup:
    """Return the payments of the retainer."""
    if not retainer.payments:
        return cards.empty(_("No payment yet"), _("Payments of this retainer appear here."))
    return cards.rows(
        settlement_rows.row(
            settlement_rows.opening(_("Payment {number}"), kinds.PAYMENT, each.number),
            (say.day(each.date, locale), each.mode, each.reference),
            say.money(each.amount_minor, retainer.currency_code, locale),
        )
        for each in retainer.payments
    )


def drawings(retainer: Retainer, locale: str) -> Markup:
    """Return the invoices that were settled from the retainer."""
    return cards.rows(
        settlement_rows.row(
            settlement_rows.opening(_("Invoice {number}"), kinds.INVOICE, each.invoice_number),
            (say.day(each.date, locale),),
            say.money(each.amount_minor, retainer.currency_code, locale),
        )
        for each in retainer.drawings
    )


def _when(retainer: Retainer, due: date, today: date, locale: str) -> str:
    day, ago = say.day(due, locale), say.ago(due, today)
    if retainer.days_overdue:
        return _("Was due {day}, {ago}", day=day, ago=ago)
    return _("Due {day}, {ago}", day=day, ago=ago)
