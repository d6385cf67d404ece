"""Documents as PDF: plain values in (`model`), bytes out. Knows no store and no customer scope."""

from portal_data.output.documents.file_names import file_name
from portal_data.output.documents.model import (
    CREDIT_NOTE,
    ESTIMATE,
    INVOICE,
    RETAINER,
    Fact,
    Kind,
    Line,
    Look,
    PaidPaper,
    Paper,
    Party,
    PaymentDetails,
    Receipt,
    Statement,
    StatementLine,
    StatementSection,
    Sum,
    Tax,
)
from portal_data.output.documents.paper import (
    render_credit_note,
    render_estimate,
    render_invoice,
    render_retainer,
)
from portal_data.output.documents.receipt import render_receipt
from portal_data.output.documents.statement import render_statement

__all__ = [
    "CREDIT_NOTE",
    "ESTIMATE",
    "INVOICE",
    "RETAINER",
    "Fact",
    "Kind",
    "Line",
    "Look",
    "PaidPaper",
    "Paper",
    "Party",
    "PaymentDetails",
    "Receipt",
    "Statement",
    "StatementLine",
    "StatementSection",
    "Sum",
    "Tax",
    "file_name",
    "render_credit_note",
    "render_estimate",
    "render_invoice",
    "render_receipt",
    "render_retainer",
    "render_statement",
]
