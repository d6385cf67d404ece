"""Promises to pay: open, kept, not kept and withdrawn."""

from datetime import date, datetime, timedelta

from portal_data.demo.books import Books, Row

_DAY = timedelta(days=1)


def promise(books: Books) -> None:
    """Gather a promise of each state, of the customer that the demo is about."""
    invoices, imogen, tom = books.invoices, books.contacts["imogen"], books.contacts["tom"]

    def moment(ago: int, clock: str) -> datetime:
        return books.moment(books.workday(ago), clock)

    soon = [(invoices[key], _left(invoices[key])) for key in ("part", "due today")]
    _promise(books, imogen, soon, made=moment(2, "10:40"), until=books.day(-12))
    old = [(invoices["old"], _left(invoices["old"]))]
    _promise(books, tom, old, made=moment(40, "15:05"), until=books.day(26), status="broken",
             closed=books.moment(books.day(25), "07:00"))  # fmt: skip
    half = [(invoices["schedule"], _left(invoices["schedule"]) // 2)]
    begun = moment(9, "09:20")
    _promise(books, tom, half, made=begun, until=books.day(-6), status="withdrawn",
             closed=begun + _DAY)  # fmt: skip
    allocation, paid = _paid_last(books, imogen["customer_id"])
    came = allocation["created_at"]
    _promise(books, imogen, [(paid, paid["total_minor"])], made=came - 4 * _DAY,
             until=allocation["date"], status="kept", closed=came)  # fmt: skip


def _left(invoice: Row) -> int:
    """Return what of an invoice is open and not on its way."""
    return int(invoice["balance_minor"] - invoice["pending_minor"])


def _paid_last(books: Books, customer_id: object) -> tuple[Row, Row]:
    """Return the last payment of a customer's that settled one invoice as a whole, and that."""
    invoices = {row["id"]: row for row in books.tables["invoices"]}
    found = [
        (part, invoices[part["invoice_id"]])
        for part in books.tables["allocations"]
        if part["customer_id"] == customer_id
        and part["invoice_id"]
        and part["amount_minor"] == invoices[part["invoice_id"]]["total_minor"]
    ]
    return max(found, key=lambda each: (each[0]["date"], str(each[0]["id"])))


def _promise(
    books: Books,
    contact: Row,
    items: list[tuple[Row, int]],
    *,
    made: datetime,
    until: date,
    status: str = "open",
    closed: datetime | None = None,
) -> None:
    row = books.add(
        "payment_promises",
        customer_id=contact["customer_id"],
        contact_id=contact["id"],
        currency_code=items[0][0]["currency_code"],
        amount_minor=sum(minor for _invoice, minor in items),
        promised_on=until,
        status=status,
        created_at=made,
        closed_at=closed,
    )
    for invoice, minor in items:
        books.put(
            "payment_promise_items",
            customer_id=contact["customer_id"],
            promise_id=row["id"],
            invoice_id=invoice["id"],
            amount_minor=minor,
            open_minor=minor,
        )
