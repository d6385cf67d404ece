"""Money coming in: payments with what they settled, and the attempts made through a provider."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal_data.demo.books import Books, Row, exchange_rate
from portal_data.demo.invoices import settle


@dataclass(frozen=True, slots=True)
class Part:
    """What one payment gave to one invoice or retainer invoice, in minor units."""

    document: Row
    amount: int
    withheld: int = 0
    early_discount: int = 0

    @property
    def target(self) -> dict[str, Any]:
        """The document's id under its own column, and None under the other."""
        is_retainer = "unused_minor" in self.document
        return {
            "invoice_id": None if is_retainer else self.document["id"],
            "retainer_invoice_id": self.document["id"] if is_retainer else None,
        }


def receive(
    books: Books,
    day: date,
    mode: str,
    parts: list[Part],
    *,
    unused: int = 0,
    reference: str | None = None,
    description: str | None = None,
    charges: int = 0,
    attempt: Row | None = None,
) -> Row:
    """Gather a payment, its allocations, and the lower balances of what it settled."""
    first = parts[0].document
    is_retainer = "unused_minor" in first
    created = attempt["updated_at"] if attempt else books.office_hours(day)
    payment = books.add(
        "payments",
        customer_id=first["customer_id"],
        number="",
        kind="retainer" if is_retainer else "invoice",
        date=day,
        status="succeeded",
        currency_code=first["currency_code"],
        exchange_rate=exchange_rate(first["currency_code"], day),
        amount_minor=sum(part.amount for part in parts) + unused,
        unused_minor=unused,
        bank_charges_minor=charges,
        mode=mode,
        reference=reference,
        description=description,
        deposited_to="Card settlements" if mode == "Card" else "Current account",
        attempt_id=attempt["id"] if attempt else None,
        provider=attempt["provider"] if attempt else None,
        provider_reference=attempt["provider_reference"] if attempt else None,
        created_at=created,
        updated_at=created,
    )
    for part in parts:
        books.add(
            "allocations",
            customer_id=first["customer_id"],
            payment_id=payment["id"],
            date=day,
            amount_minor=part.amount,
            withheld_minor=part.withheld,
            early_discount_minor=part.early_discount,
            created_at=created,
            **part.target,
        )
        settle(part.document, part.amount + part.withheld + part.early_discount, day)
        if is_retainer:
            part.document["unused_minor"] += part.amount
        else:
            last = part.document["last_payment_date"]
            part.document["last_payment_date"] = max(last, day) if last else day
    return payment


def attempt(
    books: Books,
    contact: Row,
    status: str,
    parts: list[Part],
    created: datetime,
    *,
    updated: datetime | None = None,
    method: Row | None = None,
    failure: tuple[str, str] | None = None,
    expires: datetime | None = None,
) -> Row:
    """Gather a payment attempt through the demo provider; under way, it holds its invoices."""
    reference = f"demo_pi_{books.chance.getrandbits(64):016x}"
    row = books.add(
        "payment_attempts",
        customer_id=contact["customer_id"],
        contact_id=contact["id"],
        key=f"demo-{books.chance.getrandbits(64):016x}",
        provider="demo",
        status=status,
        currency_code=parts[0].document["currency_code"],
        amount_minor=sum(part.amount for part in parts),
        saved_method_id=method["id"] if method else None,
        save_method=False,
        provider_reference=reference,
        redirect_url=None,
        failure_code=failure[0] if failure else None,
        failure_message=failure[1] if failure else None,
        created_at=created,
        updated_at=updated or created,
        expires_at=expires,
    )
    for part in parts:
        books.add(
            "payment_attempt_items",
            customer_id=contact["customer_id"],
            attempt_id=row["id"],
            amount_minor=part.amount,
            **part.target,
        )
        if status in ("created", "requires_action", "pending"):
            part.document["pending_minor"] += part.amount
    return row
