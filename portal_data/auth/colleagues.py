"""Colleagues: administrators of a customer let their own people in, and take access away.

What staff do about a contact (`access`, `invitations`), within one's own company. Nobody changes
their own access. The customer's row is held, and whoever acts must still be an active administrator
under it: so one remains, even where two take each other's access away.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal_data import money, store
from portal_data.auth import access, invitations
from portal_data.errors import Conflict, Invalid, InvalidFields, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import events
from portal_data.scope import Permission, Role, Scope, roles_that_may
from portal_data.store import OpenSession
from portal_data.store.engine import Row
from portal_data.text import emails, form_fields, language
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _
from portal_data.text.normal_form import nfc

CUSTOMER_DAY_LIMIT = 20
"""Invitations that all administrators of a customer send within 24 hours."""
CONTACT_DAY_LIMIT = 3
"""Invitations that one person gets from them."""
MOST_CONTACTS = 500
"""Contacts of a customer beyond which it adds none itself."""

FIELDS = {
    "first_name": Field(N_("First name"), 80, nfc),
    "last_name": Field(N_("Last name"), 80, nfc),
    "email": Field(N_("E-mail"), 254, emails.normalise, required=True),
}
"""What a new colleague is asked for."""
LIMIT = N_("Payment limit")
"""What the most to pay at once is called in the form, whose field is `limit`."""

_CUSTOMER = """
    select id, currency_code, portal_enabled from core.customers where id = $customer_id order by id
"""
_ADMINISTRATORS = """
    select id, payment_limit_minor from core.contacts
    where customer_id = $customer_id and role = 'admin' and portal_status = 'active'
    order by id
"""
_CONTACT = """
    select id, customer_id, first_name, last_name, email, login_id, portal_status, role,
        payment_limit_minor
    from core.contacts
    where id = $id and customer_id = $customer_id
    order by id
"""
_LOCALE = "select locale from organisation order by name"
_COUNT = """
    select count(*)::bigint as n from core.contacts where customer_id = $customer_id order by n
"""
_ADD = """
    insert into core.contacts (id, customer_id, first_name, last_name, email, role,
        payment_limit_minor, payment_limit_currency, portal_status, version, created_at, updated_at)
    values ($id, $customer_id, $first_name, $last_name, $email, $role, $limit_minor, $currency,
        'not_invited', 1, $now, $now)
    on conflict (customer_id, email) do nothing
"""
_GRANT = """
    update core.contacts set version = version + 1, role = $role,
        payment_limit_minor = $limit_minor, payment_limit_currency = $currency, updated_at = $now
    where id = $id and customer_id = $customer_id
"""
_INVITED = """
    select count(*)::bigint as of_customer,
        count(case when contact_id = $contact_id then 1 end)::bigint as of_contact
    from core.invitations
    where customer_id = $customer_id and created_by_kind = 'contact' and created_at > $since
    order by of_customer
"""
# what staff took away, a colleague does not give back
_DISABLED = """
    select c.id, c.login_id,
        max(case when a.event = $by_us then a.happened_at end) as by_us,
        max(case when a.event = $by_colleague then a.happened_at end) as by_colleague
    from core.contacts c
    left join core.activity a on a.customer_id = $customer_id and a.subject_id = c.id
        and a.event in ($by_us, $by_colleague)
    where c.customer_id = $customer_id and c.portal_status = 'disabled'
    group by c.id, c.login_id
    order by c.id
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a colleague may do."""

    role: Role
    limit_minor: int | None = None
    """The most to pay at once, in the customer's own currency; None for no limit."""

    @property
    def pays(self) -> bool:
        """Whether the role pays at all."""
        return self.role in roles_that_may(Permission.INVOICE_PAY)


def invite(
    scope: Scope, first_name: str, last_name: str, email: str, grant: Grant, now: datetime
) -> None:
    """Make somebody a contact of the customer, and mail an invitation.

    Whether the e-mail is known elsewhere shows in nothing. Raises NotAllowed for roles that may
    not, InvalidFields for values that cannot be used, also an e-mail that a contact of the customer
    has, Conflict after too many within a day.
    """
    scope.need(Permission.COLLEAGUES_MANAGE)
    typed = {"first_name": first_name, "last_name": last_name, "email": email}
    cleaned = form_fields.clean(FIELDS, typed)
    if not (cleaned["first_name"] or cleaned["last_name"]):
        raise form_fields.wrong(FIELDS, last_name=_("Enter a first or a last name."))
    with store.system_writing() as session:
        customer = _hold(session, scope)
        columns = _columns(customer, grant)
        own = {"customer_id": scope.customer_id}
        if session.value(_COUNT, **own) >= MOST_CONTACTS:
            raise Conflict(_("Your company has too many contacts to add more. Please write to us."))
        contact_id = new_id()
        if session.change(_ADD, id=contact_id, now=now, **cleaned, **columns, **own) != 1:
            sentence = _("Somebody among your people has this e-mail. Invite them there.")
            raise form_fields.wrong(FIELDS, email=sentence)
        _send(session, scope, contact_id, now)


def invite_contact(scope: Scope, contact_id: UUID, grant: Grant, now: datetime) -> None:
    """Invite a contact who never had access, with a role and a limit.

    Raises as `invite`, NotFound for a contact of somebody else, and Conflict for one who has had
    access.
    """
    scope.need(Permission.COLLEAGUES_MANAGE)
    with store.system_writing() as session:
        customer = _hold(session, scope)
        contact = _colleague(session, scope, contact_id)
        if contact["portal_status"] != "not_invited":
            raise Conflict(_("They were invited already."))
        columns = _columns(customer, grant)
        session.change(_GRANT, id=contact_id, customer_id=scope.customer_id, now=now, **columns)
        _send(session, scope, contact_id, now)


def invite_again(scope: Scope, contact_id: UUID, now: datetime) -> None:
    """Mail a new invitation to somebody who did not accept one; the older link stops working.

    Raises as `invite_contact`, and Conflict for somebody who has accepted, or whose access staff
    have taken away.
    """
    scope.need(Permission.COLLEAGUES_MANAGE)
    with store.system_writing() as session:
        _hold(session, scope)
        contact = _colleague(session, scope, contact_id)
        if contact["login_id"] is not None or contact["portal_status"] == "not_invited":
            raise Conflict(_("There is no invitation to send again."))
        if contact["portal_status"] == "disabled":
            _need_theirs(session, scope, contact_id)
        _send(session, scope, contact_id, now)


def change(scope: Scope, contact_id: UUID, grant: Grant, *, before: Grant, now: datetime) -> None:
    """Give a colleague another role or limit; their sign-ins go on with it.

    `before` is what the administrator saw. Raises NotAllowed for roles that may not, NotFound for a
    contact of somebody else, InvalidFields for a limit above one's own, Conflict for oneself, and
    when somebody else changed either meanwhile.
    """
    scope.need(Permission.COLLEAGUES_MANAGE)
    with store.system_writing() as session:
        customer = _hold(session, scope)
        contact = _colleague(session, scope, contact_id)
        stored = Grant(Role(contact["role"]), contact["payment_limit_minor"])
        if stored != before:
            raise Conflict(_("Somebody else changed this meanwhile."))
        columns = _columns(customer, grant)
        if grant == before:
            return
        session.change(_GRANT, id=contact_id, customer_id=scope.customer_id, now=now, **columns)
        details = f"{_words(before, customer)} → {_words(grant, customer)}"
        event = events.CONTACT_CHANGED_COLLEAGUE
        access.record(session, scope, event, contact, now, details)


def disable(scope: Scope, contact_id: UUID, now: datetime) -> None:
    """Take a colleague's access away: their sign-ins and open invitations end at once.

    Raises NotAllowed for roles that may not, NotFound for a contact of somebody else, Conflict for
    oneself and for somebody without access.
    """
    scope.need(Permission.COLLEAGUES_MANAGE)
    with store.system_writing() as session:
        _hold(session, scope)
        access.take(session, scope, _colleague(session, scope, contact_id), now)


def enable(scope: Scope, contact_id: UUID, now: datetime) -> None:
    """Give a colleague back what an administrator took away, with the password they had.

    Raises as `disable`, and Conflict when staff took it away.
    """
    scope.need(Permission.COLLEAGUES_MANAGE)
    with store.system_writing() as session:
        _hold(session, scope)
        contact = _colleague(session, scope, contact_id)
        if contact["portal_status"] == "disabled":
            _need_theirs(session, scope, contact_id)
        access.give_back(session, scope, contact, now)


def disabled(scope: Scope) -> dict[UUID, bool | None]:
    """Return who has lost access, with what an administrator can do about it.

    True is to enable it, False to invite again somebody who never accepted, and None is nothing:
    staff took it away. Raises NotAllowed for roles that may do neither.
    """
    scope.need(Permission.COLLEAGUES_MANAGE)
    with store.system_reading() as session:
        found = _rows_of_disabled(session, scope)
    return {
        row["id"]: row["login_id"] is not None if _taken_by_colleague(row) else None
        for row in found
    }


def _hold(session: OpenSession, scope: Scope) -> Row:
    """Return the customer, held, while `scope` is still one of its active administrators.

    `own_limit` is that administrator's payment limit; `locale` is how the business writes amounts.
    """
    own = {"customer_id": scope.customer_id}
    customers = session.locked(_CUSTOMER, **own)
    limits = {
        row["id"]: row["payment_limit_minor"] for row in session.locked(_ADMINISTRATORS, **own)
    }
    if not customers or not customers[0]["portal_enabled"] or scope.contact_id not in limits:
        raise NotAllowed(_("You are no administrator of your company any more."))
    locale = session.value(_LOCALE) or "en_GB"
    return {**customers[0], "own_limit": limits[scope.contact_id], "locale": locale}


def _colleague(session: OpenSession, scope: Scope, contact_id: UUID) -> Row:
    found = session.locked(_CONTACT, id=contact_id, customer_id=scope.customer_id)
    if not found:
        raise NotFound(_("There is no such contact."))
    if contact_id == scope.contact_id:
        raise Conflict(_("You cannot change your own access. Ask another administrator."))
    return found[0]


def _columns(customer: Row, grant: Grant) -> Row:
    """Return a grant as it is stored. Raises Invalid for a role of staff, InvalidFields."""
    if grant.role not in access.CONTACT_ROLES:
        raise Invalid(_("A contact is an administrator, a payer, an approver or a viewer."))
    limit, own, code = grant.limit_minor, customer["own_limit"], customer["currency_code"]
    if limit is not None and not 0 < limit <= access.MOST_LIMIT:
        raise _wrong_limit(_("Enter an amount above zero, or none."))
    if own is not None and grant.pays and (limit is None or limit > own):
        most = money.format(own, code, locale=language.locale(customer["locale"]))
        sentence = _("Your own limit is {amount}: give no more than that.", amount=most)
        raise _wrong_limit(sentence)
    return {
        "role": grant.role.value,
        "limit_minor": limit,
        "currency": code if limit is not None else None,
    }


def _wrong_limit(sentence: str) -> InvalidFields:
    return InvalidFields({"limit": (_(LIMIT), sentence)})


def _send(session: OpenSession, scope: Scope, contact_id: UUID, now: datetime) -> None:
    """Invite a contact, whose row is held, while the day's limits leave room."""
    sent = session.one(
        _INVITED,
        customer_id=scope.customer_id,
        contact_id=contact_id,
        since=now - timedelta(days=1),
    )
    if sent and sent["of_customer"] >= CUSTOMER_DAY_LIMIT:
        raise Conflict(
            _(
                "Your company has sent {count} invitations within a day. Go on tomorrow.",
                count=CUSTOMER_DAY_LIMIT,
            )
        )
    if sent and sent["of_contact"] >= CONTACT_DAY_LIMIT:
        raise Conflict(
            _(
                "They got {count} invitations within a day. Send another one tomorrow.",
                count=CONTACT_DAY_LIMIT,
            )
        )
    invitations.issue(session, scope, contact_id, now)


def _need_theirs(session: OpenSession, scope: Scope, contact_id: UUID) -> None:
    """Raise Conflict when it was staff who took a contact's access away."""
    found = {row["id"]: row for row in _rows_of_disabled(session, scope)}
    if contact_id in found and not _taken_by_colleague(found[contact_id]):
        raise Conflict(_("We took this access away. Write to us to have it back."))


def _rows_of_disabled(session: OpenSession, scope: Scope) -> list[Row]:
    return session.rows(
        _DISABLED,
        customer_id=scope.customer_id,
        by_us=events.CONTACT_DISABLED.key,
        by_colleague=events.CONTACT_DISABLED_COLLEAGUE.key,
    )


def _taken_by_colleague(row: Row) -> bool:
    by_us, by_colleague = row["by_us"], row["by_colleague"]
    return by_colleague is not None and (by_us is None or by_us < by_colleague)


def _words(grant: Grant, customer: Row) -> str:
    """Return a grant as staff read it: payer, up to £500.00 a payment."""
    if grant.limit_minor is None:
        return grant.role.value
    most = money.format(grant.limit_minor, customer["currency_code"], locale=customer["locale"])
    return f"{grant.role.value}, up to {most} a payment"
