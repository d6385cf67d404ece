"""Receiving: what staff say came by transfer, cheque or cash becomes a receipt, in one transaction.

What is shared by recording a payment (`offline`) and the lines of a bank statement (`bank`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from portal_data import money
from portal_data.business import numbering
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events
from portal_data.payments import settlement
from portal_data.payments.attempts import Row
from portal_data.scope import Staff
from portal_data.store import OpenSession, Session

PROVIDER = "manual"
"""The provider of what staff recorded themselves."""
MODES = ("Bank transfer", "Cheque", "Cash", "Other")
"""How money comes by hand, as receipts say it."""
MOST_MINOR = 10**15
"""More than any payment, in minor units."""
MOST_WITHHELD = 2
"""An invoice's share that may be withheld as tax: one half. No usual rate is above it, and nobody
settles an invoice by saying that all of it was tax."""


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a payment for one invoice, in minor units.

    Tax that the customer withheld lowers what is open beside it.
    """

    number: str
    amount_minor: int
    withheld_minor: int = 0


@dataclass(frozen=True, slots=True)
class Received:
    """What came: amounts are minor units of `currency_code`.

    `charges_minor` is what the bank kept of it, which the customer paid all the same.
    """

    date: Date
    currency_code: str
    amount_minor: int
    mode: str
    reference: str | None = None
    note: str | None = None
    charges_minor: int = 0


_CUSTOMERS = """
    select id, display_name from core.customers where id = any($ids)
    order by id
"""
_INVOICES = """
    select id, customer_id, number, status, currency_code, total_minor, balance_minor,
        in_question_minor, exchange_rate
    from core.invoices
    where number = any($numbers)
    order by id
"""
_WITHHELD = """
    select invoice_id, sum(withheld_minor)::bigint as minor from core.allocations
    where invoice_id = any($ids)
    group by invoice_id
    order by invoice_id
"""
_RATE = """
    select exchange_rate from core.invoices
    where customer_id = $customer_id and currency_code = $currency
    order by date desc, id desc
    limit 1
"""
_RECEIVE = """
    insert into core.payments (id, customer_id, number, kind, date, status, currency_code,
        exchange_rate, amount_minor, unused_minor, bank_charges_minor, mode, reference, description,
        provider, version, created_at, updated_at)
    values ($id, $customer_id, $number, 'invoice', $day, 'succeeded', $currency, $rate, $amount,
        $unused, $charges, $mode, $reference, $note, $provider, 1, $now, $now)
"""
_ALLOCATE = """
    insert into core.allocations (id, customer_id, payment_id, invoice_id, date, amount_minor,
        withheld_minor, source_key, created_at)
    select part.id, $customer_id, $payment_id, part.invoice_id, $day::date, part.amount_minor,
        part.withheld_minor, $fact::text || ':' || part.invoice_id::text, $now
    from (
        select unnest($ids::uuid[]) as id, unnest($invoices::uuid[]) as invoice_id,
            unnest($amounts::bigint[]) as amount_minor,
            unnest($withheld::bigint[]) as withheld_minor
    ) part
"""
_SETTLE = """
    update core.invoices
    set version = version + 1, balance_minor = balance_minor - $amount, updated_at = $now,
        last_payment_date = greatest(coalesce(last_payment_date, $day::date), $day::date)
    where customer_id = $customer_id and id = $id
"""
_LIVE = """
    select a.id, a.invoice_id, a.date,
        a.amount_minor + coalesce(sum(r.amount_minor), 0)::bigint as amount_minor,
        a.withheld_minor + coalesce(sum(r.withheld_minor), 0)::bigint as withheld_minor,
        a.early_discount_minor + coalesce(sum(r.early_discount_minor), 0)::bigint
            as early_discount_minor
    from core.allocations a
    left join core.allocations r on r.customer_id = a.customer_id and r.reverses_id = a.id
    where a.customer_id = $customer_id and a.payment_id = $payment_id and a.reverses_id is null
    group by a.id, a.invoice_id, a.date, a.amount_minor, a.withheld_minor, a.early_discount_minor
    having a.amount_minor + coalesce(sum(r.amount_minor), 0) <> 0
        or a.withheld_minor + coalesce(sum(r.withheld_minor), 0) <> 0
    order by a.invoice_id, a.id
"""
_HOLD = """
    select id from core.invoices where customer_id = $customer_id and id = any($ids)
    order by id
"""
_REVERSE = """
    insert into core.allocations (id, customer_id, payment_id, invoice_id, date, amount_minor,
        withheld_minor, early_discount_minor, reverses_id, source_key, created_at)
    values ($id, $customer_id, $payment_id, $invoice_id, $day, $amount, $withheld, $discount,
        $reverses_id, $source_key, $now)
"""
_REOPEN = """
    update core.invoices
    set version = version + 1, balance_minor = balance_minor + $amount, updated_at = $now
    where customer_id = $customer_id and id = $id
"""


def customers(session: OpenSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return names by id of customers that are held. Raises NotFound for one that is not there.

    What others write for them, such as a payment online, waits for nothing that waits for it.
    """
    wanted = set(ids)
    found = session.in_turn(_CUSTOMERS, ids=sorted(wanted))
    if len(found) != len(wanted):
        raise NotFound("There is no such customer.")
    return {row["id"]: row["display_name"] for row in found}


def number(session: OpenSession) -> str:
    """Return the number of the next receipt; drawn before invoices are held, as in `settlement`."""
    return numbering.draw(session, "payment", otherwise=settlement.SERIES)


def invoices(session: OpenSession, numbers: Iterable[str]) -> dict[str, Row]:
    """Return rows of invoices by number, held.

    `left_minor` is what can be paid of each, `taxable_minor` what can still be withheld.
    """
    found = session.locked(_INVOICES, numbers=sorted(set(numbers)))
    ids = [row["id"] for row in found]
    # a query of its own: what was withheld is known for certain once the invoices are held
    kept = {row["invoice_id"]: row["minor"] for row in session.rows(_WITHHELD, ids=ids)}
    return {
        row["number"]: {
            **row,
            "left_minor": open_of(row),
            "taxable_minor": row["total_minor"] // MOST_WITHHELD - kept.get(row["id"], 0),
        }
        for row in found
    }


def open_of(row: Mapping[str, object]) -> int:
    """Return how much of an invoice can be paid: nothing of one that is void or in question."""
    if row["status"] != "sent" or row["in_question_minor"]:
        return 0
    return int(str(row["balance_minor"]))


def add_up(amount_minor: int, parts: Iterable[Part]) -> int:
    """Return how much a payment can settle, for limits: what came, and what was withheld."""
    return amount_minor + sum(max(each.withheld_minor, 0) for each in parts)


def check(received: Received, today: Date) -> None:
    """Raise Invalid for what cannot have come."""
    if not 0 < received.amount_minor <= MOST_MINOR:
        raise Invalid("Enter an amount above zero.")
    if received.mode not in MODES:
        raise Invalid(f"Choose how it came: {', '.join(MODES)}.")
    if not money.is_currency(received.currency_code):
        raise Invalid("There is no such currency.")
    if not 0 <= received.charges_minor <= received.amount_minor:
        raise Invalid("Bank charges are part of the amount.")
    if received.date > today or received.date.year < today.year - 10:
        raise Invalid("Enter the day on which it came: no day to come, and none of ten years ago.")


def fit(
    parts: Sequence[Part], rows: Mapping[str, Row], customer_id: UUID, received: Received
) -> None:
    """Raise unless invoices of a customer are open for these parts, and take them from each.

    Raises NotFound for no invoice of the customer's, Invalid for parts that are none or more than
    came, and for more tax than is withheld of an invoice, Conflict for more than is open.
    """
    if len({each.number for each in parts}) != len(parts):
        raise Invalid("Name each invoice once.")
    if sum(each.amount_minor for each in parts) > received.amount_minor:
        raise Invalid("The invoices get more than came.")
    for part in parts:
        row = rows.get(part.number)
        if row is None or row["customer_id"] != customer_id or row["status"] == "draft":
            raise NotFound(f"There is no invoice {part.number} of this customer.")
        if row["currency_code"] != received.currency_code:
            raise Invalid(f"{part.number} is in {row['currency_code']}.")
        taken = part.amount_minor + part.withheld_minor
        if min(part.amount_minor, part.withheld_minor) < 0 or part.amount_minor == 0:
            raise Invalid(f"Enter an amount above zero for {part.number}.")
        if taken > row["left_minor"]:
            left = money.format(row["left_minor"], received.currency_code)
            raise Conflict(f"{left} of {part.number} is open.")
        if part.withheld_minor > max(row["taxable_minor"], 0):
            raise Invalid(f"At most half of {part.number} can be withheld as tax.")
        row["left_minor"] -= taken
        row["taxable_minor"] -= part.withheld_minor


def write(
    session: OpenSession,
    staff: Staff,
    customer_id: UUID,
    received: Received,
    parts: Sequence[Part],
    rows: Mapping[str, Row],
    *,
    payment_id: UUID,
    drawn: str,
    now: datetime,
) -> None:
    """Write a receipt with the number `drawn` and what it settles, which fits; and record it."""
    own = {"customer_id": customer_id, "now": now}
    rate = rows[parts[0].number]["exchange_rate"] if parts else None
    if rate is None:
        owner = {"customer_id": customer_id, "currency": received.currency_code}
        rate = session.value(_RATE, **owner) or 1
    session.change(
        _RECEIVE,
        id=payment_id,
        **own,
        number=drawn,
        day=received.date,
        currency=received.currency_code,
        rate=rate,
        amount=received.amount_minor,
        unused=received.amount_minor - sum(each.amount_minor for each in parts),
        charges=received.charges_minor,
        mode=received.mode,
        reference=received.reference,
        note=received.note,
        provider=PROVIDER,
    )
    allocate(session, customer_id, payment_id, received.date, parts, rows, str(payment_id), now)
    activity.record(
        session,
        staff,
        events.PAYMENT_RECORDED,
        now=now,
        customer_id=customer_id,
        subject_kind="payment",
        subject_id=payment_id,
        subject_number=drawn,
        amount_minor=received.amount_minor,
        currency_code=received.currency_code,
        visible=True,
    )


def allocate(
    session: Session,
    customer_id: UUID,
    payment_id: UUID,
    day: Date,
    parts: Sequence[Part],
    rows: Mapping[str, Row],
    fact: str,
    now: datetime,
) -> None:
    """Give parts of a payment to invoices, which are held; `fact` names what did it."""
    if not parts:
        return
    own = {"customer_id": customer_id, "now": now}
    ordered = sorted(parts, key=lambda each: rows[each.number]["id"])
    session.change(
        _ALLOCATE,
        **own,
        payment_id=payment_id,
        day=day,
        fact=fact,
        ids=[new_id() for _part in ordered],
        invoices=[rows[each.number]["id"] for each in ordered],
        amounts=[each.amount_minor for each in ordered],
        withheld=[each.withheld_minor for each in ordered],
    )
    for each in ordered:
        taken = each.amount_minor + each.withheld_minor
        session.change(_SETTLE, **own, id=rows[each.number]["id"], amount=taken, day=day)


def take_back(
    session: Session, customer_id: UUID, payment_id: UUID, fact: str, now: datetime
) -> int:
    """Take back all that a payment gave to invoices, as if it never had; return how much.

    Each is a row below zero of the same day, so that a statement of any day says what was so, and
    the ledger what was known when.
    """
    found = session.rows(_LIVE, customer_id=customer_id, payment_id=payment_id)
    own = {"customer_id": customer_id, "now": now}
    if found:
        session.locked(_HOLD, customer_id=customer_id, ids=[row["invoice_id"] for row in found])
    for row in found:
        session.change(
            _REVERSE,
            id=new_id(),
            **own,
            payment_id=payment_id,
            invoice_id=row["invoice_id"],
            day=row["date"],
            amount=-row["amount_minor"],
            withheld=-row["withheld_minor"],
            discount=-row["early_discount_minor"],
            reverses_id=row["id"],
            source_key=f"{fact}:{row['id']}",
        )
        opened = row["amount_minor"] + row["withheld_minor"] + row["early_discount_minor"]
        session.change(_REOPEN, id=row["invoice_id"], **own, amount=opened)
    return sum(row["amount_minor"] for row in found)
