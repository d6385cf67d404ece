"""Disputes: what customers hold against an invoice or one of its lines, and for how much.

A dispute is open until staff accept or reject it (`dispute_decisions`) or the customer withdraws
it (`dispute_claims`). While it is open its amount is asked of nobody; see docs/decisions/0027.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict
from portal_data.kinds import INVOICE
from portal_data.messaging import activity
from portal_data.messaging.comments import Attachment
from portal_data.messaging.event import Event
from portal_data.scope import Scope, Staff
from portal_data.store import Session
from portal_data.text.language import N_, NP_, _


class Reason(StrEnum):
    """What a dispute is about, in words; the store keeps the name in lower case."""

    PRICE = N_("The price is not what was agreed")
    QUANTITY = N_("The quantity is wrong")
    QUALITY = N_("Goods or work have defects")
    NOT_DELIVERED = N_("It was not delivered or done")
    NOT_ORDERED = N_("It was not ordered")
    DUPLICATE = N_("It was billed twice")
    PAID = N_("It is paid already")
    OTHER = N_("Something else")


class State(StrEnum):
    """How far a dispute has come; the first two are open."""

    OPENED = NP_("dispute", "Opened")
    IN_REVIEW = NP_("dispute", "In review")
    ACCEPTED = NP_("dispute", "Accepted")
    REJECTED = NP_("dispute", "Rejected")
    WITHDRAWN = NP_("dispute", "Withdrawn")

    @property
    def open(self) -> bool:
        """Whether it still waits for a decision."""
        return self in (State.OPENED, State.IN_REVIEW)


OPEN = "status in ('opened', 'in_review')"
"""Whether a dispute waits for a decision, over the columns of its table."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute; the amount is in minor units of the invoice's currency, moments naive UTC.

    `line` is the line of the invoice that it is about, None for the whole invoice. `resolution` is
    what staff answered, and `credit_note` the number of the credit note that they issued.
    """

    id: UUID
    version: int
    state: State
    reason: str
    body: str | None
    amount_minor: int
    currency_code: str
    line: str | None
    contact: str
    opened_at: datetime
    decided_at: datetime | None
    resolution: str | None
    credit_note: str | None
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dispute that waits for staff, with the invoice and the customer it concerns."""

    invoice_number: str
    customer: str
    reason: str
    state: State
    amount_minor: int
    currency_code: str
    opened_at: datetime


_DECIDED = {
    State.ACCEPTED: N_("This dispute is accepted already."),
    State.REJECTED: N_("This dispute is rejected already."),
    State.WITHDRAWN: N_("This dispute is withdrawn already."),
}
_OF_INVOICE = """
    select id, version, status as state, reason, body, amount_minor, currency_code,
        invoice_line_id as line, contact_id as contact, opened_at, decided_at, resolution,
        credit_note_id as credit_note
    from disputes
    where invoice_id = $invoice_id
    order by opened_at, id
"""
# asked only where disputes name rows of them, which is rare: joined they would be read as a whole
_LINES = """
    select id, coalesce(name, description) as name from invoice_lines_by_invoice_id order by id
"""
_CONTACTS = """
    select id, first_name || ' ' || last_name as name from contacts_by_ids order by id
"""
_CREDIT_NOTES = "select id, number as name from credit_notes_by_ids order by id"
_FILES = """
    select id, name, size_bytes, subject_id from files
    where subject_kind = 'dispute' and subject_id = any($disputes)
    order by subject_id, name, id
"""
_WAITING = f"""
    select i.number as invoice_number, u.display_name as customer, d.reason, d.status as state,
        d.amount_minor, d.currency_code, d.opened_at
    from core.disputes d
    join core.invoices i on i.customer_id = d.customer_id and i.id = d.invoice_id
    join core.customers u on u.id = d.customer_id
    where d.kind = 'customer' and d.{OPEN}
    order by d.opened_at, d.id
    limit $limit
"""
_HOW_MANY = f"""
    select count(*)::bigint as disputes from core.disputes
    where kind = 'customer' and {OPEN}
    order by 1
"""


def of_invoice(session: Session, invoice_id: UUID) -> list[Dispute]:
    """Return the disputes of an invoice, oldest first, in a session of its customer."""
    rows = session.rows(_OF_INVOICE, invoice_id=invoice_id)
    named: dict[UUID, str] = {}
    if any(row["line"] for row in rows):
        lines = session.rows(_LINES, invoice_id=invoice_id)
        named |= {line["id"]: line["name"] for line in lines}
    for column, sql in (("contact", _CONTACTS), ("credit_note", _CREDIT_NOTES)):
        ids = list({row[column] for row in rows if row[column]})
        found = session.rows(sql, ids=ids) if ids else []
        named |= {each["id"]: each["name"] for each in found}
    held = [row["id"] for row in rows]
    attached: dict[UUID, list[Attachment]] = {}
    for file in session.rows(_FILES, disputes=held) if held else ():
        attached.setdefault(file.pop("subject_id"), []).append(Attachment(**file))
    for row in rows:
        row["files"] = tuple(attached.get(row["id"], ()))
        row["contact"] = named.get(row["contact"]) or ""
        row["line"] = named.get(row["line"])
        row["credit_note"] = named.get(row["credit_note"])
    return [Dispute(**_in_words(row)) for row in rows]


def disputed_minor(disputes: Iterable[Dispute]) -> int:
    """Return how much the open ones among some disputes hold back, in minor units."""
    return sum(each.amount_minor for each in disputes if each.state.open)


def waiting(staff: Staff, limit: int) -> tuple[list[Waiting], int]:
    """Return the disputes of all customers that wait longest, and how many there are in all."""
    with store.staff_reading(staff) as session:
        rows = session.rows(_WAITING, limit=limit)
        count = len(rows) if len(rows) < limit else int(session.value(_HOW_MANY))
    return [Waiting(**_in_words(row)) for row in rows], count


def need_open(held: dict[str, Any]) -> None:
    """Raise Conflict unless the dispute of a row still waits for a decision."""
    state = State[held["status"].upper()]
    if not state.open:
        raise Conflict(_(_DECIDED[state]))


def record(
    session: Session,
    who: Scope | Staff,
    event: Event,
    about: dict[str, Any],
    details: str | None,
    now: datetime,
) -> None:
    """Record what happened to a dispute at its invoice, for both sides to see.

    `about` has the customer_id, invoice_id, number, amount_minor and currency_code.
    """
    activity.record(
        session,
        who,
        event,
        now=now,
        customer_id=about["customer_id"],
        subject_kind=INVOICE.record,
        subject_id=about["invoice_id"],
        subject_number=about["number"],
        amount_minor=about["amount_minor"],
        currency_code=about["currency_code"],
        details=details,
        visible=True,
    )


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its reason and state in words; a reason of other books is as it is."""
    reason = row["reason"].upper()
    words = Reason[reason].value if reason in Reason.__members__ else row["reason"]
    return {**row, "reason": words, "state": State[row["state"].upper()]}
