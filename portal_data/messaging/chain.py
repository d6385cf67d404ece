"""The chain of activity: each entry hashes the one before it of the same customer.

Whoever changes, removes or slips in an entry breaks every hash after it. Cutting off the end shows
because the chain's head is a row of its own; keep what `heads` returns elsewhere, and not even
whoever can write both rows can hide it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal_data.ids import BUSINESS
from portal_data.store import OpenSession, Session

COLUMNS = (
    "id", "customer_id", "happened_at", "event", "subject_kind", "subject_id", "subject_number",
    "actor_kind", "actor_id", "actor_name", "amount_minor", "currency_code", "details", "visible",
    "address", "sequence",
)  # fmt: skip
"""What a hash covers, besides the hash before it."""

_ADDRESS = "select address from core.sign_ins where id = $sign_in_id order by id"
# takes the next place, and holds the chain until the transaction ends: nobody else can
_EXTEND = """
    insert into core.activity_chains (customer_id, sequence, hash) values ($customer_id, 1, '')
    on conflict (customer_id) do update set sequence = activity_chains.sequence + 1
    returning sequence, hash
"""
_CLOSE = "update core.activity_chains set hash = $hash where customer_id = $customer_id"
_HEADS = """
    select customer_id, sequence, hash, unchained from core.activity_chains order by customer_id
"""
_ENTRIES = """
    select id, customer_id, happened_at, event, subject_kind, subject_id, subject_number,
        actor_kind, actor_id, actor_name, amount_minor, currency_code, details, visible, address,
        sequence, hash
    from core.activity
    where customer_id = $customer_id and sequence is not null order by sequence, id
"""
_HEADLESS = """
    select distinct a.customer_id from core.activity a
    left join core.activity_chains c on c.customer_id = a.customer_id
    where a.sequence is not null and c.customer_id is null
    order by a.customer_id
"""
_UNCHAINED = """
    select a.customer_id, count(*)::bigint - coalesce(max(c.unchained), 0) as surplus
    from core.activity a
    left join core.activity_chains c on c.customer_id = a.customer_id
    where a.sequence is null
    group by a.customer_id
    having count(*) <> coalesce(max(c.unchained), 0)
    order by a.customer_id
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """A place where a chain is not as it was made: of whom, at which place, and which row.

    `place` and `row` are None where what is wrong has none, or the row is gone.
    """

    customer_id: UUID
    place: int | None
    row: UUID | None
    words: str


def digest(previous: str, entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry after one whose hash is `previous`, which is empty at first."""
    values: list[Any] = [previous]
    for column in COLUMNS:
        value = entry.get(column)
        if column == "happened_at":
            value = entry[column].isoformat(timespec="microseconds")
        values.append(str(value) if isinstance(value, UUID) else value)
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def address(session: Session, sign_in_id: UUID) -> str | None:
    """Return the network address that somebody signed in from, where it is known."""
    found: str | None = session.value(_ADDRESS, sign_in_id=sign_in_id)
    return found


def append(session: Session, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Take the next place in the chain of the entry's customer; return its `sequence` and `hash`.

    The caller stores the entry in the same transaction.
    """
    customer_id = entry["customer_id"]
    (head,) = session.rows(_EXTEND, customer_id=customer_id)
    link = {"sequence": head["sequence"]}
    link["hash"] = digest(head["hash"], {**entry, **link})
    session.change(_CLOSE, customer_id=customer_id, hash=link["hash"])
    return link


def heads(session: OpenSession) -> dict[UUID, str]:
    """Return the hash of the last entry of each customer, and of the business under `BUSINESS`."""
    return {row["customer_id"]: row["hash"] for row in session.rows(_HEADS)}


def verify(session: OpenSession) -> list[Problem]:
    """Return each place where the activity is not as it was recorded, in the order of its chains.

    The first one of a chain is where it was touched first; what comes after may only follow.
    """
    problems = []
    for head in session.rows(_HEADS):
        customer_id = head["customer_id"]
        whose = _whose(customer_id)
        previous, expected = "", 1
        for entry in session.rows(_ENTRIES, customer_id=customer_id):
            place, row = entry["sequence"], entry["id"]
            if place < expected:
                words = f"Entry {place} of {whose} stands there twice: {row} was slipped in."
                problems.append(Problem(customer_id, place, row, words))
                continue
            if place > expected:
                problems.append(
                    Problem(customer_id, expected, None, f"Entry {expected} of {whose} is missing.")
                )
            elif digest(previous, entry) != entry["hash"]:
                words = f"Entry {place} of {whose} ({row}) is not as it was recorded."
                problems.append(Problem(customer_id, place, row, words))
            previous, expected = entry["hash"], place + 1
        if (expected - 1, previous) != (head["sequence"], head["hash"]):
            words = f"The activity of {whose} does not end where it ended."
            problems.append(Problem(customer_id, expected, None, words))
    for row in session.rows(_HEADLESS):
        words = f"The chain of {_whose(row['customer_id'])} has lost its end."
        problems.append(Problem(row["customer_id"], None, None, words))
    for row in session.rows(_UNCHAINED):
        whose = _whose(row["customer_id"])
        words = f"{row['surplus']:+d} entries of {whose} stand outside the chain."
        problems.append(Problem(row["customer_id"], None, None, words))
    return problems


def _whose(customer_id: UUID) -> str:
    return "the business" if customer_id == BUSINESS else f"customer {customer_id}"
