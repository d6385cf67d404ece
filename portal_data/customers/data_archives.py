"""Data archives: a contact asks for a file of all that they may see, and gets it when it is made.

The archivist (`ops.archivist`) makes it in the background. Its row says what became of it; the file
lies in a folder that nobody reaches by an address, and is handed to whoever asked for it alone,
while they are signed in with the role that it was made for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict, NotFound, Unavailable
from portal_data.ids import new_id
from portal_data.messaging import activity, events, outbox, templates
from portal_data.scope import Permission, Role, Scope
from portal_data.store import OpenSession
from portal_data.store.engine import Row
from portal_data.text import language
from portal_data.text.file_names import file_name
from portal_data.text.language import _

KEPT = timedelta(days=7)
"""How long a file is kept once it is made."""
CONTACT_DAY_LIMIT = 2
"""Files that one contact asks for within 24 hours."""
CUSTOMER_DAY_LIMIT = 10
"""Files that all contacts of one customer do."""

_COLUMNS = """
    select id, role, status, asked_at, finished_at, expires_at, size_bytes, left_out, version
"""
_LATEST = f"""
    {_COLUMNS} from data_archives where contact_id = $contact_id
    order by asked_at desc, id desc limit 1
"""
_HOLD = "select id from core.customers where id = $customer_id order by id"
_COUNTED = """
    select count(*)::bigint as of_customer,
        count(case when contact_id = $contact_id then 1 end)::bigint as of_contact
    from core.data_archives
    where customer_id = $customer_id and asked_at > $since
    order by 1
"""
_OPEN = """
    select id from core.data_archives
    where customer_id = $customer_id and contact_id = $contact_id and status in ('asked', 'making')
    order by id
"""
_ADD = """
    insert into core.data_archives (customer_id, id, contact_id, role, status, asked_at, version)
    values ($customer_id, $id, $contact_id, $role, 'asked', $now, 1)
"""
_STORED = """
    select id, role, status, expires_at, finished_at, storage_key, size_bytes
    from core.data_archives
    where id = $id and customer_id = $customer_id and contact_id = $contact_id
    order by id
"""
_WHOSE = """
    select a.id, a.customer_id, a.contact_id, a.role as asked_role, c.role, c.first_name,
        c.last_name, c.email, c.language, u.display_name as customer, u.language as home,
        c.portal_status = 'active' and u.portal_enabled as allowed
    from core.data_archives a
    join core.contacts c on c.customer_id = a.customer_id and c.id = a.contact_id
    join core.customers u on u.id = a.customer_id
    where a.customer_id = $customer_id and a.id = $id and a.status in ('asked', 'making')
    order by a.id
"""
_BEGIN = """
    update core.data_archives set version = version + 1, status = 'making', attempt = $attempt
    where customer_id = $customer_id and id = $id and status in ('asked', 'making')
        and attempt < $attempt
"""
_FINISH = """
    update core.data_archives set version = version + 1,
        status = 'ready', finished_at = $now, expires_at = $expires_at, storage_key = $storage_key,
        size_bytes = $size_bytes, left_out = $left_out
    where customer_id = $customer_id and id = $id and status = 'making' and attempt = $attempt
"""
_OLDER = """
    update core.data_archives set version = version + 1, status = 'expired'
    where customer_id = $customer_id and contact_id = $contact_id and id <> $id
        and status = 'ready'
"""
_FAIL = """
    update core.data_archives set version = version + 1, status = 'failed', finished_at = $now
    where customer_id = $customer_id and id = $id and status in ('asked', 'making')
"""
_EXPIRE = """
    update core.data_archives set version = version + 1, status = 'expired'
    where status = 'ready' and expires_at <= $now
"""
_KEYS = "select storage_key from core.data_archives where status = 'ready' order by storage_key"


@dataclass(frozen=True, slots=True)
class Archive:
    """A file that a contact asked for; moments are naive UTC."""

    id: UUID
    role: Role
    status: str
    """asked, making, ready, failed or expired."""
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None
    size_bytes: int | None
    left_out: int | None
    """How many documents and files are not in it; it names them itself."""
    version: int

    @property
    def under_way(self) -> bool:
        """Whether it is still to be made."""
        return self.status in ("asked", "making")


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose archive is to be made: a contact, as they are now."""

    id: UUID
    customer_id: UUID
    contact_id: UUID
    role: Role
    name: str
    email: str
    customer: str
    language: str
    """What it is written in."""
    attempt: int


def ask(scope: Scope, now: datetime) -> None:
    """Ask for a file of all that the contact may see.

    Raises NotAllowed for staff who look, Conflict while one is made and after too many in a day.
    """
    scope.need(Permission.DATA_DOWNLOAD)
    own = {"customer_id": scope.customer_id, "contact_id": scope.contact_id}
    with store.writing(scope) as session:
        session.locked(_HOLD, customer_id=scope.customer_id)
        if session.one(_OPEN, **own):
            raise Conflict(_("Your file is being made already."))
        asked = session.one(_COUNTED, since=now - timedelta(days=1), **own) or {}
        if asked["of_contact"] >= CONTACT_DAY_LIMIT:
            raise Conflict(
                _("You asked {count} times within a day. Go on tomorrow.", count=CONTACT_DAY_LIMIT)
            )
        if asked["of_customer"] >= CUSTOMER_DAY_LIMIT:
            raise Conflict(_("Your company asked for too many files within a day."))
        archive_id = new_id()
        session.change(_ADD, id=archive_id, role=scope.role.value, now=now, **own)
        outbox.enqueue(
            session,
            outbox.ARCHIVE,
            dedup_key=f"data_archive:{archive_id}",
            payload={"archive_id": str(archive_id)},
            customer_id=scope.customer_id,
            now=now,
        )
        activity.record(
            session,
            scope,
            events.ARCHIVE_ASKED,
            now=now,
            subject_kind="customer",  # where staff are led to
            subject_id=scope.customer_id,
            subject_number=scope.customer_name,
        )


def latest(scope: Scope) -> Archive | None:
    """Return the last file that the person asked for; None for whoever never did."""
    with store.reading(scope) as session:
        row = session.one(_LATEST, contact_id=scope.contact_id)
    return Archive(**{**row, "role": Role(row["role"])}) if row else None


def opened(scope: Scope, archive_id: UUID, folder: Path, now: datetime) -> tuple[str, Path]:
    """Return the name of a file that is ready, and where it lies in `folder`.

    Raises NotAllowed for staff who look, NotFound when the person has none such, Conflict when the
    role has changed since, Unavailable when the file is not there, or not whole.
    """
    scope.need(Permission.DATA_DOWNLOAD)
    own = {"id": archive_id, "customer_id": scope.customer_id}
    with store.reading(scope) as session:
        row = session.one(_STORED, contact_id=scope.contact_id, **own)
    if row is None or row["status"] != "ready" or row["expires_at"] <= now:
        raise NotFound(_("There is no such file, or it was deleted."))
    if row["role"] != scope.role:
        raise Conflict(_("Your role has changed since. Ask for a new file."))
    path = folder / str(row["storage_key"])
    if not path.is_file() or path.stat().st_size != row["size_bytes"]:
        raise Unavailable(_("The file is not available just now."))
    day = row["finished_at"].date().isoformat()
    return file_name(_("Data"), scope.customer_name, day, extension="zip"), path


def begin(session: OpenSession, customer_id: UUID, archive_id: UUID, attempt: int) -> Whose | None:
    """Begin to make a file, the `attempt`th time; None when there is nothing to make any more.

    Raises NotFound when the contact has no access any more.
    """
    row = session.one(_WHOSE, customer_id=customer_id, id=archive_id)
    if row is None:
        return None
    _need_access(row)
    if session.change(_BEGIN, customer_id=customer_id, id=archive_id, attempt=attempt) != 1:
        return None
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    return Whose(
        id=archive_id,
        customer_id=customer_id,
        contact_id=row["contact_id"],
        role=Role(row["role"]),
        name=name or row["email"],
        email=row["email"],
        customer=row["customer"],
        language=language.best(row["language"], row["home"]),
        attempt=attempt,
    )


def still(session: OpenSession, whose: Whose) -> bool:
    """Tell whether an archive is still wanted: its contact has the access it is made for."""
    row = session.one(_WHOSE, customer_id=whose.customer_id, id=whose.id)
    return (
        row is not None and bool(row["allowed"]) and row["role"] == whose.role == row["asked_role"]
    )


def _need_access(row: Row) -> None:
    """Raise NotFound when a contact may not have the file that was asked for any more."""
    if not row["allowed"] or row["role"] != row["asked_role"]:
        raise NotFound("Whoever asked has no such access any more.")


def finish(
    session: OpenSession, whose: Whose, key: str, size: int, left_out: int, now: datetime
) -> bool:
    """Let a file that lies under `key` be downloaded, and mail whoever asked for it.

    False when another attempt was begun since: then this file is nobody's. The contact's earlier
    file ends with it.
    """
    own = {"customer_id": whose.customer_id, "id": whose.id}
    finished = session.change(
        _FINISH,
        attempt=whose.attempt,
        storage_key=key,
        size_bytes=size,
        left_out=left_out,
        expires_at=now + KEPT,
        now=now,
        **own,
    )
    if finished != 1:
        return False
    session.change(_OLDER, contact_id=whose.contact_id, **own)
    with language.reading(whose.language):
        mail = templates.data_ready(
            whose.email, whose.name, templates.business_name(session), KEPT.days
        )
    outbox.enqueue(
        session,
        "mail.data_ready",
        dedup_key=f"data_ready:{whose.id}",
        payload=mail,
        customer_id=whose.customer_id,
        now=now,
    )
    return True


def fail(session: OpenSession, customer_id: UUID, archive_id: UUID, now: datetime) -> None:
    """Give up on a file: whoever asked for it reads so, and may ask again."""
    session.change(_FAIL, customer_id=customer_id, id=archive_id, now=now)


def expire(session: OpenSession, now: datetime) -> set[str]:
    """End files whose time is over, and return the keys of those that are kept."""
    session.change(_EXPIRE, now=now)
    return {row["storage_key"] for row in session.rows(_KEYS)}
