"""Files: documents that a customer and the business share, and what is attached to comments or
disputes.

They lie in a folder that no address leads to (see `kept_files`); a row says whose a file is and
what it belongs to. Nobody deletes one. Staff withdraw what was shared, which both sides see.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

from portal_data import kept_files, store, uploaded_files
from portal_data.business import preferences
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.kept_files import KeptFile
from portal_data.messaging import activity, events
from portal_data.scope import Permission, Scope, Staff
from portal_data.store import Session
from portal_data.text.language import _
from portal_data.uploaded_files import CheckedFile

SHARED, OF_COMMENT, OF_DISPUTE = "customer", "comment", "dispute"
"""What a file belongs to: the customer itself, one comment, or one dispute."""
STAFF_LIMIT = 10
"""Documents that the business shares with one customer at a time."""
CUSTOMER_LIMIT = 50
"""Documents that a customer has shared at a time."""
MOST_OF_COMMENT = 3
"""Files that one comment or dispute has."""
DAY_LIMIT = 20
"""Files of one person at one customer within 24 hours, whatever they belong to."""


@dataclass(frozen=True, slots=True)
class SharedFile:
    """A shared document; moments are naive UTC. What was withdrawn cannot be opened any more."""

    id: UUID
    name: str
    size_bytes: int
    uploaded_by_kind: str
    uploaded_by_name: str | None
    created_at: datetime
    removed_at: datetime | None


Attached: TypeAlias = tuple[CheckedFile, KeptFile]
"""A file of a comment or dispute, and where it was written."""

_COLUMNS = """
    select id, name, size_bytes, uploaded_by_kind, uploaded_by_name, created_at, removed_at
"""
_SHARED = f"""
    {_COLUMNS} from files
    where subject_kind = 'customer'
    order by created_at desc, id
    limit 100
"""
_SHARED_FOR_STAFF = f"""
    {_COLUMNS} from core.files
    where customer_id = $customer_id and subject_kind = 'customer' and visible
    order by created_at desc, id
    limit 100
"""
_OPEN = """
    select subject_kind, subject_id from files where id = $id and removed_at is null order by id
"""
_COMMENT = "select subject_kind from comments where id = $id order by id"
_STORED = """
    select name, storage_key, sha256
    from core.files
    where id = $id and customer_id = $customer_id
    order by id
"""
_STORED_FOR_STAFF = """
    select name, storage_key, sha256 from core.files where id = $id order by id
"""
_HOLD = "select id from core.customers where id = $customer_id order by id"
_THERE = "select id from core.files where id = $id and customer_id = $customer_id order by id"
_COUNTED = """
    select count(case when subject_kind = 'customer' and removed_at is null
            and uploaded_by_kind = $kind then 1 end)::bigint as shared,
        count(case when uploaded_by = $person and created_at > $since then 1 end)::bigint as today
    from core.files
    where customer_id = $customer_id
    order by 1
"""
_ADD = """
    insert into core.files (id, customer_id, subject_kind, subject_id, name, media_type, size_bytes,
        sha256, storage_key, uploaded_by_kind, uploaded_by, uploaded_by_name, visible, created_at)
    values ($id, $customer_id, $subject_kind, $subject_id, $name, $media_type, $size_bytes,
        $sha256, $storage_key, $kind, $person, $person_name, $visible, $now)
"""
_WITHDRAWABLE = """
    select id, customer_id, name, removed_at from core.files
    where id = $id and subject_kind = 'customer' order by id
"""
_WITHDRAW = """
    update core.files set removed_at = $now
    where id = $id and customer_id = $customer_id and removed_at is null
"""


@store.cached
def shared(scope: Scope) -> list[SharedFile]:
    """Return the customer's shared documents, newest first, a hundred at most."""
    with store.reading(scope) as session:
        return [SharedFile(**row) for row in session.rows(_SHARED)]


def of_customer(staff: Staff, customer_id: UUID) -> list[SharedFile]:
    """Return a customer's shared documents for staff, newest first, a hundred at most."""
    with store.staff_reading(staff) as session:
        found = session.rows(_SHARED_FOR_STAFF, customer_id=customer_id)
    return [SharedFile(**row) for row in found]


def content(scope: Scope, file_id: UUID, folder: Path) -> tuple[str, bytes]:
    """Return a file's name, media type and bytes from `folder`.

    Raises NotFound when the customer has no such file, when it was withdrawn, and while the
    business does not show what it is attached to; Unavailable when the stored bytes are missing or
    not the ones that were uploaded.
    """
    with store.reading(scope) as session:
        found = session.one(_OPEN, id=file_id)
        if found is None:
            raise NotFound(_("There is no such document."))
        if found["subject_kind"] == OF_COMMENT:
            about = session.value(_COMMENT, id=found["subject_id"])
            if about is None:
                raise NotFound(_("There is no such document."))
            if about in ("project", "approval"):
                preferences.need_projects(session)
        row = session.one(_STORED, id=file_id, customer_id=scope.customer_id)
    return _read(row, folder)


def content_for_staff(staff: Staff, file_id: UUID, folder: Path) -> tuple[str, bytes]:
    """Return any file as `content` does, what was withdrawn or is internal too."""
    with store.staff_reading(staff) as session:
        row = session.one(_STORED_FOR_STAFF, id=file_id)
    return _read(row, folder)


def share(
    scope: Scope, name: str, uploaded: bytes, *, key: UUID, folder: Path, now: datetime
) -> None:
    """Share a document with the business, which hears of it; `key` is of this form alone.

    Raises Invalid as `uploaded_files.check`, Conflict after too many.
    """
    scope.need(Permission.FILE_ADD)
    checked = uploaded_files.check(name, uploaded)
    with kept_files.kept(folder, [checked.content]) as written, store.writing(scope) as session:
        if not _share(session, scope, scope.customer_id, checked, written[0], key, now):
            kept_files.remove(folder, written)


def share_with(
    staff: Staff,
    customer_id: UUID,
    name: str,
    uploaded: bytes,
    *,
    key: UUID,
    folder: Path,
    now: datetime,
) -> None:
    """Share a document with a customer; raises as `share`, and NotFound for no such customer."""
    checked = uploaded_files.check(name, uploaded)
    with (
        kept_files.kept(folder, [checked.content]) as written,
        store.staff_writing(staff) as session,
    ):
        if not _share(session, staff, customer_id, checked, written[0], key, now):
            kept_files.remove(folder, written)


def withdraw(staff: Staff, file_id: UUID, now: datetime) -> None:
    """Take a shared document back: its name and who shared it stay in sight of both sides.

    Raises NotFound for no such document, Conflict when it was withdrawn already.
    """
    with store.staff_writing(staff) as session:
        found = session.locked(_WITHDRAWABLE, id=file_id)
        if not found:
            raise NotFound(_("There is no such document."))
        customer_id = found[0]["customer_id"]
        if session.change(_WITHDRAW, id=file_id, customer_id=customer_id, now=now) != 1:
            raise Conflict("This document was withdrawn already.")
        activity.record(
            session,
            staff,
            events.FILE_WITHDRAWN,
            now=now,
            customer_id=customer_id,
            subject_kind="file",
            subject_id=file_id,
            subject_number=found[0]["name"],
            visible=True,
        )


@contextmanager
def kept(folder: Path, uploaded: Sequence[tuple[str, bytes]]) -> Iterator[list[Attached]]:
    """Check and write what is attached while a block stores what to; see `kept_files.kept`.

    Raises Invalid as `uploaded_files.check`, and for more than three.
    """
    if len(uploaded) > MOST_OF_COMMENT:
        raise Invalid(_("Attach {number} files at most.", number=MOST_OF_COMMENT))
    checked = [uploaded_files.check(name, content) for name, content in uploaded]
    if not checked:
        yield []
        return
    with kept_files.kept(folder, [each.content for each in checked]) as written:
        yield list(zip(checked, written, strict=True))


def forget(folder: Path, files: Sequence[Attached]) -> None:
    """Take away what was kept for a comment or dispute that was there already."""
    kept_files.remove(folder, [written for _checked, written in files])


def attach(
    session: Session,
    who: Scope | Staff,
    customer_id: UUID,
    files: Sequence[Attached],
    *,
    subject_id: UUID,
    visible: bool,
    now: datetime,
    subject_kind: str = OF_COMMENT,
) -> None:
    """Store that files belong to a comment or dispute, in its transaction. Raises Conflict as
    `share`.

    They are as `visible` as it is, and its own event tells of them.
    """
    if not files:
        return
    about = {"subject_kind": subject_kind, "subject_id": subject_id, "visible": visible}
    counted = _counted(session, who, customer_id, now)
    if counted["today"] + len(files) > DAY_LIMIT:
        raise _too_many_today()
    for checked, written in files:
        _add(session, who, customer_id, checked, written, new_id(), now, **about)


def _share(
    session: Session,
    who: Scope | Staff,
    customer_id: UUID,
    checked: CheckedFile,
    written: KeptFile,
    key: UUID,
    now: datetime,
) -> bool:
    """Store that a file is shared, and record it; False when this form's file was there."""
    if not session.locked(_HOLD, customer_id=customer_id):
        raise NotFound("There is no such customer.")
    if session.one(_THERE, id=key, customer_id=customer_id) is not None:
        return False
    counted, most = _counted(session, who, customer_id, now), _most(who)
    if counted["shared"] >= most:
        raise Conflict(
            _(
                "There are {number} documents already. Ask for one to be withdrawn first.",
                number=most,
            )
        )
    if counted["today"] >= DAY_LIMIT:
        raise _too_many_today()
    about = {"subject_kind": SHARED, "subject_id": customer_id, "visible": True}
    _add(session, who, customer_id, checked, written, key, now, **about)
    activity.record(
        session,
        who,
        events.FILE_ADDED,
        now=now,
        customer_id=customer_id,
        subject_kind="file",
        subject_id=key,
        subject_number=checked.name,
        visible=True,
    )
    return True


def _most(who: Scope | Staff) -> int:
    return CUSTOMER_LIMIT if isinstance(who, Scope) else STAFF_LIMIT


def _counted(
    session: Session, who: Scope | Staff, customer_id: UUID, now: datetime
) -> dict[str, Any]:
    kind, person = _person(who)
    since = now - timedelta(days=1)
    found = session.one(_COUNTED, customer_id=customer_id, kind=kind, person=person, since=since)
    return found or {"shared": 0, "today": 0}


def _add(
    session: Session,
    who: Scope | Staff,
    customer_id: UUID,
    checked: CheckedFile,
    written: KeptFile,
    file_id: UUID,
    now: datetime,
    **about: Any,
) -> None:
    kind, person = _person(who)
    session.change(
        _ADD,
        id=file_id,
        customer_id=customer_id,
        name=checked.name,
        media_type=checked.media_type,
        size_bytes=written.size_bytes,
        sha256=written.sha256,
        storage_key=written.storage_key,
        kind=kind,
        person=person,
        person_name=who.name,
        now=now,
        **about,
    )


def _person(who: Scope | Staff) -> tuple[str, UUID]:
    return ("contact", who.contact_id) if isinstance(who, Scope) else ("staff", who.staff_id)


def _too_many_today() -> Conflict:
    return Conflict(
        _("You have uploaded {number} files within a day. Go on tomorrow.", number=DAY_LIMIT)
    )


def _read(row: dict[str, Any] | None, folder: Path) -> tuple[str, bytes]:
    if row is None:
        raise NotFound(_("There is no such document."))
    stored = kept_files.read(folder, row["storage_key"], row["sha256"])
    return row["name"], stored
