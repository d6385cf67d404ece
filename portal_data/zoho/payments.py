"""Payments, and what each was used for."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from portal_data import money
from portal_data.zoho.defects import CellError
from portal_data.zoho.documents import allowance
from portal_data.zoho.records import Reading, Record, Row, absent_columns, split_key

_STATES = {
    "": "succeeded",
    "paid": "succeeded",
    "success": "succeeded",
    "succeeded": "succeeded",
    "draft": "draft",
    "void": "void",
}
_OPENING = "opening balance"  # Zoho names this instead of an invoice
_REPEATED = ("number", "customer_id", "date", "currency", "amount", "unused", "status")
_SOURCES = {
    "exchange_rate": ("exchange_rate",),
    "bank_charges_minor": ("bank_charges",),
    "mode": ("mode",),
    "reference": ("reference",),
    "description": ("description",),
    "deposited_to": ("deposited_to",),
}


@dataclass(slots=True)
class Application:
    """A part of a payment used for one invoice (or retainer invoice). Amounts in minor units."""

    key: str
    invoice_number: str
    date: date
    amount: int
    withheld: int
    early_discount: int
    row: int = field(repr=False)  # where it stands is no part of what the payment says
    source: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Receipt:
    """All rows of one payment."""

    row: Row
    rows: list[Row] = field(default_factory=list)

    @property
    def together(self) -> bool:
        """Whether its rows stand one after the other."""
        return self.rows[-1].number - self.row.number + 1 == len(self.rows)


def gather_payments(rows: Iterable[Row]) -> list[Receipt]:
    """Group the rows of payments: one row an application, the payment's own cells repeated."""
    receipts: dict[str, Receipt] = {}
    last: Receipt | None = None
    for row in rows:
        key = row.key("id") or row.key("number")
        receipt = receipts.get(key) if key else last
        if receipt is None:
            receipt = receipts[key or f"row {row.number} of {row.file}"] = Receipt(row)
        receipt.rows.append(row)
        last = receipt
    return list(receipts.values())


def read_payments(receipts: list[Receipt], reading: Reading) -> list[Record]:
    """Return a record for each payment that adds up; its applications are its parts."""
    records = []
    for receipt in receipts:
        row = receipt.row
        subject = row.key("number") or row.key("id") or f"row {row.number}"
        try:
            records.append(_payment(receipt, subject, reading))
        except CellError as error:
            reading.set_aside("payment", subject, row, error, amount=row.key("amount") or None)
    return records


def _payment(receipt: Receipt, subject: str, reading: Reading) -> Record:
    row = receipt.row
    _agree(receipt)
    identifier = row.identifier("id")
    currency = reading.currency_of(row)
    status = _status(row)
    amount = row.minor("amount", currency)
    if amount <= 0:
        raise CellError(
            f"The amount {row.key('amount') or 'is missing'} is not above zero.",
            "Correct it; money paid back is a refund.",
            column=row.header("amount"),
        )
    key = split_key(identifier, row.key("number"))
    applications, opening = _applications(receipt, key, currency, reading)
    charges = row.minor("bank_charges", currency)
    used = opening + sum(application.amount for application in applications)
    credited = _credited(row, amount, charges, used, reading)
    row.watch(reading.findings, "reference", "description", "mode")
    retainer = "retainer" in row.key("kind").lower()
    digest = hashlib.blake2b(repr(applications).encode(), digest_size=16)
    return Record(
        kind="payment",
        external_id=key,
        subject=subject,
        file=row.file,
        row=row.number,
        values={
            "number": row.key("number") or identifier,
            "kind": "retainer" if retainer else "invoice",
            "date": row.needed_date("date"),
            "status": status,
            "currency_code": currency,
            "exchange_rate": row.rate("exchange_rate"),
            "amount_minor": credited,
            "bank_charges_minor": charges,
            "mode": row.text("mode") or "Other",
            "reference": row.text("reference"),
            "description": row.text("description"),
            "deposited_to": row.text("deposited_to"),
            "custom_fields": row.custom(),
            "source_fields": row.source(lines=False),
        },
        links={
            "customer_id": row.identifier("customer_id"),
            "customer_name": row.key("customer_name"),
        },
        parts=applications if status == "succeeded" else [],
        extra={"created_at": row.moment("created", reading.timezone)},
        absent=absent_columns(row.layout, _SOURCES),
        labels=row.layout.labels,
        digest=digest.digest(),
        currency=currency,
    ).seal()


def _apart(row: Row, head: Row) -> dict[str, str]:
    """Return the columns in which an application's row says something of its own."""
    first = {} if row is head else head.source()
    return {
        label: cell
        for label, cell in row.source(document=row is not head).items()
        if label in row.layout.line_unread or first.get(label) != cell
    }


def _agree(receipt: Receipt) -> None:
    for row in receipt.rows[1:]:
        for name in _REPEATED:
            first, later = receipt.row.key(name), row.key(name)
            if later and later != first:
                raise CellError(
                    f"The rows of this payment disagree: {first!r} and {later!r}.",
                    "Export again; if it stays so, correct the payment in Zoho.",
                    column=row.header(name),
                )


def _status(row: Row) -> str:
    word = row.key("status").lower()
    if word not in _STATES:
        raise CellError(
            f"The status {row.raw('status')!r} is not known.",
            "Known are Paid, Draft and Void.",
            column=row.header("status"),
        )
    return _STATES[word]


def _applications(
    receipt: Receipt, payment: str, currency: str, reading: Reading
) -> tuple[list[Application], int]:
    """Return what the payment was used for, and what of it went to the opening balance."""
    applications: list[Application] = []
    opening = 0
    for row in receipt.rows:
        number = row.key("invoice_number")
        amount, withheld = row.minor("applied", currency), row.minor("withheld", currency)
        early = row.minor("early_discount", currency)
        if min(amount, withheld, early) < 0:
            raise CellError(
                "An applied amount is negative.", "Correct it.", column=row.header("applied")
            )
        if not number and amount:
            raise CellError(
                "An amount is applied, but no invoice is named.",
                "Correct the payment in Zoho.",
                column=row.header("invoice_number"),
            )
        if not (amount or withheld or early):
            continue
        if _OPENING in number.lower():
            reading.findings.warn(
                row.file,
                f"Payment {receipt.row.key('number')} was applied to the opening balance; it is "
                "kept as unused, which leaves the customer's balance the same.",
                row=row.number,
            )
            opening += amount
            continue
        fallback = f"{payment}|{number}|{len(applications)}"
        applications.append(
            Application(
                key=split_key(row.identifier("application_id"), fallback),
                invoice_number=number,
                date=row.date("applied_date") or row.needed_date("date"),
                amount=amount,
                withheld=withheld,
                early_discount=early,
                row=row.number,
                source=_apart(row, receipt.row),
            )
        )
    return applications, opening


def _credited(row: Row, amount: int, charges: int, used: int, reading: Reading) -> int:
    """Return what the customer is credited with: the amount, less any bank charges in it."""
    currency = reading.currency_of(row)
    given = row.key("unused") != ""
    unused = row.minor("unused", currency) if given else max(amount - used, 0)
    rest = amount - used - unused
    allowed = allowance(currency)
    if abs(rest) <= allowed and used <= amount:
        if rest:
            reading.findings.warn(
                row.file,
                f"Payment {row.key('number')}: applied and unused differ from the amount by "
                f"{money.to_decimal(rest, currency)}; the amount is kept.",
                row=row.number,
                column=row.header("amount"),
            )
        return amount
    if charges and abs(rest - charges) <= allowed:
        reading.findings.warn(
            row.file,
            f"Payment {row.key('number')}: the bank's charges of "
            f"{money.to_decimal(charges, currency)} are part of the amount and not credited.",
            row=row.number,
            column=row.header("bank_charges"),
        )
        return used + unused
    raise CellError(
        f"The amount is {money.to_decimal(amount, currency)}, but "
        f"{money.to_decimal(used, currency)} is applied and "
        f"{money.to_decimal(unused, currency)} unused.",
        "Rows are missing or changed: export again, or correct the payment in Zoho.",
        column=row.header("amount"),
    )
