"""How each customer paid: by run, transfer, cheque or card, late, in part, or not at all."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from portal_data.demo.billing_plan import Bill, Fate
from portal_data.demo.books import Books, Row, exchange_rate
from portal_data.demo.contacts import main_contact
from portal_data.demo.receipts import Part, attempt, receive

_HABITS = {  # customer: how it pays, and how many days before or after the due date at most
    "brackenridge": ("Bank transfer", -2, 6),
    "cote": ("Bank transfer", -3, 14),
    "nakheel": ("Bank transfer", 0, 25),
    "aoba": ("Bank transfer", -1, 0),
    "galim": ("Card", -10, 3),
    "lantern": ("Cheque", 2, 40),
    "omalley": ("Cash", -6, 4),
    "sian": ("Card", -5, 9),
    "pemberton": ("Bank transfer", 5, 30),
    "cascadia": ("Card", -8, 6),
    "oldmill": ("Cheque", 15, 45),
}
_RUN_DAYS = [ago for ago in range(575, 5, -30) if ago not in (275, 245)]  # two were missed
_ROUNDED_UP_RUN = 65


def collect(books: Books, issued: list[tuple[Bill, Row]]) -> None:
    """Gather all payments of ordinary invoices, what was written off, and oddities."""
    runs: dict[date, list[Part]] = defaultdict(list)
    for bill, row in issued:
        if bill.fate is Fate.PAID and row["balance_minor"]:
            if bill.customer == "brackenridge" and not bill.profile and not bill.currency:
                if day := _run_day(books, row):
                    runs[day].append(Part(row, row["balance_minor"]))
            else:
                _pay(books, bill, row)
        elif bill.fate is Fate.PART:
            day = row["due_date"] - timedelta(days=5)
            amount = row["total_minor"] * 2 // 5
            _transfer(books, bill, row, day, amount)
        elif bill.fate is Fate.REMAINDER:
            rest = 1240
            _transfer(books, bill, row, row["due_date"], row["total_minor"] - rest)
            _write_off(row, row["due_date"] + timedelta(days=60))
        elif bill.fate is Fate.WRITTEN_OFF:
            _write_off(row, row["due_date"] + timedelta(days=150))
    for day, parts in runs.items():
        rounded_up = day == books.workday(_ROUNDED_UP_RUN)
        receive(
            books, day, "Bank transfer", parts, unused=25_000 if rounded_up else 0,
            reference=f"BRKH-{day:%Y%m}",
            description="Rounded up; please keep the rest on account." if rounded_up else None,
        )  # fmt: skip
    _oddities(books)


def _run_day(books: Books, row: Row) -> date | None:
    """Return the first payment run after the due date, or None before it has come."""
    days = (books.workday(ago) for ago in _RUN_DAYS)
    return next((day for day in days if day >= row["due_date"] + timedelta(days=2)), None)


def _pay(books: Books, bill: Bill, row: Row) -> None:
    """Pay one invoice as its customer does; it stays open when that day has not come."""
    mode, soonest, latest = _HABITS[bill.customer]
    day = row["due_date"] + timedelta(days=books.chance.randint(soonest, latest))
    if bill.profile == "support":
        mode, day = "Card", row["due_date"]
    day = max(day, row["date"] + timedelta(days=1))
    if mode in ("Bank transfer", "Cheque") and day.weekday() > 4:
        day += timedelta(days=7 - day.weekday())  # banks rest at the weekend
    if day > books.day(1):
        return
    amount = row["balance_minor"]
    if mode == "Card":
        _charge(books, bill, row, day)
    elif bill.customer == "omalley" and books.chance.random() < 0.6:
        early = amount // 50
        receive(books, day, mode, [Part(row, amount - early, early_discount=early)])
    else:
        _transfer(books, bill, row, day, amount, mode)


def _transfer(
    books: Books, bill: Bill, row: Row, day: date, amount: int, mode: str = "Bank transfer"
) -> None:
    """Pay by transfer or cheque; the contractor withholds a fifth of the labour."""
    withheld = 0
    if bill.customer == "pemberton":
        withheld = _labour_tax(books, row) * amount // row["total_minor"]
    number = books.chance.randrange(100_000)
    references = {
        "Cheque": f"No. {number:06d}",
        "Bank transfer": f"{row['number']} TRF{number:05d}",
    }
    charges = 1_500 if bill.customer == "nakheel" else 0
    part = Part(row, amount - withheld, withheld)
    receive(books, day, mode, [part], reference=references.get(mode), charges=charges)


def _charge(books: Books, bill: Bill, row: Row, day: date) -> None:
    """Pay by card through the demo provider."""
    contact = main_contact(books, bill.customer)
    amount = row["balance_minor"]
    method = {"brackenridge": "visa", "galim": "galim card"}.get(bill.customer)
    at_noon = books.moment(day, "12:30")
    tried = attempt(
        books, contact, "succeeded", [Part(row, amount)], at_noon,
        updated=at_noon + timedelta(seconds=4), method=books.methods.get(method or ""),
    )  # fmt: skip
    receive(books, day, "Card", [Part(row, amount)], reference=f"•••• {_digits(books, tried)}",
            attempt=tried)  # fmt: skip


def _digits(books: Books, tried: Row) -> str:
    for method in books.methods.values():
        if method["id"] == tried["saved_method_id"]:
            return str(method["last4"])
    return "4242"


def _labour_tax(books: Books, row: Row) -> int:
    """Return a fifth of the services on an invoice, before tax, half up."""
    goods = {item["id"] for item in books.items.values() if item["kind"] == "goods"}
    labour = sum(
        line["total_minor"]
        for line in books.tables["invoice_lines"]
        if line["invoice_id"] == row["id"] and line["item_id"] not in goods
    )
    return int((Decimal(labour) / 5).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _write_off(row: Row, day: date) -> None:
    row["written_off_minor"] = row["balance_minor"]
    row["written_off_on"] = day
    row["balance_minor"] = 0


def _oddities(books: Books) -> None:
    """Gather a deposit on account with a part of it refunded, a bounced cheque and a draft."""
    cascadia, lantern = books.customers["cascadia"], books.customers["lantern"]
    refunded = 20_000
    on_account = _bare_payment(books, cascadia, 130, 75_000, "Bank transfer", "WIRE 0091")
    on_account["unused_minor"] -= refunded
    day = books.workday(118)
    books.add(
        "refunds",
        customer_id=cascadia["id"],
        credit_note_id=None,
        payment_id=on_account["id"],
        date=day,
        status="succeeded",
        currency_code="USD",
        amount_minor=refunded,
        mode="Bank transfer",
        reference="WIRE 0112",
        description="Sent back at the customer’s request.",
        provider=None,
        provider_reference=None,
        created_at=books.office_hours(day),
    )
    bounced = _bare_payment(books, lantern, 99, 88_740, "Cheque", "No. 000317")
    bounced.update(status="void", unused_minor=0, description="Returned unpaid by the bank.")
    draft = _bare_payment(books, lantern, 1, 61_200, "Cheque", "No. 000331")
    draft.update(status="draft", description="To be paid in on Monday.")


def _bare_payment(
    books: Books, customer: Row, ago: int, amount: int, mode: str, reference: str
) -> Row:
    """Gather a payment that settles nothing yet."""
    day = books.workday(ago)
    created = books.office_hours(day)
    return books.add(
        "payments",
        customer_id=customer["id"],
        number="",
        kind="invoice",
        date=day,
        status="succeeded",
        currency_code=customer["currency_code"],
        exchange_rate=exchange_rate(customer["currency_code"], day),
        amount_minor=amount,
        unused_minor=amount,
        bank_charges_minor=0,
        mode=mode,
        reference=reference,
        description=None,
        deposited_to="Current account",
        attempt_id=None,
        provider=None,
        provider_reference=None,
        created_at=created,
        updated_at=created,
    )
