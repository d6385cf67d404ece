"""Nouns as tables: the typed rows that every file of a list or statement is written from."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from portal_data import invoices, papers, statements
from portal_data.exports import Column, Kind, Table
from portal_data.invoices import InvoiceRow
from portal_data.money import to_decimal
from portal_data.statements import Statement

_CURRENCY = Column("Currency", Kind.CURRENCY)
_DATE = Column("Date", Kind.DATE)

_INVOICES = (
    Column("Invoice"),
    Column("Subject"),
    Column("Reference"),
    _DATE,
    Column("Due date", Kind.DATE),
    Column("Status"),
    Column("Days overdue", Kind.WHOLE),
    _CURRENCY,
    Column("Amount", Kind.MONEY, summed=True),
    Column("Balance", Kind.MONEY, summed=True),
)
_STATEMENT = (
    _DATE,
    Column("Transaction"),
    Column("Number"),
    Column("Details"),
    _CURRENCY,
    Column("Amount", Kind.MONEY, summed=True),
    Column("Payment or credit", Kind.MONEY, summed=True),
    Column("Balance", Kind.MONEY),
)


def of_invoices(found: Sequence[InvoiceRow], customer: str) -> Table:
    """Return invoices as a table; nothing is owed of a void or written off one, as on screen."""
    closed = (invoices.Status.VOID, invoices.Status.WRITTEN_OFF)
    rows = [
        (
            each.number,
            each.subject,
            each.reference,
            each.date,
            each.due_date,
            each.status.value,
            each.days_overdue,
            each.currency_code,
            to_decimal(each.total_minor, each.currency_code),
            to_decimal(0 if each.status in closed else each.balance_minor, each.currency_code),
        )
        for each in found
    ]
    return _listed("Invoices", customer, _INVOICES, rows)


def of_statement(told: Statement, customer: str) -> Table:
    """Return a statement as a table, its opening and closing balance included as on screen."""
    code = told.currency_code

    def amount(minor: int) -> Decimal:
        return to_decimal(minor, code)

    def fixed(day: Any, words: str, minor: int) -> tuple[Any, ...]:
        return (day, words, None, None, code, None, None, amount(minor))

    opened = None if told.first <= statements.EARLIEST else told.first
    rows = [
        fixed(opened, "Opening balance", told.opening_minor),
        *(
            (
                line.date,
                papers.TRANSACTIONS[line.kind],
                line.number,
                line.details,
                code,
                amount(line.amount_minor) if line.amount_minor else None,
                amount(line.credit_minor) if line.credit_minor else None,
                amount(line.balance_minor),
            )
            for line in told.lines
        ),
        fixed(told.last, "Closing balance", told.closing_minor),
    ]
    first = next((row[0] for row in rows if row[0]), told.last)
    return Table("Statement", customer, _STATEMENT, rows, min(first, told.last), told.last)


def _listed(
    title: str, customer: str, columns: tuple[Column, ...], rows: Sequence[tuple[Any, ...]]
) -> Table:
    """Return a list's table, from the first to the last day in its column `Date`."""
    place = columns.index(_DATE)
    days = [row[place] for row in rows if row[place]]
    return Table(title, customer, columns, rows, min(days, default=None), max(days, default=None))
