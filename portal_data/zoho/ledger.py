"""Open amounts while an import is being decided: invoices to settle, credit notes to use up."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portal_data.zoho.books import Books
from portal_data.zoho.payments import Application
from portal_data.zoho.records import Record


@dataclass(slots=True)
class Account:
    """An invoice or retainer invoice to settle, or a credit note to use up.

    Amounts are in minor units: `before` is the part of `used` that the books already had, `drawn`
    what a retainer gave to invoices. `moved` documents have another customer or currency now.
    `in_question` is what the file calls settled of it without anything that could be imported.
    """

    kind: str
    row_id: UUID
    customer_id: UUID
    number: str
    currency: str
    status: str
    total: int
    written_off: int = 0
    stored_balance: int | None = None
    stored_question: int = 0
    in_question: int = 0
    record: Record | None = None
    used: int = 0
    before: int = 0
    drawn: int = 0
    moved: bool = False

    @property
    def open(self) -> int:
        """What is not settled or used yet."""
        return self.total - self.written_off - self.used

    @property
    def balance(self) -> int:
        """What the books keep as balance: nothing of a void document, everything of a draft."""
        if self.status == "void":
            return 0
        return self.total if self.status == "draft" else self.open

    @property
    def contradicted(self) -> bool:
        """Tell whether what the books have settled on the document cannot stand beside it."""
        stuck = self.moved and self.before > 0
        return self.open < 0 or stuck or (self.status in ("draft", "void") and self.used > 0)


@dataclass(slots=True)
class Allocation:
    """A part of a payment on its way into the books."""

    payment: Record
    target: Account
    application: Application


@dataclass
class Ledger:
    """All accounts by number, and what the books have settled so far."""

    invoices: dict[str, Account] = field(default_factory=dict)
    credits: dict[str, Account] = field(default_factory=dict)
    by_row: dict[UUID, Account] = field(default_factory=dict)

    @classmethod
    def of_books(cls, books: Books) -> "Ledger":
        """Open an account for every document the books have."""
        ledger = cls()
        for kind in ("retainer invoice", "invoice", "credit note"):
            for row in books.rows[kind]:
                ledger._add(_stored(kind, row))
        return ledger

    def state(self, kind: str, record: Record) -> None:
        """Open or restate the account of a document of the upload."""
        values, known = record.values, self.by_row.get(record.row_id)
        self._add(
            Account(
                kind,
                record.row_id,
                record.customer_id,
                values["number"],
                record.currency,
                values["status"],
                values["total_minor"],
                values.get("written_off_minor", 0),
                known.stored_balance if known else None,
                known.stored_question if known else 0,
                record=record,
                moved=known is not None
                and (known.customer_id, known.currency) != (record.customer_id, record.currency),
            )
        )

    def restore(self, account: Account, books: Books) -> Account:
        """Go back to what the books say of a document; what was used of it stays counted."""
        rows = {row["id"]: row for row in books.rows[account.kind]}
        stored = _stored(account.kind, rows[account.row_id])
        stored.used, stored.drawn = account.used, account.drawn
        self._add(stored)
        return stored

    def use(self, row_id: UUID | None, amount: int) -> None:
        """Count what the books have settled or used up of an account, if it is one of ours."""
        if row_id is not None and (account := self.by_row.get(row_id)):
            account.used += amount
            account.before += amount

    def _add(self, account: Account) -> None:
        book = self.credits if account.kind == "credit note" else self.invoices
        book[account.number] = self.by_row[account.row_id] = account


def _stored(kind: str, row: dict[str, Any]) -> Account:
    return Account(
        kind,
        row["id"],
        row["customer_id"],
        row["number"],
        row["currency_code"],
        row["status"],
        row["total_minor"],
        row.get("written_off_minor", 0),
        row["balance_minor"],
        row.get("in_question_minor") or 0,
    )
