"""Documents as papers: the plain values that both screen and PDF of a document are drawn from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from portal_data import kinds, labels, lists
from portal_data.billing import credit_notes, estimates, invoices, retainers
from portal_data.billing.credit_notes import CreditNote
from portal_data.billing.credit_notes import Status as CreditStatus
from portal_data.billing.document import Document
from portal_data.billing.estimates import Estimate
from portal_data.billing.estimates import Status as OfferStatus
from portal_data.billing.invoices import Invoice, Status
from portal_data.billing.lines import Line as DocumentLine
from portal_data.billing.retainers import Retainer
from portal_data.billing.retainers import Status as RetainerStatus
from portal_data.business import brand, colours
from portal_data.business.organisation import Organisation
from portal_data.customers.details import MyDetails
from portal_data.output.documents import (
    INVOICE,
    Fact,
    Kind,
    Line,
    Look,
    MoneyBack,
    PaidPaper,
    Paper,
    Party,
    PaymentDetails,
    Receipt,
    Signature,
    Tax,
    number_format,
    render_paper,
    render_receipt,
)
from portal_data.payments import payments
from portal_data.payments.payments import Payment
from portal_data.payments.payments import Status as PaymentStatus
from portal_data.scope import Scope
from portal_data.text.language import N_, NP_, _

AT_ONCE = 500
"""Documents that one zip holds at most."""

ESTIMATE = Kind(N_("Estimate"), N_("Prepared for"), labels.TOTAL)
CREDIT_NOTE = Kind(
    NP_("on the document itself", "Credit note"), N_("Credited to"), labels.CREDITS_REMAINING
)
RETAINER = Kind(N_("Retainer invoice"), N_("Billed to"), labels.BALANCE_DUE)
_OPTIONAL = {True: N_("Optional, included"), False: N_("Optional, not included in the total")}
_STAMPS = {"Paid", "Overdue", "In question", "Void", "Written off"}
"""Statuses of what is to be paid that stand on its paper."""
_NOT_OWED = {"In question", "Void", "Written off"}


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
    sums = {
        kind: sum(each.amount_minor for each in invoice.settlements if each.kind == kind)
        for kind in ("payment", "credit", "retainer", "write-off")
    }
    return _paper(
        invoice,
        business,
        details,
        due_date=invoice.due_date,
        payment_terms=invoice.payment_terms_label or "",
        stamp=_stamp(invoice.status),
        paid_minor=sums["payment"] + sums["retainer"],
        withheld_minor=sum(each.withheld_minor for each in invoice.settlements),
        early_discount_minor=sum(each.early_discount_minor for each in invoice.settlements),
        credits_minor=sums["credit"],
        written_off_minor=sums["write-off"],
        balance_minor=invoice.balance_minor,
        payment=_payment(invoice, business),
    )


def of_estimate(estimate: Estimate, business: Organisation, details: MyDetails) -> Paper:
    """Return an estimate as a paper; lines that are optional say whether its amounts hold them."""
    facts = (
        (N_("Prepared by"), estimate.salesperson),
        (N_("Revision"), str(estimate.revision) if estimate.revision > 1 else ""),
    )
    paper = _paper(
        estimate,
        business,
        details,
        kind=ESTIMATE,
        expiry_date=estimate.expiry_date,
        facts=_facts(facts),
        stamp="" if estimate.status is OfferStatus.OPEN else NP_("estimate", estimate.status.value),
        signature=_signature(estimate, business),
    )
    if estimate.status is not OfferStatus.OPEN:
        return paper
    marked = (
        _limited(line, shown, business.locale)
        for line, shown in zip(estimate.lines, paper.lines, strict=True)
    )
    return replace(paper, lines=tuple(marked))


def _limited(line: DocumentLine, shown: Line, locale: str) -> Line:
    """Return a line of an offer that says between which limits its quantity is chosen."""
    if line.minimum_quantity is None and line.maximum_quantity is None:
        return shown
    least, most = (
        number_format.quantity(line.quantity if each is None else each, locale)
        for each in (line.minimum_quantity, line.maximum_quantity)
    )
    mark = _("Quantity from {least} to {most}", least=least, most=most)
    return replace(
        shown, mark=" \N{MIDDLE DOT} ".join((*([_(shown.mark)] if shown.mark else []), mark))
    )


def of_credit_note(note: CreditNote, business: Organisation, details: MyDetails) -> Paper:
    """Return a credit note as a paper, with what was used of it."""
    invoice = note.invoice_number if note.invoice_number != note.reference else None
    return _paper(
        note,
        business,
        details,
        kind=CREDIT_NOTE,
        facts=_facts(((N_("For invoice"), invoice),)),
        stamp="" if note.status is CreditStatus.OPEN else NP_("credit note", note.status.value),
        credits_minor=note.applied_minor,
        refunded_minor=note.refunded_minor,
        balance_minor=note.balance_minor,
    )


def of_retainer(retainer: Retainer, business: Organisation, details: MyDetails) -> Paper:
    """Return a retainer invoice as a paper, with what was paid of it."""
    billed_to, _ship_to = _receivers(details, retainer.billing_address, None)
    facts = ((N_("Project"), retainer.project_name), (N_("Estimate"), retainer.estimate_number))
    return Paper(
        kind=RETAINER,
        number=retainer.number,
        date=retainer.date,
        due_date=retainer.due_date,
        currency=retainer.currency_code,
        issuer=issuer(business),
        billed_to=billed_to,
        reference=retainer.reference or "",
        facts=_facts(facts),
        stamp=_stamp(retainer.status),
        lines=tuple(Line(line.description, line.total_minor) for line in retainer.lines),
        subtotal_minor=retainer.total_minor,
        total_minor=retainer.total_minor,
        paid_minor=sum(each.amount_minor for each in retainer.payments),
        balance_minor=retainer.balance_minor,
        notes=retainer.notes or "",
        terms=retainer.terms or "",
        payment=_payment(retainer, business),
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
                returned_minor=each.returned_minor,
            )
            for each in payment.allocations
        ),
        unused_minor=payment.unused_minor,
        refunded_minor=payment.refunded_minor,
        mode=payment.mode,
        reference=payment.reference or "",
        stamp=NP_("payment", "Void") if payment.status is PaymentStatus.VOID else "",
        notes=payment.description or "",
        footer=business.document_footer or "",
        refunds=tuple(
            MoneyBack(each.words, each.date, each.amount_minor, each.reason or "")
            for each in payment.refunds
        ),
    )


def look(business: Organisation) -> Look:
    """Return how the business's documents are drawn: in its locale and colour, with its logo."""
    shown = brand.of(business)
    accent = shown.shades.light_text if shown.shades else colours.DEFAULT
    return Look(business.locale, accent, shown.logo.png if shown.logo else None)


Whole = TypeVar("Whole")
Values = TypeVar("Values")


@dataclass(frozen=True, slots=True)
class View(Generic[Whole, Values]):
    """How documents of one kind are listed, read and put on paper."""

    list: lists.List[Scope, Any, Any, Any]
    read: Callable[[Scope, str, date], Whole]
    """Reads one by its number, as of a day."""
    paper: Callable[[Whole, Organisation, MyDetails], Values]
    render: Callable[..., bytes]
    """Makes the PDF of that."""
    title: str = ""
    """What its file is called, where that is not the kind."""
    dated: Callable[[Whole], datetime | None] = lambda whole: None
    """When its PDF says that it was made, where the same PDF has to be made again (naive UTC)."""
    kept: Callable[[Whole], UUID | None] = lambda whole: None
    """The copy that is its PDF from now on, where one was signed."""


VIEWS: dict[str, View[Any, Any]] = {
    kinds.INVOICE.key: View(
        invoices.LIST,
        lambda scope, number, today: invoices.get(scope, number, today=today),
        of_invoice,
        render_paper,
    ),
    kinds.ESTIMATE.key: View(
        estimates.LIST,
        lambda scope, number, today: estimates.get(scope, number, today=today),
        of_estimate,
        render_paper,
        dated=lambda estimate: estimate.changed_at,
        kept=lambda estimate: estimate.signed_copy_id,
    ),
    kinds.PAYMENT.key: View(
        payments.LIST,
        lambda scope, number, today: payments.get(scope, number),
        of_payment,
        render_receipt,
        N_("Receipt"),
    ),
    kinds.CREDIT_NOTE.key: View(
        credit_notes.LIST,
        lambda scope, number, today: credit_notes.get(scope, number),
        of_credit_note,
        render_paper,
        CREDIT_NOTE.title,
    ),
    kinds.RETAINER.key: View(
        retainers.LIST,
        lambda scope, number, today: retainers.get(scope, number, today=today),
        of_retainer,
        render_paper,
    ),
}
"""Every kind of document by its key."""


def _paper(
    document: Document, business: Organisation, details: MyDetails, kind: Kind = INVOICE, **own: Any
) -> Paper:
    """Return what all documents with lines show alike, and what is a kind's `own`."""
    billed_to, ship_to = _receivers(details, document.billing_address, document.shipping_address)
    return Paper(
        kind=kind,
        number=document.number,
        date=document.date,
        currency=document.currency_code,
        issuer=issuer(business),
        billed_to=billed_to,
        ship_to=ship_to,
        reference=document.reference or "",
        subject=document.subject or "",
        tax_inclusive=document.tax_inclusive,
        lines=tuple(_line(line) for line in document.lines),
        subtotal_minor=document.subtotal_minor,
        discount_minor=document.discount_minor,
        shipping_minor=document.shipping_minor,
        taxes=tuple(Tax(tax.name, tax.amount_minor, tax.percent) for tax in document.taxes),
        adjustment_minor=document.adjustment_minor,
        adjustment_label=document.adjustment_label or labels.ADJUSTMENT,
        round_off_minor=document.round_off_minor,
        total_minor=document.total_minor,
        notes=document.notes or "",
        terms=document.terms or "",
        footer=business.document_footer or "",
        **own,
    )


def _signature(estimate: Estimate, business: Organisation) -> Signature | None:
    """Return who signed an estimate, and when; what else proves it stands in the signed copy."""
    if estimate.signed_copy_id is None or estimate.answered_at is None:
        return None
    moment = number_format.moment(business.time_of(estimate.answered_at), business.locale)
    return Signature(estimate.answered_by or "", (moment,))


def _stamp(status: Status | RetainerStatus) -> str:
    return NP_("invoice", status.value) if status in _STAMPS else ""


def _facts(pairs: Iterable[tuple[str, str | None]]) -> tuple[Fact, ...]:
    return tuple(Fact(label, value) for label, value in pairs if value)


def _payment(document: Invoice | Retainer, business: Organisation) -> PaymentDetails | None:
    """Return how a document is paid, while something of it is asked for."""
    if document.balance_minor <= 0 or document.status in _NOT_OWED:
        return None
    return PaymentDetails(business.how_to_pay, document.number)


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
