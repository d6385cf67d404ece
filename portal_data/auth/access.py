"""Access: switching a contact's or a whole customer's portal on and off, and changing roles."""

from datetime import datetime
from uuid import UUID

from portal_data import money, store
from portal_data.auth import invitations, login_links, logins, sessions
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.messaging import activity, events, outbox
from portal_data.messaging.event import Event
from portal_data.scope import Role, Scope, Staff
from portal_data.store import OpenSession
from portal_data.store.engine import Row
from portal_data.text.language import _

AUTOPAY = "autopay.customer"
"""The kind of work that looks whether a contact's consent to be charged still holds."""
MOST_LIMIT = 10**15
"""The highest payment limit, in minor units; no limit at all is higher."""
CONTACT_ROLES = (Role.ADMIN, Role.PAYER, Role.APPROVER, Role.VIEWER)

_CONTACT = """
    select id, customer_id, first_name, last_name, email, login_id, portal_status, role,
        payment_limit_minor
    from core.contacts where id = $id order by id
"""
_CURRENCY = "select currency_code from core.customers where id = $id order by id"
_SET_LIMIT = """
    update core.contacts
    set version = version + 1, payment_limit_minor = $limit_minor,
        payment_limit_currency = $currency, updated_at = $now
    where id = $id
"""
_DISABLE = """
    update core.contacts set version = version + 1, portal_status = 'disabled', updated_at = $now
    where id = $id and portal_status in ('invited', 'active')
"""
_ENABLE = """
    update core.contacts set version = version + 1, portal_status = 'active', updated_at = $now
    where id = $id and portal_status = 'disabled' and login_id is not null
"""
_SET_ROLE = """
    update core.contacts set version = version + 1, role = $role, updated_at = $now
    where id = $id and role = $before
"""
_CUSTOMER = "select id, display_name from core.customers where id = $id order by id"
_SWITCH = """
    update core.customers set version = version + 1, portal_enabled = $enabled, updated_at = $now
    where id = $id and portal_enabled <> $enabled
"""


def disable_contact(staff: Staff, contact_id: UUID, now: datetime) -> None:
    """Take a contact's access away: its sign-ins and open invitations end at once.

    Raises NotFound for an unknown contact, Conflict when it has no access.
    """
    with store.staff_writing(staff) as session:
        take(session, staff, _contact(session, contact_id), now)


def enable_contact(staff: Staff, contact_id: UUID, now: datetime) -> None:
    """Give a disabled contact its access back, with the password it had.

    Raises NotFound for an unknown contact, Conflict when it is not disabled or never had a
    password: invite it instead.
    """
    with store.staff_writing(staff) as session:
        give_back(session, staff, _contact(session, contact_id), now)


def set_role(
    staff: Staff, contact_id: UUID, role: Role, now: datetime, *, before: Role | None = None
) -> None:
    """Give a contact another role; its sign-ins go on with the new one.

    `before` is the role that the member of staff saw. Raises Invalid for a role of staff, NotFound
    for an unknown contact, Conflict when it has the role already or another than was seen.
    """
    if role not in CONTACT_ROLES:
        raise Invalid(_("A contact is an administrator, a payer, an approver or a viewer."))
    with store.staff_writing(staff) as session:
        contact = _contact(session, contact_id)
        if contact["role"] == role:
            raise Conflict(_("This contact has that role already."))
        seen = before.value if before else contact["role"]
        if session.change(_SET_ROLE, id=contact_id, role=role.value, before=seen, now=now) != 1:
            raise Conflict(_("Somebody else changed this role meanwhile. Look at it first."))
        record(session, staff, events.CONTACT_ROLE_CHANGED, contact, now, details=role.value)


def set_limit(
    staff: Staff, contact_id: UUID, limit_minor: int | None, *, before: int | None, now: datetime
) -> None:
    """Set the most that a contact pays alone at once, in the customer's currency; None is no limit.

    Above it a payment waits for a colleague. `before` is the limit that the member of staff saw.
    Raises Invalid for none that can be, NotFound for an unknown contact, Conflict when it was
    changed since.
    """
    if limit_minor is not None and not 0 < limit_minor <= MOST_LIMIT:
        raise Invalid("Enter an amount above zero, or none.")
    with store.staff_writing(staff) as session:
        contact = _contact(session, contact_id)
        if contact["payment_limit_minor"] != before:
            raise Conflict("Somebody else changed this limit meanwhile. Look at it first.")
        if limit_minor == before:
            return
        currency = session.value(_CURRENCY, id=contact["customer_id"])
        code = currency if limit_minor is not None else None
        session.change(_SET_LIMIT, id=contact_id, limit_minor=limit_minor, currency=code, now=now)
        words = "none" if limit_minor is None else money.format(limit_minor, currency)
        record(session, staff, events.CONTACT_LIMIT_CHANGED, contact, now, details=words)


def disable_customer(staff: Staff, customer_id: UUID, now: datetime) -> None:
    """Close the portal to all contacts of a customer; their sign-ins end at once.

    Raises NotFound for an unknown customer, Conflict when it is closed already.
    """
    _switch(staff, customer_id, enabled=False, now=now)


def enable_customer(staff: Staff, customer_id: UUID, now: datetime) -> None:
    """Open the portal to a customer's contacts who have access.

    Raises NotFound for an unknown customer, Conflict when it is open already.
    """
    _switch(staff, customer_id, enabled=True, now=now)


def take(session: OpenSession, who: Scope | Staff, contact: Row, now: datetime) -> None:
    """Take the access of a contact, whose row is held, away inside a transaction.

    `who` may do it: that is for the caller to ask. Raises Conflict when it has no access.
    """
    if session.change(_DISABLE, id=contact["id"], now=now) != 1:
        raise Conflict(_("This contact has no access."))
    sessions.revoke_contact(session, contact["id"], "disabled", now)
    invitations.revoke(session, contact["id"], now)
    if contact["login_id"] is not None:
        logins.revoke_links(session, contact["login_id"], now)
    event = events.CONTACT_DISABLED
    if isinstance(who, Scope):
        event = events.CONTACT_DISABLED_COLLEAGUE
    record(session, who, event, contact, now)


def give_back(session: OpenSession, who: Scope | Staff, contact: Row, now: datetime) -> None:
    """Give a disabled contact, whose row is held, its access back inside a transaction.

    `who` may do it: that is for the caller to ask. Raises Conflict when there is none to give back.
    """
    if session.change(_ENABLE, id=contact["id"], now=now) != 1:
        raise Conflict(_("Only a disabled contact who had a password can be enabled. Invite it."))
    event = events.CONTACT_ENABLED
    if isinstance(who, Scope):
        event = events.CONTACT_ENABLED_COLLEAGUE
    record(session, who, event, contact, now)


def _switch(staff: Staff, customer_id: UUID, *, enabled: bool, now: datetime) -> None:
    with store.staff_writing(staff) as session:
        found = session.locked(_CUSTOMER, id=customer_id)
        if not found:
            raise NotFound("There is no such customer.")
        if session.change(_SWITCH, id=customer_id, enabled=enabled, now=now) != 1:
            raise Conflict(f"The portal is {'open' if enabled else 'closed'} to them already.")
        if not enabled:
            sessions.revoke_customer(session, customer_id, "disabled", now)
            login_links.revoke_of_customer(session, customer_id, now)
        activity.record(
            session,
            staff,
            events.CUSTOMER_PORTAL_ENABLED if enabled else events.CUSTOMER_PORTAL_DISABLED,
            now=now,
            customer_id=customer_id,
            subject_kind="customer",
            subject_id=customer_id,
            subject_number=found[0]["display_name"],
        )


def _contact(session: OpenSession, contact_id: UUID) -> Row:
    found = session.locked(_CONTACT, id=contact_id)
    if not found:
        raise NotFound(_("There is no such contact."))
    return found[0]


def record(
    session: OpenSession,
    who: Scope | Staff,
    event: Event,
    contact: Row,
    now: datetime,
    details: str | None = None,
) -> None:
    """Record what was done about a contact's access, in the transaction that did it."""
    name = " ".join(part for part in (contact["first_name"], contact["last_name"]) if part)
    entry_id = activity.record(
        session,
        who,
        event,
        now=now,
        customer_id=contact["customer_id"],
        subject_kind="contact",
        subject_id=contact["id"],
        subject_number=name or contact["email"],
        details=details,
    )
    outbox.enqueue(  # what the contact agreed to pay may be over
        session,
        AUTOPAY,
        dedup_key=f"{AUTOPAY}:{entry_id}",
        payload={},
        customer_id=contact["customer_id"],
        now=now,
    )
