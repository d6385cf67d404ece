"""Staff: the people of the business itself, as owners or ordinary staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal_data import money, store
from portal_data.auth import logins, resets, sessions
from portal_data.auth.access import MOST_LIMIT
from portal_data.business import organisation
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events, outbox, templates
from portal_data.messaging.event import Event
from portal_data.scope import Role, Staff
from portal_data.store import OpenSession
from portal_data.store.engine import Row
from portal_data.text import emails, form_fields
from portal_data.text.form_fields import Field

LINK_LIFETIME = timedelta(hours=72)
"""How long the link works with which a new member of staff sets the first password."""

FIELDS = {
    "name": Field("Name", 120, required=True),
    "email": Field("E-mail", 254, emails.normalise, required=True),
}
"""What a new member is asked for."""

_IS_CONTACT = "select id from core.contacts where login_id = $login_id order by id limit 1"
_ADD = """
    insert into core.staff (id, login_id, name, email, role, created_at)
    values ($id, $login_id, $name, $email, $role, $now)
"""
_MEMBERS = """
    select f.id, f.name, f.email, f.role, f.status, l.password_hash is not null as has_password,
        f.limit_minor, f.limit_currency
    from core.staff f join core.logins l on l.id = f.login_id
"""
_ALL = _MEMBERS + "order by f.name, f.id"
_GET = _MEMBERS + "where f.id = $id order by f.id"
_BY_EMAIL = _MEMBERS + "where f.email = $email order by f.id"
_ACTIVE_OWNERS = """
    select id from core.staff where role = 'owner' and status = 'active' order by id
"""
_SET_STATUS = """
    update core.staff set version = version + 1, status = $status
    where id = $id and status <> $status
"""
_SET_LIMIT = """
    update core.staff
    set version = version + 1, limit_minor = $limit_minor, limit_currency = $currency
    where id = $id
"""
_SET_ROLE = (
    "update core.staff set version = version + 1, role = $role where id = $id and role = $before"
)


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff; `status` is active or disabled."""

    id: UUID
    name: str
    email: str
    role: Role
    status: str
    has_password: bool
    limit_minor: int | None = None
    """The most to record, void or send back alone, at once; None is no limit."""
    limit_currency: str | None = None


def list_members(staff: Staff) -> list[Member]:
    """Return all staff by name."""
    with store.staff_reading(staff) as session:
        return [_member(row) for row in session.rows(_ALL)]


def create(staff: Staff, email: str, name: str, role: Role, now: datetime) -> str:
    """Add a member of staff as an owner; return the link that sets the first password, and mail it.

    Raises as `add`, and NotAllowed for ordinary staff.
    """
    staff.need_owner()
    with store.staff_writing(staff) as session:
        link = add(session, staff, email, name, role, now)
        member = session.one(_BY_EMAIL, email=emails.normalise(email))
        if member is not None:
            _mail(session, staff, member, link, now)
        return link


def add(
    session: OpenSession, who: Staff | None, email: str, name: str, role: Role, now: datetime
) -> str:
    """Add a member of staff inside a transaction and return the link that sets the first password.

    Raises InvalidFields for a bad e-mail or name, Invalid for a contact's role, Conflict when the
    e-mail signs in already.
    """
    typed = form_fields.clean(FIELDS, {"name": name, "email": email})
    email, name = typed["email"] or "", typed["name"] or ""
    if role not in (Role.OWNER, Role.STAFF):
        raise Invalid("Staff are owners or staff.")
    login = logins.find(session, email)
    if login is not None and (
        login.staff_id is not None or session.value(_IS_CONTACT, login_id=login.id) is not None
    ):
        raise Conflict(f"{email} signs in already. Use another e-mail.")
    login = login or logins.create(session, email, None, now)
    staff_id = new_id()
    session.change(
        _ADD, id=staff_id, login_id=login.id, name=name, email=email, role=role.value, now=now
    )
    _record(session, who, events.STAFF_CREATED, staff_id, name, now)
    return resets.issue(session, login, now, LINK_LIFETIME)


def renew_link(staff: Staff, staff_id: UUID, now: datetime) -> str:
    """Return and mail a new link to a member who has no password yet, as an owner.

    Older links stop working. Raises NotAllowed for ordinary staff, NotFound for an unknown member,
    Conflict when the member is disabled or has a password: then *Forgotten password* helps.
    """
    staff.need_owner()
    with store.staff_writing(staff) as session:
        row = _row(session, staff_id)
        login = logins.find(session, row["email"])
        if login is None or row["has_password"] or row["status"] != "active":
            raise Conflict("Only an active member without a password needs a link.")
        link = resets.issue(session, login, now, LINK_LIFETIME)
        _mail(session, staff, row, link, now)
        _record(session, staff, events.STAFF_LINK_RENEWED, staff_id, row["name"], now)
        return link


def disable(staff: Staff, staff_id: UUID, now: datetime) -> None:
    """Take a member's access away at once, as an owner.

    Raises NotAllowed for ordinary staff, NotFound for an unknown member, Conflict for oneself, the
    last owner or a disabled member.
    """
    _refuse_oneself(staff, staff_id)
    with store.staff_writing(staff) as session:
        set_status(session, staff, staff_id, "disabled", now)


def enable(staff: Staff, staff_id: UUID, now: datetime) -> None:
    """Give a disabled member access again, as an owner; raises as `disable`."""
    _refuse_oneself(staff, staff_id)
    with store.staff_writing(staff) as session:
        set_status(session, staff, staff_id, "active", now)


def change_role(staff: Staff, staff_id: UUID, role: Role, *, before: Role, now: datetime) -> None:
    """Make a member an owner or ordinary staff, as an owner who saw the role `before`.

    Raises NotAllowed for ordinary staff, Invalid for a contact's role, NotFound for an unknown
    member, Conflict for oneself, the last owner, and a role that is not as it was seen.
    """
    _refuse_oneself(staff, staff_id)
    with store.staff_writing(staff) as session:
        set_role(session, staff, staff_id, role, now, before=before)


def set_limit(
    staff: Staff, staff_id: UUID, limit_minor: int | None, *, before: int | None, now: datetime
) -> None:
    """Set the most that a member records, voids or sends back alone, as an owner; None is no limit.

    It is in the business's own currency: other currencies are an owner's then. Raises NotAllowed
    for ordinary staff, Invalid for none that can be, NotFound for an unknown member, Conflict for
    an owner, who has none, and when it was changed since it was seen.
    """
    _refuse_oneself(staff, staff_id)
    if limit_minor is not None and not 0 < limit_minor <= MOST_LIMIT:
        raise Invalid("Enter an amount above zero, or none.")
    currency = organisation.get(staff).currency_code
    with store.staff_writing(staff) as session:
        row = _held(session, staff, staff_id, leaves=False)
        if row["role"] == Role.OWNER:
            raise Conflict("An owner has no limit.")
        if row["limit_minor"] != before:
            raise Conflict("Somebody else changed this limit meanwhile. Look at it first.")
        code = currency if limit_minor is not None else None
        session.change(_SET_LIMIT, id=staff_id, limit_minor=limit_minor, currency=code)
        words = "none" if limit_minor is None else money.format(limit_minor, currency)
        _record(session, staff, events.STAFF_LIMIT_CHANGED, staff_id, row["name"], now,
                details=words)  # fmt: skip


def find(session: OpenSession, email: str) -> Member:
    """Return the member with an e-mail. Raises NotFound when there is none."""
    row = session.one(_BY_EMAIL, email=emails.normalise(email))
    if row is None:
        raise NotFound(f"Nobody on the staff has the e-mail {email}.")
    return _member(row)


def members(session: OpenSession) -> list[Member]:
    """Return all staff by name, inside a system session."""
    return [_member(row) for row in session.rows(_ALL)]


def set_status(
    session: OpenSession, who: Staff | None, staff_id: UUID, status: str, now: datetime
) -> None:
    """Make a member active or disabled inside a transaction; raises as `disable`."""
    row = _held(session, who, staff_id, leaves=status == "disabled")
    if session.change(_SET_STATUS, id=staff_id, status=status) != 1:
        raise Conflict(f"This member is {status} already.")
    if status == "disabled":
        sessions.revoke_staff(session, staff_id, "disabled", now)
    event = events.STAFF_DISABLED if status == "disabled" else events.STAFF_ENABLED
    _record(session, who, event, staff_id, row["name"], now)


def set_role(
    session: OpenSession,
    who: Staff | None,
    staff_id: UUID,
    role: Role,
    now: datetime,
    *,
    before: Role,
) -> None:
    """Change a member's role inside a transaction; raises as `change_role`."""
    if role not in (Role.OWNER, Role.STAFF):
        raise Invalid("Staff are owners or staff.")
    row = _held(session, who, staff_id, leaves=role is Role.STAFF)
    if row["role"] == role:
        raise Conflict(f"{row['name']} has that role already.")
    if session.change(_SET_ROLE, id=staff_id, role=role.value, before=before.value) != 1:
        raise Conflict("Somebody else changed this role meanwhile. Look at it first.")
    _record(session, who, events.STAFF_ROLE_CHANGED, staff_id, row["name"], now, details=role.value)


def _refuse_oneself(staff: Staff, staff_id: UUID) -> None:
    staff.need_owner()
    if staff_id == staff.staff_id:
        raise Conflict("You cannot change your own access.")


def _held(session: OpenSession, who: Staff | None, staff_id: UUID, *, leaves: bool) -> Row:
    """Return a member while all owners are held, so that two cannot remove each other.

    `leaves` says that the member is to be an active owner no longer.
    """
    owners = [owner["id"] for owner in session.locked(_ACTIVE_OWNERS)]
    row = _row(session, staff_id)
    if leaves and owners == [staff_id]:
        raise Conflict("There must be an owner.")
    if who is not None and who.staff_id not in owners:
        raise NotAllowed("Only an owner may do this.")
    return row


def _row(session: OpenSession, staff_id: UUID) -> Row:
    row = session.one(_GET, id=staff_id)
    if row is None:
        raise NotFound("There is no such member of staff.")
    return row


def _member(row: Row) -> Member:
    return Member(**{**row, "role": Role(row["role"])})


def _mail(session: OpenSession, who: Staff, row: Row, link: str, now: datetime) -> None:
    outbox.enqueue(
        session,
        "mail.staff_invitation",
        dedup_key=f"staff_invitation:{row['id']}:{now.isoformat()}",
        payload=templates.staff_invitation(
            row["email"], row["name"], templates.business_name(session), who.name, link
        ),
        now=now,
    )


def _record(
    session: OpenSession,
    who: Staff | None,
    event: Event,
    staff_id: UUID,
    name: str,
    now: datetime,
    *,
    details: str | None = None,
) -> None:
    activity.record(
        session,
        who,
        event,
        now=now,
        subject_kind="staff",
        subject_id=staff_id,
        subject_number=name,
        details=details,
    )
