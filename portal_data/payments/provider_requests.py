"""What is asked of providers: a payment of an attempt's documents, by a payer who is known there.

All of it is read in transactions of its own, and a provider is asked between them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.payments import attempts
from portal_data.payments.provider import Line, Payer, Provider, Request, Started

_PAYER = """
    select u.display_name, coalesce(c.email, u.email) as email, p.provider_reference
    from core.customers u
    left join core.contacts c on c.customer_id = u.id and c.id = $contact_id
    left join core.provider_customers p on p.customer_id = u.id and p.provider = $provider
    where u.id = $customer_id
    order by u.id
"""
_KEEP_CUSTOMER = """
    insert into core.provider_customers (customer_id, provider, provider_reference, created_at)
    values ($customer_id, $provider, $reference, $now)
    on conflict (customer_id, provider) do update set provider_reference = $reference
    where core.provider_customers.provider_reference = $lost
"""
CUSTOMER = """
    select provider_reference from core.provider_customers
    where customer_id = $customer_id and provider = $provider
    order by 1
"""
_METHOD = """
    select provider_reference, kind from core.saved_methods
    where customer_id = $customer_id and id = $id
    order by id
"""
_NAME = "select display_name from core.customers where id = $customer_id order by id"
_BANK = "select bank_payment_allowed from core.customers where id = $customer_id order by id"
_STARTED = """
    update core.payment_attempts
    set version = version + 1, provider_reference = $reference, redirect_url = $url,
        updated_at = $now
    where customer_id = $customer_id and id = $id and provider_reference is null
"""


def hand_over(
    provider: Provider, attempt: Mapping[str, Any], address: str, now: datetime
) -> Started:
    """Hand an attempt over, as often as need be: under its key it is one payment there."""
    own = {"customer_id": attempt["customer_id"]}
    with store.system_reading() as session:
        lines = attempts.documents_of(session, [attempt["id"]])[attempt["id"]]
        bank = session.value(_BANK, **own)
        method = None
        if attempt["saved_method_id"] is not None:
            method = session.one(_METHOD, **own, id=attempt["saved_method_id"])
    back = f"{address}/{_way_back(attempt)}/return?attempt={attempt['id']}"
    request = Request(
        attempt_id=attempt["id"],
        payer=_payer(provider, attempt, now),
        currency_code=attempt["currency_code"],
        lines=tuple(Line(line["number"], line["amount_minor"]) for line in lines),
        kinds=kinds(provider, bank=bool(bank)),
        save_method=attempt["save_method"],
        return_url=back,
        cancel_url=f"{back}&left=1",
        expires_at=attempt["expires_at"],
        method=method["provider_reference"] if method else None,
        absent=attempt["mandate_id"] is not None,
        stranger=attempt["link_id"] is not None,
    )
    started = provider.charge(request) if method else provider.start(request)
    with store.system_writing() as session:
        session.change(
            _STARTED,
            **own,
            id=attempt["id"],
            reference=started.reference,
            url=started.url,
            now=now,
        )
    return started


def _way_back(attempt: Mapping[str, Any]) -> str:
    """Return where a payer comes back to: who pays by a link has no sign-in."""
    return "pay" if attempt["link_id"] is None else "pay_link"


def _payer(provider: Provider, attempt: Mapping[str, Any], now: datetime) -> Payer:
    """Return who pays; of whom a link is of, no more than the name, which the invoice has too."""
    if attempt["link_id"] is None:
        return known_payer(provider, attempt["customer_id"], attempt["contact_id"], now)
    with store.system_reading() as session:
        name = session.value(_NAME, customer_id=attempt["customer_id"])
    return Payer(attempt["customer_id"], str(name), "", None)


def known_payer(
    provider: Provider, customer_id: UUID, contact_id: UUID | None, now: datetime
) -> Payer:
    """Return who pays, who is known to the provider afterwards."""
    own: dict[str, Any] = {"customer_id": customer_id, "provider": provider.key}
    with store.system_reading() as session:
        row = session.one(_PAYER, **own, contact_id=contact_id) or {}
    payer = Payer(customer_id, row["display_name"], row["email"] or "", row["provider_reference"])
    reference = provider.ensure_customer(payer)
    if reference != payer.reference:
        with store.system_writing() as session:
            session.change(
                _KEEP_CUSTOMER, **own, reference=reference, lost=payer.reference, now=now
            )
            reference = str(session.value(CUSTOMER, **own))
    return Payer(payer.customer_id, payer.name, payer.email, reference)


def kinds(provider: Provider, *, bank: bool) -> frozenset[str]:
    """Return the kinds of methods that a customer may use."""
    return provider.kinds if bank else provider.kinds - {"bank"}
