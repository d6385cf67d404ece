"""Invoices as a customer sees them: the list, and one document with what settled it."""

from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import labels, lists, store
from portal_data.billing import disputes, promised, settlements
from portal_data.billing.disputes import Dispute
from portal_data.billing.document import Document
from portal_data.billing.history import Event
from portal_data.billing.lines import Line, selecting, taxes
from portal_data.billing.promised import OfInvoice
from portal_data.billing.settlements import Settlement
from portal_data.errors import NotFound
from portal_data.kinds import INVOICE, PARTIALLY_PAID, PAYMENT_STATES, UNPAID
from portal_data.lists import columns
from portal_data.lists.columns import Column
from portal_data.messaging import link_events
from portal_data.scope import Scope
from portal_data.text.language import N_, NP_, _


class Status(StrEnum):
    """What a customer is told. Overdue and partially paid are derived, never stored.

    In question is what the books before call settled by something that an import could not take
    over: nobody is asked to pay it until that is cleared.
    """

    UNPAID = NP_("invoice", "Unpaid")
    PARTIALLY_PAID = NP_("invoice", "Partially paid")
    OVERDUE = NP_("invoice", "Overdue")
    IN_QUESTION = NP_("invoice", "In question")
    PAID = NP_("invoice", "Paid")
    VOID = NP_("invoice", "Void")
    WRITTEN_OFF = NP_("invoice", "Written off")


class Filter(StrEnum):
    """The list's filters. Unpaid is everything that is still owed, so it holds the next two."""

    ALL = "all"
    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially_paid"
    OVERDUE = "overdue"
    PAID = "paid"
    VOID = "void"
    DISPUTED = "disputed"


class Sort(StrEnum):
    """The list's orders; each is descending but for `due`, which asks what comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DUE = "due"
    NUMBER = "number"
    TOTAL = "total"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One line of the list. Amounts are minor units of `currency_code`."""

    id: UUID
    number: str
    subject: str | None
    reference: str | None
    date: Date
    due_date: Date
    status: Status
    partially_paid: bool
    days_overdue: int
    currency_code: str
    total_minor: int
    balance_minor: int
    pending_minor: int
    in_question_minor: int
    disputed_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Document):
    """A whole invoice."""

    version: int
    due_date: Date
    status: Status
    partially_paid: bool
    days_overdue: int
    payment_terms_label: str | None
    expected_payment_date: Date | None
    balance_minor: int
    pending_minor: int
    in_question_minor: int
    written_off_minor: int
    sent_at: datetime | None
    settlements: list[Settlement]
    disputes: list[Dispute]
    promises: list[OfInvoice]

    @property
    def disputed_minor(self) -> int:
        """How much of the balance is in dispute."""
        return min(disputes.disputed_minor(self.disputes), self.balance_minor)

    @property
    def settled_minor(self) -> int:
        """What has been paid, credited, drawn or written off so far."""
        return self.total_minor - self.balance_minor

    @property
    def payable_minor(self) -> int:
        """What the customer is asked to pay: not what is disputed or on its way to the bank, and
        nothing while part of it is in question."""
        if self.status not in (Status.UNPAID, Status.PARTIALLY_PAID, Status.OVERDUE):
            return 0
        return max(self.balance_minor - self.pending_minor - self.disputed_minor, 0)


_DISPUTED = f"""coalesce((
            select sum(d.amount_minor)::bigint from disputes d
            where d.invoice_id = invoices.id and d.{disputes.OPEN}
        ), 0)"""
LIST = lists.List(
    reading=store.reading,
    row=InvoiceRow,
    columns="""id, number, subject, reference, date, due_date, currency_code, total_minor,
        balance_minor, pending_minor, in_question_minor""",
    derived={"status": INVOICE.status, "disputed_minor": _DISPUTED},
    paged=f"select *, {PAYMENT_STATES} from listed",
    source="invoices",
    search=("number", "subject", "reference"),
    amounts=("total_minor", "balance_minor"),
    filters={
        Filter.ALL: lists.EVERY,
        Filter.UNPAID: UNPAID,
        Filter.PARTIALLY_PAID: PARTIALLY_PAID,
        Filter.OVERDUE: "status = 'overdue'",
        Filter.PAID: "status = 'paid'",
        Filter.VOID: "status = 'void'",
        Filter.DISPUTED: "disputed_minor > 0",
    },
    orders={
        Sort.NEWEST: "date desc, number desc",
        Sort.OLDEST: "date, number",
        Sort.DUE: "due_date, number",
        Sort.NUMBER: "number desc",
        Sort.TOTAL: "total_minor desc, number desc",
        Sort.BALANCE: "balance_minor desc, number desc",
    },
    words={"status": Status},
    export={
        Column("Invoice"): "number",
        Column("Subject"): "subject",
        Column("Reference"): "reference",
        columns.DATE: "date",
        Column(labels.DUE_DATE, columns.Kind.DATE): "due_date",
        columns.STATUS: "status",
        Column("Days overdue", columns.Kind.WHOLE): "days_overdue",
        columns.CURRENCY: "currency_code",
        columns.AMOUNT: "total_minor",
        columns.BALANCE: columns.open_balance(Status.VOID, Status.WRITTEN_OFF),
    },
    uncounted=frozenset({Status.VOID}),
)
_GET = f"""
    select o.*, {PAYMENT_STATES}
    from (
        select id, version, number, date, due_date, subject, reference, payment_terms_label,
            expected_payment_date, currency_code, tax_inclusive, subtotal_minor, discount_minor,
            tax_minor, shipping_minor, adjustment_minor, adjustment_label, round_off_minor,
            total_minor, balance_minor, pending_minor, in_question_minor, written_off_minor,
            written_off_on, billing_address, shipping_address, notes, terms, sent_at,
            {INVOICE.status} as status
        from invoices_by_number
    ) o
    order by number
"""
_LINES = selecting("invoice_lines", "invoice_id")
_LINKED = """
    select event, happened_at, actor_name
    from activity_by_subject_id
    where event in ('invoice.link_created', 'invoice.link_opened', 'invoice.link_revoked')
    order by happened_at, id
"""
_OF_LINKS = {
    link_events.INVOICE_LINK_CREATED.key: N_("Public link made by {name}"),
    link_events.INVOICE_LINK_OPENED.key: N_("Opened by {name}"),
    link_events.INVOICE_LINK_REVOKED.key: N_("Public link revoked by {name}"),
}


def get(scope: Scope, number: str, *, today: Date) -> Invoice:
    """Return the invoice with this number. Raises NotFound when there is none of the customer's."""
    found = _stored(scope, number, today)
    return replace(found, history=_history(found.history, _linked(scope, found.id)))


@store.cached
def _linked(scope: Scope, invoice_id: UUID) -> list[dict[str, Any]]:
    """Return what became of an invoice's public links.

    It is read apart, since whatever a customer's people do changes the table it is in.
    """
    with store.reading(scope) as session:
        return session.rows(_LINKED, subject_id=invoice_id)


@store.cached
def _stored(scope: Scope, number: str, today: Date) -> Invoice:
    """Return an invoice without what became of its links."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number, today=today)
        if head is None:
            raise NotFound(_("There is no such invoice."))
        lines = [Line(**row) for row in session.rows(_LINES, invoice_id=head["id"])]
        settled = settlements.of_invoice(session, head)
        disputed = disputes.of_invoice(session, head["id"])
        promises = promised.of_invoice(session, head["id"])
    del head["written_off_on"]
    return Invoice(
        **{**head, "status": Status[head["status"].upper()]},
        lines=lines,
        taxes=taxes(lines),
        settlements=settled,
        disputes=disputed,
        promises=promises,
        history=[*settlements.history(head, settled), *promised.history(promises)],
    )


def _history(settled: list[Event], linked: list[dict[str, Any]]) -> list[Event]:
    """Return the history of an invoice with what became of its public links, in that order."""
    found = settled + [
        Event(each["happened_at"], _OF_LINKS[each["event"]], values={"name": each["actor_name"]})
        for each in linked
    ]
    return sorted(found, key=lambda each: _moment(each.happened)) if linked else settled


def _moment(happened: Date | datetime) -> datetime:
    return happened if isinstance(happened, datetime) else datetime.combine(happened, time.min)
