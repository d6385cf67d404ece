"""Credit notes as a customer sees them: the list, and one note with what it was used for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.billing import refunds
from portal_data.billing.document import Document
from portal_data.billing.history import Event
from portal_data.billing.lines import Line, selecting, taxes
from portal_data.billing.refunds import Refund
from portal_data.errors import NotFound
from portal_data.kinds import CREDIT_NOTE
from portal_data.lists import columns
from portal_data.lists.columns import Column
from portal_data.scope import Scope
from portal_data.text import bidi
from portal_data.text.language import N_, NP_, _


class Status(StrEnum):
    """What a customer is told. Closed is a note that is used up; that is derived, never stored."""

    OPEN = NP_("credit note", "Open")
    CLOSED = NP_("credit note", "Closed")
    VOID = NP_("credit note", "Void")


class Filter(StrEnum):
    """The list's filters."""

    ALL = "all"
    OPEN = "open"
    CLOSED = "closed"
    VOID = "void"


class Sort(StrEnum):
    """The list's orders; each is descending but for `oldest`."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NUMBER = "number"
    TOTAL = "total"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class CreditNoteRow:
    """One line of the list. Amounts are minor units; the balance is what is left to be used."""

    id: UUID
    number: str
    subject: str | None
    reference: str | None
    date: Date
    status: Status
    currency_code: str
    total_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Application:
    """Credit that was set against an invoice, in minor units."""

    invoice_number: str
    date: Date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Document):
    """A whole credit note."""

    status: Status
    invoice_number: str | None
    """The invoice it corrects, where it names one."""
    balance_minor: int
    applications: list[Application]
    refunds: list[Refund]

    @property
    def applied_minor(self) -> int:
        """What was set against invoices."""
        return sum(each.amount_minor for each in self.applications)

    @property
    def refunded_minor(self) -> int:
        """What arrived back at the customer."""
        return refunds.arrived(self.refunds)


LIST = lists.List(
    reading=store.reading,
    row=CreditNoteRow,
    columns="id, number, subject, reference, date, currency_code, total_minor, balance_minor",
    derived={"status": CREDIT_NOTE.status},
    source="credit_notes",
    search=("number", "subject", "reference"),
    amounts=("total_minor", "balance_minor"),
    filters=lists.each_of("status", Filter),
    orders={
        Sort.NEWEST: "date desc, number desc",
        Sort.OLDEST: "date, number",
        Sort.NUMBER: "number desc",
        Sort.TOTAL: "total_minor desc, number desc",
        Sort.BALANCE: "balance_minor desc, number desc",
    },
    words={"status": Status},
    export={
        Column("Credit note"): "number",
        Column("Subject"): "subject",
        Column("Reference"): "reference",
        columns.DATE: "date",
        columns.STATUS: "status",
        columns.CURRENCY: "currency_code",
        columns.AMOUNT: "total_minor",
        columns.BALANCE: columns.open_balance(Status.VOID),
    },
    uncounted=frozenset({Status.VOID}),
)
_GET = f"""
    select n.*, i.number as invoice_number
    from (
        select id, number, date, subject, reference, currency_code, tax_inclusive, subtotal_minor,
            discount_minor, tax_minor, shipping_minor, adjustment_minor, adjustment_label,
            round_off_minor, total_minor, balance_minor, billing_address, shipping_address, notes,
            terms, invoice_id, {CREDIT_NOTE.status} as status
        from credit_notes_by_number
    ) n
    left join invoices i on i.id = n.invoice_id
    order by n.number
"""
_LINES = selecting("credit_note_lines", "credit_note_id")
_APPLICATIONS = """
    select i.number as invoice_number, c.date, c.amount_minor
    from credit_applications c
    join invoices i on i.id = c.invoice_id
    where c.credit_note_id = $id
    order by c.date, i.number
"""


@store.cached
def get(scope: Scope, number: str) -> CreditNote:
    """Return the credit note with this number. Raises NotFound when the customer has none such."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number)
        if head is None:
            raise NotFound(_("There is no such credit note."))
        lines = [Line(**row) for row in session.rows(_LINES, credit_note_id=head["id"])]
        applications = [Application(**row) for row in session.rows(_APPLICATIONS, id=head["id"])]
        paid_back = refunds.of_credit_note(session, head["id"])
    del head["invoice_id"]
    return CreditNote(
        **{**head, "status": Status[head["status"].upper()]},
        lines=lines,
        taxes=taxes(lines),
        applications=applications,
        refunds=paid_back,
        history=_history(head, applications, paid_back),
    )


def _history(
    head: Mapping[str, Any], applications: list[Application], paid_back: list[Refund]
) -> list[Event]:
    """Return what happened to the note, in that order; who viewed it is told by viewings."""
    happened = [
        Event(each.date, N_("Applied to invoice"), each.invoice_number, each.amount_minor)
        for each in applications
    ]
    for each in paid_back:
        detail = bidi.listed(each.mode, each.reference)
        happened.append(
            Event(each.date, refunds.WORDS[each.status], detail or None, each.amount_minor)
        )
    issued = Event(head["date"], N_("Credit note issued"), amount_minor=head["total_minor"])
    return [issued, *sorted(happened, key=lambda event: event.happened)]
