"""Lines of the bank's statements: a receipt by now, waiting for somebody, and no payment at all."""

import hashlib
from datetime import date

from portal_data.demo.books import Books, Row

_ACCOUNT = "Current account"


def state(books: Books) -> None:
    """Gather what staff found in the statements of their bank."""
    customers = {row["id"]: row["display_name"] for row in books.tables["customers"]}
    paid = max(
        (
            row
            for row in books.tables["payments"]
            if row["mode"] == "Bank transfer" and row["currency_code"] == "GBP"
        ),
        key=lambda row: (row["date"], row["number"]),
    )
    _line(books, paid["date"], paid["amount_minor"], customers[paid["customer_id"]],
          paid["reference"] or "Transfer", status="recorded", payment=paid)  # fmt: skip
    _line(books, books.workday(3), 48_000, "A. Penhale", "Thank you, last month's drawings")
    _line(books, books.workday(2), 125_050, "Brackenridge Htls", "part of our account")
    _line(books, books.workday(4), 1_812, "Example Bank", "Interest", status="dismissed")


def _line(
    books: Books,
    day: date,
    amount: int,
    payer: str,
    text: str,
    *,
    status: str = "left",
    payment: Row | None = None,
) -> None:
    seen = books.moment(day, "16:20")
    facts = f"{_ACCOUNT} {day} {amount} {payer} {text}"
    books.add(
        "bank_lines",
        fingerprint=hashlib.sha256(facts.encode()).hexdigest(),
        account=_ACCOUNT,
        currency_code="GBP",
        date=day,
        amount_minor=amount,
        payer=payer,
        details=text,
        status=status,
        payment_id=payment["id"] if payment else None,
        recorded_by=books.staff["ines"]["id"] if payment else None,
        created_at=seen,
        updated_at=seen,
    )
