"""Customers and saved methods at the demo gateway, and the pages where methods are saved."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal_data import store
from portal_data.errors import Invalid
from portal_data.payments.demo_gateway import events, lookup, rows
from portal_data.payments.demo_gateway.records import (
    DEPOSIT_TRIES,
    LAST4,
    VERIFIED_WITHIN,
    Customer,
    SavedMethod,
    Saving,
    Scenario,
    Stage,
)
from portal_data.payments.provider import Method, Payer, ProviderError, Started
from portal_data.store import OpenSession

OPEN_FOR = timedelta(hours=24)
"""How long a page to save a method can be used."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen on a page, or the two amounts that were typed in."""

    scenario: Scenario | None = None
    amounts: tuple[int, int] | None = None
    lost: bool = False
    twice: bool = False


def ensure_customer(payer: Payer, now: datetime) -> str:
    """Return the gateway's name of a payer, who becomes known if need be, also anew."""
    with store.system_writing() as session:
        if payer.reference is not None and lookup.knows(session, Customer, payer.reference, now):
            return payer.reference
        reference = rows.name_for("demo_cus", str(payer.customer_id))
        kept = Customer(name=payer.name, email=payer.email)
        rows.add(session, reference, kept, reference, now)
        return reference


def start(payer: Payer, kinds: frozenset[str], return_url: str, now: datetime) -> Started:
    """Prepare a page where a method is saved."""
    customer = ensure_customer(payer, now)
    reference = f"demo_si_{secrets.token_hex(16)}"
    kept = Saving(
        name=payer.name, kinds=sorted(kinds), return_url=return_url, expires_at=now + OPEN_FOR
    )
    with store.system_writing() as session:
        rows.add(session, reference, kept, customer, now)
    return Started(reference, rows.address(reference))


def choose(
    reference: str, step: int, chosen: Chosen, address: str | None, now: datetime
) -> str | None:
    """Do what was chosen on a page, as `payments.choose` does."""
    with store.system_writing() as session:
        found = lookup.held(session, Saving, reference, now)
        page = found.kept
        if page.stage_at(now) not in (Stage.CHOOSE, Stage.AMOUNTS):
            return page.return_url
        if found.version != step:
            return None
        page.sending.address = address or page.sending.address
        if page.stage is Stage.AMOUNTS:
            _compare(session, reference, page, chosen, now)
        else:
            _choose(session, reference, page, found.customer, chosen, now)
        rows.save(session, reference, page, now)
        return None if page.stage is Stage.AMOUNTS else page.return_url


def _choose(
    session: OpenSession,
    reference: str,
    page: Saving,
    customer: str | None,
    chosen: Chosen,
    now: datetime,
) -> None:
    scenario = chosen.scenario
    if scenario is None or scenario.kind not in page.kinds:
        raise Invalid("That is not offered.")
    page.sending.lost, page.sending.twice = chosen.lost, chosen.twice
    page.method = add_method(session, scenario, page.name, customer, now, key=reference)
    page.stage = Stage.SAVED
    if scenario is Scenario.BANK_DEPOSITS:
        page.stage, page.expires_at = Stage.AMOUNTS, now + VERIFIED_WITHIN
    events.queue(session, "method.saved", reference, page, now)


def _compare(
    session: OpenSession, reference: str, page: Saving, chosen: Chosen, now: datetime
) -> None:
    """Verify an account by the amounts that were typed in, or count one more wrong answer."""
    if chosen.amounts is None or page.method is None:
        raise Invalid("Two amounts in cents are wanted.")
    account = lookup.held(session, SavedMethod, page.method, now).kept
    if account.removed:
        page.stage = Stage.CANCELLED
        return
    if sorted(chosen.amounts) == sorted(account.amounts or ()):
        account.verified, page.stage = True, Stage.SAVED
    else:
        account.tries += 1
        if account.tries >= DEPOSIT_TRIES:
            account.verified, page.stage = False, Stage.FAILED
    rows.save(session, page.method, account, now)
    if page.stage is not Stage.AMOUNTS:
        words = "method.verified" if account.verified else "method.failed"
        events.queue(session, words, reference, page, now)


def add_method(
    session: OpenSession,
    scenario: Scenario,
    holder: str,
    customer: str | None,
    now: datetime,
    key: str,
) -> str:
    """Keep the method of a scenario, and return its reference, the same for the same key."""
    reference, card = rows.name_for("demo_pm", key), scenario.kind == "card"
    waits = scenario is Scenario.BANK_DEPOSITS
    first = 1 + secrets.randbelow(98)
    kept = SavedMethod(
        kind=scenario.kind,
        brand="visa" if card else "Demo Bank",
        last4=LAST4[scenario],
        holder=holder,
        expires_month=12 if card else None,
        expires_year=now.year + 3 if card else None,
        verified=None if waits else True,
        amounts=(first, 1 + (first + secrets.randbelow(97)) % 98) if waits else None,
        page=key if waits else None,
    )
    rows.add(session, reference, kept, customer, now)
    return reference


def saved(reference: str, now: datetime) -> Method | None:
    """Return what was saved on a page; None while nothing was."""
    page = lookup.read(Saving, reference, now).kept
    return method(page.method, now) if page.method else None


def method(reference: str, now: datetime) -> Method:
    """Return a saved method."""
    return _method(reference, lookup.read(SavedMethod, reference, now).kept)


def methods(customer: str) -> list[Method]:
    """Return what is saved for a customer."""
    with store.system_reading() as session:
        found = rows.of_customer(session, SavedMethod, customer)
    return [_method(reference, kept) for reference, kept in found if not kept.removed]


def forget(customer: str, reference: str, now: datetime) -> None:
    """Remove a saved method, unless it is another customer's; one that is gone is no error."""
    with store.system_writing() as session:
        try:
            found = lookup.held(session, SavedMethod, reference, now)
        except ProviderError:
            return
        if found.customer != customer:
            message = f"The customer has no method {reference[:80]}."
            raise ProviderError(message, final=True, code="unknown")
        if not found.kept.removed:
            found.kept.removed = True
            rows.save(session, reference, found.kept, now)


def _method(reference: str, kept: SavedMethod) -> Method:
    waits = kept.verified is None and kept.page is not None
    return Method(
        reference=reference,
        kind=kept.kind,
        brand=kept.brand,
        last4=kept.last4,
        holder=kept.holder,
        expires_month=kept.expires_month,
        expires_year=kept.expires_year,
        verified=kept.verified,
        verify_url=rows.address(kept.page) if waits and kept.page else None,
    )
