"""Staff: the people of the business itself, as owners or ordinary staff."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal_data import activity, emails, logins, password_resets, sign_ins, store
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.scope import Role, Staff
from portal_data.store import OpenSession

LINK_LIFETIME = timedelta(hours=72)
"""How long the link works with which a new member of staff sets the first password."""

_IS_CONTACT = "select id from core.contacts where login_id = $login_id order by id limit 1"
_ADD = """
    insert into core.staff (id, login_id, name, email, role, created_at)
    values ($id, $login_id, $name, $email, $role, $now)
"""
_ALL = "select id, name, email, role, status from core.staff order by name, id"
_GET = "select id, name, email, role, status from core.staff where id = $id order by id"
_ACTIVE_OWNERS = """
    select id from core.staff where role = 'owner' and status = 'active' order by id
"""
_SET_STATUS = """
    update core.staff set status = $status where id = $id and status <> $status
"""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the staff; `status` is active or disabled."""

    id: UUID
    name: str
    email: str
    role: Role
    status: str


def list_members(staff: Staff) -> list[Member]:
    """Return all staff by name."""
    with store.staff_reading(staff) as session:
        return [Member(**{**row, "role": Role(row["role"])}) for row in session.rows(_ALL)]


def create(staff: Staff, email: str, name: str, role: Role, now: datetime) -> str:
    """Add a member of staff as an owner and return the link that sets the first password."""
    staff.need_owner()
    with store.staff_writing(staff) as session:
        return add(session, staff, email, name, role, now)


def add(
    session: OpenSession, who: Staff | None, email: str, name: str, role: Role, now: datetime
) -> str:
    """Add a member of staff inside a transaction and return the link that sets the first password.

    Raises Invalid for a bad e-mail, an empty name or a contact's role, Conflict when the e-mail
    signs in already.
    """
    email, name = emails.normalise(email), " ".join(name.split())
    if not name:
        raise Invalid("Give the person a name.")
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
    _record(session, who, "staff.created", Member(staff_id, name, email, role, "active"), now)
    return password_resets.issue(session, login, now, LINK_LIFETIME)


def disable(staff: Staff, staff_id: UUID, now: datetime) -> None:
    """Take a member's access away at once, as an owner.

    Raises NotAllowed for ordinary staff, NotFound for an unknown member, Conflict for oneself, the
    last owner or a disabled member.
    """
    _set_status(staff, staff_id, "disabled", now)


def enable(staff: Staff, staff_id: UUID, now: datetime) -> None:
    """Give a disabled member access again, as an owner; raises as `disable`."""
    _set_status(staff, staff_id, "active", now)


def _set_status(staff: Staff, staff_id: UUID, status: str, now: datetime) -> None:
    staff.need_owner()
    if staff_id == staff.staff_id:
        raise Conflict("You cannot change your own access.")
    with store.staff_writing(staff) as session:
        owners = session.locked(_ACTIVE_OWNERS)
        row = session.one(_GET, id=staff_id)
        if row is None:
            raise NotFound("There is no such member of staff.")
        if status == "disabled" and [owner["id"] for owner in owners] == [staff_id]:
            raise Conflict("There must be an owner.")
        if session.change(_SET_STATUS, id=staff_id, status=status) != 1:
            raise Conflict(f"This member is {status} already.")
        if status == "disabled":
            sign_ins.revoke_staff(session, staff_id, "disabled", now)
        event = "staff.disabled" if status == "disabled" else "staff.enabled"
        _record(session, staff, event, Member(**{**row, "role": Role(row["role"])}), now)


def _record(
    session: OpenSession, who: Staff | None, event: str, member: Member, now: datetime
) -> None:
    activity.record(
        session,
        who,
        event,
        now=now,
        subject_kind="staff",
        subject_id=member.id,
        subject_number=member.name,
    )
