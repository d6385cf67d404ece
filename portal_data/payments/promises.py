"""Promises: customers say which invoices they will pay, how much of each and by which day.

Nothing is paid by a promise, and nothing kept from being paid. Whether it was kept is found out by
`promise_closing`; what is promised already is told by `billing.promised`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from uuid import UUID

from babel.dates import format_date

from portal_data import money, store
from portal_data.billing import promised
from portal_data.billing.promised import State
from portal_data.business import organisation, preferences
from portal_data.errors import Conflict, Invalid
from portal_data.kinds import INVOICE
from portal_data.messaging import activity, promise_events
from portal_data.messaging.event import Event
from portal_data.payments import attempts, offers, paying
from portal_data.payments.attempts import Row
from portal_data.payments.paying import Part
from portal_data.scope import Permission, Scope, Staff
from portal_data.store import OpenSession, Session
from portal_data.text import language
from portal_data.text.language import _

LATEST = timedelta(days=90)
"""How far away the promised day may be: reminders rest until then, and whoever wants longer than a
quarter wants other terms, which are agreed on with a person."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A promise as staff see it, with whose it is and the numbers of its invoices."""

    id: UUID
    version: int
    state: State
    customer_id: UUID
    customer: str
    currency_code: str
    amount_minor: int
    promised_on: Date
    numbers: tuple[str, ...]

    @property
    def named(self) -> str:
        """The numbers of its invoices, the first of many."""
        return attempts.numbered(self.numbers)


_MADE = "select count(*)::bigint as made from payment_promises where created_at > $since order by 1"
_KNOWN = """
    select currency_code, amount_minor from payment_promises where id = $id order by id
"""
_MAKE = """
    insert into core.payment_promises (id, customer_id, contact_id, currency_code, amount_minor,
        promised_on, status, created_at)
    values ($id, $customer_id, $contact_id, $currency, $amount, $day, 'open', $now)
"""
_ITEMS = """
    insert into core.payment_promise_items (customer_id, promise_id, invoice_id, amount_minor,
        open_minor)
    select $customer_id, $promise_id, unnest($invoices::uuid[]), unnest($amounts::bigint[]),
        unnest($opens::bigint[])
"""
_HELD = """
    select id, customer_id, version, status, currency_code, amount_minor, promised_on
    from core.payment_promises
    where customer_id = $customer_id and id = $id
    order by id
"""
_HELD_BY_STAFF = """
    select id, customer_id, version, status, currency_code, amount_minor, promised_on
    from core.payment_promises
    where id = $id
    order by id
"""
_NAMED = """
    select i.id, i.number
    from core.payment_promise_items t
    join core.invoices i on i.customer_id = t.customer_id and i.id = t.invoice_id
    where t.customer_id = $customer_id and t.promise_id = $promise_id
    order by i.due_date, i.number
"""
_CLOSE = """
    update core.payment_promises
    set version = version + 1, status = $status, closed_at = $now
    where customer_id = $customer_id and id = $id
"""
_WAITING = """
    select p.id, p.version, p.status as state, p.customer_id, u.display_name as customer,
        p.currency_code, p.amount_minor, p.promised_on
    from core.payment_promises p
    join core.customers u on u.id = p.customer_id
    where p.status = 'open' or (p.status = 'broken' and p.closed_at >= $since)
    order by case when p.status = 'broken' then 0 else 1 end, p.promised_on, p.id
    limit $limit
"""
_HOW_MANY = """
    select count(*)::bigint as promises from core.payment_promises
    where status = 'open' or (status = 'broken' and closed_at >= $since)
    order by 1
"""
_NUMBERS = """
    select t.promise_id, i.number
    from core.payment_promise_items t
    join core.invoices i on i.customer_id = t.customer_id and i.id = t.invoice_id
    where t.promise_id = any($promises)
    order by i.due_date, i.number
"""
MOST_A_DAY = 20
"""Promises of a customer within a day, of each of which staff hear."""
BROKEN_FOR = timedelta(days=30)
"""How long staff are shown a promise that was not kept."""


def make(scope: Scope, parts: tuple[Part, ...], day: Date, *, key: UUID, now: datetime) -> None:
    """Promise to pay so much of some invoices by a day.

    `key` is the id that the promise gets: the same click twice is one promise. Raises NotAllowed
    for a role that may not pay or an amount above somebody's limit, NotFound for no such invoice,
    Conflict for one that changed since it was seen, where promises are not taken, or for the `key`
    of another promise, Invalid for a day or an amount that cannot be.
    """
    scope.need(Permission.INVOICE_PAY)
    today = organisation.get(scope).today(now)
    with store.writing(scope) as session:
        _need_taken(session)
        rows = paying.seen_rows(session, scope, _some(parts))
        known = session.one(_KNOWN, id=key)
        if known is not None:
            total = sum(part.amount_minor for part in parts)
            if (known["currency_code"], known["amount_minor"]) != (
                paying.one_currency(rows),
                total,
            ):
                raise Conflict(
                    _("Something else was promised here already. Open this again first.")
                )
            return
        promise = _write(session, scope, rows, parts, day, today, key, now)
        record(session, scope, promise_events.MADE, promise, now, _by(day))


def change(
    scope: Scope,
    promise_id: UUID,
    parts: tuple[Part, ...],
    day: Date,
    *,
    seen: int,
    key: UUID,
    now: datetime,
) -> None:
    """Promise something else in place of a promise that was `seen`: it is withdrawn for a new one.

    Raises as `make`, and Conflict for a promise that was changed since or is over.
    """
    scope.need(Permission.INVOICE_PAY)
    today = organisation.get(scope).today(now)
    with store.writing(scope) as session:
        _need_taken(session)
        held = session.as_seen(_HELD, seen, customer_id=scope.customer_id, id=promise_id)
        _need_open(held)
        close(session, held, State.WITHDRAWN, now)
        rows = paying.seen_rows(session, scope, _some(parts))
        promise = _write(session, scope, rows, parts, day, today, key, now)
        record(session, scope, promise_events.CHANGED, promise, now, _by(day))


def withdraw(scope: Scope, promise_id: UUID, *, seen: int, now: datetime) -> None:
    """Take a promise back in the version that was `seen`: its invoices are reminded of again.

    Raises NotAllowed for a role that may not pay, NotFound, Conflict for one that was changed
    since or is over.
    """
    scope.need(Permission.INVOICE_PAY)
    with store.writing(scope) as session:
        held = session.as_seen(_HELD, seen, customer_id=scope.customer_id, id=promise_id)
        _need_open(held)
        close(session, held, State.WITHDRAWN, now)
        record(session, scope, promise_events.WITHDRAWN, held, now)


def withdraw_for(staff: Staff, promise_id: UUID, *, seen: int, now: datetime) -> None:
    """Take a customer's promise back for them; raises as `withdraw`."""
    with store.staff_writing(staff) as session:
        held = session.as_seen(_HELD_BY_STAFF, seen, id=promise_id)
        _need_open(held)
        close(session, held, State.WITHDRAWN, now)
        record(session, staff, promise_events.WITHDRAWN, held, now)


def waiting(staff: Staff, limit: int, now: datetime) -> tuple[list[Waiting], int]:
    """Return the promises of all customers that were broken of late or are open, and how many.

    The broken ones come first, then those whose day comes first.
    """
    since = now - BROKEN_FOR
    with store.staff_reading(staff) as session:
        rows = session.rows(_WAITING, limit=limit, since=since)
        count = len(rows) if len(rows) < limit else int(session.value(_HOW_MANY, since=since))
        numbers: dict[UUID, list[str]] = {}
        held = [row["id"] for row in rows]
        for each in session.rows(_NUMBERS, promises=held) if held else ():
            numbers.setdefault(each["promise_id"], []).append(each["number"])
    found = [
        Waiting(
            **{**row, "state": State[row["state"].upper()]},
            numbers=tuple(numbers.get(row["id"], ())),
        )
        for row in rows
    ]
    return found, count


def close(session: Session, held: Row, state: State, now: datetime) -> None:
    """Write what became of a promise, whose row is held."""
    own = {"id": held["id"], "customer_id": held["customer_id"]}
    session.change(_CLOSE, **own, status=state.key, now=now)


def record(
    session: Session | OpenSession,
    who: Scope | Staff | None,
    event: Event,
    promise: Row,
    now: datetime,
    details: str | None = None,
) -> None:
    """Record what happened to a promise: at its invoice, where that is one alone."""
    own = {"customer_id": promise["customer_id"], "promise_id": promise["id"]}
    named = session.rows(_NAMED, **own)
    alone = named[0] if len(named) == 1 else None
    activity.record(
        session,
        who,
        event,
        now=now,
        customer_id=promise["customer_id"],
        subject_kind=INVOICE.record if alone else "payment_promise",
        subject_id=alone["id"] if alone else promise["id"],
        subject_number=attempts.numbered([each["number"] for each in named]),
        amount_minor=promise["amount_minor"],
        currency_code=promise["currency_code"],
        details=details,
        visible=True,
    )


def _some(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the parts of a promise. Raises Invalid for none, too many, or one twice."""
    named = all(part.record == INVOICE.record for part in parts)
    if not 0 < len(parts) <= offers.MOST or paying.twice(parts) or not named:
        raise Invalid(_("Choose between one and {most} documents.", most=offers.MOST))
    return parts


def _need_taken(session: Session) -> None:
    if not preferences.get(session).payment_promises:
        raise Conflict(_("Payments are not promised here."))


def _need_open(held: Row) -> None:
    if held["status"] != "open":
        raise Conflict(_("This promise is over already."))


def _write(
    session: Session,
    scope: Scope,
    rows: Mapping[str, Row],
    parts: tuple[Part, ...],
    day: Date,
    today: Date,
    key: UUID,
    now: datetime,
) -> Row:
    """Write a promise of invoices that are held, and return its row."""
    currency = paying.one_currency(rows)
    total = sum(part.amount_minor for part in parts)
    if not today <= day <= today + LATEST:
        raise Invalid(
            _(
                "Promise a day from today to {day}.",
                day=format_date(today + LATEST, "medium", locale=language.locale("en_GB")),
            )
        )
    if session.value(_MADE, since=now - timedelta(days=1)) >= MOST_A_DAY:
        raise Conflict(_("These are enough promises for a day. Go on tomorrow."))
    _need_free(session, rows, parts)
    paying.need_alone(session, scope, currency, total)
    about = {"id": key, "currency": currency, "amount": total, "day": day, "now": now}
    session.change(_MAKE, contact_id=scope.contact_id, **about)
    held = [rows[part.number] for part in parts]
    session.change(
        _ITEMS,
        promise_id=key,
        invoices=[row["id"] for row in held],
        amounts=[part.amount_minor for part in parts],
        opens=[row["balance_minor"] - row["pending_minor"] for row in held],
    )
    return {
        "id": key,
        "customer_id": scope.customer_id,
        "currency_code": currency,
        "amount_minor": total,
    }


def _need_free(session: Session, rows: Mapping[str, Row], parts: tuple[Part, ...]) -> None:
    """Raise unless so much of each invoice can be paid, and is not promised yet."""
    in_parts = preferences.get(session).pay_in_parts
    held = promised.still(session)
    for part in parts:
        row, number = rows[part.number], part.number
        most = offers.payable(row) - held.get(number, 0)
        if most <= 0 < held.get(number, 0):
            raise Conflict(_("{number} is promised already.", number=number))
        if most <= 0:
            raise Conflict(_("Nothing is to be paid on {number}.", number=number))
        least = min(offers.least_of(row, in_parts=in_parts), most)
        if not least <= part.amount_minor <= most:
            raise Invalid(
                _(
                    "Between {least} and {most} can be promised on {number}.",
                    least=_money(least, row["currency_code"]),
                    most=_money(most, row["currency_code"]),
                    number=number,
                )
            )


def _by(day: Date) -> str:
    """Return what whoever is notified reads of a promise, as it is stored."""
    return f"By {format_date(day, 'long', locale='en_GB')}"


def _money(minor: int, currency: str) -> str:
    return money.format(minor, currency, locale=language.locale("en_GB"))
