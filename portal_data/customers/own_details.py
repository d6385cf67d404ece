"""Contacts change their own details, and administrators those of the company and its addresses.

What is changed holds at once, but for the tax number, which waits for staff (`change_requests`).
Each change of a field is kept with its old value: staff read it, and an import needs it to tell
what is newer (docs/decisions/0025).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from portal_data import store
from portal_data.business import preferences
from portal_data.customers import change_requests, detail_fields
from portal_data.customers.details import Address, Contact, MyDetails
from portal_data.errors import Conflict, Invalid, NotAllowed
from portal_data.ids import new_id
from portal_data.messaging import activity, events
from portal_data.messaging.event import Event
from portal_data.scope import Permission, Scope
from portal_data.store import Session
from portal_data.store.engine import Row
from portal_data.text import form_fields, language
from portal_data.text.form_fields import Field
from portal_data.text.language import _

AddressKind = Literal["billing", "shipping"]
_ADDRESS_KINDS = ("billing", "shipping")

_PERSON = """
    select id, salutation, first_name, last_name, designation, phone, mobile
    from core.contacts
    where id = $id and customer_id = $customer_id
    order by id
"""
_SET_PERSON = """
    update core.contacts set version = version + 1,
        salutation = $salutation, first_name = $first_name, last_name = $last_name,
        designation = $designation, phone = $phone, mobile = $mobile, updated_at = $now
    where id = $id and customer_id = $customer_id
"""
_SET_LANGUAGE = """
    update core.contacts set version = version + 1, language = $language
    where id = $id and customer_id = $customer_id
"""
_COMPANY = """
    select id, display_name, company_name, phone, website, tax_id
    from core.customers
    where id = $customer_id
    order by id
"""
_SET_COMPANY = """
    update core.customers set version = version + 1,
        company_name = $company_name, phone = $phone, website = $website, updated_at = $now
    where id = $customer_id
"""
_ADDRESS = """
    select id, attention, street1, street2, city, state, postal_code, country, phone, fax
    from core.addresses
    where customer_id = $customer_id and kind = $kind
    order by id
"""
_ADD_ADDRESS = """
    insert into core.addresses (id, customer_id, kind, updated_at, version)
    values ($id, $customer_id, $kind, $now, 0)
"""
_SET_ADDRESS = """
    update core.addresses set version = version + 1,
        attention = $attention, street1 = $street1, street2 = $street2, city = $city,
        state = $state, postal_code = $postal_code, country = $country, phone = $phone, fax = $fax,
        updated_at = $now
    where id = $id and customer_id = $customer_id
"""
_KEEP = """
    insert into core.pending_changes (id, customer_id, subject_kind, subject_id, field, old_value,
        new_value, status, requested_by, requested_at, decided_at, version)
    values ($id, $customer_id, $subject_kind, $subject_id, $field, $old, $new, 'accepted',
        $contact_id, $now, $now, 1)
"""


def may_edit(scope: Scope, shown: preferences.Preferences, permission: Permission) -> bool:
    """Tell whether a contact may change what `permission` names, as the business wants it now."""
    return shown.customers_edit_details and scope.may(permission)


def change_person(
    scope: Scope, changes: Mapping[str, str | None], *, before: Contact, now: datetime
) -> None:
    """Change one's own name, title and numbers by field, as they were in `before`.

    Raises NotAllowed when the business keeps details itself, InvalidFields for values that cannot
    be used, Conflict when one of the same fields was changed meanwhile.
    """
    scope.need(Permission.PROFILE_EDIT)
    typed = form_fields.clean(detail_fields.PERSON, changes)
    with store.writing(scope) as session:
        _need_editing(session)
        own = {"id": scope.contact_id, "customer_id": scope.customer_id}
        (current,) = session.locked(_PERSON, **own)
        changed = _changed(detail_fields.PERSON, typed, current, before)
        after = {**current, **changed}
        if not (after["first_name"] or after["last_name"]):
            words = _("Enter a first or a last name.")
            raise form_fields.wrong(detail_fields.PERSON, last_name=words)
        if not changed:
            return
        session.change(_SET_PERSON, **_fields(detail_fields.PERSON, after), **own, now=now)
        name = " ".join(part for part in (after["first_name"], after["last_name"]) if part)
        _record(
            session, scope, events.DETAILS_PERSON_CHANGED, "contact", current, changed, name, now
        )


def choose_language(scope: Scope, chosen: str) -> None:
    """Have one's screens, mails and documents in a language from now on.

    It is everybody's own, whatever the business says of details. Raises Invalid for one that there
    is not, NotAllowed for staff who look at what a customer sees.
    """
    scope.need(Permission.PROFILE_EDIT)
    if chosen not in language.LANGUAGES:
        raise Invalid(_("Choose one of {known}.", known=", ".join(language.LANGUAGES)))
    own = {"id": scope.contact_id, "customer_id": scope.customer_id}
    with store.writing(scope) as session:
        session.change(_SET_LANGUAGE, **own, language=chosen)


def change_company(
    scope: Scope, changes: Mapping[str, str | None], *, before: MyDetails, now: datetime
) -> None:
    """Change the company's name, phone and website by field, and ask for another tax number.

    Raises NotAllowed for roles that may not and when the business keeps details itself,
    InvalidFields for values that cannot be used, Conflict when one of the same fields was changed
    meanwhile.
    """
    scope.need(Permission.ACCOUNT_EDIT)
    typed = form_fields.clean(detail_fields.COMPANY, changes)
    with store.writing(scope) as session:
        _need_editing(session)
        (current,) = session.locked(_COMPANY, customer_id=scope.customer_id)
        changed = _changed(detail_fields.COMPANY, typed, current, before)
        if "tax_id" in changed:
            asked = changed.pop("tax_id")
            change_requests.ask(session, scope, "tax_id", current["tax_id"], asked, now)
        if not changed:
            return
        after = {**current, **changed}
        session.change(
            _SET_COMPANY,
            company_name=after["company_name"],
            phone=after["phone"],
            website=after["website"],
            now=now,
        )
        name = after["company_name"] or after["display_name"]
        _record(
            session, scope, events.DETAILS_COMPANY_CHANGED, "customer", current, changed, name, now
        )


def change_address(
    scope: Scope,
    kind: AddressKind,
    changes: Mapping[str, str | None],
    *,
    before: Address | None,
    now: datetime,
) -> None:
    """Change the billing or shipping address by field; `before` is None where there was none.

    Documents that exist keep the address that they were written to. Raises as `change_company`, and
    Invalid for another kind of address.
    """
    scope.need(Permission.ACCOUNT_EDIT)
    if kind not in _ADDRESS_KINDS:
        raise Invalid(_("There is a billing and a shipping address."))
    typed = form_fields.clean(detail_fields.ADDRESS, changes)
    own = {"customer_id": scope.customer_id}
    with store.writing(scope) as session:
        _need_editing(session)
        # an address that is not there yet has no row to hold, so the company's stands for it
        (company,) = session.locked(_COMPANY, **own)
        found = session.locked(_ADDRESS, **own, kind=kind)
        current = found[0] if found else dict.fromkeys(detail_fields.ADDRESS)
        changed = _changed(detail_fields.ADDRESS, typed, current, before)
        if not changed:
            return
        if not found:
            current["id"] = new_id()
            session.change(_ADD_ADDRESS, id=current["id"], kind=kind, now=now)
        after = {**current, **changed}
        session.change(
            _SET_ADDRESS, **_fields(detail_fields.ADDRESS, after), id=current["id"], now=now
        )
        name = f"{kind} address of {company['company_name'] or company['display_name']}"
        _record(
            session, scope, events.DETAILS_ADDRESS_CHANGED, "address", current, changed, name, now
        )


def _need_editing(session: Session) -> None:
    if not preferences.get(session).customers_edit_details:
        raise NotAllowed(_("These details are kept by us. Write to us to have them changed."))


def _changed(
    fields: Mapping[str, Field],
    typed: Mapping[str, str | None],
    current: Row,
    before: Contact | MyDetails | Address | None,
) -> dict[str, str | None]:
    """Return what is to change. Raises Conflict for a field that is not as its editor saw it."""
    changed = {name: new for name, new in typed.items() if new != current[name]}
    moved = [name for name in changed if getattr(before, name, None) != current[name]]
    if moved:
        named = ", ".join(_(fields[name].label) for name in moved)
        raise Conflict(_("Somebody else changed this meanwhile: {fields}.", fields=named))
    return changed


def _fields(fields: Mapping[str, Field], row: Row) -> dict[str, str | None]:
    return {name: row[name] for name in fields}


def _record(
    session: Session,
    scope: Scope,
    event: Event,
    kind: str,
    current: Row,
    changed: Mapping[str, str | None],
    name: str,
    now: datetime,
) -> None:
    """Keep each change, and record them together, in the transaction that made them."""
    for field, new in changed.items():
        session.change(
            _KEEP,
            id=new_id(),
            subject_kind=kind,
            subject_id=current["id"],
            field=field,
            old=current[field],
            new=new,
            contact_id=scope.contact_id,
            now=now,
        )
    labels = detail_fields.LABELS[kind]
    details = "\n".join(
        f"{labels[field]}: {detail_fields.said(current[field])} → {detail_fields.said(new)}"
        for field, new in changed.items()
    )
    activity.record(
        session,
        scope,
        event,
        now=now,
        subject_kind="customer",  # where staff are led to
        subject_id=scope.customer_id,
        subject_number=name,
        details=details,
    )
