"""Changes of details: those that wait for staff, who confirm or refuse them, and those made."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.customers.detail_fields import LABELS, REASON, said
from portal_data.errors import Conflict
from portal_data.ids import new_id
from portal_data.messaging import activity, events, outbox, templates
from portal_data.messaging.event import Event
from portal_data.scope import Permission, Scope, Staff
from portal_data.store import OpenSession, Session
from portal_data.store.engine import Row
from portal_data.text import form_fields, language
from portal_data.text.language import _

SHOWN = 20
"""So many of a customer's latest changes are shown to staff."""

_COLUMNS = """
    select p.id, p.subject_kind, p.field, p.old_value, p.new_value, p.status, p.version,
        p.requested_at, p.reason, concat_ws(' ', c.first_name, c.last_name) as asked_by
"""
_WAITING = f"""
    {_COLUMNS}
    from pending_changes p
    join contacts c on c.id = p.requested_by
    where p.status = 'waiting'
    order by p.requested_at desc, p.id desc
"""
_OF_CUSTOMER = f"""
    {_COLUMNS}
    from core.pending_changes p
    join core.contacts c on c.customer_id = p.customer_id and c.id = p.requested_by
    where p.customer_id = $customer_id
    order by p.status = 'waiting' desc, p.requested_at desc, p.id desc
    limit {SHOWN}
"""
_OPEN = """
    select id, version, new_value from core.pending_changes
    where customer_id = $customer_id and field = $field and status = 'waiting'
    order by id
"""
_ONE = """
    select id, customer_id, subject_id, field, new_value, status, version, requested_by
    from core.pending_changes
    where id = $id
    order by id
"""
_ONE_OWN = """
    select id, customer_id, field, new_value, status, version
    from core.pending_changes
    where id = $id and customer_id = $customer_id
    order by id
"""
_ASK = """
    insert into core.pending_changes (id, customer_id, subject_kind, subject_id, field, old_value,
        new_value, status, requested_by, requested_at, version)
    values ($id, $customer_id, 'customer', $customer_id, $field, $old, $new, 'waiting',
        $contact_id, $now, 1)
"""
_WITHDRAW = """
    update core.pending_changes set version = version + 1, status = 'withdrawn', decided_at = $now
    where id = $id and customer_id = $customer_id and status = 'waiting'
"""
_DECIDE = """
    update core.pending_changes set version = version + 1,
        status = $status, old_value = $old, decided_by = $staff_id, decided_at = $now,
        reason = $reason
    where id = $id and customer_id = $customer_id
"""
_CUSTOMER = """
    select id, display_name, company_name, tax_id from core.customers
    where id = $customer_id
    order by id
"""
_SET_TAX_ID = """
    update core.customers set version = version + 1, tax_id = $new, updated_at = $now
    where id = $customer_id
"""
_ASKER = """
    select concat_ws(' ', c.first_name, c.last_name) as name, c.email, c.portal_status, c.language,
        u.language as customer_language
    from core.contacts c
    join core.customers u on u.id = c.customer_id
    where c.id = $id
    order by c.id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a contact changed, or asks to be changed; the moment is naive UTC."""

    id: UUID
    subject_kind: str
    field: str
    old_value: str | None
    new_value: str | None
    status: str
    """waiting, accepted, refused or withdrawn."""
    version: int
    requested_at: datetime
    reason: str | None
    asked_by: str

    @property
    def label(self) -> str:
        """What the field is called."""
        return LABELS[self.subject_kind].get(self.field, self.field)


@store.cached
def waiting(scope: Scope) -> list[Change]:
    """Return what the customer asked for and staff have not decided yet, newest first."""
    with store.reading(scope) as session:
        return [Change(**row) for row in session.rows(_WAITING)]


def of_customer(staff: Staff, customer_id: UUID) -> list[Change]:
    """Return a customer's latest changes, those that wait first; none for an unknown one."""
    with store.staff_reading(staff) as session:
        return [Change(**row) for row in session.rows(_OF_CUSTOMER, customer_id=customer_id)]


def ask(
    session: Session, scope: Scope, field: str, old: str | None, new: str | None, now: datetime
) -> None:
    """Ask for another value of a field of the customer, instead of what waits for it already."""
    own = {"customer_id": scope.customer_id}
    before = session.locked(_OPEN, **own, field=field)
    if [row["new_value"] for row in before] == [new]:
        return
    for row in before:
        session.change(_WITHDRAW, id=row["id"], now=now)
    session.change(
        _ASK, id=new_id(), field=field, old=old, new=new, contact_id=scope.contact_id, now=now
    )
    (customer,) = session.rows(_CUSTOMER, **own)
    label = LABELS["customer"][field]
    details = f"{label}: {said(old)} → {said(new)}"
    _record(session, scope, events.DETAILS_TAX_NUMBER_ASKED, customer, details, now)


def withdraw(scope: Scope, change_id: UUID, *, seen: int, now: datetime) -> None:
    """Take back what the customer asked for.

    Raises NotFound, and Conflict when staff have decided it, or it was taken back already.
    """
    scope.need(Permission.ACCOUNT_EDIT)
    own = {"customer_id": scope.customer_id}
    with store.writing(scope) as session:
        change = session.as_seen(_ONE_OWN, seen, id=change_id, **own)
        _need_waiting(change)
        session.change(_WITHDRAW, id=change_id, now=now)
        (customer,) = session.rows(_CUSTOMER, **own)
        details = said(change["new_value"])
        _record(session, scope, events.DETAILS_TAX_NUMBER_WITHDRAWN, customer, details, now)


def confirm(
    staff: Staff, change_id: UUID, *, seen: int, current: str | None, now: datetime
) -> None:
    """Give the customer the tax number that a contact asked for, and mail them.

    `current` is the number that the member of staff saw beside it. Raises NotFound, and Conflict
    when it is decided already or one of the two has changed.
    """
    with store.staff_writing(staff) as session:
        change, customer = _held(session, change_id, seen)
        if customer["tax_id"] != current:
            raise Conflict("Somebody else changed this tax number meanwhile. Look at it first.")
        session.change(_SET_TAX_ID, new=change["new_value"], customer_id=customer["id"], now=now)
        event = events.DETAILS_TAX_NUMBER_CONFIRMED
        _decide(session, staff, change, customer, "accepted", None, event, now)


def refuse(staff: Staff, change_id: UUID, reason: str, *, seen: int, now: datetime) -> None:
    """Leave the tax number as it is, and mail whoever asked for another one, with the reason.

    Raises NotFound, InvalidFields for too long a reason, Conflict when it is decided already.
    """
    typed = form_fields.clean({"reason": REASON}, {"reason": reason})
    with store.staff_writing(staff) as session:
        change, customer = _held(session, change_id, seen)
        event = events.DETAILS_TAX_NUMBER_REFUSED
        _decide(session, staff, change, customer, "refused", typed["reason"], event, now)


def _held(session: OpenSession, change_id: UUID, seen: int) -> tuple[Row, Row]:
    change = session.as_seen(_ONE, seen, id=change_id)
    _need_waiting(change)
    (customer,) = session.locked(_CUSTOMER, customer_id=change["customer_id"])
    return change, customer


def _need_waiting(change: Row) -> None:
    if change["status"] != "waiting":
        raise Conflict(_("This is decided already."))


def _decide(
    session: OpenSession,
    staff: Staff,
    change: Row,
    customer: Row,
    status: str,
    reason: str | None,
    event: Event,
    now: datetime,
) -> None:
    """Write down a decision and mail it to whoever asked, in the transaction that made it."""
    session.change(
        _DECIDE,
        id=change["id"],
        customer_id=customer["id"],
        status=status,
        old=customer["tax_id"],
        staff_id=staff.staff_id,
        reason=reason,
        now=now,
    )
    new = change["new_value"]
    details = f"{said(customer['tax_id'])} → {said(new)}"
    _record(session, staff, event, customer, details, now)
    asker = session.one(_ASKER, id=change["requested_by"])
    if asker is None or not asker["email"] or asker["portal_status"] != "active":
        return
    with language.reading(language.of_contact(asker)):
        letter = templates.tax_number_answered(
            asker["email"],
            asker["name"],
            templates.business_name(session),
            new,
            status == "accepted",
            reason,
        )
    outbox.enqueue(
        session,
        "mail.tax_number_answered",
        dedup_key=f"tax_number_answered:{change['id']}",
        payload=letter,
        customer_id=customer["id"],
        now=now,
    )


def _record(
    session: Session,
    who: Scope | Staff,
    event: Event,
    customer: Row,
    details: str,
    now: datetime,
) -> None:
    activity.record(
        session,
        who,
        event,
        now=now,
        customer_id=customer["id"],
        subject_kind="customer",
        subject_id=customer["id"],
        subject_number=customer["company_name"] or customer["display_name"],
        details=details,
    )
