"""Conversations: what customer and business said to each other about a document, disputes too."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.ids import new_id
from portal_data.scope import Scope, Staff
from portal_data.text import bidi, form_fields
from portal_data.text.form_fields import Field
from portal_data.text.normal_form import nfc

FIELD = Field("Comment", 4_000, nfc, required=True, multiline=True)
"""What somebody writes."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment, or one dispute of an invoice with what became of it; the moment is naive UTC."""

    happened_at: datetime
    author: str
    body: str
    dispute: str | None = None
    """The state of a dispute: opened, in review, accepted, rejected or withdrawn."""
    answer: str | None = None


_ADD = """
    insert into core.comments (id, customer_id, subject_kind, subject_id, author_kind, author_id,
        author_name, body, visible, created_at)
    values ($id, $customer_id, $subject_kind, $subject_id, $author_kind, $author_id,
        $author_name, $body, $visible, $now)
    on conflict do nothing
"""
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


def add(
    session: store.Session,
    who: Scope | Staff,
    body: str,
    *,
    subject_kind: str,
    subject_id: UUID,
    now: datetime,
    customer_id: UUID | None = None,
    comment_id: UUID | None = None,
    visible: bool = True,
) -> bool:
    """Store a comment in the transaction of the action that it belongs to; False when it is there.

    The action has found the subject, and records what happened: this tells nobody. `subject_kind`
    is the record of a document's kind, `project` or `approval`. A contact's comment belongs to the
    contact's customer, that of staff to `customer_id`. What is not `visible` never leaves the
    staff's side. Raises InvalidFields for no text, too long a one, and control characters.
    """
    if isinstance(who, Scope):
        author_kind, author_id = "contact", who.contact_id
        customer_id, visible = who.customer_id, True
    else:
        author_kind, author_id = "staff", who.staff_id
    added = session.change(
        _ADD,
        id=comment_id or new_id(),
        customer_id=customer_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        author_kind=author_kind,
        author_id=author_id,
        author_name=who.name,
        body=_clean(body),
        visible=visible,
        now=now,
    )
    return added == 1


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


def _clean(body: str) -> str:
    """Return a comment in its one spelling, without what would turn the text around it."""
    return str(form_fields.clean({"body": FIELD}, {"body": bidi.plain(body)})["body"])
