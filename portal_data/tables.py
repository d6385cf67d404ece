"""Nouns as tables: the typed rows that every file of a list or statement is written from."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from portal_data import credit_notes, estimates, invoices, labels, retainers, statements
from portal_data.exports import Column, ColumnarRows, Kind, Table, in_hours
from portal_data.money import to_decimal, to_texts
from portal_data.organisation import Organisation
from portal_data.project_figures import BudgetKind
from portal_data.statements import StatementColumns

Fields = Mapping[Column, str | Callable[[Any], Any]]
"""Columns, each with the attribute of a row or what tells its value; amounts in minor units."""

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


def _open(row: Any) -> int:
    """Return a document's balance; of a void or written off one nothing is open, as on screen."""
    return 0 if row.status in _CLOSED else int(row.balance_minor)


def _budget(row: Any, *kinds: BudgetKind) -> int | None:
    """Return the limit of a budget of one of these kinds, in minor units or minutes."""
    budget = row.budget
    return budget.limit if budget and (budget.kind in kinds) else None


def _budget_hours(row: Any) -> Decimal | None:
    minutes = _budget(row, BudgetKind.HOURS, BudgetKind.TASK_HOURS, BudgetKind.STAFF_HOURS)
    return None if minutes is None else in_hours(minutes)


_DATE = Column(labels.DATE, Kind.DATE)
_CURRENCY = Column("Currency", Kind.CURRENCY)
_AMOUNT = Column(labels.AMOUNT, Kind.MONEY, summed=True)
_BALANCE = Column(labels.BALANCE, Kind.MONEY, summed=True)
_WORKED: Fields = {
    Column("Minutes", Kind.WHOLE, summed=True): "minutes",
    Column("Hours", Kind.NUMBER, summed=True, minutes="Minutes"): lambda row: in_hours(row.minutes),
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
    Column("Made for"): lambda row: row.kind.capitalize(),
    Column("Mode"): "mode",
    Column("Reference"): "reference",
    Column("Applied to"): lambda row: ", ".join(row.paid_numbers) or None,
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
    Column("Billing method"): lambda row: row.billing_method.replace("_", " ").capitalize(),
    **_WORKED,
    Column("Billed minutes", Kind.WHOLE, summed=True): "billed_minutes",
    Column("Billed hours", Kind.NUMBER, summed=True, minutes="Billed minutes"): (
        lambda row: in_hours(row.billed_minutes)
    ),
    Column("Budget hours", Kind.NUMBER): _budget_hours,
    _CURRENCY: "currency_code",
    Column("Budget amount", Kind.MONEY): lambda row: _budget(row, BudgetKind.COST),
    Column("Budget used percent", Kind.WHOLE): lambda row: row.budget and row.budget.percent,
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
    found: Sequence[Any],
    customer: str,
    business: Organisation,
    subject: str = "",
) -> Table:
    """Return the rows of a list as a table, of the days from the first to the last of its dates.

    Moments become days where the business is, amounts decimals in major units.
    """
    columns = tuple(fields)
    rows = [tuple(_told(row, column, fields[column], business) for column in columns)
            for row in found]  # fmt: skip
    days = [row[columns.index(_DATE)] for row in rows] if _DATE in columns else []
    return Table(
        title=title,
        issuer=business.name,
        customer=customer,
        columns=columns,
        rows=rows,
        subject=subject,
        first=min(days, default=None),
        last=max(days, default=None),
        uncounted=_UNCOUNTED,
    )


def of_columns(
    title: str, fields: Fields, found: pa.Table, customer: str, business: Organisation
) -> Table:
    """Return the rows of a list, given by column, as the table that `of_list` makes of them."""
    columns = tuple(fields)
    arrays = []
    for column, field in fields.items():
        if field is _open:
            closed = pc.is_in(found["status"], pa.array(sorted(_CLOSED), pa.string()))
            array = pc.if_else(closed, pa.scalar(0, pa.int64()), found["balance_minor"])
        else:
            array = found[str(field)]
        if column.kind is Kind.MONEY:
            array = to_texts(array, found["currency_code"])
        arrays.append(array)
    days = pc.min_max(found["date"].cast(pa.date32())).as_py()
    return Table(
        title=title,
        issuer=business.name,
        customer=customer,
        columns=columns,
        rows=ColumnarRows(columns, arrays),
        first=days["min"],
        last=days["max"],
        uncounted=_UNCOUNTED,
    )


def _told(
    row: Any, column: Column, field: str | Callable[[Any], Any], business: Organisation
) -> Any:
    value = getattr(row, field) if isinstance(field, str) else field(row)
    if value is None:
        return None
    if column.kind is Kind.MONEY:
        return to_decimal(value, row.currency_code)
    if column.kind is Kind.DATE:
        return business.day_of(value) if hasattr(value, "hour") else value
    return value.value if isinstance(value, StrEnum) else value


def of_statement(told: StatementColumns, customer: str, business: Organisation) -> Table:
    """Return a statement as a table, its opening and closing balance included as on screen."""
    lines, code = told.lines, told.currency_code
    opened = None if told.first <= statements.EARLIEST else told.first
    words = pa.array([labels.TRANSACTIONS[kind] for kind in statements.KINDS])
    amounts = lines["amount"]
    nothing = pa.scalar(None, pa.int64())

    def column(before: Any, within: pa.ChunkedArray, after: Any) -> pa.ChunkedArray:
        ends = [pa.array([value], within.type) for value in (before, after)]
        return pa.chunked_array([ends[0], *within.chunks, ends[1]])

    def money(before: int | None, within: pa.ChunkedArray, after: int | None) -> pa.ChunkedArray:
        minor = column(before, within, after)
        return to_texts(minor, pa.chunked_array([pa.repeat(code, len(minor))]))

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
