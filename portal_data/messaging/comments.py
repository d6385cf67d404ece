"""Conversations: what customer and business said to each other about a document, disputes too."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.scope import Scope


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment, or one dispute of an invoice with what became of it; the moment is naive UTC."""

    happened_at: datetime
    author: str
    body: str
    dispute: str | None = None
    """The state of a dispute: opened, in review, accepted, rejected or withdrawn."""
    answer: str | None = None


_COMMENTS = """
    select created_at as happened_at, author_name as author, body
    from comments
    where subject_id = $id
    order by created_at, id
"""
_DISPUTES = """
    select d.opened_at as happened_at,
        coalesce(c.first_name || ' ' || c.last_name, '') as author,
        case when d.body is null then d.reason else d.reason || ': ' || d.body end as body,
        d.status as dispute, d.resolution as answer
    from disputes d
    left join contacts c on c.id = d.contact_id
    where d.invoice_id = $id
    order by d.opened_at, d.id
"""


@store.cached
def of_document(scope: Scope, document_id: UUID, *, disputable: bool = False) -> list[Remark]:
    """Return what was said about a document, oldest first; none of a foreign or unknown one.

    Only invoices are `disputable`.
    """
    with store.reading(scope) as session:
        remarks = [Remark(**row) for row in session.rows(_COMMENTS, id=document_id)]
        if disputable:
            remarks += [
                Remark(**{**row, "dispute": str(row["dispute"]).replace("_", " ")})
                for row in session.rows(_DISPUTES, id=document_id)
            ]
    return sorted(remarks, key=lambda each: each.happened_at)
