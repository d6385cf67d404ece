"""Paying: a customer begins to pay documents, takes that back, or agrees to a colleague's payment.

Nothing here asks a provider for anything: that is `collecting`, once the transaction is over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal_data import money, store
from portal_data.billing import pay_links
from portal_data.business import preferences
from portal_data.customers import payment_limits
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.kinds import INVOICE
from portal_data.messaging import activity, chain, events
from portal_data.messaging.event import Event
from portal_data.payments import attempts, autopay_consents, offers, polling
from portal_data.payments.attempts import Row, Status
from portal_data.payments.mandates import Terms
from portal_data.payments.provider import Provider
from portal_data.scope import Permission, Scope
from portal_data.store import Session
from portal_data.text import language
from portal_data.text.language import _

OPEN_FOR = timedelta(hours=1)
"""How long the page of a provider waits for the payer, and holds the documents."""
APPROVAL_FOR = timedelta(days=14)
"""How long a payment waits for somebody to agree to it."""


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a document, by its record and number, in the version that was `seen`."""

    record: str
    number: str
    seen: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer wants to pay, by a saved method, or by one that the provider asks for."""

    parts: tuple[Part, ...]
    method_id: UUID | None = None
    save_method: bool = False
    consent: Terms | None = None
    """What of the next invoices is to be charged by itself once this payment has succeeded."""


_PAYER = """
    select c.payment_limit_minor, c.payment_limit_currency, u.bank_payment_allowed
    from contacts c
    join customers u on u.id = c.customer_id
    where c.id = $contact_id
    order by c.id
"""
_METHOD = """
    select id, kind, provider, status from saved_methods where id = $id order by id
"""
_KNOWN = "select id from payment_attempts where id = $id order by id"
_BEGIN = """
    insert into core.payment_attempts (id, customer_id, contact_id, link_id, key, provider,
        status, currency_code, amount_minor, saved_method_id, save_method, consent, created_at,
        updated_at, expires_at)
    values ($id, $customer_id, $contact_id, $link_id, $key, $provider, $status, $currency, $amount,
        $method_id, $save_method, $consent, $now, $now, $expires_at)
"""
_ITEMS = """
    insert into core.payment_attempt_items (id, customer_id, attempt_id, invoice_id,
        retainer_invoice_id, amount_minor)
    select unnest($ids::uuid[]), $customer_id, $attempt_id, unnest($invoices::uuid[]),
        unnest($retainers::uuid[]), unnest($amounts::bigint[])
"""
_APPROVE = """
    update core.payment_attempts
    set version = version + 1, status = 'created', approved_by = $contact_id, approved_at = $now,
        expires_at = $expires_at, updated_at = $now
    where customer_id = $customer_id and id = $id
"""


def begin(scope: Scope, provider: Provider, order: Order, *, key: UUID, now: datetime) -> Status:
    """Begin to pay some documents: from now on that much of them is in flight.

    `key` is the id that the attempt gets: the same click twice is one attempt. Returns `created`,
    to be handed to the provider next, or `awaiting_approval` for more than the contact may pay
    alone. Raises NotAllowed for a role that may not pay, NotFound for no such document or saved
    method, Conflict for a document that changed since it was seen, is paid, on its way, or cannot
    be paid online, Invalid for an amount that cannot be.

    By a public link that is its invoice alone, with what the provider asks for; no contact's limit
    is asked. NotFound is also for a link that opens nothing any more.
    """
    attempts.need_payer(scope)
    if not 0 < len(order.parts) <= offers.MOST or twice(order.parts):
        raise Invalid(_("Choose between one and {most} documents.", most=offers.MOST))
    if len({part.record for part in order.parts}) != 1:
        raise Invalid(_("Pay invoices and retainer invoices one after the other."))
    with store.writing(scope, by_link=True) as session:
        if scope.linked:
            _need_link(session, scope, order, now)
        rows = seen_rows(session, scope, order.parts)
        if session.value(_KNOWN, id=key) is not None:
            known = attempts.held(session, scope.customer_id, key)
            if scope.linked and known["link_id"] != scope.contact_id:
                raise NotFound(_("There is no such payment."))
            return attempts.Status(known["status"])
        currency = one_currency(rows)
        total = sum(part.amount_minor for part in order.parts)
        _need_payable(session, rows, order.parts)
        payer = session.one(_PAYER, contact_id=scope.contact_id) or {}
        _need_provider(session, provider, order, rows, payer, (currency, total))
        over = payment_limits.over(payer, currency, total)
        status = Status.AWAITING_APPROVAL if over else Status.CREATED
        row = {"id": key, "customer_id": scope.customer_id}
        session.change(
            _BEGIN,
            id=key,
            contact_id=scope.person_id,
            link_id=scope.contact_id if scope.linked else None,
            key=str(key),
            provider=provider.key,
            status=status.value,
            currency=currency,
            amount=total,
            method_id=order.method_id,
            save_method=order.save_method,
            consent=_consent(session, scope, order, currency),
            now=now,
            expires_at=now + (OPEN_FOR if status is Status.CREATED else APPROVAL_FOR),
        )
        items = _items(rows, order.parts)
        session.change(
            _ITEMS,
            ids=[new_id() for _item in items],
            attempt_id=key,
            invoices=[item["invoice_id"] for item in items],
            retainers=[item["retainer_invoice_id"] for item in items],
            amounts=[item["amount_minor"] for item in items],
        )
        attempts.fly(session, row, items, now)
        polling.plan(session, key, scope.customer_id, 0, now)
        asked = status is Status.AWAITING_APPROVAL
        event = events.PAYMENT_APPROVAL_ASKED if asked else events.PAYMENT_STARTED
        about = {**row, "currency_code": currency, "amount_minor": total}
        _record(session, scope, event, about, now)
    return status


def leave(scope: Scope, attempt_id: UUID, *, seen: int, now: datetime) -> None:
    """Take back a payment that waits for somebody's agreement: nothing is in flight for it.

    Raises NotAllowed for a role that may not pay, NotFound, Conflict for one that changed since it
    was seen, or that a provider has: `collecting.cancel` is for that.
    """
    scope.need(Permission.INVOICE_PAY)
    with store.writing(scope) as session:
        attempt, items = _waiting(session, scope, attempt_id, seen)
        attempts.move(session, attempt, Status.CANCELLED, now)
        attempts.land(session, attempt, items, now)
        _record(session, scope, events.PAYMENT_CANCELLED, attempt, now)


def approve(scope: Scope, attempt_id: UUID, *, seen: int, now: datetime) -> None:
    """Agree to a payment that a colleague may not make alone: it can be handed to the provider.

    Raises NotAllowed for who may not pay as much either, NotFound, Conflict as `leave`.
    """
    scope.need(Permission.INVOICE_PAY)
    with store.writing(scope) as session:
        attempt, _items_of = _waiting(session, scope, attempt_id, seen)
        payer = session.one(_PAYER, contact_id=scope.contact_id) or {}
        currency = attempt["currency_code"]
        if payment_limits.over(payer, currency, attempt["amount_minor"]):
            words = _("This is more than your own limit, too. Ask an administrator.")
            raise NotAllowed(_elsewhere(payer, currency) or words)
        session.change(
            _APPROVE,
            id=attempt_id,
            contact_id=scope.contact_id,
            now=now,
            expires_at=now + OPEN_FOR,
        )
        _record(session, scope, events.PAYMENT_APPROVED, attempt, now)


def need_alone(session: Session, scope: Scope, currency: str, total: int) -> None:
    """Raise NotAllowed unless somebody may give so much away without a colleague's agreement."""
    payer = session.one(_PAYER, contact_id=scope.contact_id) or {}
    if payment_limits.over(payer, currency, total):
        words = _("This is more than your limit. Ask an administrator of your company.")
        raise NotAllowed(_elsewhere(payer, currency) or words)


def _elsewhere(payer: Row, currency: str) -> str | None:
    """Return what is said to whoever has a limit in another currency than that of an amount."""
    if (payer["payment_limit_currency"] or currency) == currency:
        return None
    return _("Your limit is for another currency. Ask a colleague who has no limit.")


def twice(parts: Iterable[Part]) -> bool:
    """Tell whether a document is named more than once."""
    named = [(part.record, part.number) for part in parts]
    return len(set(named)) != len(named)


def _need_link(session: Session, scope: Scope, order: Order, now: datetime) -> None:
    """Hold the link that a scope is of; raise unless its invoice is paid, by nothing saved.

    What becomes of the link later stops no payment that was begun by it.
    """
    if len(order.parts) != 1 or order.parts[0].record != INVOICE.record:
        raise NotFound(_(pay_links.OVER))
    if order.method_id is not None or order.save_method or order.consent is not None:
        raise NotAllowed(_("By a link nothing is paid with what is saved, and nothing is saved."))
    pay_links.hold(session, scope, order.parts[0].number, now)


def seen_rows(session: Session, scope: Scope, parts: tuple[Part, ...]) -> dict[str, Row]:
    """Return the documents by their numbers, held in one order, each in the version seen.

    Raises NotFound for no such document, Conflict for one that changed since.
    """
    numbers = [part.number for part in parts]
    rows = {row["number"]: row for row in offers.held(session, scope, parts[0].record, numbers)}
    for part in parts:
        row = rows.get(part.number)
        if row is None:
            raise NotFound(_("There is no such document."))
        if row["version"] != part.seen:
            raise Conflict(
                _("{number} changed meanwhile. Look at it again first.", number=part.number)
            )
    return rows


def one_currency(rows: Mapping[str, Row]) -> str:
    """Return the currency of some documents. Raises Conflict where there are several."""
    currencies = {row["currency_code"] for row in rows.values()}
    if len(currencies) != 1:
        raise Conflict(_("Pay one currency at a time."))
    return str(currencies.pop())


def _need_payable(session: Session, rows: Mapping[str, Row], parts: tuple[Part, ...]) -> None:
    """Raise unless so much of each document is asked for, and may be paid in that part."""
    in_parts = preferences.get(session).pay_in_parts
    for part in parts:
        row, number = rows[part.number], part.number
        left = offers.payable(row)
        if left <= 0 and row["pending_minor"]:
            raise Conflict(_("A payment of {number} is on its way already.", number=number))
        if left <= 0:
            raise Conflict(_("Nothing is to be paid on {number}.", number=number))
        least = offers.least_of(row, in_parts=in_parts)
        if not least <= part.amount_minor <= left:
            raise Invalid(
                _(
                    "Between {least} and {most} can be paid on {number}.",
                    least=_money(least, row["currency_code"]),
                    most=_money(left, row["currency_code"]),
                    number=number,
                )
            )


def _need_provider(
    session: Session,
    provider: Provider,
    order: Order,
    rows: Mapping[str, Row],
    payer: Row,
    amount: tuple[str, int],
) -> None:
    """Raise unless all of the documents can be paid through the provider, in this way."""
    ids = [row["id"] for row in rows.values()]
    reached = offers.online(session, provider, order.parts[0].record, ids)
    for number, row in rows.items():
        if row["id"] not in reached:
            raise Conflict(_("{number} cannot be paid online.", number=number))
    currency, total = amount
    if not provider.takes(currency, total):
        raise Invalid(_("{amount} cannot be paid this way.", amount=_money(total, currency)))
    if order.method_id is not None:
        method = session.one(_METHOD, id=order.method_id)
        if method is None or method["provider"] != provider.key:
            raise NotFound(_("There is no such saved card or bank account."))
        if method["status"] != "verified":
            raise Conflict(_("This bank account is not verified yet."))
        if method["kind"] == "bank" and not payer["bank_payment_allowed"]:
            raise Conflict(_("This cannot be paid from a bank account here."))
    if order.save_method and not preferences.get(session).customers_add_payment_methods:
        raise Conflict(_("Cards and bank accounts cannot be saved here."))


def _consent(session: Session, scope: Scope, order: Order, currency: str) -> str | None:
    """Return what is agreed to as it is kept. Raises Conflict where nothing can be."""
    if order.consent is None:
        return None
    if order.consent.currency_code != currency:
        raise Invalid(_("Auto-pay is for the currency that is paid."))
    if not preferences.get(session).autopay or not (order.method_id or order.save_method):
        raise Conflict(_("Nothing can be charged by itself here."))
    return autopay_consents.kept(order.consent, chain.address(session, scope.sign_in_id))


def _items(rows: Mapping[str, Row], parts: tuple[Part, ...]) -> list[Row]:
    own = parts[0].record == INVOICE.record
    return [
        {
            "invoice_id": rows[part.number]["id"] if own else None,
            "retainer_invoice_id": None if own else rows[part.number]["id"],
            "amount_minor": part.amount_minor,
        }
        for part in sorted(parts, key=lambda each: rows[each.number]["id"])
    ]


def _waiting(session: Session, scope: Scope, attempt_id: UUID, seen: int) -> tuple[Row, list[Row]]:
    attempt = attempts.held(session, scope.customer_id, attempt_id)
    if attempt["version"] != seen:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again first."))
    if attempt["status"] != Status.AWAITING_APPROVAL:
        raise Conflict(_("This payment waits for nobody's agreement."))
    return attempt, attempts.items_of(session, scope.customer_id, attempt_id)


def _record(session: Session, scope: Scope, event: Event, about: Row, now: datetime) -> None:
    items = attempts.items_named(session, [about["id"]]).get(about["id"], [])
    activity.record(
        session,
        scope,
        event,
        now=now,
        subject_kind="payment_attempt",
        subject_id=about["id"],
        subject_number=attempts.numbered([item.number for item in items]),
        amount_minor=about["amount_minor"],
        currency_code=about["currency_code"],
        visible=True,
    )


def _money(minor: int, currency: str) -> str:
    return money.format(minor, currency, locale=language.locale("en_GB"))
