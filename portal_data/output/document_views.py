"""Nouns as papers: the plain values that both screen and PDF of a document are drawn from."""

from portal_data import labels
from portal_data.billing.credit_notes import CreditNote
from portal_data.billing.credit_notes import Status as CreditStatus
from portal_data.billing.estimates import Estimate
from portal_data.billing.estimates import Status as OfferStatus
from portal_data.billing.invoices import Invoice, Status
from portal_data.billing.lines import Line as DocumentLine
from portal_data.billing.retainers import Retainer
from portal_data.billing.retainers import Status as RetainerStatus
from portal_data.business import brand
from portal_data.business.organisation import Organisation
from portal_data.customers.details import MyDetails
from portal_data.output.documents import (
    Fact,
    Line,
    PaidPaper,
    Paper,
    Party,
    PaymentDetails,
    Receipt,
    Tax,
)
from portal_data.payments.payments import Payment
from portal_data.payments.payments import Status as PaymentStatus

AT_ONCE = 500
"""Documents that one zip holds at most."""

_OPTIONAL = {True: "Optional, included", False: "Optional, not included in the total"}
_STAMPS = {Status.PAID, Status.OVERDUE, Status.IN_QUESTION, Status.VOID, Status.WRITTEN_OFF}
_RETAINER_STAMPS = {
    RetainerStatus.PAID,
    RetainerStatus.OVERDUE,
    RetainerStatus.IN_QUESTION,
    RetainerStatus.VOID,
}
_NOT_OWED = (Status.IN_QUESTION, Status.VOID, Status.WRITTEN_OFF)
_RETAINER_NOT_OWED = (RetainerStatus.IN_QUESTION, RetainerStatus.VOID)


def issuer(business: Organisation) -> Party:
    """Return the organisation as the sender of papers."""
    logo = brand.of(business).logo
    return Party(
        name=business.legal_name or business.name,
        address="\n".join(business.address_lines),
        tax_id=business.tax_id or "",
        email=business.email or "",
        phone=business.phone or "",
        website=business.website or "",
        logo=logo.sha256 if logo else "",
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
    billed_to, ship_to = _receivers(details, invoice.billing_address, invoice.shipping_address)
    sums = {
        kind: sum(each.amount_minor for each in invoice.settlements if each.kind == kind)
        for kind in ("payment", "credit", "retainer", "write-off")
    }
    owed = invoice.balance_minor > 0 and invoice.status not in _NOT_OWED
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
        adjustment_label=invoice.adjustment_label or labels.ADJUSTMENT,
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
        payment=PaymentDetails(business.how_to_pay, invoice.number) if owed else None,
        footer=business.document_footer or "",
    )


def of_estimate(estimate: Estimate, business: Organisation, details: MyDetails) -> Paper:
    """Return an estimate as a paper; lines that are optional say whether its amounts hold them."""
    billed_to, ship_to = _receivers(details, estimate.billing_address, estimate.shipping_address)
    known = (
        ("Prepared by", estimate.salesperson or ""),
        ("Revision", str(estimate.revision) if estimate.revision > 1 else ""),
    )
    return Paper(
        number=estimate.number,
        date=estimate.date,
        expiry_date=estimate.expiry_date,
        currency=estimate.currency_code,
        issuer=issuer(business),
        billed_to=billed_to,
        ship_to=ship_to,
        reference=estimate.reference or "",
        subject=estimate.subject or "",
        facts=tuple(Fact(label, value) for label, value in known if value),
        stamp="" if estimate.status is OfferStatus.OPEN else estimate.status.value,
        tax_inclusive=estimate.tax_inclusive,
        lines=tuple(_line(line) for line in estimate.lines),
        subtotal_minor=estimate.subtotal_minor,
        discount_minor=estimate.discount_minor,
        shipping_minor=estimate.shipping_minor,
        taxes=tuple(Tax(tax.name, tax.amount_minor, tax.percent) for tax in estimate.taxes),
        adjustment_minor=estimate.adjustment_minor,
        adjustment_label=estimate.adjustment_label or labels.ADJUSTMENT,
        round_off_minor=estimate.round_off_minor,
        total_minor=estimate.total_minor,
        notes=estimate.notes or "",
        terms=estimate.terms or "",
        footer=business.document_footer or "",
    )


def of_credit_note(note: CreditNote, business: Organisation, details: MyDetails) -> Paper:
    """Return a credit note as a paper, with what was used of it."""
    billed_to, ship_to = _receivers(details, note.billing_address, note.shipping_address)
    named = note.invoice_number and note.invoice_number != note.reference
    return Paper(
        number=note.number,
        date=note.date,
        currency=note.currency_code,
        issuer=issuer(business),
        billed_to=billed_to,
        ship_to=ship_to,
        reference=note.reference or "",
        subject=note.subject or "",
        facts=(Fact("For invoice", note.invoice_number or ""),) if named else (),
        stamp="" if note.status is CreditStatus.OPEN else note.status.value,
        tax_inclusive=note.tax_inclusive,
        lines=tuple(_line(line) for line in note.lines),
        subtotal_minor=note.subtotal_minor,
        discount_minor=note.discount_minor,
        shipping_minor=note.shipping_minor,
        taxes=tuple(Tax(tax.name, tax.amount_minor, tax.percent) for tax in note.taxes),
        adjustment_minor=note.adjustment_minor,
        adjustment_label=note.adjustment_label or labels.ADJUSTMENT,
        round_off_minor=note.round_off_minor,
        total_minor=note.total_minor,
        credits_minor=note.applied_minor,
        refunded_minor=note.refunded_minor,
        balance_minor=note.balance_minor,
        notes=note.notes or "",
        terms=note.terms or "",
        footer=business.document_footer or "",
    )


def of_retainer(retainer: Retainer, business: Organisation, details: MyDetails) -> Paper:
    """Return a retainer invoice as a paper, with what was paid of it."""
    billed_to, _ = _receivers(details, retainer.billing_address, None)
    known = (("Project", retainer.project_name), ("Estimate", retainer.estimate_number))
    owed = retainer.balance_minor > 0 and retainer.status not in _RETAINER_NOT_OWED
    return Paper(
        number=retainer.number,
        date=retainer.date,
        due_date=retainer.due_date,
        currency=retainer.currency_code,
        issuer=issuer(business),
        billed_to=billed_to,
        reference=retainer.reference or "",
        facts=tuple(Fact(label, value) for label, value in known if value),
        stamp=retainer.status.value if retainer.status in _RETAINER_STAMPS else "",
        lines=tuple(Line(line.description, line.total_minor) for line in retainer.lines),
        subtotal_minor=retainer.total_minor,
        total_minor=retainer.total_minor,
        paid_minor=sum(each.amount_minor for each in retainer.payments),
        balance_minor=retainer.balance_minor,
        notes=retainer.notes or "",
        terms=retainer.terms or "",
        payment=PaymentDetails(business.how_to_pay, retainer.number) if owed else None,
        footer=business.document_footer or "",
    )


def of_payment(payment: Payment, business: Organisation, details: MyDetails) -> Receipt:
    """Return a payment as its receipt: what it paid, what came back, what is unused."""
    return Receipt(
        number=payment.number,
        date=payment.date,
        currency=payment.currency_code,
        issuer=issuer(business),
        received_from=customer(details),
        amount_minor=payment.amount_minor,
        paid=tuple(
            PaidPaper(
                number=each.number,
                date=each.date,
                total_minor=each.total_minor,
                amount_minor=each.amount_minor,
                withheld_minor=each.withheld_minor,
                early_discount_minor=each.early_discount_minor,
            )
            for each in payment.allocations
        ),
        unused_minor=payment.unused_minor,
        refunded_minor=payment.refunded_minor,
        mode=payment.mode,
        reference=payment.reference or "",
        stamp="Void" if payment.status is PaymentStatus.VOID else "",
        notes=payment.description or "",
        footer=business.document_footer or "",
    )


def _receivers(
    details: MyDetails, billing_address: str | None, shipping_address: str | None
) -> tuple[Party, Party | None]:
    """Return whom a document is for, addressed as then, and where it ships when elsewhere."""
    receiver = customer(details)
    billing = _below_name(receiver.name, billing_address) or receiver.address
    shipping = _below_name(receiver.name, shipping_address)
    ship_to = Party(receiver.name, shipping) if shipping and shipping != billing else None
    return Party(name=receiver.name, address=billing, tax_id=receiver.tax_id), ship_to


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
        mark=_OPTIONAL[line.counts] if line.optional else "",
    )
