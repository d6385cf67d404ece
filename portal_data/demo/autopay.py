"""Auto-pay in the demo: who is charged by itself, what is charged next, and what could not be."""

from datetime import timedelta

from portal_data.demo.books import Books, Row

_WORDS = (
    "I agree that Larkspur & Vane charges {what} in {currency} to {method} when they are due. "
    "There is no limit for a charge. I get a mail 3 days before each charge, and can switch this "
    "off at any time."
)


def agree(books: Books) -> None:
    """Gather mandates of three customers, and the plans of their open invoices."""
    _mandate(books, "imogen", "visa", "GBP", "recurring", 90)
    walt = _mandate(books, "walt", "ach", "USD", "everything", 60)
    noam = _mandate(books, "noam", "galim card", "GBP", "everything", 120)
    for invoice in _open(books, walt):
        if invoice["due_date"] > books.today and not invoice["pending_minor"]:
            _plan(books, walt, invoice, "planned")
    for invoice in _open(books, noam):
        if invoice["due_date"] < books.today:
            _plan(books, noam, invoice, "stopped")


def _mandate(books: Books, contact: str, method: str, currency: str, covers: str, days: int) -> Row:
    person, saved = books.contacts[contact], books.methods[method]
    what = "recurring invoices" if covers == "recurring" else "invoices"
    brand = "Visa" if saved["brand"] == "visa" else saved["brand"]
    named = f"{brand} •••• {saved['last4']}"
    return books.add(
        "mandates",
        customer_id=person["customer_id"],
        contact_id=person["id"],
        saved_method_id=saved["id"],
        covers=covers,
        currency_code=currency,
        words=_WORDS.format(what=what, currency=currency, method=named),
        given_at=books.moment(books.workday(days), "11:05"),
    )


def _open(books: Books, mandate: Row) -> list[Row]:
    return [
        row
        for row in books.tables["invoices"]
        if row["customer_id"] == mandate["customer_id"]
        and row["currency_code"] == mandate["currency_code"]
        and row["status"] == "sent"
        and row["balance_minor"] > 0
    ]


def _plan(books: Books, mandate: Row, invoice: Row, status: str) -> None:
    stopped = status == "stopped"
    noticed = invoice["due_date"] - timedelta(days=3)
    moment = books.moment(books.workday(3), "07:00")
    books.add(
        "autopay_plans",
        customer_id=invoice["customer_id"],
        invoice_id=invoice["id"],
        mandate_id=mandate["id"],
        status=status,
        charge_on=invoice["due_date"],
        noticed_on=noticed if stopped else None,
        tries=1 if stopped else 0,
        declines=1 if stopped else 0,
        failure_code="expired_card" if stopped else None,
        created_at=moment,
        updated_at=moment,
    )
