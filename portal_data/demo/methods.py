"""Saved cards and bank accounts, and what the demo provider told of them."""

import json
from dataclasses import dataclass

from portal_data.demo.books import Books


@dataclass(frozen=True, slots=True)
class Method:
    """One saved method; the digits are of no real card or account."""

    key: str
    contact: str
    kind: str
    brand: str
    last4: str
    status: str
    days_ago: int
    default: bool = False
    attempts: int = 0


_METHODS = (
    Method("visa", "imogen", "card", "visa", "4242", "verified", 566, True),
    Method("amex", "tom", "card", "amex", "0005", "verified", 150),
    Method("debit", "imogen", "bank", "Example Bank", "6789", "verified", 390),
    Method("new bank", "tom", "bank", "Sample Building Society", "1116", "pending_verification",
           2, attempts=1),
    Method("old card", "imogen", "card", "mastercard", "4444", "removed", 580),
    Method("ach", "walt", "bank", "First Example Bank", "4321", "verified", 300, True),
    Method("wrong bank", "walt", "bank", "Sample Credit Union", "2227", "failed", 220,
           attempts=10),
    Method("galim card", "noam", "card", "visa", "1881", "verified", 500, True),
    Method("fresh", "grace", "bank", "Example Bank", "3335", "new", 1),
)  # fmt: skip
_EVENTS = ("handled", "ignored", "failed")


def save(books: Books) -> None:
    """Gather the saved methods, the provider's customers and a few of its messages."""
    known = set()
    for method in _METHODS:
        contact = books.contacts[method.contact]
        created = books.moment(books.workday(method.days_ago), "13:15")
        card = method.kind == "card"
        books.methods[method.key] = books.add(
            "saved_methods",
            customer_id=contact["customer_id"],
            contact_id=contact["id"],
            provider="demo",
            provider_reference=f"demo_pm_{books.chance.getrandbits(64):016x}",
            kind=method.kind,
            brand=method.brand,
            last4=method.last4,
            holder=f"{contact['first_name']} {contact['last_name']}",
            expires_month=9 if card else None,
            expires_year=books.today.year + 2 if card else None,
            status=method.status,
            is_default=method.default,
            verification_attempts=method.attempts,
            created_at=created,
            updated_at=created,
        )
        if contact["customer_id"] not in known:
            known.add(contact["customer_id"])
            books.put(
                "provider_customers",
                customer_id=contact["customer_id"],
                provider="demo",
                provider_reference=f"demo_cus_{books.chance.getrandbits(64):016x}",
                created_at=created,
            )
    for place, status in enumerate(_EVENTS):
        received = books.moment(books.workday(30 + place), "02:30")
        reference = f"demo_pi_{books.chance.getrandbits(64):016x}"
        books.add(
            "provider_events",
            provider="demo",
            external_id=f"demo_evt_{books.chance.getrandbits(64):016x}",
            kind="payment.updated",
            object_reference=reference,
            payload=json.dumps({"payment": reference}),
            status=status,
            attempts=1 if status != "failed" else 5,
            error="No payment of this portal has that reference." if status == "failed" else None,
            received_at=received,
            handled_at=received if status == "handled" else None,
        )
    books.profiles["support"]["saved_method_id"] = books.methods["visa"]["id"]
