"""Nouns as tables: the typed rows that every file of a list or statement is written from."""

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from portal_data import labels
from portal_data.billing import credit_notes, estimates, invoices, periods, retainers, statements
from portal_data.billing.columnar import local_days, mapped
from portal_data.billing.statements import StatementColumns
from portal_data.business.organisation import Organisation
from portal_data.money import to_major
from portal_data.output.exports import Column, ColumnarRows, Kind, Table, in_hours

Field = str | Callable[[pa.Table], pa.ChunkedArray]
Fields = Mapping[Column, Field]
"""The columns of a file, each with the name of what was read, or what makes it of that.

Amounts are in minor units.
"""

_CLOSED = {
    invoices.Status.VOID,
    invoices.Status.WRITTEN_OFF,
    credit_notes.Status.VOID,
    retainers.Status.VOID,
}
_UNCOUNTED = frozenset(
    {invoices.Status.VOID.value, estimates.Status.DECLINED.value, estimates.Status.EXPIRED.value}
)
"""What is void, or an offer that no longer stands, is listed and never added up."""


def _open(found: pa.Table) -> pa.ChunkedArray:
    """Return the balances; of a void or written off document nothing is open, as on screen."""
    closed = pc.is_in(found["status"], pa.array(sorted(_CLOSED), pa.string()))
    return pc.if_else(closed, pa.scalar(0, pa.int64()), found["balance_minor"])


def _hours(name: str) -> Field:
    """Return what makes hours of a column of minutes."""
    return lambda found: mapped(found[name], lambda minutes: f"{in_hours(minutes):f}")


def _in_words(name: str) -> Field:
    """Return what makes words of a column of names: fixed_cost is Fixed cost."""
    return lambda found: mapped(found[name], lambda code: code.replace("_", " ").capitalize())


_DATE = Column(labels.DATE, Kind.DATE)
_CURRENCY = Column("Currency", Kind.CURRENCY)
_AMOUNT = Column(labels.AMOUNT, Kind.MONEY, summed=True)
_BALANCE = Column(labels.BALANCE, Kind.MONEY, summed=True)
_WORKED: Fields = {
    Column("Minutes", Kind.WHOLE, summed=True): "minutes",
    Column("Hours", Kind.NUMBER, summed=True, minutes="Minutes"): _hours("minutes"),
}

INVOICES: Fields = {
    Column("Invoice"): "number",
    Column("Subject"): "subject",
    Column("Reference"): "reference",
    _DATE: "date",
    Column(labels.DUE_DATE, Kind.DATE): "due_date",
    Column("Status"): "status",
    Column("Days overdue", Kind.WHOLE): "days_overdue",
    _CURRENCY: "currency_code",
    _AMOUNT: "total_minor",
    _BALANCE: _open,
}
ESTIMATES: Fields = {
    Column("Estimate"): "number",
    Column("Subject"): "subject",
    Column("Reference"): "reference",
    _DATE: "date",
    Column("Valid until", Kind.DATE): "expiry_date",
    Column("Status"): "status",
    _CURRENCY: "currency_code",
    _AMOUNT: "total_minor",
}
PAYMENTS: Fields = {
    Column("Receipt"): "number",
    _DATE: "date",
    Column("Made for"): _in_words("kind"),
    Column("Mode"): "mode",
    Column("Reference"): "reference",
    Column("Applied to"): "paid_numbers",
    _CURRENCY: "currency_code",
    _AMOUNT: "amount_minor",
    Column("Unused", Kind.MONEY, summed=True): "unused_minor",
}
CREDIT_NOTES: Fields = {
    Column("Credit note"): "number",
    Column("Subject"): "subject",
    Column("Reference"): "reference",
    _DATE: "date",
    Column("Status"): "status",
    _CURRENCY: "currency_code",
    _AMOUNT: "total_minor",
    _BALANCE: _open,
}
RETAINERS: Fields = {
    Column("Retainer"): "number",
    Column("Purpose"): "description",
    Column("Reference"): "reference",
    _DATE: "date",
    Column(labels.DUE_DATE, Kind.DATE): "due_date",
    Column("Status"): "status",
    Column("Days overdue", Kind.WHOLE): "days_overdue",
    _CURRENCY: "currency_code",
    _AMOUNT: "total_minor",
    _BALANCE: _open,
    Column("Available", Kind.MONEY, summed=True): "unused_minor",
}
PROJECTS: Fields = {
    Column("Project"): "name",
    Column("Code"): "code",
    Column("Status"): "status",
    Column("Billing method"): _in_words("billing_method"),
    **_WORKED,
    Column("Billed minutes", Kind.WHOLE, summed=True): "billed_minutes",
    Column("Billed hours", Kind.NUMBER, summed=True, minutes="Billed minutes"): (
        _hours("billed_minutes")
    ),
    Column("Budget hours", Kind.NUMBER): _hours("budget_minutes"),
    _CURRENCY: "currency_code",
    Column("Budget amount", Kind.MONEY): "budget_minor",
    Column("Budget used percent", Kind.WHOLE): "budget_percent",
    Column("Latest work", Kind.DATE): "latest",
}
TIME_LOG: Fields = {
    _DATE: "date",
    Column("Task"): "task",
    Column("Person"): "person",
    Column("Begins"): "begins",
    Column("Ends"): "ends",
    **_WORKED,
    Column("Note"): "notes",
    Column("Status"): "status",
    Column("Invoice"): "invoice_number",
}
TIMESHEETS: Fields = {
    Column("Timesheet"): "name",
    Column("Project"): "project",
    Column("Received", Kind.DATE): "received_at",
    Column("Status"): "status",
    **_WORKED,
}
TIMESHEET: Fields = {
    _DATE: "date",
    Column("Task"): "task",
    Column("Person"): "person",
    **_WORKED,
    Column("Note"): "notes",
    Column("Answer"): "decision",
    Column("Reason"): "reason",
}
_STATEMENT = (
    _DATE,
    Column(labels.TRANSACTION),
    Column("Number"),
    Column("Details"),
    _CURRENCY,
    _AMOUNT,
    Column(labels.PAYMENT_OR_CREDIT, Kind.MONEY, summed=True),
    Column(labels.BALANCE, Kind.MONEY),
)


def of_list(
    title: str,
    fields: Fields,
    found: pa.Table,
    customer: str,
    business: Organisation,
    subject: str = "",
) -> Table:
    """Return the rows of a list as a table, of the days from the first to the last of its dates.

    Moments become days where the business is, amounts decimals in major units.
    """
    columns = tuple(fields)
    rows = ColumnarRows(columns, [_told(found, *each, business) for each in fields.items()])
    days = pc.min_max(rows.data[_DATE.key]).as_py() if _DATE in fields else {}
    return Table(
        title=title,
        issuer=business.name,
        customer=customer,
        columns=columns,
        rows=rows,
        subject=subject,
        first=days.get("min"),
        last=days.get("max"),
        uncounted=_UNCOUNTED,
    )


def _told(found: pa.Table, column: Column, field: Field, business: Organisation) -> pa.ChunkedArray:
    values = found[field] if isinstance(field, str) else field(found)
    if column.kind is Kind.MONEY:
        return to_major(values, found["currency_code"])
    if column.kind is Kind.DATE and pa.types.is_timestamp(values.type):
        return local_days(values, business.timezone)
    return values


def of_statement(told: StatementColumns, customer: str, business: Organisation) -> Table:
    """Return a statement as a table, its opening and closing balance included as on screen."""
    lines, code = told.lines, told.currency_code
    opened = None if told.first <= periods.EARLIEST else told.first
    words = pa.array([labels.TRANSACTIONS[kind] for kind in statements.KINDS])
    amounts = lines["amount"]
    nothing = pa.scalar(None, pa.int64())

    def column(before: Any, within: pa.ChunkedArray, after: Any) -> pa.ChunkedArray:
        ends = [pa.array([value], within.type) for value in (before, after)]
        return pa.chunked_array([ends[0], *within.chunks, ends[1]])

    def money(before: int | None, within: pa.ChunkedArray, after: int | None) -> pa.ChunkedArray:
        minor = column(before, within, after)
        return to_major(minor, pa.chunked_array([pa.repeat(code, len(minor))]))

    rows = ColumnarRows(
        _STATEMENT,
        [
            column(opened, lines["date"], told.last),
            column(
                labels.OPENING_BALANCE,
                pa.chunked_array(
                    [words.take(pc.index_in(each, pa.array(statements.KINDS)))
                     for each in lines["kind"].chunks] or [words[:0]]
                ),
                labels.CLOSING_BALANCE,
            ),
            column(None, lines["number"], None),
            column(None, lines["details"], None),
            pa.chunked_array([pa.repeat(code, len(lines) + 2)]),
            money(None, pc.if_else(pc.greater(amounts, 0), amounts, nothing), None),
            money(
                None, pc.if_else(pc.less(amounts, 0), pc.negate(amounts), nothing), None
            ),
            money(told.opening_minor, lines["balance"], told.closing_minor),
        ],
    )  # fmt: skip
    days = pc.min(pc.drop_null(rows.data.column(0))).as_py()
    return Table(
        title="Statement",
        issuer=business.name,
        customer=customer,
        columns=_STATEMENT,
        rows=rows,
        first=opened or days,
        last=told.last,
    )
