"""Credit notes: applied to invoices, kept, or paid back."""

from dataclasses import dataclass
from datetime import timedelta

from portal_data.demo.books import Books, Row, exchange_rate
from portal_data.demo.contacts import main_contact
from portal_data.demo.invoices import settle
from portal_data.demo.pricing import Work, add_lines, price


@dataclass(frozen=True, slots=True)
class Credit:
    """One credit note; `applied` gives minor units to invoices by key, None as much as fits."""

    key: str
    customer: str
    ago: int
    subject: str
    works: tuple[Work, ...]
    status: str = "open"
    invoice: str | None = None
    applied: tuple[tuple[str, int | None], ...] = ()
    refund: str | None = None
    """State of the refund of what remains."""
    viewed: bool = True


_CREDITS = (
    Credit("panels", "brackenridge", 50, "Two panels returned, finish rejected",
           (Work("panel", "2", "Oak, brass inlay, returned."),), invoice="credited",
           applied=(("credited", 60_000),)),
    Credit("samples", "brackenridge", 28, "Sample boxes sent twice", (Work("samples", "3"),),
           viewed=False),
    Credit("renders", "brackenridge", 90, "One visualisation too many", (Work("render", "1"),),
           refund="pending"),
    Credit("typo", "brackenridge", 70, "Entered twice", (Work("survey", "1"),), "void"),
    Credit("coming", "brackenridge", 2, "Travel of last month", (Work("miles", "120"),), "draft"),
    Credit("scan", "cote", 88, "Relevé d’un niveau annulé", (Work("scan", "1"),),
           invoice="cote part", applied=(("cote part", None),)),
    Credit("shop", "cote", 33, "Avoir, deux panneaux", (Work("panel", "2"),), viewed=False),
    Credit("model", "cascadia", 140, "Model damaged in transit", (Work("model", "1"),),
           refund="succeeded"),
    Credit("boxes", "galim", 60, "קופסת דוגמאות שהוחזרה", (Work("samples", "2"),),
           refund="failed"),
    Credit("lux", "lantern", 36, "Lighting calculation of one room", (Work("light", "1"),),
           invoice="lantern late", applied=(("lantern late", None),)),
    Credit("marble", "nakheel", 95, "خصم على صور البهو", (Work("render", "1"),)),
)  # fmt: skip


def credit(books: Books) -> None:
    """Gather the credit notes with lines, applications and refunds, and number them."""
    for note in _CREDITS:
        books.credits[note.key] = _credit_note(books, note)
    books.number("credit_notes", "credit_note", "CN-", 118)


def _credit_note(books: Books, note: Credit) -> Row:
    customer = books.customers[note.customer]
    currency = customer["currency_code"]
    day = books.workday(note.ago)
    created = books.office_hours(day)
    priced = price(books, note.customer, currency, note.works)
    viewed = note.viewed and note.status == "open"
    total = priced.amounts["total_minor"]
    row = books.add(
        "credit_notes",
        customer_id=customer["id"],
        number="",
        invoice_id=books.invoices[note.invoice]["id"] if note.invoice else None,
        reference=books.invoices[note.invoice]["number"] if note.invoice else None,
        subject=note.subject,
        date=day,
        status=note.status,
        exchange_rate=exchange_rate(currency, day),
        **priced.amounts,
        balance_minor=0 if note.status == "void" else total,
        billing_address=books.addresses[f"{note.customer} billing"],
        shipping_address=None,
        notes="With our apologies.",
        terms=None,
        custom_fields=None,
        first_viewed_at=created + timedelta(days=1) if viewed else None,
        first_viewed_by=main_contact(books, note.customer)["id"] if viewed else None,
        created_at=created,
        updated_at=created,
    )
    add_lines(books, "credit_note_lines", "credit_note_id", row, priced.lines)
    for key, amount in note.applied:
        _apply(books, row, books.invoices[key], amount)
    if note.refund:
        _refund(books, row, note.refund)
    return row


def _apply(books: Books, note: Row, invoice: Row, amount: int | None) -> None:
    """Use a credit note for an invoice, as far as both reach."""
    used = min(amount or note["balance_minor"], note["balance_minor"], invoice["balance_minor"])
    books.add(
        "credit_applications",
        customer_id=note["customer_id"],
        credit_note_id=note["id"],
        invoice_id=invoice["id"],
        date=note["date"],
        amount_minor=used,
        created_at=note["created_at"],
    )
    note["balance_minor"] -= used
    settle(invoice, used, note["date"])


def _refund(books: Books, note: Row, status: str) -> None:
    """Pay a credit note's rest back; only a refund that arrived lowers the balance."""
    day = note["date"] + timedelta(days=7)
    books.add(
        "refunds",
        customer_id=note["customer_id"],
        credit_note_id=note["id"],
        payment_id=None,
        date=day,
        status=status,
        currency_code=note["currency_code"],
        amount_minor=note["balance_minor"],
        mode="Bank transfer",
        reference=f"RF {day:%y%m%d}",
        description="The bank returned it: account closed." if status == "failed" else None,
        provider=None,
        provider_reference=None,
        created_at=books.office_hours(day),
    )
    if status == "succeeded":
        note["balance_minor"] = 0
