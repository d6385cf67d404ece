"""Invoices as they were written and sent, before anybody paid."""

import json
from datetime import date, datetime, timedelta
from typing import Any

from portal_data.demo.billing_plan import Bill, Fate
from portal_data.demo.books import Books, Row, exchange_rate
from portal_data.demo.contacts import main_contact
from portal_data.demo.pricing import add_lines, price

_TERMS = "Payable within {days} days without deduction. Title passes on payment in full."
_SALESPEOPLE = ("Rowan Larkspur", "Ines Vane")


def issue(books: Books, bills: list[Bill]) -> list[tuple[Bill, Row]]:
    """Gather the invoices of `bills` with lines and number them; return each bill's invoice."""
    issued = [(bill, _invoice(books, bill, place)) for place, bill in enumerate(bills)]
    books.number("invoices", "invoice", "INV-", 1041)
    for bill, row in issued:
        if bill.key:
            books.invoices[bill.key] = row
        for entry in bill.entries:
            entry.update(billed=True, invoice_id=row["id"], updated_at=row["created_at"])
    return issued


def _invoice(books: Books, bill: Bill, place: int) -> Row:
    customer = books.customers[bill.customer]
    currency = bill.currency or customer["currency_code"]
    priced = price(books, bill.customer, currency, bill.works, bill.extras)
    terms = customer["payment_terms_days"]
    sent = None if bill.fate is Fate.DRAFT else books.office_hours(bill.day)
    created = sent or books.moment(bill.day, "16:45")
    viewed = _first_view(books, bill, created)
    status = {Fate.DRAFT: "draft", Fate.VOID: "void", Fate.WRITTEN_OFF: "written_off"}
    total = priced.amounts["total_minor"]
    row = books.add(
        "invoices",
        customer_id=customer["id"],
        number="",
        estimate_id=None,
        estimate_number=None,
        recurring_profile_id=books.profiles[bill.profile]["id"] if bill.profile else None,
        project_id=books.projects[bill.project]["id"] if bill.project else None,
        reference=_purchase_order(bill, place),
        subject=bill.subject,
        date=bill.day,
        due_date=bill.due or bill.day + timedelta(days=terms),
        payment_terms_label=f"Net {terms}",
        expected_payment_date=bill.promised,
        last_payment_date=None,
        status=status.get(bill.fate, "sent"),
        version=1,
        exchange_rate=exchange_rate(currency, bill.day),
        **priced.amounts,
        balance_minor=0 if bill.fate is Fate.VOID else total,
        pending_minor=0,
        written_off_minor=0,
        written_off_on=None,
        partial_payments=bill.key in ("promised", "part", "lisbon part", "debit part"),
        reminders_paused_until=bill.reminders_paused_until,
        billing_address=books.addresses[f"{bill.customer} billing"],
        shipping_address=books.addresses.get(f"{bill.customer} shipping"),
        salesperson=_SALESPEOPLE[place % 2],
        notes=_notes(bill),
        terms=_TERMS.format(days=terms),
        custom_fields=_custom_fields(bill, place),
        internal_notes="Ask Tom before sending a reminder." if bill.key == "old" else None,
        sent_at=sent,
        first_viewed_at=viewed,
        first_viewed_by=main_contact(books, bill.customer)["id"] if viewed else None,
        created_at=created,
        updated_at=created,
    )
    add_lines(books, "invoice_lines", "invoice_id", row, priced.lines)
    if customer["portal_enabled"] and sent:
        books.put(
            "invoice_providers", customer_id=customer["id"], invoice_id=row["id"], provider="demo"
        )
    return row


def _first_view(books: Books, bill: Bill, sent: datetime) -> datetime | None:
    """Return when the customer first looked, within four days but never later than yesterday."""
    customer = books.customers[bill.customer]
    day = bill.day + timedelta(days=books.chance.randrange(1, 5))
    if not (bill.viewed and customer["portal_enabled"]) or bill.fate is Fate.DRAFT:
        return None
    if books.chance.random() < 0.12 and bill.key is None:
        return None
    day = min(day, books.day(1))
    return max(books.office_hours(day), sent) if day > bill.day else None


def _purchase_order(bill: Bill, place: int) -> str | None:
    if bill.customer in ("brackenridge", "pemberton", "cascadia") and not bill.profile:
        return f"PO 45{place * 37 % 100_000:05d}"
    return f"Ref. {place * 13 % 1000:03d}/{bill.day:%y}" if place % 3 == 0 else None


def _notes(bill: Bill) -> str | None:
    if bill.key == "schedule":
        return (
            "Quantities follow the joinery schedule of the last site meeting.\n"
            "Rooms 114 and 115 come with the second delivery."
        )
    return None if bill.profile else "Thank you for working with us."


def _custom_fields(bill: Bill, place: int) -> str | None:
    if bill.customer != "brackenridge":
        return None
    return json.dumps({"Cost centre": f"HB-{210 + place % 5 * 10}"})


def settle(row: Row, amount: int, day: date) -> dict[str, Any]:
    """Lower an invoice's open balance by what was settled that day; return the changed row."""
    row["balance_minor"] -= amount
    row["updated_at"] = max(row["updated_at"], datetime.combine(day, row["created_at"].time()))
    return row
