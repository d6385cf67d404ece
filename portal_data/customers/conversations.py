"""Conversations: both sides write about a document, a project or a timesheet, and see what is new.

What a conversation is about is named by how activity names its kind, and its id. Nobody deletes
what was said: the words are part of the chained activity (docs/decisions/0017), too.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from portal_data import store
from portal_data.business import preferences
from portal_data.customers import files
from portal_data.errors import Conflict, NotFound
from portal_data.ids import BUSINESS
from portal_data.kinds import KINDS
from portal_data.messaging import activity, comments, events
from portal_data.scope import Permission, Scope, Staff
from portal_data.text.language import N_, _

Uploaded: TypeAlias = tuple[str, bytes]
"""A file as a browser sent it: name and content, neither of them to be believed yet."""
NO_FOLDER = Path(os.devnull)
"""Where nothing can be kept: for comments without files."""
DAY_LIMIT = 100
"""Comments of one person in one customer's conversations within 24 hours."""
NEWS_DAYS = 60
"""What is older than this is no news, whether or not somebody has read it."""


@dataclass(frozen=True, slots=True)
class News:
    """A conversation in which staff wrote what a contact has not read; the moment is naive UTC."""

    subject_kind: str
    subject_id: UUID
    name: str
    latest: datetime


@dataclass(frozen=True, slots=True)
class ReadByStaff:
    """Up to which moment (naive UTC) somebody has read, and all was `settled`; None when never."""

    until: datetime | None
    settled: datetime | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be talked about, and whose it is."""

    customer_id: UUID
    customer_name: str
    name: str


_OF_PROJECTS = {"project": ("projects", "name"), "approval": ("approvals", "name")}
SUBJECTS = {kind.record: (kind.table, "number") for kind in KINDS.values()} | _OF_PROJECTS
"""The table of what can be talked about, and the column with what people call it."""
TITLES = {kind.record: kind.title for kind in KINDS.values()} | {
    "project": N_("Project"),
    "approval": N_("Timesheet"),
}
"""What each kind of subject is called."""

_NAMES = {
    kind: f"select {name} as name from {table} where id = $id order by 1"
    for kind, (table, name) in SUBJECTS.items()
}
_FOUND = {
    kind: f"""
        select s.customer_id, s.{name} as name, c.display_name as customer_name
        from core.{table} s
        join core.customers c on c.id = s.customer_id
        where s.id = $id and s.status <> 'draft' order by s.id
    """
    for kind, (table, name) in SUBJECTS.items()
}
_HOLD = """
    select id from core.contacts where id = $id and customer_id = $customer_id order by id
"""
_HOLD_STAFF = "select id from core.staff where id = $id order by id"
_WRITTEN = """
    select count(*)::bigint as n from core.comments
    where customer_id = $customer_id and author_id = $author_id and created_at > $since
    order by n
"""
_LATEST = """
    select max(created_at) as latest from core.comments
    where customer_id = $customer_id and subject_id = $subject_id
    order by 1
"""
_MARK = """
    insert into core.read_markers as old (customer_id, reader_kind, reader_id, subject_id, read_at)
    values ($customer_id, $reader_kind, $reader_id, $subject_id, $read_at)
    on conflict (customer_id, reader_id, subject_id) do update set read_at = excluded.read_at
    where excluded.read_at > old.read_at
"""
_READ_UNTIL = """
    select read_at from read_markers_by_reader_id where subject_id = $subject_id order by read_at
"""
_READ_SINCE = """
    select subject_id, read_at from read_markers_by_reader_id
    where read_at >= cast($since as date) order by subject_id
"""
_ANSWERS = """
    select subject_kind, subject_id, max(created_at) as latest
    from comments
    where author_kind <> 'contact' and created_at >= cast($since as date)
    group by subject_kind, subject_id
    order by latest desc, subject_id
"""
_READ_BY_STAFF = """
    select reader_id, read_at from core.read_markers
    where customer_id = $customer_id and subject_id = $subject_id and reader_id = any($readers)
    order by reader_id
"""


def write(
    scope: Scope,
    subject_kind: str,
    subject_id: UUID,
    body: str,
    *,
    key: UUID,
    now: datetime,
    uploaded: Sequence[Uploaded] = (),
    folder: Path = NO_FOLDER,
) -> None:
    """Write a comment that staff hear of; `key` is of this comment, which a second click brings.

    `uploaded` files are attached to it, and kept in `folder`. Raises InvalidFields for what is no
    comment, Invalid for what is no such file, NotAllowed for files of who may share none, NotFound
    when the customer has nothing of that id, Conflict after a hundred within a day.
    """
    scope.need(Permission.COMMENT_WRITE)
    if uploaded:
        scope.need(Permission.FILE_ADD)
    with files.kept(folder, uploaded) as kept, store.writing(scope) as session:
        own = {"customer_id": scope.customer_id}
        session.locked(_HOLD, id=scope.contact_id, **own)
        if subject_kind in _OF_PROJECTS:
            preferences.need_projects(session)
        name = session.value(_NAMES[subject_kind], id=subject_id)
        if name is None:
            raise NotFound(_("This is not there."))
        _within_limit(session, scope.customer_id, scope.contact_id, now)
        text = comments.add(
            session, scope, body, subject_kind=subject_kind, subject_id=subject_id, now=now,
            comment_id=key,
        )  # fmt: skip
        if text is None:
            files.forget(folder, kept)
            return
        files.attach(session, scope, scope.customer_id, kept, subject_id=key, visible=True, now=now)
        activity.record(
            session, scope, events.COMMENT_ADDED, now=now, subject_kind=subject_kind,
            subject_id=subject_id, subject_number=name, details=_with_names(text, kept),
            visible=True,
        )  # fmt: skip


def reply(
    staff: Staff,
    subject_kind: str,
    subject_id: UUID,
    body: str,
    *,
    internal: bool,
    key: UUID,
    now: datetime,
    uploaded: Sequence[Uploaded] = (),
    folder: Path = NO_FOLDER,
) -> None:
    """Write a comment that the customer reads, or an `internal` note that no customer ever sees.

    What is attached to a note is as internal. Raises as `write`; of drafts, which no customer has,
    there is no conversation.
    """
    with files.kept(folder, uploaded) as kept, store.staff_writing(staff) as session:
        session.locked(_HOLD_STAFF, id=staff.staff_id)
        found = session.one(_FOUND[subject_kind], id=subject_id)
        if found is None:
            raise NotFound(f"There is no such {TITLES[subject_kind].lower()}.")
        customer_id, visible = found["customer_id"], not internal
        _within_limit(session, customer_id, staff.staff_id, now)
        text = comments.add(
            session, staff, body, subject_kind=subject_kind, subject_id=subject_id, now=now,
            customer_id=customer_id, comment_id=key, visible=visible,
        )  # fmt: skip
        if text is None:
            files.forget(folder, kept)
            return
        files.attach(session, staff, customer_id, kept, subject_id=key, visible=visible, now=now)
        event = events.COMMENT_NOTED if internal else events.COMMENT_ADDED
        activity.record(
            session, staff, event, now=now, customer_id=customer_id, subject_kind=subject_kind,
            subject_id=subject_id, subject_number=found["name"],
            details=_with_names(text, kept), visible=visible,
        )  # fmt: skip


def settle(
    staff: Staff, subject_kind: str, subject_id: UUID, now: datetime, *, seen: datetime
) -> None:
    """Say that a conversation wants no answer: it leaves the inbox until the customer writes again.

    `seen` is the moment of the last comment that was on the screen. Raises NotFound when nothing
    was said about it, Conflict when more was said since.
    """
    with store.staff_writing(staff) as session:
        session.locked(_HOLD_STAFF, id=staff.staff_id)
        found = session.one(_FOUND[subject_kind], id=subject_id)
        customer_id = found["customer_id"] if found else BUSINESS
        own = {"customer_id": customer_id, "subject_id": subject_id}
        latest = session.value(_LATEST, **own)
        if found is None or latest is None:
            raise NotFound("There is no such conversation.")
        if latest != seen:
            raise Conflict("More was written meanwhile. Read it first.")
        if session.change(_MARK, reader_kind="staff", reader_id=BUSINESS, read_at=seen, **own):
            activity.record(
                session, staff, events.COMMENT_SETTLED, now=now, customer_id=customer_id,
                subject_kind=subject_kind, subject_id=subject_id, subject_number=found["name"],
            )  # fmt: skip


def mark_read(scope: Scope, subject_id: UUID, seen: datetime) -> None:
    """Remember that the contact has read a conversation up to the comment of a moment.

    Raises NotFound when nothing was said about it.
    """
    with store.writing(scope) as session:
        own = {"customer_id": scope.customer_id, "subject_id": subject_id}
        _mark(session, "contact", scope.contact_id, seen, own)


def mark_read_by_staff(staff: Staff, customer_id: UUID, subject_id: UUID, seen: datetime) -> None:
    """Remember that a member of staff has read a conversation; raises as `mark_read`."""
    with store.staff_writing(staff) as session:
        own = {"customer_id": customer_id, "subject_id": subject_id}
        _mark(session, "staff", staff.staff_id, seen, own)


def read_until(scope: Scope, subject_id: UUID) -> datetime | None:
    """Return up to when the contact has read a conversation; None when never."""
    given = {"reader_id": scope.contact_id, "subject_id": subject_id}
    with store.reading(scope) as session:
        until: datetime | None = session.value(_READ_UNTIL, **given)
    return until


def subject(staff: Staff, subject_kind: str, subject_id: UUID) -> Subject:
    """Return what can be talked about for staff. Raises NotFound as `reply` does."""
    with store.staff_reading(staff) as session:
        found = session.one(_FOUND[subject_kind], id=subject_id)
    if found is None:
        raise NotFound(f"There is no such {TITLES[subject_kind].lower()}.")
    return Subject(**found)


def read_by_staff(staff: Staff, customer_id: UUID, subject_id: UUID) -> ReadByStaff:
    """Return up to when a member of staff has read a conversation, and nothing wants an answer."""
    own = {"customer_id": customer_id, "subject_id": subject_id}
    with store.staff_reading(staff) as session:
        rows = session.rows(_READ_BY_STAFF, readers=[staff.staff_id, BUSINESS], **own)
    until = {row["reader_id"]: row["read_at"] for row in rows}
    return ReadByStaff(until.get(staff.staff_id), until.get(BUSINESS))


def news(scope: Scope, today: Date, limit: int) -> list[News]:
    """Return what staff wrote of late that the contact has not read, the newest first."""
    since = today - timedelta(days=NEWS_DAYS)
    answers = _answers(scope, since)
    if not answers:
        return []
    found: list[News] = []
    shown = preferences.of(scope).projects_and_timesheets
    with store.reading(scope) as session:
        read = session.rows(_READ_SINCE, reader_id=scope.contact_id, since=since)
        until = {row["subject_id"]: row["read_at"] for row in read}
        for kind, subject_id, latest in answers:
            unread = subject_id not in until or until[subject_id] < latest
            if unread and (shown or kind not in _OF_PROJECTS) and len(found) < limit:
                name = session.value(_NAMES[kind], id=subject_id)
                if name is not None:
                    found.append(News(kind, subject_id, name, latest))
    return found


@store.cached
def _answers(scope: Scope, since: Date) -> tuple[tuple[str, UUID, datetime], ...]:
    """Return the conversations in which staff wrote since a day, and when last."""
    with store.reading(scope) as session:
        rows = session.rows(_ANSWERS, since=since)
    known = [row for row in rows if row["subject_kind"] in _NAMES]
    return tuple((row["subject_kind"], row["subject_id"], row["latest"]) for row in known)


def _with_names(text: str, attached: Sequence[files.Attached]) -> str:
    """Return a comment with the names of its files, as mails quote it and activity proves it."""
    names = ", ".join(checked.name for checked, _ in attached)
    return f"{text}\n\nAttached: {names}" if names else text


def _within_limit(
    session: store.Session, customer_id: UUID, author_id: UUID, now: datetime
) -> None:
    written = session.value(
        _WRITTEN, customer_id=customer_id, author_id=author_id, since=now - timedelta(days=1)
    )
    if written >= DAY_LIMIT:
        raise Conflict(
            _(
                "You have written {number} comments within a day. Please call instead.",
                number=DAY_LIMIT,
            )
        )


def _mark(
    session: store.Session, kind: str, reader_id: UUID, seen: datetime, own: dict[str, UUID]
) -> None:
    if session.value(_LATEST, **own) is None:
        raise NotFound(_("There is no such conversation."))
    session.change(_MARK, reader_kind=kind, reader_id=reader_id, read_at=seen, **own)
