"""Payments from bank statements: what a bank says came is proposed, and recorded by a person.

Each line of an account is recorded once, whatever file it comes in: by its fingerprint. A line that
nobody recorded yet is left, by name, until somebody does or says that it is no customer's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from portal_data import store
from portal_data.billing import ledger
from portal_data.business import organisation
from portal_data.errors import Conflict, Invalid, NotFound, PortalError
from portal_data.ids import new_id
from portal_data.messaging import activity, events
from portal_data.payments import bank_matching, limits, offline, promise_closing, receiving
from portal_data.payments.bank_matching import Customer, Match, Owed, Proposal
from portal_data.payments.bank_statements import Line, Statement
from portal_data.payments.receiving import Received
from portal_data.scope import Staff
from portal_data.store import OpenSession
from portal_data.text import bidi, form_fields
from portal_data.text.normal_form import nfc

MOST = 200
"""Payments that are recorded at once: others wait for a transaction."""
MODE = "Bank transfer"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line with what is proposed for it.

    `twins` are payments of the same customer, day and amount that staff recorded before.
    """

    match: Match
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """A statement against the books: what is proposed, and which receipts its lines are already.

    `names` says who the customers of the proposals are.
    """

    proposed: tuple[Proposed, ...]
    recorded: dict[str, str | None]
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A line that somebody records, and what it pays.

    `twins` are the payments like it that were shown: it is another one than these.
    """

    line: Line
    proposal: Proposal
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a statement: control sums over all of its lines, in minor units."""

    recorded: int
    recorded_minor: int
    before: int
    before_minor: int
    left: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class Left:
    """A line that waits for a person."""

    id: UUID
    version: int
    account: str
    currency_code: str
    date: Date
    amount_minor: int
    payer: str | None
    details: str | None


_OWED = """
    select number, customer_id, due_date, balance_minor
    from core.invoices
    where status = 'sent' and balance_minor > 0 and in_question_minor = 0
        and currency_code = $currency
    order by id
"""
_CUSTOMERS = """
    select id, display_name, company_name, number from core.customers
    where status = 'active' and merged_into is null
    order by id
"""
_KNOWN = """
    select fingerprint, status, payment_id from core.bank_lines
    where fingerprint = any($fingerprints)
    order by fingerprint
"""
_NUMBERS = "select id, number from core.payments where id = any($ids) order by id"
_TWINS = """
    select customer_id, date, amount_minor, number from core.payments
    where provider = 'manual' and status = 'succeeded' and currency_code = $currency
        and date between $first and $last
    order by number
"""
_CURRENCIES = """
    select distinct currency_code from core.invoices where status = 'sent' order by currency_code
"""
_BUSINESS = "select name from core.organisation order by name"
_RECORD = """
    update core.bank_lines
    set version = version + 1, status = 'recorded', payment_id = $payment_id,
        recorded_by = $staff_id, updated_at = $now
    where fingerprint = $fingerprint and status = 'left'
"""
_LEFT = """
    select id, version, account, currency_code, date, amount_minor, payer, details
    from core.bank_lines where status = 'left'
    order by date desc, id
    limit $most
"""
_LINE = """
    select id, version, account, currency_code, date, amount_minor, payer, details, status
    from core.bank_lines where id = $id
    order by id
"""
_DISMISS = """
    update core.bank_lines
    set version = version + 1, status = 'dismissed', recorded_by = $staff_id, updated_at = $now
    where id = $id
"""
_Same = tuple[str, Date, int]  # customer, day and amount
_COLUMNS = (
    "id", "fingerprint", "account", "currency_code", "date", "amount_minor", "payer", "details",
    "status", "version", "created_at", "updated_at",
)  # fmt: skip


def compare(staff: Staff, statement: Statement) -> Compared:
    """Return what is proposed for the lines of a statement; those that are recorded are named."""
    with store.staff_reading(staff) as session:
        known = _known(session, statement.lines)
        invoices = session.arrow(_OWED, currency=statement.currency)
        customers = session.arrow(_CUSTOMERS)
        twins = _twins(session, statement.lines, statement.currency)
    owed = [Owed(*each) for each in zip(*(c.to_pylist() for c in invoices.columns), strict=True)]
    people = [
        Customer(*each) for each in zip(*(c.to_pylist() for c in customers.columns), strict=True)
    ]
    new = [each for each in statement.lines if each.fingerprint not in known]
    matches = bank_matching.match(new, owed, people)
    wanted = {each.customer for match in matches for each in match.proposals}
    names = {each.id: each.name for each in people if each.id in wanted}
    return Compared(_with_twins(matches, twins), known, names)


def record(staff: Staff, statement: Statement, chosen: Sequence[Chosen], *, now: datetime) -> Done:
    """Record lines of a statement as payments, all of them or none; keep the others as left.

    A line that is recorded already is counted, and nothing else: the same click twice is one. At
    most `MOST` at once. Raises Invalid for none or too many, and for the row that cannot be
    recorded NotAllowed above one's limit, NotFound, Invalid, or Conflict for more than is open, and
    for a payment like it that was not shown.
    """
    if not 0 < len(chosen) <= MOST:
        raise Invalid(f"Record between 1 and {MOST} payments at once.")
    lines = {each.fingerprint: each for each in statement.lines}
    wanted = {each.line.fingerprint: each for each in chosen}
    if len(wanted) != len(chosen) or any(lines.get(key) != wanted[key].line for key in wanted):
        raise Invalid("These are no lines of this statement.")
    today = organisation.get(staff).today(now)
    with store.staff_writing(staff) as session:
        session.locked(_BUSINESS)  # two statements of one account take turns
        known = _known(session, statement.lines)
        before = [each for each in statement.lines if each.fingerprint in known]
        new = [each for each in wanted.values() if each.line.fingerprint not in known]
        _keep(session, statement, now)
        _receive(session, staff, statement, new, today, now)
        done = _done(statement, before, [each.line for each in new])
        if new:
            _note(session, staff, statement, done, now)
    return done


def currencies(staff: Staff) -> list[str]:
    """Return the currencies of the business's books, its own first."""
    own = organisation.get(staff).currency_code
    with store.staff_reading(staff) as session:
        found = [str(row["currency_code"]) for row in session.rows(_CURRENCIES)]
    return [own, *(each for each in found if each != own)]


def left(staff: Staff, most: int = 100) -> list[Left]:
    """Return lines that wait for a person, the newest first."""
    with store.staff_reading(staff) as session:
        return [Left(**row) for row in session.rows(_LEFT, most=most)]


def line(staff: Staff, line_id: UUID) -> Left:
    """Return a line that waits for a person. Raises NotFound."""
    with store.staff_reading(staff) as session:
        row = session.one(_LINE, id=line_id)
    if row is None or row.pop("status") != "left":
        raise NotFound("There is no such line that waits.")
    return Left(**row)


def dismiss(staff: Staff, line_id: UUID, *, seen: int, now: datetime) -> None:
    """Say that a line is no customer's payment: it waits no longer.

    Raises NotFound, Conflict when it changed since it was seen or does not wait.
    """
    with store.staff_writing(staff) as session:
        row = session.as_seen(_LINE, seen, id=line_id)
        if row["status"] != "left":
            raise Conflict("This line does not wait any more.")
        session.change(_DISMISS, id=line_id, staff_id=staff.staff_id, now=now)
        activity.record(
            session,
            staff,
            events.BANK_LINE_DISMISSED,
            now=now,
            subject_kind="bank_line",
            subject_id=line_id,
            subject_number=row["payer"],
            amount_minor=row["amount_minor"],
            currency_code=row["currency_code"],
            details=row["details"],
        )


def _known(session: OpenSession, lines: Sequence[Line]) -> dict[str, str | None]:
    """Return which lines need nobody any more, with the receipts of those that are recorded.

    Where it is written, they are held: nobody records one of them by hand meanwhile.
    """
    marks = [each.fingerprint for each in lines]
    found = session.locked(_KNOWN, fingerprints=marks) if marks else []
    ids = [row["payment_id"] for row in found if row["payment_id"]]
    numbers = {row["id"]: row["number"] for row in (session.rows(_NUMBERS, ids=ids) if ids else ())}
    return {
        row["fingerprint"]: numbers.get(row["payment_id"])
        for row in found
        if row["status"] != "left"
    }


def _keep(session: OpenSession, statement: Statement, now: datetime) -> None:
    """Write every line that no file had before, as one that waits."""
    marks = [each.fingerprint for each in statement.lines]
    there = {row["fingerprint"] for row in session.rows(_KNOWN, fingerprints=marks)}
    rows = [
        (new_id(), each.fingerprint, statement.account, statement.currency, each.date,
         each.amount_minor, each.payer or None, each.text or None, "left", 1, now, now)
        for each in statement.lines
        if each.fingerprint not in there
    ]  # fmt: skip
    if rows:
        session.load("core.bank_lines", _COLUMNS, rows)


def _receive(
    session: OpenSession,
    staff: Staff,
    statement: Statement,
    chosen: Sequence[Chosen],
    today: Date,
    now: datetime,
) -> None:
    """Write a receipt for each line, in the order of the file; a refusal names its row."""
    owners = {UUID(each.proposal.customer) for each in chosen}
    receiving.customers(session, owners)
    twins = _twins(session, [each.line for each in chosen], statement.currency)
    ordered = sorted(chosen, key=lambda each: each.line.row)
    drawn = [receiving.number(session) for _each in ordered]
    rows = receiving.invoices(
        session, [part.number for each in ordered for part in each.proposal.parts]
    )
    for number, each in zip(drawn, ordered, strict=True):
        customer_id, said = UUID(each.proposal.customer), each.line
        received = Received(
            said.date, statement.currency, said.amount_minor, MODE, _reference(said)
        )
        try:
            much = receiving.add_up(said.amount_minor, each.proposal.parts)
            limits.need(session, staff, much, statement.currency)
            _need_no_twin(each, twins)
            receiving.check(received, today)
            receiving.fit(each.proposal.parts, rows, customer_id, received)
        except PortalError as refusal:
            raise type(refusal)(f"Row {said.row}: {refusal} Nothing is recorded.") from refusal
        payment_id = new_id()
        receiving.write(
            session, staff, customer_id, received, each.proposal.parts, rows,
            payment_id=payment_id, drawn=number, now=now,
        )  # fmt: skip
        line = {"fingerprint": said.fingerprint, "payment_id": payment_id, "now": now}
        if session.change(_RECORD, **line, staff_id=staff.staff_id) != 1:
            raise Conflict(f"Row {said.row} does not wait any more. Nothing is recorded.")
    for customer_id in sorted(owners):
        ledger.post(session, now, customer_id)
        promise_closing.touched(session, customer_id, now)


def _reference(said: Line) -> str | None:
    """Return what a bank says of a line, as a receipt has it: cleaned as what staff write."""
    field = offline.FIELDS["reference"]
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", nfc(bidi.plain(said.text or said.payer)))
    text = text[: field.limit]
    return form_fields.clean({"reference": field}, {"reference": text})["reference"]


def _twins(session: OpenSession, lines: Sequence[Line], currency: str) -> dict[_Same, list[str]]:
    """Return payments that staff recorded, by what makes a line one of them."""
    days = [each.date for each in lines]
    period = {"first": min(days), "last": max(days)} if days else None
    found: dict[_Same, list[str]] = {}
    for row in session.rows(_TWINS, currency=currency, **period) if period else ():
        same = (str(row["customer_id"]), row["date"], row["amount_minor"])
        found.setdefault(same, []).append(row["number"])
    return found


def _with_twins(
    matches: Sequence[Match], twins: Mapping[_Same, Sequence[str]]
) -> tuple[Proposed, ...]:
    def of(match: Match) -> tuple[str, ...]:
        customers = dict.fromkeys(each.customer for each in match.proposals)
        line = match.line
        return tuple(
            number
            for customer in customers
            for number in twins.get((customer, line.date, line.amount_minor), ())
        )

    return tuple(Proposed(each, of(each)) for each in matches)


def _need_no_twin(chosen: Chosen, twins: Mapping[_Same, Sequence[str]]) -> None:
    """Raise Conflict when a payment is there that is like a line, and was not shown beside it."""
    line = chosen.line
    for number in twins.get((chosen.proposal.customer, line.date, line.amount_minor), ()):
        if number not in chosen.twins:
            raise Conflict(f"{number} is of the same customer, day and amount. Look at it again.")


def _done(statement: Statement, before: Sequence[Line], new: Sequence[Line]) -> Done:
    recorded, known = (sum(each.amount_minor for each in of) for of in (new, before))
    count = len(statement.lines) - len(new) - len(before)
    rest = statement.total_minor - recorded - known
    return Done(len(new), recorded, len(before), known, count, rest)


def _note(
    session: OpenSession, staff: Staff, statement: Statement, done: Done, now: datetime
) -> None:
    activity.record(
        session,
        staff,
        events.BANK_STATEMENT_RECORDED,
        now=now,
        subject_kind="bank_statement",
        subject_number=statement.account,
        amount_minor=done.recorded_minor,
        currency_code=statement.currency,
        details=f"{done.recorded} recorded, {done.before} before, {done.left} left",
    )
