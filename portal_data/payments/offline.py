"""Recording payments: what came by bank transfer, cheque or cash, as staff write it down.

What was recorded is never edited: it is voided, or given to other invoices, by rows below zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from portal_data import money, store
from portal_data.billing import ledger
from portal_data.business import organisation
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.messaging import activity, events
from portal_data.messaging.event import Event
from portal_data.payments import limits, promise_closing, receiving
from portal_data.payments.attempts import Row
from portal_data.payments.receiving import Part, Received
from portal_data.scope import Staff
from portal_data.store import OpenSession
from portal_data.text import form_fields
from portal_data.text.form_fields import Field
from portal_data.text.normal_form import nfc

FIELDS = {
    "reference": Field("Reference", 100, nfc, help="What the bank says, or the cheque's number."),
    "note": Field("Note", 500, nfc, multiline=True, help="The customer reads it on the receipt."),
}
"""What may be written beside a payment."""
WHY = Field("Why", 300, nfc, required=True)
"""Why a payment is voided, for staff."""


@dataclass(frozen=True, slots=True)
class Open:
    """An open invoice, in minor units: `left_minor` can be paid, `flying_minor` is on its way."""

    number: str
    date: Date
    due_date: Date
    currency_code: str
    left_minor: int
    flying_minor: int
    version: int


@dataclass(frozen=True, slots=True)
class Account:
    """What a customer owes, as a payment begins from it: the invoices that are due first first."""

    customer_id: UUID
    customer: str
    currency_code: str
    invoices: tuple[Open, ...]

    def of(self, currency: str) -> list[Open]:
        """Return the invoices in one currency."""
        return [each for each in self.invoices if each.currency_code == currency]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payment as it can be voided or given to other invoices: only what staff recorded can."""

    number: str
    version: int
    customer_id: UUID
    received: Received
    parts: tuple[Part, ...]
    mine: bool


_CUSTOMER = """
    select id, display_name, currency_code from core.customers where id = $id order by id
"""
_OPEN = """
    select number, date, due_date, currency_code, balance_minor as left_minor,
        pending_minor as flying_minor, version
    from core.invoices
    where customer_id = $customer_id and status = 'sent' and balance_minor > 0
        and in_question_minor = 0
    order by due_date, number
"""
_OWNER = "select customer_id from core.invoices where number = $number order by id"
_KNOWN = """
    select number, customer_id, currency_code, amount_minor from core.payments
    where id = $id order by id
"""
_TWIN = """
    select number from core.payments
    where customer_id = $customer_id and date = $day and currency_code = $currency
        and amount_minor = $amount and status = 'succeeded' and provider = 'manual'
    order by number
"""
_PAYMENT = """
    select id, customer_id, number, version, status, date, currency_code, amount_minor,
        unused_minor, bank_charges_minor, mode, reference, description, provider
    from core.payments where number = $number
    order by id
"""
_PARTS = """
    select i.number, sum(a.amount_minor)::bigint as amount_minor,
        sum(a.withheld_minor)::bigint as withheld_minor
    from core.allocations a
    join core.invoices i on i.customer_id = a.customer_id and i.id = a.invoice_id
    where a.customer_id = $customer_id and a.payment_id = $id
    group by i.number
    having sum(a.amount_minor) > 0
    order by i.number
"""
_WENT_BACK = """
    select id from core.refunds
    where customer_id = $customer_id and payment_id = $id and status <> 'failed'
    order by id
"""
_LINE = """
    select id, status, currency_code, amount_minor from core.bank_lines where id = $id order by id
"""
_LINES_OF = "select id from core.bank_lines where payment_id = $payment_id order by id"
_RECORD_LINE = """
    update core.bank_lines
    set version = version + 1, status = 'recorded', payment_id = $payment_id,
        recorded_by = $staff_id, updated_at = $now
    where id = $id and status = 'left'
"""
_WAITS_AGAIN = """
    update core.bank_lines
    set version = version + 1, status = 'left', payment_id = null, updated_at = $now
    where payment_id = $payment_id
"""
_VOID = """
    update core.payments
    set version = version + 1, status = 'void', unused_minor = 0, updated_at = $now,
        reference = case when $of_bank then null else reference end
    where customer_id = $customer_id and id = $id
"""
_REUSE = """
    update core.payments
    set version = version + 1, unused_minor = $unused, updated_at = $now
    where customer_id = $customer_id and id = $id
"""


def account(staff: Staff, customer_id: UUID) -> Account:
    """Return a customer with its open invoices. Raises NotFound."""
    with store.staff_reading(staff) as session:
        row = session.one(_CUSTOMER, id=customer_id)
        if row is None:
            raise NotFound("There is no such customer.")
        found = session.rows(_OPEN, customer_id=customer_id)
    return Account(
        row["id"], row["display_name"], row["currency_code"], tuple(Open(**each) for each in found)
    )


def owner_of(staff: Staff, number: str) -> UUID:
    """Return whose invoice has a number. Raises NotFound."""
    with store.staff_reading(staff) as session:
        found: UUID | None = session.value(_OWNER, number=number)
    if found is None:
        raise NotFound("There is no such invoice.")
    return found


def spread(invoices: Iterable[Open], amount_minor: int) -> list[Part]:
    """Return how an amount pays invoices, in their order, each as far as it is open."""
    parts, left = [], amount_minor
    for each in invoices:
        part = min(left, each.left_minor)
        if part > 0:
            parts.append(Part(each.number, part))
            left -= part
    return parts


def record(
    staff: Staff,
    customer_id: UUID,
    received: Received,
    parts: Sequence[Part],
    *,
    key: UUID,
    again: bool,
    line_id: UUID | None = None,
    now: datetime,
) -> str:
    """Write down a payment that came, and return the number of its receipt.

    `key` is the id that it gets: the same click twice is one payment. Another one of the same day
    and amount is recorded only `again`, so that a second tab records nothing twice. `line_id` is a
    line of a bank's statement that waits no longer then: this is what it says came, or that before
    the bank's charges. Raises NotFound for no such customer or invoice, NotAllowed above one's
    limit, Invalid for what cannot have come, Conflict for a twin, and for more than is open.
    """
    received = _cleaned(received)
    receiving.check(received, organisation.get(staff).today(now))
    with store.staff_writing(staff) as session:
        # lines before customers, as a bank's statement holds them
        lines = [] if line_id is None else session.locked(_LINE, id=line_id)
        receiving.customers(session, [customer_id])
        known = session.one(_KNOWN, id=key)
        if known is not None:
            wanted = (customer_id, received.currency_code, received.amount_minor)
            if (known["customer_id"], known["currency_code"], known["amount_minor"]) != wanted:
                raise Conflict(
                    f"{known['number']} was recorded here already. Open this form again."
                )
            return str(known["number"])
        if line_id is not None:
            _need_waiting(lines, received)
        much = receiving.add_up(received.amount_minor, parts)
        limits.need(session, staff, much, received.currency_code)
        other = _twin(session, customer_id, received)
        if other and not again:
            raise Conflict(f"{other} is of the same day and amount. Say that this is another one.")
        number = receiving.number(session)
        rows = receiving.invoices(session, [each.number for each in parts])
        receiving.fit(parts, rows, customer_id, received)
        receiving.write(
            session, staff, customer_id, received, parts, rows,
            payment_id=key, drawn=number, now=now,
        )  # fmt: skip
        if line_id is not None:
            line = {"id": line_id, "payment_id": key, "staff_id": staff.staff_id, "now": now}
            session.change(_RECORD_LINE, **line)
        ledger.post(session, now, customer_id)
        promise_closing.touched(session, customer_id, now)
    return number


def twin(staff: Staff, customer_id: UUID, received: Received) -> str | None:
    """Return the number of a recorded payment of the same day and amount; None for none."""
    with store.staff_reading(staff) as session:
        return _twin(session, customer_id, received)


def recorded(staff: Staff, number: str) -> Recorded:
    """Return a payment as it can be changed. Raises NotFound."""
    with store.staff_reading(staff) as session:
        row = session.one(_PAYMENT, number=number)
        if row is None:
            raise NotFound("There is no such payment.")
        parts = session.rows(_PARTS, customer_id=row["customer_id"], id=row["id"])
    return Recorded(
        number,
        row["version"],
        row["customer_id"],
        _received(row),
        tuple(Part(**each) for each in parts),
        row["provider"] == receiving.PROVIDER and row["status"] == "succeeded",
    )


def void(staff: Staff, number: str, why: str, *, seen: int, now: datetime) -> None:
    """Take a recorded payment back, as if it had never come: what it paid is open again.

    A line of a bank's statement that it was waits again, and what its payer wrote there leaves the
    receipt: it may be another customer's.

    Raises NotFound, NotAllowed above one's limit, InvalidFields without a reason, Conflict when it
    changed since it was seen, came through a provider, is void, or part of it went back.
    """
    words = str(form_fields.clean({"why": WHY}, {"why": why})["why"])
    with store.staff_writing(staff) as session:
        row = _held(session, staff, number, seen)
        own = {"customer_id": row["customer_id"]}
        receiving.take_back(session, row["customer_id"], row["id"], f"void:{row['version']}", now)
        lines = session.change(_WAITS_AGAIN, payment_id=row["id"], now=now)
        session.change(_VOID, **own, id=row["id"], of_bank=lines > 0, now=now)
        ledger.post(session, now, row["customer_id"])
        _record(session, staff, events.PAYMENT_VOIDED, row, words, now)


def reallocate(
    staff: Staff, number: str, parts: Sequence[Part], *, seen: int, now: datetime
) -> None:
    """Give a recorded payment to other invoices than so far; the rest of it is unused.

    It counts from the day of the payment. Raises as `void` and `record`.
    """
    with store.staff_writing(staff) as session:
        row = _held(session, staff, number, seen)
        much = receiving.add_up(row["amount_minor"], parts)
        limits.need(session, staff, much, row["currency_code"])
        given = session.rows(_PARTS, customer_id=row["customer_id"], id=row["id"])
        both = [*(each["number"] for each in given), *(each.number for each in parts)]
        receiving.invoices(session, both)  # held at once, in the order that everybody holds them
        fact = f"reallocated:{row['version']}:{row['id']}"
        receiving.take_back(session, row["customer_id"], row["id"], fact, now)
        rows = receiving.invoices(session, [each.number for each in parts])
        received = _received(row)
        receiving.fit(parts, rows, row["customer_id"], received)
        receiving.allocate(
            session, row["customer_id"], row["id"], received.date, parts, rows, fact, now
        )
        unused = row["amount_minor"] - sum(each.amount_minor for each in parts)
        session.change(_REUSE, customer_id=row["customer_id"], id=row["id"], unused=unused, now=now)
        ledger.post(session, now, row["customer_id"])
        promise_closing.touched(session, row["customer_id"], now)
        names = ", ".join(each.number for each in parts) or "nothing"
        _record(session, staff, events.PAYMENT_REALLOCATED, row, names, now)


def _held(session: OpenSession, staff: Staff, number: str, seen: int) -> Row:
    """Return the row of a payment that can be changed, held after its customer."""
    found = session.one(_PAYMENT, number=number)
    if found is None:
        raise NotFound("There is no such payment.")
    session.locked(_LINES_OF, payment_id=found["id"])  # before the customer, as in `record`
    receiving.customers(session, [found["customer_id"]])
    row = session.as_seen(_PAYMENT, seen, number=number)
    limits.need(session, staff, row["amount_minor"], row["currency_code"])
    if row["provider"] != receiving.PROVIDER:
        raise Conflict("Only what staff recorded can be taken back. Refund this one.")
    if row["status"] != "succeeded":
        raise Conflict(f"{number} is void already.")
    if session.value(_WENT_BACK, customer_id=row["customer_id"], id=row["id"]) is not None:
        raise Conflict(f"Money of {number} went back already. Refund the rest of it.")
    return row


def _need_waiting(lines: Sequence[Row], received: Received) -> None:
    """Raise unless a line of a bank's statement waits and is what came, or that less charges."""
    if not lines or lines[0]["status"] != "left":
        raise Conflict("This line of the bank's statement does not wait any more.")
    code, said = lines[0]["currency_code"], lines[0]["amount_minor"]
    amounts = (received.amount_minor, received.amount_minor - received.charges_minor)
    if code != received.currency_code or said not in amounts:
        raise Invalid(
            f"The bank says that {money.format(said, code)} came: record that, or more with the "
            "bank's charges in it."
        )


def _twin(session: OpenSession, customer_id: UUID, received: Received) -> str | None:
    found: str | None = session.value(
        _TWIN,
        customer_id=customer_id,
        day=received.date,
        currency=received.currency_code,
        amount=received.amount_minor,
    )
    return found


def _cleaned(received: Received) -> Received:
    texts = {"reference": received.reference, "note": received.note}
    tidy = form_fields.clean(FIELDS, texts)
    return replace(received, reference=tidy["reference"], note=tidy["note"])


def _received(row: Row) -> Received:
    return Received(
        row["date"],
        row["currency_code"],
        row["amount_minor"],
        row["mode"],
        row["reference"],
        row["description"],
        row["bank_charges_minor"],
    )


def _record(
    session: OpenSession, staff: Staff, event: Event, row: Row, details: str, now: datetime
) -> None:
    activity.record(
        session,
        staff,
        event,
        now=now,
        customer_id=row["customer_id"],
        subject_kind="payment",
        subject_id=row["id"],
        subject_number=row["number"],
        amount_minor=row["amount_minor"],
        currency_code=row["currency_code"],
        details=details,
        visible=True,
    )
