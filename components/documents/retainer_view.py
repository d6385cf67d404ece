"""A retainer invoice as a document, what is to pay or available of it, and what drew on it."""

from datetime import date, datetime

from components.documents import document_view, invoice_view, settlement_rows
from components.documents.paper import paper
from components.lists import retainer_list
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, join, tag
from portal_data.billing import retainers, views
from portal_data.billing.retainers import Retainer, Status
from portal_data.business import organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.customers.details import MyDetails
from portal_data.messaging import comments
from portal_data.output import document_views
from portal_data.output.documents import RETAINER
from portal_data.scope import Scope


def draw(scope: Scope, number: str, now: datetime) -> document_view.Drawn[Retainer]:
    """Return a retainer invoice, viewed by who looks unless it is staff. Raises NotFound."""
    business = organisation.get(scope)
    today, locale = business.today(now), business.locale
    retainer = retainers.get(scope, number, today=today)
    viewed = views.mark(scope, views.Kind.RETAINER_INVOICE, retainer.id, now)
    remarks = comments.of_document(scope, retainer.id)
    mine, payable = details.my_details(scope), retainer.payable_minor
    reason = roles.why_not_pay(scope, mine, payable, retainer.currency_code, locale)
    drawn = cards.card("Drawn by invoices", drawings(retainer, locale))
    happened = document_view.history(
        retainer.history, viewed, retainer.currency_code, business, today
    )
    sheet = document_view.sheet(
        cards.card("", balance(retainer, today, locale), roles.unpaid(payable, reason)),
        cards.card("", document(retainer, business, mine)),
        cards.card("Payments", payments(retainer, locale)),
        drawn if retainer.drawings else None,
        document_view.conversation(remarks, business, today),
        cards.card("History", happened),
    )
    statuses, may_pay = retainer_list.statuses(retainer), payable > 0 and not reason
    return document_view.Drawn(retainer, statuses, sheet, locale, may_pay)


def document(retainer: Retainer, business: Organisation, customer: MyDetails) -> Markup:
    """Return the retainer invoice as its PDF shows it."""
    return paper(
        document_views.of_retainer(retainer, business, customer), business.locale, RETAINER
    )


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
        tag("div", invoice_view.BALANCES[questioned], class_="pt-overline"),
        tag("div", amount(retainer.balance_minor), class_="pt-due"),
        cards.bar(paid, retainer.total_minor, "paid", pending=retainer.pending_minor),
        tag("p", _when(retainer, retainer.due_date, today, locale), class_=late)
        if retainer.due_date and not questioned
        else None,
        invoice_view.in_question(amount(retainer.in_question_minor)) if questioned else None,
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
            settlement_rows.opening("Payment", each.number, links.payment(each.number)),
            (say.day(each.date, locale), each.mode, each.reference),
            say.money(each.amount_minor, retainer.currency_code, locale),
        )
        for each in retainer.payments
    )


def drawings(retainer: Retainer, locale: str) -> Markup:
    """Return the invoices that were settled from the retainer."""
    return cards.rows(
        settlement_rows.row(
            settlement_rows.opening(
                "Invoice", each.invoice_number, links.invoice(each.invoice_number)
            ),
            (say.day(each.date, locale),),
            say.money(each.amount_minor, retainer.currency_code, locale),
        )
        for each in retainer.drawings
    )


def _when(retainer: Retainer, due: date, today: date, locale: str) -> str:
    verb = "Was due" if retainer.days_overdue else "Due"
    return f"{verb} {say.day(due, locale)}, {say.ago(due, today)}"
