"""Invoices: the list, and one with what is to be paid, what settled it and what happened to it."""

from dataclasses import replace
from datetime import date, datetime

from components.documents import (
    dispute_dialogs,
    dispute_view,
    document_view,
    paying,
    settlement_rows,
)
from components.documents.paper import paper
from components.forms import dialogs
from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.payments import autopay_line
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, join, tag
from portal_data import kinds, labels
from portal_data.billing import invoices
from portal_data.billing.invoices import (
    Filter,
    Invoice,
    InvoiceRow,
    Sort,
    Status,
)
from portal_data.billing.promised import State
from portal_data.billing.settlements import Settlement
from portal_data.business.organisation import Organisation
from portal_data.payments import autopay
from portal_data.scope import Role, Scope
from portal_data.text.language import N_, NP_, _, _p, counted

_SETTLED_BY = {
    "payment": (N_("Payment {number}"), kinds.PAYMENT),
    "credit": (N_("Credit note {number}"), kinds.CREDIT_NOTE),
    "retainer": (N_("Retainer {number}"), kinds.RETAINER),
}
"""What each kind of settlement is called, and the kind of document that its number opens."""
TONES = {
    Status.UNPAID: "blue",
    Status.PARTIALLY_PAID: "orange",
    Status.OVERDUE: "red",
    Status.IN_QUESTION: "orange",
    Status.PAID: "green",
    Status.VOID: "gray",
    Status.WRITTEN_OFF: "gray",
}
CAUGHT_UP = N_("You are all caught up. Thank you!")
OPEN = (Status.UNPAID, Status.PARTIALLY_PAID, Status.OVERDUE)
"""Statuses of what is still to be paid."""


def pills(invoice: InvoiceRow) -> tuple[Pill, ...]:
    """Return the statuses of an invoice: overdue never hides that a part was paid."""
    shown = [Pill(*each) for each in statuses(invoice)]
    if invoice.days_overdue:
        words = counted(invoice.days_overdue, "Overdue {count} day", "Overdue {count} days")
        shown[0] = replace(shown[0], text=words)
    return tuple(shown)


def statuses(invoice: InvoiceRow | Invoice) -> list[tuple[str, str]]:
    """Return an invoice's statuses as (words, tone)."""
    shown = [(_p("invoice", invoice.status.value), TONES[invoice.status])]
    if invoice.partially_paid and invoice.status is not Status.PARTIALLY_PAID:
        shown.append((_p("invoice", Status.PARTIALLY_PAID.value), TONES[Status.PARTIALLY_PAID]))
    if invoice.disputed_minor and invoice.status in OPEN:
        shown.append((_("Disputed"), "orange"))
    return shown


def row(invoice: InvoiceRow, business: Organisation) -> Row:
    """Return an invoice as a row that opens it."""
    locale = business.locale
    owed = invoice.balance_minor if invoice.status in (*OPEN, Status.IN_QUESTION) else 0
    return Row(
        links.document(kinds.INVOICE, invoice.number),
        (
            invoice.number,
            invoice.subject or invoice.reference or _("No subject"),
            say.day(invoice.date, locale),
            Cell(say.day(invoice.due_date, locale), tone="late" if invoice.days_overdue else None),
            Cell(pills=pills(invoice)),
            Cell(say.money(invoice.total_minor, invoice.currency_code, locale), tone="quiet"),
            Cell(say.money(owed, invoice.currency_code, locale), tone=None if owed else "quiet"),
        ),
    )


SCREEN = listing.Screen(
    list=invoices.LIST,
    path=kinds.INVOICE.path,
    title=kinds.INVOICE.list_title,
    search=N_("Number, subject, amount"),
    filters={
        Filter.ALL: NP_("invoices", "All"),
        Filter.UNPAID: NP_("invoices", "Unpaid"),
        Filter.OVERDUE: NP_("invoices", "Overdue"),
        Filter.PARTIALLY_PAID: NP_("invoices", "Partially paid"),
        Filter.PAID: NP_("invoices", "Paid"),
        Filter.VOID: NP_("invoices", "Void"),
        Filter.DISPUTED: NP_("invoices", "Disputed"),
    },
    orders={
        Sort.NEWEST: N_("Newest"),
        Sort.OLDEST: N_("Oldest"),
        Sort.DUE: N_("Due first"),
        Sort.NUMBER: N_("Number"),
        Sort.TOTAL: N_("Amount"),
        Sort.BALANCE: NP_("of an invoice", "Balance"),
    },
    columns=(
        Column(N_("Invoice"), "middle-start", link=True),
        Column(N_("Subject"), "top-start", wide=True, people=True),
        Column(N_("Date"), "middle"),
        Column(labels.DUE_DATE, "bottom-start", narrow=N_("due")),
        Column(N_("Status"), "bottom-end"),
        Column(N_("Amount"), "middle-end", end=True, narrow=NP_("a whole amount", "of")),
        Column(NP_("of an invoice", "Balance"), "top-end", end=True),
    ),
    sorts={
        "Invoice": (Sort.NUMBER,),
        "Date": (Sort.NEWEST, Sort.OLDEST),
        labels.DUE_DATE: (Sort.DUE,),
        "Amount": (Sort.TOTAL,),
        "Balance": (Sort.BALANCE,),
    },
    ascending=frozenset({Sort.OLDEST, Sort.DUE}),
    row=row,
    empty=listing.nothing(
        Empty(N_("No invoices yet"), N_("When one is sent to you, it appears here.")),
        N_("No invoice matches"),
        {
            Filter.UNPAID: Empty(N_("No unpaid invoices"), CAUGHT_UP),
            Filter.OVERDUE: Empty(N_("No overdue invoices"), CAUGHT_UP),
            Filter.PARTIALLY_PAID: Empty(N_("No partially paid invoices"), CAUGHT_UP),
            Filter.PAID: Empty(N_("No paid invoices")),
            Filter.VOID: Empty(N_("No void invoices")),
            Filter.DISPUTED: Empty(N_("No disputed invoices"), N_("Nothing is in dispute.")),
        },
    ),
    printed=True,
)


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Invoice]:
    """Return an invoice, viewed by who looks unless it is staff. Raises NotFound."""
    opened = document_view.opened(scope, kinds.INVOICE, number, now)
    invoice: Invoice = opened.document
    locale, payable = opened.business.locale, invoice.payable_minor
    reason = roles.why_not_pay(scope, opened.customer, payable, invoice.currency_code, locale)
    sheet = document_view.sheet(
        cards.card(
            "",
            balance(invoice, opened.today, locale),
            *_by_itself(scope, number, locale),
            roles.unpaid(payable, reason),
        ),
        cards.card("", paper(opened.values, locale)),
        dispute_view.card(
            invoice.disputes,
            opened.business,
            opened.today,
            for_staff=scope.role is Role.STAFF,
        ),
        cards.card(_("Payments and credits"), settlements(invoice, locale)),
        *opened.beside,
    )
    controls = dispute_dialogs.controls(scope, invoice)
    if payable > 0:
        controls += paying.controls(
            scope,
            kinds.INVOICE,
            invoice,
            opened.customer,
            locale,
            lambda: dialogs.pay_invoice(number),
        )
    waiting = paying.waiting(scope, opened.business, kinds.INVOICE, invoice)
    return document_view.Drawn(invoice, statuses(invoice), sheet, controls, waiting=waiting)


def _by_itself(scope: Scope, number: str, locale: str) -> list[Markup]:
    """Return what auto-pay does about an invoice, if anything."""
    plans = autopay.plans(scope, number)
    return [cards.sub(autopay_line.words(each, locale)) for each in plans]


BALANCES = {False: N_("Balance due"), True: N_("Balance in question")}
"""What a balance is called: whether it is in question."""


def balance(invoice: Invoice, today: date, locale: str) -> Markup:
    """Return what is still to pay, when it is due, and how much of it is settled."""

    def amount(minor: int) -> str:
        return say.money(minor, invoice.currency_code, locale)

    if invoice.status is Status.VOID:
        return join(
            tag("div", _p("invoice", "Void"), class_="pt-due"),
            cards.sub(_("Nothing is to be paid.")),
        )
    questioned = invoice.status is Status.IN_QUESTION
    label = tag("div", _(BALANCES[questioned]), class_="pt-overline")
    bar = cards.bar(
        invoice.settled_minor,
        invoice.total_minor,
        _("{percent} settled"),
        pending=invoice.pending_minor,
    )
    late = invoice.status is Status.OVERDUE
    notes = [tag("p", _when(invoice, today, locale), class_="pt-sub pt-late" if late else "pt-sub")]
    if questioned:
        notes = [in_question(amount(invoice.in_question_minor))]
    if invoice.disputed_minor:
        words = _(
            "{amount} is in dispute. It is not asked for until that is decided.",
            amount=amount(invoice.disputed_minor),
        )
        notes.append(cards.sub(words))
    if invoice.pending_minor:
        notes.append(cards.sub(_("{amount} is on its way.", amount=amount(invoice.pending_minor))))
    if invoice.expected_payment_date and invoice.balance_minor:
        promised = say.day(invoice.expected_payment_date, locale)
        notes.append(cards.sub(_("Payment expected on {day}.", day=promised)))
    for each in invoice.promises:
        if each.state is State.OPEN and each.left_minor:
            words = _(
                "Payment of {amount} promised for {day}.",
                amount=amount(each.left_minor),
                day=say.day(each.promised_on, locale),
            )
            notes.append(cards.sub(words))
    if invoice.settled_minor and invoice.balance_minor:
        settled = _(
            "{part} of {total} settled",
            part=amount(invoice.settled_minor),
            total=amount(invoice.total_minor),
        )
        notes.append(cards.sub(settled))
    open_minor = 0 if invoice.status is Status.WRITTEN_OFF else invoice.balance_minor
    return join(label, tag("div", amount(open_minor), class_="pt-due"), bar, *notes)


def in_question(amount: str) -> Markup:
    """Return what is said of a document whose payment could not be taken over."""
    words = _(
        "Our earlier books show {amount} of this as settled, and we are checking by what. "
        "There is nothing to pay until we have.",
        amount=amount,
    )
    return cards.sub(words)


def settlements(invoice: Invoice, locale: str) -> Markup:
    """Return the payments and credits that lowered the balance."""
    if not invoice.settlements:
        return cards.empty(_("Nothing yet"), _("Payments and credits appear here."))

    def amount(minor: int) -> str:
        return say.money(minor, invoice.currency_code, locale)

    rows = []
    for each in invoice.settlements:
        details = [say.day(each.date, locale), each.mode, each.reference]
        if each.withheld_minor:
            details.append(_("{amount} tax withheld", amount=amount(each.withheld_minor)))
        if each.early_discount_minor:
            discount = amount(each.early_discount_minor)
            details.append(_("{amount} early payment discount", amount=discount))
        rows.append(settlement_rows.row(_settled_by(each), details, amount(each.amount_minor)))
    return cards.rows(rows)


def _settled_by(settlement: Settlement) -> Markup:
    if settlement.kind not in _SETTLED_BY:
        return join(_p("invoice", "Written off"))
    words, kind = _SETTLED_BY[settlement.kind]
    return settlement_rows.opening(_(words), kind, settlement.number)


def _when(invoice: Invoice, today: date, locale: str) -> str:
    due = say.day(invoice.due_date, locale)
    if invoice.status is Status.WRITTEN_OFF:
        return _p("invoice", "Written off")
    if invoice.status is Status.PAID:
        return _("Paid in full. Thank you!")
    ago = say.ago(invoice.due_date, today)
    if invoice.days_overdue:
        return _("Was due {day}, {ago}", day=due, ago=ago)
    return _("Due {day}, {ago}", day=due, ago=ago)
