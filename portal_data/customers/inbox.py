"""The inbox: the conversations of all customers, by what they wait for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.customers.conversations import SUBJECTS

_NAMES = {
    kind: f"select id, {name} as name from core.{table} where id = any($ids) order by id"
    for kind, (table, name) in SUBJECTS.items()
}


class Filter(StrEnum):
    """The filters of the inbox: without an answer, not read by who looks, or all."""

    UNANSWERED = "unanswered"
    UNREAD = "unread"
    ALL = "all"


class Sort(StrEnum):
    """The orders of the inbox: who waits longest, or the newest."""

    LONGEST = "longest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class TalkRow:
    """One conversation by its last comment; the moment is naive UTC.

    It is `waiting` while the customer wrote last and nobody said that this wants no answer, and
    `unread` while who looks has not opened it since. `name` is None of what is there no more.
    """

    id: UUID
    customer_id: UUID
    customer: str
    subject_kind: str
    subject_id: UUID
    author_name: str
    body: str
    created_at: datetime
    waiting: bool
    unread: bool
    name: str | None


def _named(session: store.Session, rows: list[dict[str, Any]], given: Mapping[str, Any]) -> None:
    """Tell what each conversation of a page is about."""
    names: dict[UUID, str] = {}
    for kind, sql in _NAMES.items():
        ids = [row["subject_id"] for row in rows if row["subject_kind"] == kind]
        if ids:
            names |= {row["id"]: row["name"] for row in session.rows(sql, ids=ids)}
    for row in rows:
        row["name"] = names.get(row["subject_id"])


LIST = lists.List(
    reading=store.staff_reading,
    row=TalkRow,
    before="""talks as materialized (
    select id, customer_id, subject_kind, subject_id, author_kind, author_name, body, created_at,
        row_number() over (
            partition by customer_id, subject_id order by created_at desc, id desc
        ) as place
    from core.comments
    where visible
), """,
    columns="""t.id, t.customer_id, t.subject_kind, t.subject_id, t.author_name, t.body,
        t.created_at""",
    derived={
        "customer": "c.display_name",
        "waiting": "t.author_kind = 'contact' and coalesce(s.read_at < t.created_at, true)",
        "unread": "t.author_kind = 'contact' and coalesce(r.read_at < t.created_at, true)",
    },
    source="""talks t
    join core.customers c on c.id = t.customer_id
    left join core.read_markers s on s.customer_id = t.customer_id
        and s.subject_id = t.subject_id and s.reader_id = $everybody
    left join core.read_markers r on r.customer_id = t.customer_id
        and r.subject_id = t.subject_id and r.reader_id = $reader""",
    condition="t.place = 1",
    search=("c.display_name", "t.author_name", "t.body"),
    filters={Filter.UNANSWERED: "waiting", Filter.UNREAD: "unread", Filter.ALL: lists.EVERY},
    orders={Sort.LONGEST: "created_at, id", Sort.NEWEST: "created_at desc, id desc"},
    complete=_named,
)
"""The conversations of all customers, for the member of staff whose id is `reader`; `everybody` is
`BUSINESS`, whose marker says up to when nothing wants an answer."""
