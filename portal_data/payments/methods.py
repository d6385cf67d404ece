"""Saved cards and bank accounts: what a provider keeps of them, and what customers do with them.

Numbers never reach the portal: only the provider's name of a method, its brand and its last four
digits.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events, outbox
from portal_data.messaging.event import Event
from portal_data.payments import mandates
from portal_data.payments.attempts import Row
from portal_data.payments.provider import Method
from portal_data.scope import Permission, Scope
from portal_data.store import OpenSession, Session
from portal_data.text.language import _

FORGET = "payment.forget"
"""The kind of work that has a provider forget a method which was removed."""

_UPDATE = """
    update core.saved_methods
    set version = version + 1, brand = $brand, last4 = $last4, holder = $holder,
        expires_month = $month, expires_year = $year, status = $status, updated_at = $now
    where customer_id = $customer_id and provider = $provider
        and provider_reference = $reference and status <> 'removed'
"""
_KNOWN = """
    select id from core.saved_methods
    where customer_id = $customer_id and provider = $provider and provider_reference = $reference
    order by id
"""
_INSERT = """
    insert into core.saved_methods (id, customer_id, contact_id, provider, provider_reference, kind,
        brand, last4, holder, expires_month, expires_year, status, is_default, version, created_at,
        updated_at)
    values ($id, $customer_id, $contact_id, $provider, $reference, $kind, $brand, $last4, $holder,
        $month, $year, $status, false, 1, $now, $now)
"""
_HELD = """
    select id, customer_id, version, provider, provider_reference, kind, brand, last4, status,
        is_default
    from core.saved_methods
    where customer_id = $customer_id and id = $id and status <> 'removed'
    order by id
"""
_CHARGED = """
    select id from recurring_profiles
    where saved_method_id = $id and auto_charge and status = 'active'
    order by id
"""
_REMOVE = """
    update core.saved_methods
    set version = version + 1, status = 'removed', is_default = false, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_DEFAULT = """
    update core.saved_methods
    set version = version + 1, is_default = (id = $id), updated_at = $now
    where customer_id = $customer_id and status <> 'removed' and is_default <> (id = $id)
"""


def keep(
    session: Session,
    customer_id: UUID,
    contact_id: UUID | None,
    provider: str,
    method: Method,
    now: datetime,
) -> None:
    """Keep what a provider says of a saved method; one that was removed here stays removed."""
    own = {"customer_id": customer_id, "provider": provider, "reference": method.reference}
    status = {True: "verified", False: "failed", None: "pending_verification"}[method.verified]
    shown = {
        "brand": method.brand,
        "last4": method.last4,
        "holder": method.holder,
        "month": method.expires_month,
        "year": method.expires_year,
        "status": status,
        "now": now,
    }
    if session.change(_UPDATE, **own, **shown) or session.value(_KNOWN, **own) is not None:
        return
    session.change(_INSERT, id=new_id(), **own, contact_id=contact_id, kind=method.kind, **shown)


def remove(scope: Scope, method_id: UUID, *, seen: int, now: datetime) -> None:
    """Remove a saved method in the version that was `seen`; its provider forgets it soon after.

    Raises NotAllowed for a role that may not pay, NotFound, Conflict for one that changed since, or
    that recurring invoices are charged to.
    """
    scope.need(Permission.INVOICE_PAY)
    with store.writing(scope) as session:
        method = _held(session, scope, method_id, seen)
        if session.value(_CHARGED, id=method_id) is not None:
            raise Conflict(
                _("Recurring invoices are charged to this. Choose another one for them first.")
            )
        session.change(_REMOVE, id=method_id, now=now)
        mandates.end_of_method(session, scope.customer_id, method_id, now)
        outbox.enqueue(
            session,
            FORGET,
            dedup_key=f"{FORGET}:{method_id}",
            payload={
                "provider": method["provider"],
                "reference": method["provider_reference"],
                "customer_id": str(scope.customer_id),
            },
            now=now,
        )
        _record(session, scope, events.PAYMENT_METHOD_REMOVED, method, now)


def gone(session: OpenSession, customer_id: UUID, method_id: UUID, now: datetime) -> None:
    """Remove a method that its provider has no more, with what was agreed to be charged to it."""
    for method in session.locked(_HELD, customer_id=customer_id, id=method_id):
        session.change(_REMOVE, customer_id=customer_id, id=method_id, now=now)
        mandates.end_of_method(session, customer_id, method_id, now)
        _record(session, None, events.PAYMENT_METHOD_REMOVED, method, now)


def make_default(scope: Scope, method_id: UUID, *, seen: int, now: datetime) -> None:
    """Make a saved method the one that is offered first; raises as `remove`."""
    scope.need(Permission.INVOICE_PAY)
    with store.writing(scope) as session:
        method = _held(session, scope, method_id, seen)
        if method["status"] != "verified":
            raise Conflict(_("This bank account is not verified yet."))
        session.change(_DEFAULT, id=method_id, now=now)
        _record(session, scope, events.PAYMENT_METHOD_CHOSEN, method, now)


def _held(session: Session, scope: Scope, method_id: UUID, seen: int) -> Row:
    found = session.locked(_HELD, customer_id=scope.customer_id, id=method_id)
    if not found:
        raise NotFound(_("There is no such saved card or bank account."))
    if found[0]["version"] != seen:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again first."))
    return found[0]


def _record(
    session: Session, scope: Scope | None, event: Event, method: Mapping[str, Any], now: datetime
) -> None:
    named = f"{method['brand'] or method['kind']} •••• {method['last4'] or ''}".strip()
    activity.record(
        session,
        scope,
        event,
        now=now,
        customer_id=method["customer_id"],
        subject_kind="saved_method",
        subject_id=method["id"],
        subject_number=named,
        visible=True,
    )
