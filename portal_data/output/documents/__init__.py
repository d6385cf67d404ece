"""Documents as PDF: plain values in (`model`), bytes out. Knows no store and no customer scope."""

from portal_data.output.documents.model import (
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
    Statement,
    StatementLine,
    StatementSection,
    Sum,
    Tax,
)
from portal_data.output.documents.paper import render_paper
from portal_data.output.documents.receipt import render_receipt
from portal_data.output.documents.statement import render_statement
from portal_data.text.file_names import file_name

__all__ = [
    "INVOICE",
    "Fact",
    "Kind",
    "Line",
    "Look",
    "MoneyBack",
    "PaidPaper",
    "Paper",
    "Party",
    "PaymentDetails",
    "Receipt",
    "Signature",
    "Statement",
    "StatementLine",
    "StatementSection",
    "Sum",
    "Tax",
    "file_name",
    "render_paper",
    "render_receipt",
    "render_statement",
]
