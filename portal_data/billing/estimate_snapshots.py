"""Estimates as they were offered: a snapshot of each revision, as JSON, and the lines it is of.

Amounts are in minor units and decimals text, so that any two can be compared line by line: see
`revision_changes`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data.billing.estimate_pricing import AMOUNTS
from portal_data.ids import new_id
from portal_data.store import Session

LINES_LIMIT = 200

_LINES = """
    select id, position, item_id, sku, name, description, quantity, unit, unit_price,
        discount_percent, discount_minor, tax_name, tax_percent, tax_minor, total_minor, optional,
        selected, minimum_quantity, maximum_quantity, custom_fields
    from core.estimate_lines where customer_id = $customer_id and estimate_id = $id
    order by position, id
"""
_KEPT = """
    select snapshot from core.estimate_revisions
    where customer_id = $customer_id and estimate_id = $id and revision = $revision
    order by revision
"""
_KEEP = """
    insert into core.estimate_revisions (id, customer_id, estimate_id, revision, total_minor,
        snapshot, reason, created_at, created_by)
    values ($revision_id, $customer_id, $id, $revision, $total_minor, $snapshot, $reason, $now,
        $staff_id)
"""
_KEEP_ANEW = """
    update core.estimate_revisions set total_minor = $total_minor, snapshot = $snapshot
    where customer_id = $customer_id and estimate_id = $id and revision = $revision
"""


def lines(session: Session, estimate_id: UUID, customer_id: UUID) -> list[dict[str, Any]]:
    """Return the rows of an estimate's lines."""
    return session.rows(_LINES, id=estimate_id, customer_id=customer_id)


def kept(
    session: Session, estimate_id: UUID, customer_id: UUID, revision: int
) -> dict[str, Any] | None:
    """Return a revision as it was offered: its amounts and its `lines`; None where none is kept."""
    key = {"id": estimate_id, "customer_id": customer_id}
    row = session.one(_KEPT, **key, revision=revision)
    return json.loads(row["snapshot"]) if row else None


def keep(
    session: Session,
    head: Mapping[str, Any],
    shown: Sequence[Mapping[str, Any]],
    reason: str | None,
    now: datetime,
    staff_id: UUID | None,
    *,
    anew: bool = False,
) -> None:
    """Store a revision as the customer is shown it.

    `anew` says its lines and amounts again where it is kept already, as other books did.
    """
    own = [
        {name: value for name, value in line.items() if name not in ("customer_id", "estimate_id")}
        for line in shown
    ]
    amounts = {name: head[name] for name in (*AMOUNTS, "shipping_minor", "adjustment_minor")}
    stored = {
        "id": head["id"],
        "customer_id": head["customer_id"],
        "revision": head["revision"],
        "total_minor": head["total_minor"],
        "snapshot": json.dumps({**amounts, "lines": own}, ensure_ascii=False, default=str),
    }
    if anew and session.change(_KEEP_ANEW, **stored):
        return
    made = {"revision_id": new_id(), "reason": reason, "now": now, "staff_id": staff_id}
    session.change(_KEEP, **stored, **made)
