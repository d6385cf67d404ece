"""Conversations: what customer and business said to each other about a document."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.ids import new_id
from portal_data.scope import Scope, Staff
from portal_data.store.engine import Row
from portal_data.text import form_fields
from portal_data.text.form_fields import Field
from portal_data.text.language import N_
from portal_data.text.normal_form import nfc

FIELD = Field(N_("Comment"), 4_000, nfc, required=True, multiline=True)
"""What somebody writes."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a comment."""

    id: UUID
    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment; the moment is naive UTC.

    `author_kind` is contact, staff or system. What is `internal` is for the staff alone.
    """

    id: UUID
    happened_at: datetime
    author: str
    body: str
    author_kind: str
    author_id: UUID | None
    internal: bool = False
    files: tuple[Attachment, ...] = ()


_ADD = """
    insert into core.comments (id, customer_id, subject_kind, subject_id, author_kind, author_id,
        author_name, body, visible, created_at)
    values ($id, $customer_id, $subject_kind, $subject_id, $author_kind, $author_id,
        $author_name, $body, $visible, $now)
    on conflict do nothing
"""
_COMMENTS = """
    select id, created_at as happened_at, author_name as author, body, author_kind, author_id
    from comments_by_subject_id
    order by created_at, id
"""
_COMMENTS_FOR_STAFF = """
    select id, created_at as happened_at, author_name as author, body, author_kind, author_id,
        not visible as internal
    from core.comments
    where customer_id = $customer_id and subject_id = $subject_id
    order by created_at, id
"""
_FILES = """
    select id, name, size_bytes, subject_id from files
    where subject_kind = 'comment' and subject_id = any($comments)
    order by subject_id, name, id
"""
_FILES_FOR_STAFF = """
    select id, name, size_bytes, subject_id from core.files
    where customer_id = $customer_id and subject_kind = 'comment' and subject_id = any($comments)
    order by subject_id, name, id
"""


def clean(body: str) -> str:
    """Return a comment in its one spelling, without what would turn the text around it.

    Raises InvalidFields for no text, too long a one, and control characters.
    """
    return str(form_fields.clean({"body": FIELD}, {"body": body})["body"])


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
) -> str | None:
    """Store a comment in the transaction of its action; return its text, None when it was there.

    The action has found the subject, and records what happened: this tells nobody. `subject_kind`
    is the record of a document's kind, `project` or `approval`. A contact's comment belongs to the
    contact's customer, that of staff to `customer_id`. What is not `visible` never leaves the
    staff's side. Raises InvalidFields as `clean`.
    """
    if isinstance(who, Scope):
        author_kind, author_id, author_name = "contact", who.person_id, who.known_as
        customer_id, visible = who.customer_id, True
    else:
        author_kind, author_id, author_name = "staff", who.staff_id, who.name
    text = clean(body)
    added = session.change(
        _ADD,
        id=comment_id or new_id(),
        customer_id=customer_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        author_kind=author_kind,
        author_id=author_id,
        author_name=author_name,
        body=text,
        visible=visible,
        now=now,
    )
    return text if added else None


@store.cached
def of_subject(scope: Scope, subject_id: UUID) -> tuple[Remark, ...]:
    """Return what was said about a document, project or timesheet, oldest first.

    Nothing is said about a foreign or unknown one.
    """
    with store.reading(scope) as session:
        found = session.rows(_COMMENTS, subject_id=subject_id)
        said = [row["id"] for row in found]
        attached = session.rows(_FILES, comments=said) if said else []
    return _remarks(found, attached)


def for_staff(staff: Staff, customer_id: UUID, subject_id: UUID) -> tuple[Remark, ...]:
    """Return what was said about a customer's document, internal notes too, oldest first."""
    given = {"customer_id": customer_id, "subject_id": subject_id}
    with store.staff_reading(staff) as session:
        found = session.rows(_COMMENTS_FOR_STAFF, **given)
        own = {"customer_id": customer_id, "comments": [row["id"] for row in found]}
        attached = session.rows(_FILES_FOR_STAFF, **own) if found else []
    return _remarks(found, attached)


def _remarks(found: list[Row], attached: list[Row]) -> tuple[Remark, ...]:
    """Return comments with the files that belong to each."""
    files: dict[UUID, list[Attachment]] = {}
    for file in attached:
        each = Attachment(file["id"], file["name"], file["size_bytes"])
        files.setdefault(file["subject_id"], []).append(each)
    return tuple(Remark(**row, files=tuple(files.get(row["id"], ()))) for row in found)
