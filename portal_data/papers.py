"""Nouns as papers: the plain values that both screen and PDF of a document are drawn from."""

from portal_data.customers import MyDetails
from portal_data.document_lines import Line as DocumentLine
from portal_data.documents import Line, Paper, Party, PaymentDetails, Tax
from portal_data.invoices import Invoice, Status
from portal_data.organisation import Organisation

TRANSACTIONS = {
    "invoice": "Invoice",
    "payment": "Payment received",
    "credit_note": "Credit note",
    "withheld": "Tax withheld",
    "early_discount": "Early payment discount",
    "refund": "Refund",
    "write_off": "Written off",
}
"""What each kind of line of a statement is called."""
AT_ONCE = 500
"""Documents that one zip holds at most."""

_STAMPS = {Status.PAID, Status.OVERDUE, Status.VOID, Status.WRITTEN_OFF}


def issuer(business: Organisation) -> Party:
    """Return the organisation as the sender of papers."""
    return Party(
        name=business.legal_name or business.name,
        address="\n".join(business.address_lines),
        tax_id=business.tax_id or "",
        email=business.email or "",
        phone=business.phone or "",
        website=business.website or "",
    )


def customer(details: MyDetails) -> Party:
    """Return the customer as the receiver of papers."""
    billing = details.address("billing")
    return Party(
        name=details.company_name or details.display_name,
        address="\n".join(billing.lines) if billing else "",
        tax_id=details.tax_id or "",
    )


def of_invoice(invoice: Invoice, business: Organisation, details: MyDetails) -> Paper:
    """Return an invoice as a paper, addressed as it was when it was written."""
    receiver = customer(details)
    billing = _below_name(receiver.name, invoice.billing_address) or receiver.address
    billed_to = Party(name=receiver.name, address=billing, tax_id=receiver.tax_id)
    shipping = _below_name(receiver.name, invoice.shipping_address)
    ship_to = Party(receiver.name, shipping) if shipping and shipping != billing else None
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
        issuer=issuer(business),
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
        early_discount_minor=sum(each.early_discount_minor for each in invoice.settlements),
        credits_minor=sums["credit"],
        written_off_minor=sums["write-off"],
        balance_minor=invoice.balance_minor,
        notes=invoice.notes or "",
        terms=invoice.terms or "",
        payment=PaymentDetails(business.bank_details or "", invoice.number) if owed else None,
        footer=business.document_footer or "",
    )


def _below_name(name: str, address: str | None) -> str:
    """Return an address without a first line that only repeats the name above it."""
    lines = (address or "").splitlines()
    return "\n".join(lines[1:] if lines and lines[0].strip() == name else lines)


def _line(line: DocumentLine) -> Line:
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
