"""Addresses of screens and documents, relative to the portal's own: it may live under any path."""

from datetime import date
from urllib.parse import quote, urlencode
from uuid import UUID

from portal_data import screens
from portal_data.kinds import Kind


def page(path: str, **parameters: object) -> str:
    """Return the address of a screen: `page("invoices", status="overdue")`; None leaves one out."""
    given = {key: value for key, value in parameters.items() if value not in (None, "")}
    return f"{path or '.'}?{urlencode(given)}" if given else path or "."


def document(kind: Kind, number: str) -> str:
    """Return the address of one document's screen."""
    return page(kind.key, number=number)


def recorded(record: str | None, number: str | None) -> str | None:
    """Return the address of a document by how activity names its kind; None without a screen."""
    return screens.of_document(record, number)


def subject(record: str | None, subject_id: UUID | None, number: str | None) -> str | None:
    """Return the address of what activity names: a document, project or timesheet; or None."""
    return screens.of_subject(record, subject_id, number)


def project(project_id: UUID, **parameters: object) -> str:
    """Return the address of one project's screen, or of its time log with `view="time"`."""
    return page("project", id=project_id, **parameters)


def timesheet(approval_id: UUID) -> str:
    """Return the address of one timesheet's screen."""
    return page("timesheet", id=approval_id)


def customer(customer_id: UUID) -> str:
    """Return the address of one customer's screen for staff."""
    return page("customer", id=customer_id)


def staff_pdf(kind: Kind, number: str) -> str:
    """Return the address of any customer's document as PDF, for staff."""
    return page(f"documents/staff/{kind.key}.pdf", number=number)


def pdf(kind: Kind, document_id: UUID, choose: str = "") -> str:
    """Return the address of a document as PDF, of an estimate as somebody chooses of it."""
    return page(f"documents/{kind.key}/{document_id}.pdf", choose=choose)


def data_archive(archive_id: UUID) -> str:
    """Return the address of the file of all of a contact's data."""
    return f"exports/data/{archive_id}.zip"


def public_pdf(token: str, choose: str = "") -> str:
    """Return the address of a public link's estimate as PDF, as somebody chooses of it."""
    return page("documents/public/estimate.pdf", token=token, choose=choose)


def public_invoice_pdf(token: str) -> str:
    """Return the address of a public link's invoice as PDF."""
    return page("documents/public/invoice.pdf", token=token)


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
    """Return the address of a file, shared or attached to a comment."""
    return f"documents/file/{file_id}"


def staff_file(file_id: UUID) -> str:
    """Return the address of any customer's file, for staff."""
    return f"documents/staff/file/{file_id}"


def review(review_id: UUID) -> str:
    """Return the address of a review, for staff."""
    return page("review", id=review_id)
