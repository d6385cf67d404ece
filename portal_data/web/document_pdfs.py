"""Documents of a customer as PDF: what the nouns know, put into the words of `documents`."""

from datetime import date, datetime

from portal_data import labels
from portal_data.billing import credit_notes, estimates, invoices, periods, retainers, statements
from portal_data.business import brand, colours, organisation
from portal_data.business.organisation import Organisation
from portal_data.customers import details
from portal_data.output import document_views
from portal_data.output.documents import (
    Look,
    PaymentDetails,
    Statement,
    StatementLine,
    StatementSection,
    Sum,
    file_name,
    render_credit_note,
    render_estimate,
    render_invoice,
    render_receipt,
    render_retainer,
    render_statement,
)
from portal_data.payments import payments
from portal_data.scope import Scope


def invoice_pdf(scope: Scope, number: str, *, now: datetime) -> tuple[str, bytes]:
    """Return an invoice's file name and PDF. Raises NotFound when the customer has none such."""
    business = organisation.get(scope)
    invoice = invoices.get(scope, number, today=business.today(now))
    paper = document_views.of_invoice(invoice, business, details.my_details(scope))
    look = _look(business)
    name = file_name("Invoice", invoice.number, scope.customer_name)
    return name, render_invoice(paper, look, now=now)


def estimate_pdf(scope: Scope, number: str, *, now: datetime) -> tuple[str, bytes]:
    """Return an estimate's file name and PDF. Raises NotFound when the customer has none such."""
    business = organisation.get(scope)
    estimate = estimates.get(scope, number, today=business.today(now))
    paper = document_views.of_estimate(estimate, business, details.my_details(scope))
    look = _look(business)
    name = file_name("Estimate", estimate.number, scope.customer_name)
    return name, render_estimate(paper, look, now=now)


def credit_note_pdf(scope: Scope, number: str, *, now: datetime) -> tuple[str, bytes]:
    """Return a credit note's file name and PDF. Raises NotFound when the customer has none such."""
    business = organisation.get(scope)
    note = credit_notes.get(scope, number)
    paper = document_views.of_credit_note(note, business, details.my_details(scope))
    look = _look(business)
    name = file_name("Credit note", note.number, scope.customer_name)
    return name, render_credit_note(paper, look, now=now)


def retainer_pdf(scope: Scope, number: str, *, now: datetime) -> tuple[str, bytes]:
    """Return a retainer invoice's file name and PDF. Raises NotFound when there is none such."""
    business = organisation.get(scope)
    retainer = retainers.get(scope, number, today=business.today(now))
    paper = document_views.of_retainer(retainer, business, details.my_details(scope))
    look = _look(business)
    name = file_name("Retainer invoice", retainer.number, scope.customer_name)
    return name, render_retainer(paper, look, now=now)


def receipt_pdf(scope: Scope, number: str, *, now: datetime) -> tuple[str, bytes]:
    """Return a payment's file name and receipt. Raises NotFound when the customer has none such."""
    business = organisation.get(scope)
    payment = payments.get(scope, number)
    receipt = document_views.of_payment(payment, business, details.my_details(scope))
    look = _look(business)
    name = file_name("Receipt", payment.number, scope.customer_name)
    return name, render_receipt(receipt, look, now=now)


def statement_pdf(
    scope: Scope, currency: str, first: date, last: date, *, now: datetime
) -> tuple[str, bytes]:
    """Return the statement's file name and PDF. Raises Invalid for a period that runs backwards."""
    business = organisation.get(scope)
    told = statements.statement(scope, currency, first, last)
    starts = told.lines[0].date if first == periods.EARLIEST and told.lines else first
    printed = Statement(
        issuer=document_views.issuer(business),
        customer=document_views.customer(details.my_details(scope)),
        starts_on=min(starts, last),
        ends_on=last,
        sections=(_section(told),),
        payment=PaymentDetails(bank_details=business.how_to_pay),
        footer=business.document_footer or "",
    )
    name = file_name("Statement", f"{first} {last} {currency}", scope.customer_name)
    return name, render_statement(printed, _look(business), now=now)


def _section(told: statements.Statement) -> StatementSection:
    lines = tuple(
        StatementLine(
            date=line.date,
            kind=labels.TRANSACTIONS[line.kind],
            number=line.number,
            details=line.details or "",
            charge_minor=line.amount_minor or None,
            payment_minor=line.credit_minor or None,
            balance_minor=line.balance_minor,
        )
        for line in told.lines
    )
    summary = (
        Sum(labels.INVOICED, told.invoiced_minor),
        Sum(labels.RECEIVED, -told.received_minor),
        Sum(labels.CREDITED, -told.credited_minor),
        Sum(labels.REFUNDED, told.refunded_minor),
    )
    return StatementSection(
        currency=told.currency_code,
        opening_minor=told.opening_minor,
        closing_minor=told.closing_minor,
        lines=lines,
        summary=tuple(each for each in summary if each.amount_minor),
        aging=tuple(Sum(label, told.aging[age]) for age, label in labels.AGES.items()),
    )


def _look(business: Organisation) -> Look:
    """Return how the business's documents are drawn: in its locale and colour, with its logo."""
    known = brand.of(business)
    accent = known.shades.light_text if known.shades else colours.DEFAULT
    return Look(business.locale, accent, known.logo.png if known.logo else None)
