"""Addresses of screens and documents, relative to the portal's own: it may live under any path."""

from datetime import date
from urllib.parse import quote, urlencode
from uuid import UUID

from portal_data import screens


def page(path: str, **parameters: object) -> str:
    """Return the address of a screen: `page("invoices", status="overdue")`; None leaves one out."""
    given = {key: value for key, value in parameters.items() if value not in (None, "")}
    return f"{path or '.'}?{urlencode(given)}" if given else path or "."


def invoice(number: str) -> str:
    """Return the address of one invoice's screen."""
    return page("invoice", number=number)


def estimate(number: str) -> str:
    """Return the address of one estimate's screen."""
    return page("estimate", number=number)


def payment(number: str) -> str:
    """Return the address of one payment's screen."""
    return page("payment", number=number)


def credit_note(number: str) -> str:
    """Return the address of one credit note's screen."""
    return page("credit_note", number=number)


def retainer(number: str) -> str:
    """Return the address of one retainer invoice's screen."""
    return page("retainer", number=number)


def document(kind: str | None, number: str | None) -> str | None:
    """Return the address of a numbered document's screen; None for a kind that has none."""
    return screens.of_document(kind, number)


def project(project_id: UUID, **parameters: object) -> str:
    """Return the address of one project's screen, or of its time log with `view="time"`."""
    return page("project", id=project_id, **parameters)


def timesheet(approval_id: UUID) -> str:
    """Return the address of one timesheet's screen."""
    return page("timesheet", id=approval_id)


def customer(customer_id: UUID) -> str:
    """Return the address of one customer's screen for staff."""
    return page("customer", id=customer_id)


def staff_pdf(kind: str, number: str) -> str:
    """Return the address of any customer's document as PDF, for staff."""
    return page(f"documents/staff/{kind}.pdf", number=number)


def invoice_pdf(invoice_id: UUID) -> str:
    """Return the address of an invoice as PDF."""
    return f"documents/invoice/{invoice_id}.pdf"


def estimate_pdf(estimate_id: UUID) -> str:
    """Return the address of an estimate as PDF."""
    return f"documents/estimate/{estimate_id}.pdf"


def payment_pdf(payment_id: UUID) -> str:
    """Return the address of a payment's receipt as PDF."""
    return f"documents/payment/{payment_id}.pdf"


def credit_note_pdf(note_id: UUID) -> str:
    """Return the address of a credit note as PDF."""
    return f"documents/credit_note/{note_id}.pdf"


def retainer_pdf(retainer_id: UUID) -> str:
    """Return the address of a retainer invoice as PDF."""
    return f"documents/retainer/{retainer_id}.pdf"


def statement_pdf(currency: str, first: date, last: date) -> str:
    """Return the address of a statement as PDF."""
    return f"documents/statement/{quote(currency)}/{first.isoformat()}/{last.isoformat()}.pdf"


def export(path: str, extension: str, **parameters: object) -> str:
    """Return the address of a list or statement as a file, or of its documents as a zip."""
    return page(f"exports/{path}.{extension}", **parameters)


def analytics(name: str) -> str:
    """Return the address of a published file, or of a saved question's answer as CSV."""
    return f"analytics/{name}"


def logo(digest: str) -> str:
    """Return the address of the business's logo."""
    return f"app/static/brand/{digest}.png"


def file(file_id: UUID) -> str:
    """Return the address of a shared document."""
    return f"documents/file/{file_id}"
