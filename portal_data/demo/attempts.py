"""Payments under way or failed, and disputes."""

from dataclasses import dataclass
from datetime import timedelta

from portal_data.demo.books import Books, Row
from portal_data.demo.receipts import Part, attempt

_DECLINED = ("card_declined", "The card was declined by its bank.")
_RETURNED = ("R01", "The bank returned the debit: insufficient funds.")


def start(books: Books) -> None:
    """Gather attempts in every state but success, which payments bring."""
    people, invoices, methods = books.contacts, books.invoices, books.methods
    yesterday = books.moment(books.day(1), "14:20")
    tomorrow = books.moment(books.day(-1), "14:20")

    def part(key: str, percent: int = 100) -> Part:
        return Part(invoices[key], invoices[key]["balance_minor"] * percent // 100)

    attempt(books, people["imogen"], "pending", [part("debit")],
            books.moment(books.day(2), "10:05"), method=methods["debit"])  # fmt: skip
    attempt(books, people["tom"], "pending", [part("debit part", 30)], yesterday,
            method=methods["debit"])  # fmt: skip
    attempt(books, people["walt"], "pending", [part("ach")],
            books.moment(books.day(3), "19:45"), method=methods["ach"])  # fmt: skip
    attempt(books, people["noor"], "created", [part("omalley started")], yesterday,
            expires=tomorrow)  # fmt: skip
    attempt(books, people["sian"], "requires_action", [part("sian asked")], yesterday,
            expires=tomorrow)  # fmt: skip
    for ago in (3, 1):
        at_night = books.moment(books.day(ago), "03:10")
        attempt(books, people["imogen"], "failed", [part("declined")], at_night,
                updated=at_night + timedelta(seconds=9), method=methods["visa"],
                failure=_DECLINED)  # fmt: skip
    debited = books.moment(books.day(16), "20:00")
    attempt(books, people["walt"], "failed", [part("returned")], debited,
            updated=debited + timedelta(days=4), method=methods["ach"],
            failure=_RETURNED)  # fmt: skip
    left = books.moment(books.day(8), "17:50")
    attempt(books, people["maelle"], "cancelled", [part("cote late")], left,
            updated=left + timedelta(minutes=3))  # fmt: skip
    attempt(books, people["maelle"], "expired", [part("cote late")], left + timedelta(hours=1),
            updated=left + timedelta(days=1), expires=left + timedelta(days=1))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doubt:
    """One dispute about an invoice, in percent of it, or about its second line."""

    invoice: str
    contact: str
    reason: str
    body: str
    status: str
    ago: int
    resolution: str | None = None
    credit: str | None = None
    percent: int = 100
    line: bool = False


_DISPUTES = (
    Doubt("disputed", "priya", "quality", "The cedar of three panels is split along the grain. "
          "Photographs are with the invoice.", "in_review", 71, line=True),
    Doubt("late", "tom", "not_ordered", "We cannot find an order for the second survey.", "opened",
          4, percent=30),
    Doubt("lantern late", "clerk", "price", "One room fewer was calculated than billed.",
          "accepted", 39, "Credited with the next note.", "lux", percent=20),
    Doubt("old", "imogen", "duplicate", "Is this not the workshop of the month before?",
          "rejected", 120, "Two workshops were held; the minutes of both are attached."),
    Doubt("cote late", "maelle", "price", "Erreur de notre part, c’est en ordre.", "withdrawn", 9),
)  # fmt: skip


def dispute(books: Books) -> None:
    """Gather the customers' disputes and one chargeback of the card company."""
    for doubt in _DISPUTES:
        _dispute(books, doubt)
    charged_back = next(
        row for row in reversed(books.tables["payments"])
        if row["customer_id"] == books.customers["galim"]["id"]
    )  # fmt: skip
    opened = charged_back["created_at"] + timedelta(days=20)
    books.add(
        "disputes",
        customer_id=charged_back["customer_id"],
        kind="provider",
        invoice_id=None,
        invoice_line_id=None,
        payment_id=charged_back["id"],
        contact_id=None,
        reason="fraudulent",
        body=None,
        currency_code=charged_back["currency_code"],
        amount_minor=charged_back["amount_minor"],
        status="rejected",
        resolution="The card company found for us.",
        credit_note_id=None,
        provider_reference=f"demo_dp_{books.chance.getrandbits(64):016x}",
        opened_at=opened,
        decided_at=opened + timedelta(days=12),
        decided_by=None,
    )


def _dispute(books: Books, doubt: Doubt) -> None:
    invoice = books.invoices[doubt.invoice]
    line = _second_line(books, invoice) if doubt.line else None
    amount = line["total_minor"] if line else invoice["total_minor"] * doubt.percent // 100
    opened = books.moment(books.workday(doubt.ago), "11:35")
    decided = opened + timedelta(days=2) if doubt.status in ("accepted", "rejected") else None
    books.add(
        "disputes",
        customer_id=invoice["customer_id"],
        kind="customer",
        invoice_id=invoice["id"],
        invoice_line_id=line["id"] if line else None,
        payment_id=None,
        contact_id=books.contacts[doubt.contact]["id"],
        reason=doubt.reason,
        body=doubt.body,
        currency_code=invoice["currency_code"],
        amount_minor=amount,
        status=doubt.status,
        resolution=doubt.resolution,
        credit_note_id=books.credits[doubt.credit]["id"] if doubt.credit else None,
        provider_reference=None,
        opened_at=opened,
        decided_at=decided,
        decided_by=books.staff["ines"]["id"] if decided else None,
    )


def _second_line(books: Books, invoice: Row) -> Row:
    return next(
        line
        for line in books.tables["invoice_lines"]
        if line["invoice_id"] == invoice["id"] and line["position"] == 2
    )
