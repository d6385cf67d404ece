"""Retainers: paid in advance, drawn later."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from portal_data import money
from portal_data.demo.books import Books, Row, exchange_rate
from portal_data.demo.contacts import main_contact
from portal_data.demo.invoices import settle
from portal_data.demo.receipts import Part, receive


@dataclass(frozen=True, slots=True)
class Advance:
    """One retainer invoice. Amounts are in major units of the customer's currency."""

    key: str
    customer: str
    ago: int
    due_in: int
    amount: int
    text: str
    paid: int = 0
    status: str = "sent"
    project: str | None = None
    drawn_by: str | None = None
    """Invoice by key that draws as much of it as fits."""
    viewed: bool = True


_RETAINERS = (
    Advance("lobby", "brackenridge", 160, -146, 6_000, "Retainer, lobby phase 1", 6_000,
            project="harbour", drawn_by="drawn"),
    Advance("lobby too", "brackenridge", 132, -118, 3_000, "Second retainer, lobby phase 1", 3_000,
            project="harbour", drawn_by="drawn"),
    Advance("spa", "brackenridge", 11, 9, 2_500, "Retainer, spa extension stage 2",
            project="spa"),
    Advance("signs", "brackenridge", 36, -8, 1_200, "Retainer, materials for the signs", 500),
    Advance("next year", "brackenridge", 2, 28, 4_000, "Retainer for the new season",
            status="draft"),
    Advance("quai", "cote", 44, -14, 4_000, "Acompte, pavillon de l’Écluse", 1_500,
            project="ecluse", viewed=False),
    Advance("annulé", "cote", 300, -270, 2_000, "Acompte, projet abandonné", status="void"),
    Advance("بهو", "nakheel", 180, -150, 900, "دفعة مقدمة", 900, project="tower"),
    Advance("hall", "lantern", 21, 7, 750, "Retainer, conservation of eleven lanterns",
            viewed=False),
)  # fmt: skip


def retain(books: Books) -> None:
    """Gather the retainer invoices with their payments and what invoices drew of them."""
    for advance in _RETAINERS:
        row = _retainer(books, advance)
        if advance.paid:
            day = min(row["date"] + timedelta(days=9), books.day(1))
            paid = money.to_minor(Decimal(advance.paid), row["currency_code"])
            receive(books, day, "Bank transfer", [Part(row, paid)], reference="RETAINER")
        if advance.drawn_by:
            _draw(books, row, books.invoices[advance.drawn_by])
    books.number("retainer_invoices", "retainer_invoice", "RET-", 31, 5)


def _retainer(books: Books, advance: Advance) -> Row:
    customer = books.customers[advance.customer]
    currency = customer["currency_code"]
    day = books.workday(advance.ago)
    created = books.office_hours(day)
    sent = advance.status != "draft"
    viewed = created + timedelta(days=1) if advance.viewed and advance.status == "sent" else None
    total = money.to_minor(Decimal(advance.amount), currency)
    row = books.add(
        "retainer_invoices",
        customer_id=customer["id"],
        number="",
        estimate_id=None,
        project_id=books.projects[advance.project]["id"] if advance.project else None,
        reference=None,
        date=day,
        due_date=books.day(-advance.due_in),
        status=advance.status,
        version=1,
        currency_code=currency,
        exchange_rate=exchange_rate(currency, day),
        total_minor=total,
        balance_minor=0 if advance.status == "void" else total,
        unused_minor=0,
        pending_minor=0,
        billing_address=books.addresses[f"{advance.customer} billing"],
        notes="Held on account and set against your next invoices.",
        terms=None,
        sent_at=created if sent else None,
        first_viewed_at=viewed,
        first_viewed_by=main_contact(books, advance.customer)["id"] if viewed else None,
        created_at=created,
        updated_at=created,
    )
    books.retainers[advance.key] = row
    books.add(
        "retainer_invoice_lines",
        customer_id=customer["id"],
        retainer_invoice_id=row["id"],
        position=1,
        description=advance.text,
        total_minor=total,
    )
    if sent:
        books.put(
            "retainer_invoice_providers",
            customer_id=customer["id"],
            retainer_invoice_id=row["id"],
            provider="demo",
        )
    return row


def _draw(books: Books, retainer: Row, invoice: Row) -> None:
    """Settle an invoice from a paid retainer, as far as both reach, on the invoice's day."""
    used = min(retainer["unused_minor"], invoice["balance_minor"])
    books.add(
        "retainer_applications",
        customer_id=retainer["customer_id"],
        retainer_invoice_id=retainer["id"],
        invoice_id=invoice["id"],
        date=invoice["date"],
        amount_minor=used,
        created_at=invoice["created_at"],
    )
    retainer["unused_minor"] -= used
    settle(invoice, used, invoice["date"])
