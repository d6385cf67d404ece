"""One invoice: the document, what is to be paid, what settled it, and what happened to it."""

from datetime import date, datetime

from components.documents import document_view, settlement_rows
from components.documents.paper import paper
from components.lists import invoice_list
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, join, tag
from portal_data.billing import invoices, views
from portal_data.billing.invoices import Invoice, Settlement, Status
from portal_data.business import organisation
from portal_data.customers import details
from portal_data.messaging import comments
from portal_data.output import document_views
from portal_data.scope import Scope

_SETTLED_BY = {
    "payment": ("Payment", links.payment),
    "credit": ("Credit note", links.credit_note),
    "retainer": ("Retainer", links.retainer),
}
"""What each kind of settlement is called, and the screen that its number opens."""


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Invoice]:
    """Return an invoice, viewed by who looks unless it is staff. Raises NotFound."""
    business = organisation.get(scope)
    today, locale = business.today(now), business.locale
    invoice = invoices.get(scope, number, today=today)
    viewed = views.mark(scope, views.Kind.INVOICE, invoice.id, now)
    remarks = comments.of_document(scope, invoice.id, disputable=True)
    mine, payable = details.my_details(scope), invoice.payable_minor
    reason = roles.why_not_pay(scope, mine, payable, invoice.currency_code, locale)
    document = document_views.of_invoice(invoice, business, mine)
    happened = document_view.history(
        invoice.history, viewed, invoice.currency_code, business, today
    )
    sheet = document_view.sheet(
        cards.card("", balance(invoice, today, locale), roles.unpaid(payable, reason)),
        cards.card("", paper(document, locale)),
        cards.card("Payments and credits", settlements(invoice, locale)),
        document_view.conversation(remarks, business, today),
        cards.card("History", happened),
    )
    statuses, may_pay = invoice_list.statuses(invoice), payable > 0 and not reason
    return document_view.Drawn(invoice, statuses, sheet, locale, may_pay)


BALANCES = {False: "Balance due", True: "Balance in question"}
"""What a balance is called: whether it is in question."""


def balance(invoice: Invoice, today: date, locale: str) -> Markup:
    """Return what is still to pay, when it is due, and how much of it is settled."""

    def amount(minor: int) -> str:
        return say.money(minor, invoice.currency_code, locale)

    if invoice.status is Status.VOID:
        return join(tag("div", "Void", class_="pt-due"), cards.sub("Nothing is to be paid."))
    questioned = invoice.status is Status.IN_QUESTION
    label = tag("div", BALANCES[questioned], class_="pt-overline")
    bar = cards.bar(
        invoice.settled_minor, invoice.total_minor, "settled", pending=invoice.pending_minor
    )
    late = invoice.status is Status.OVERDUE
    notes = [tag("p", _when(invoice, today, locale), class_="pt-sub pt-late" if late else "pt-sub")]
    if questioned:
        notes = [in_question(amount(invoice.in_question_minor))]
    if invoice.pending_minor:
        notes.append(cards.sub(f"{amount(invoice.pending_minor)} is on its way."))
    if invoice.expected_payment_date and invoice.balance_minor:
        promised = say.day(invoice.expected_payment_date, locale)
        notes.append(cards.sub(f"Payment expected on {promised}."))
    if invoice.settled_minor and invoice.balance_minor:
        notes.append(
            cards.sub(f"{amount(invoice.settled_minor)} of {amount(invoice.total_minor)} settled")
        )
    open_minor = 0 if invoice.status is Status.WRITTEN_OFF else invoice.balance_minor
    return join(label, tag("div", amount(open_minor), class_="pt-due"), bar, *notes)


def in_question(amount: str) -> Markup:
    """Return what is said of a document whose payment could not be taken over."""
    return cards.sub(
        f"Our earlier books show {amount} of this as settled, and we are checking by what. "
        "There is nothing to pay until we have."
    )


def settlements(invoice: Invoice, locale: str) -> Markup:
    """Return the payments and credits that lowered the balance."""
    if not invoice.settlements:
        return cards.empty("Nothing yet", "Payments and credits appear here.")

    def amount(minor: int) -> str:
        return say.money(minor, invoice.currency_code, locale)

    rows = []
    for each in invoice.settlements:
        known = [say.day(each.date, locale), each.mode, each.reference]
        if each.withheld_minor:
            known.append(f"{amount(each.withheld_minor)} tax withheld")
        if each.early_discount_minor:
            known.append(f"{amount(each.early_discount_minor)} early payment discount")
        rows.append(settlement_rows.row(_settled_by(each), known, amount(each.amount_minor)))
    return cards.rows(rows)


def _settled_by(settlement: Settlement) -> Markup:
    if settlement.kind not in _SETTLED_BY:
        return join("Written off")
    words, screen = _SETTLED_BY[settlement.kind]
    return settlement_rows.opening(words, settlement.number, screen(settlement.number))


def _when(invoice: Invoice, today: date, locale: str) -> str:
    due = say.day(invoice.due_date, locale)
    if invoice.status is Status.WRITTEN_OFF:
        return "Written off"
    if invoice.status is Status.PAID:
        return "Paid in full. Thank you!"
    if invoice.days_overdue:
        return f"Was due {due}, {say.ago(invoice.due_date, today)}"
    return f"Due {due}, {say.ago(invoice.due_date, today)}"
