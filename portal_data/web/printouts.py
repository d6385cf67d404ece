"""Documents of a customer as PDF: what the nouns know, put into the words of `documents`."""

from datetime import date, datetime

from portal_data import customers, invoices, organisation, statements
from portal_data.documents import (
    Line,
    Look,
    Paper,
    Party,
    PaymentDetails,
    Statement,
    StatementLine,
    StatementSection,
    Sum,
    Tax,
    file_name,
    render_invoice,
    render_statement,
)
from portal_data.invoices import Invoice, Status
from portal_data.organisation import Organisation
from portal_data.scope import Scope

_STAMPS = {Status.PAID, Status.OVERDUE, Status.VOID, Status.WRITTEN_OFF}
_KINDS = {
    "invoice": "Invoice",
    "payment": "Payment received",
    "credit_note": "Credit note",
    "withheld": "Tax withheld",
    "early_discount": "Early payment discount",
    "refund": "Refund",
    "write_off": "Written off",
}
_AGES = {
    "not_due": "Not due",
    "1_30": "1–30 days",
    "31_60": "31–60 days",
    "61_90": "61–90 days",
    "over_90": "Over 90 days",
}


def invoice_pdf(scope: Scope, number: str, *, now: datetime) -> tuple[str, bytes]:
    """Return an invoice's file name and PDF. Raises NotFound when the customer has none such."""
    business = organisation.get(scope)
    invoice = invoices.get(scope, number, today=business.today(now))
    paper = _invoice_paper(invoice, business, scope)
    look = Look(locale=business.locale)
    name = file_name("Invoice", invoice.number, scope.customer_name)
    return name, render_invoice(paper, look, now=now)


def statement_pdf(
    scope: Scope, currency: str, first: date, last: date, *, now: datetime
) -> tuple[str, bytes]:
    """Return the statement's file name and PDF. Raises Invalid for a period that runs backwards."""
    business = organisation.get(scope)
    told = statements.statement(scope, currency, first, last)
    starts = told.lines[0].date if first == statements.EARLIEST and told.lines else first
    printed = Statement(
        issuer=_issuer(business),
        customer=_customer(scope),
        starts_on=min(starts, last),
        ends_on=last,
        sections=(_section(told),),
        payment=PaymentDetails(bank_details=business.bank_details or ""),
        footer=business.document_footer or "",
    )
    name = file_name("Statement", f"{first} {last} {currency}", scope.customer_name)
    return name, render_statement(printed, Look(locale=business.locale), now=now)


def _issuer(business: Organisation) -> Party:
    return Party(
        name=business.legal_name or business.name,
        address="\n".join(business.address_lines),
        tax_id=business.tax_id or "",
        email=business.email or "",
        phone=business.phone or "",
        website=business.website or "",
    )


def _customer(scope: Scope) -> Party:
    details = customers.my_details(scope)
    billing = details.address("billing")
    return Party(
        name=details.company_name or details.display_name,
        address="\n".join(billing.lines) if billing else "",
        tax_id=details.tax_id or "",
    )


def _invoice_paper(invoice: Invoice, business: Organisation, scope: Scope) -> Paper:
    customer = _customer(scope)
    billed_to = Party(
        name=customer.name,
        address=invoice.billing_address or customer.address,
        tax_id=customer.tax_id,
    )
    shipping = invoice.shipping_address
    ship_to = (
        Party(name=customer.name, address=shipping)
        if shipping and shipping != invoice.billing_address
        else None
    )
    sums = {
        kind: sum(each.amount_minor for each in invoice.settlements if each.kind == kind)
        for kind in ("payment", "credit", "retainer", "write-off")
    }
    owed = invoice.balance_minor > 0 and invoice.status not in (Status.VOID, Status.WRITTEN_OFF)
    return Paper(
        number=invoice.number,
        date=invoice.date,
        due_date=invoice.due_date,
        payment_terms=invoice.payment_terms_label or "",
        currency=invoice.currency_code,
        issuer=_issuer(business),
        billed_to=billed_to,
        ship_to=ship_to,
        reference=invoice.reference or "",
        subject=invoice.subject or "",
        stamp=invoice.status.value if invoice.status in _STAMPS else "",
        tax_inclusive=invoice.tax_inclusive,
        lines=tuple(_line(line) for line in invoice.lines),
        subtotal_minor=invoice.subtotal_minor,
        discount_minor=invoice.discount_minor,
        shipping_minor=invoice.shipping_minor,
        taxes=tuple(Tax(tax.name, tax.amount_minor, tax.percent) for tax in invoice.taxes),
        adjustment_minor=invoice.adjustment_minor,
        adjustment_label=invoice.adjustment_label or "Adjustment",
        round_off_minor=invoice.round_off_minor,
        total_minor=invoice.total_minor,
        paid_minor=sums["payment"] + sums["retainer"],
        withheld_minor=sum(each.withheld_minor for each in invoice.settlements),
        credits_minor=sums["credit"],
        written_off_minor=sums["write-off"],
        balance_minor=invoice.balance_minor,
        notes=invoice.notes or "",
        terms=invoice.terms or "",
        payment=PaymentDetails(business.bank_details or "", invoice.number) if owed else None,
        footer=business.document_footer or "",
    )


def _line(line: invoices.Line) -> Line:
    same = (line.description or "").strip() == (line.name or "").strip()
    return Line(
        name=line.name or line.description or "",
        description="" if same or not line.name else line.description or "",
        amount_minor=line.total_minor,
        quantity=line.quantity,
        unit=line.unit or "",
        rate=line.unit_price,
        discount_percent=line.discount_percent or None,
        discount_minor=line.discount_minor,
        tax_name=line.tax_name or "",
        tax_percent=line.tax_percent,
    )


def _section(told: statements.Statement) -> StatementSection:
    lines = tuple(
        StatementLine(
            date=line.date,
            kind=_KINDS[line.kind],
            number=line.number,
            details=line.details or "",
            charge_minor=line.amount_minor or None,
            payment_minor=line.credit_minor or None,
            balance_minor=line.balance_minor,
        )
        for line in told.lines
    )
    summary = (
        Sum("Invoiced", told.invoiced_minor),
        Sum("Payments received", -told.received_minor),
        Sum("Credits and adjustments", -told.credited_minor),
        Sum("Refunded", told.refunded_minor),
    )
    return StatementSection(
        currency=told.currency_code,
        opening_minor=told.opening_minor,
        closing_minor=told.closing_minor,
        lines=lines,
        summary=tuple(each for each in summary if each.amount_minor),
        aging=tuple(Sum(label, told.aging[age]) for age, label in _AGES.items()),
    )
