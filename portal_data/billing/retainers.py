"""Retainer invoices, paid in advance and drawn later: the list, and one with its use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data import labels, lists, store
from portal_data.billing.history import Event
from portal_data.errors import NotFound
from portal_data.kinds import PAYMENT_STATES, RETAINER, UNPAID
from portal_data.lists import columns
from portal_data.lists.columnar import looked_up
from portal_data.lists.columns import Column
from portal_data.scope import Scope
from portal_data.store import Session
from portal_data.text import bidi
from portal_data.text.language import N_, NP_, _


class Status(StrEnum):
    """What a customer is told. All but void is derived; in question as for invoices."""

    UNPAID = NP_("invoice", "Unpaid")
    PARTIALLY_PAID = NP_("invoice", "Partially paid")
    OVERDUE = NP_("invoice", "Overdue")
    IN_QUESTION = NP_("invoice", "In question")
    PAID = NP_("invoice", "Paid")
    VOID = NP_("invoice", "Void")


class Filter(StrEnum):
    """The list's filters. Unpaid is everything that is still owed, so it holds what is overdue."""

    ALL = "all"
    UNPAID = "unpaid"
    OVERDUE = "overdue"
    PAID = "paid"
    VOID = "void"


class Sort(StrEnum):
    """The list's orders; each is descending but for `oldest` and `due`."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    NUMBER = "number"
    TOTAL = "total"
    BALANCE = "balance"
    AVAILABLE = "available"


@dataclass(frozen=True, slots=True)
class RetainerRow:
    """One line of the list. Amounts are minor units; unused is what is paid and not drawn."""

    id: UUID
    number: str
    reference: str | None
    description: str | None
    """What its first line says."""
    date: Date
    due_date: Date | None
    status: Status
    partially_paid: bool
    days_overdue: int
    currency_code: str
    total_minor: int
    balance_minor: int
    unused_minor: int
    in_question_minor: int


@dataclass(frozen=True, slots=True)
class RetainerLine:
    """What is paid for in advance, in minor units."""

    description: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """What a payment gave to the retainer, in minor units."""

    number: str
    date: Date
    amount_minor: int
    mode: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """What an invoice drew of the retainer, in minor units."""

    invoice_number: str
    date: Date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Retainer:
    """A whole retainer invoice. Amounts are in minor units; the address is multi-line text."""

    id: UUID
    number: str
    date: Date
    due_date: Date | None
    status: Status
    partially_paid: bool
    days_overdue: int
    reference: str | None
    estimate_number: str | None
    project_name: str | None
    currency_code: str
    total_minor: int
    balance_minor: int
    unused_minor: int
    pending_minor: int
    in_question_minor: int
    billing_address: str | None
    notes: str | None
    terms: str | None
    sent_at: datetime | None
    lines: list[RetainerLine]
    payments: list[Payment]
    drawings: list[Drawing]
    history: list[Event]

    @property
    def payable_minor(self) -> int:
        """What is to be paid and not on its way: nothing while part of it is in question."""
        if self.status in (Status.VOID, Status.IN_QUESTION):
            return 0
        return self.balance_minor - self.pending_minor

    @property
    def drawn_minor(self) -> int:
        """What invoices drew of it."""
        return sum(each.amount_minor for each in self.drawings)


_DESCRIBED = """
    select retainer_invoice_id
    from retainer_invoice_lines
    where description ilike $pattern escape '!'
    order by retainer_invoice_id
"""
# the first line of each comes last, so it is what stays in a dict by id
_FIRST_LINES = """
    select retainer_invoice_id, description
    from retainer_invoice_lines
    where retainer_invoice_id = any($ids)
    order by retainer_invoice_id, position desc, id desc
"""
_ALL_FIRST_LINES = """
    select retainer_invoice_id, description
    from (
        select retainer_invoice_id, description,
            row_number() over (partition by retainer_invoice_id order by position, id) as place
        from retainer_invoice_lines
    ) placed
    where place = 1
    order by retainer_invoice_id
"""


def _describe(session: Session, rows: list[dict[str, Any]], _: Mapping[str, Any]) -> None:
    """Read what the first line of each retainer says."""
    ids = [row["id"] for row in rows]
    first_lines = session.rows(_FIRST_LINES, ids=ids) if ids else []
    descriptions = {line["retainer_invoice_id"]: line["description"] for line in first_lines}
    for row in rows:
        row["description"] = descriptions.get(row["id"])


def _describe_all(session: Session, rows: pa.Table) -> pa.Table:
    lines = session.arrow(_ALL_FIRST_LINES)
    descriptions = looked_up(rows["id"], lines["retainer_invoice_id"], lines["description"])
    return rows.append_column("description", descriptions)


LIST = lists.List(
    reading=store.reading,
    row=RetainerRow,
    columns="""id, number, reference, date, due_date, currency_code, total_minor, balance_minor,
        unused_minor, in_question_minor""",
    derived={"status": RETAINER.status},
    paged=f"select *, {PAYMENT_STATES} from listed",
    source="retainer_invoices",
    search=("number", "reference"),
    found_in={"described": _DESCRIBED},
    amounts=("total_minor", "balance_minor"),
    filters={
        Filter.ALL: lists.EVERY,
        Filter.UNPAID: UNPAID,
        Filter.OVERDUE: "status = 'overdue'",
        Filter.PAID: "status = 'paid'",
        Filter.VOID: "status = 'void'",
    },
    orders={
        Sort.NEWEST: "date desc, number desc",
        Sort.OLDEST: "date, number",
        Sort.DUE: "due_date nulls last, number",
        Sort.NUMBER: "number desc",
        Sort.TOTAL: "total_minor desc, number desc",
        Sort.BALANCE: "balance_minor desc, number desc",
        Sort.AVAILABLE: "unused_minor desc, number desc",
    },
    words={"status": Status},
    complete=_describe,
    complete_table=_describe_all,
    export={
        Column("Retainer"): "number",
        Column("Purpose"): "description",
        Column("Reference"): "reference",
        columns.DATE: "date",
        Column(labels.DUE_DATE, columns.Kind.DATE): "due_date",
        columns.STATUS: "status",
        Column("Days overdue", columns.Kind.WHOLE): "days_overdue",
        columns.CURRENCY: "currency_code",
        columns.AMOUNT: "total_minor",
        columns.BALANCE: columns.open_balance(Status.VOID),
        Column("Available", columns.Kind.MONEY, summed=True): "unused_minor",
    },
    uncounted=frozenset({Status.VOID}),
)
_GET = f"""
    select r.*, {PAYMENT_STATES}
    from (
        select i.*, e.number as estimate_number, p.name as project_name
        from (
            select id, number, date, due_date, reference, currency_code, total_minor, balance_minor,
                unused_minor, pending_minor, in_question_minor, billing_address, notes, terms,
                sent_at, estimate_id, project_id, {RETAINER.status} as status
            from retainer_invoices_by_number
        ) i
        left join estimates e on e.id = i.estimate_id
        left join projects p on p.id = i.project_id
    ) r
    order by number
"""
_LINES = """
    select description, total_minor
    from retainer_invoice_lines_by_retainer_invoice_id
    order by position, id
"""
_PAYMENTS = """
    select p.number, a.date, a.amount_minor, p.mode, p.reference
    from allocations a
    join payments p on p.id = a.payment_id
    where a.retainer_invoice_id = $id and p.status = 'succeeded'
    order by a.date, p.number
"""
_DRAWINGS = """
    select i.number as invoice_number, d.date, d.amount_minor
    from retainer_applications d
    join invoices i on i.id = d.invoice_id
    where d.retainer_invoice_id = $id
    order by d.date, i.number
"""


@store.cached
def get(scope: Scope, number: str, *, today: Date) -> Retainer:
    """Return the retainer invoice with this number. Raises NotFound when the customer has none."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number, today=today)
        if head is None:
            raise NotFound(_("There is no such retainer invoice."))
        lines = [
            RetainerLine(**row) for row in session.rows(_LINES, retainer_invoice_id=head["id"])
        ]
        payments = [Payment(**row) for row in session.rows(_PAYMENTS, id=head["id"])]
        drawings = [Drawing(**row) for row in session.rows(_DRAWINGS, id=head["id"])]
    del head["estimate_id"], head["project_id"]
    return Retainer(
        **{**head, "status": Status[head["status"].upper()]},
        lines=lines,
        payments=payments,
        drawings=drawings,
        history=_history(head, payments, drawings),
    )


def _history(
    head: Mapping[str, Any], payments: list[Payment], drawings: list[Drawing]
) -> list[Event]:
    """Return what happened to the retainer, in that order; who viewed it is told by viewings."""
    happened = []
    for each in payments:
        detail = bidi.listed(each.number, each.mode, each.reference)
        happened.append(Event(each.date, N_("Payment received"), detail, each.amount_minor))
    happened += [
        Event(each.date, N_("Drawn by invoice"), each.invoice_number, each.amount_minor)
        for each in drawings
    ]
    sent = Event(
        head["sent_at"] or head["date"],
        N_("Retainer invoice sent"),
        amount_minor=head["total_minor"],
    )
    return [sent, *sorted(happened, key=lambda event: event.happened)]
