"""Saving: cards and bank accounts that a provider keeps for the next time, and forgets again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.business import preferences
from portal_data.errors import Conflict, NotFound
from portal_data.payments import methods, provider_requests
from portal_data.payments.provider import Provider
from portal_data.scope import Permission, Scope
from portal_data.text.language import _

_OWN = "select currency_code, bank_payment_allowed from customers order by id"

_NAMED = """
    select p.customer_id, p.provider_reference from core.provider_customers p
    where p.provider = $provider and (p.provider_reference = $reference or p.customer_id in (
            select s.customer_id from core.saved_methods s
            where s.provider = $provider and s.provider_reference = $reference
        ))
    order by p.customer_id
"""
_VERIFIED = """
    select id, provider_reference from core.saved_methods
    where customer_id = $customer_id and provider = $provider and status = 'verified'
    order by id
"""

_REFERENCE = """
    select provider_reference from core.saved_methods
    where customer_id = $customer_id and id = $id and provider = $provider and status <> 'removed'
    order by id
"""


def start(provider: Provider | None, scope: Scope, address: str, now: datetime) -> str:
    """Return the page where one is saved, from which the payer comes back to `address`.

    Raises NotAllowed for a role that may not pay, Conflict where nothing can be saved,
    ProviderError.
    """
    scope.need(Permission.INVOICE_PAY)
    with store.reading(scope) as session:
        wished = preferences.get(session).customers_add_payment_methods
        own = session.one(_OWN) or {}
    if provider is not None and wished:
        started = provider.start_saving(
            provider_requests.known_payer(provider, scope.customer_id, scope.contact_id, now),
            own["currency_code"],
            provider_requests.kinds(provider, bank=own["bank_payment_allowed"]),
            f"{address}/pay/saved",
        )
        if started.url is not None:
            return started.url
    raise Conflict(_("Cards and bank accounts cannot be saved here."))


def sync(provider: Provider | None, scope: Scope, now: datetime) -> None:
    """Keep what the provider has saved for the customer.

    Raises NotAllowed for a role that may not pay, ProviderError.
    """
    scope.need(Permission.INVOICE_PAY)
    reference = _customer(provider.key, scope.customer_id) if provider else None
    if provider is None or reference is None:
        return
    found = provider.methods(reference)
    with store.system_writing() as session:
        for method in found:
            methods.keep(session, scope.customer_id, scope.contact_id, provider.key, method, now)


def sync_named(provider: Provider, reference: str, now: datetime) -> bool:
    """Keep what a provider has saved for whom it calls so, or whose method it calls so.

    What could be charged and is not there any more is removed here, too, with what was agreed to be
    charged to it. False when the name is none of ours. Raises ProviderError.
    """
    with store.system_reading() as session:
        known = session.one(_NAMED, provider=provider.key, reference=reference)
        if known is None:
            return False
        before = session.rows(_VERIFIED, customer_id=known["customer_id"], provider=provider.key)
    found = provider.methods(known["provider_reference"])
    there = {each.reference for each in found}
    with store.system_writing() as session:
        for method in found:
            methods.keep(session, known["customer_id"], None, provider.key, method, now)
        for each in before:
            if each["provider_reference"] not in there:
                methods.gone(session, known["customer_id"], each["id"], now)
    return True


def verify_page(provider: Provider | None, scope: Scope, method_id: UUID) -> str:
    """Return the page of the provider's where a bank account that was saved is verified.

    Raises NotAllowed for a role that may not pay, NotFound for no such method or one that has
    nothing to verify, ProviderError.
    """
    scope.need(Permission.INVOICE_PAY)
    own = {"customer_id": scope.customer_id, "id": method_id}
    reference = _customer(provider.key, scope.customer_id) if provider else None
    if provider is not None and reference is not None:
        with store.system_reading() as session:
            wanted = session.value(_REFERENCE, **own, provider=provider.key)
        for method in provider.methods(reference):
            if method.reference == wanted and method.verify_url is not None:
                return method.verify_url
    raise NotFound(_("There is nothing to verify."))


def forget(provider: Provider, payload: Mapping[str, Any]) -> None:
    """Have a provider forget a method that was removed. Raises ProviderError."""
    customer = _customer(provider.key, UUID(payload["customer_id"]))
    if customer is not None:
        provider.forget(customer, payload["reference"])


def _customer(provider: str, customer_id: UUID) -> str | None:
    own = {"customer_id": customer_id, "provider": provider}
    with store.system_reading() as session:
        found: str | None = session.value(provider_requests.CUSTOMER, **own)
    return found
