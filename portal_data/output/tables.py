"""Lists and statements as tables: the typed rows that every file of them is written from."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pyarrow as pa
from pyarrow import compute as pc

from portal_data import labels
from portal_data.billing import periods, transactions
from portal_data.billing.statements import StatementColumns
from portal_data.business.organisation import Organisation
from portal_data.lists import List, columns
from portal_data.lists.columnar import local_days
from portal_data.lists.columns import Column, Field, Kind
from portal_data.money import to_decimal, to_major
from portal_data.output.exports import ColumnarRows, Format, Table, write
from portal_data.payables.comparing import Compared
from portal_data.scope import Scope

_STATEMENT = (
    columns.DATE,
    Column(labels.TRANSACTION),
    Column("Number"),
    Column("Details"),
    columns.CURRENCY,
    columns.AMOUNT,
    Column(labels.PAYMENT_OR_CREDIT, Kind.MONEY, summed=True),
    Column(labels.BALANCE, Kind.MONEY),
)


_COMPARED = (
    Column("Result"),
    Column("Rows"),
    Column("Your number"),
    Column("Your date", Kind.DATE),
    Column("Our number"),
    Column("Our date", Kind.DATE),
    columns.CURRENCY,
    Column("Your amount", Kind.MONEY),
    Column("Our amount", Kind.MONEY),
    Column("Difference", Kind.MONEY),
)


def of_list(
    title: str,
    described: List[Scope, Any, Any, Any],
    rows: pa.Table,
    customer: str,
    business: Organisation,
    subject: str = "",
) -> Table:
    """Return the rows of a list as a table, of the days from the first to the last of its dates.

    Moments become days where the business is, amounts decimals in major units.
    """
    fields = described.export
    names = tuple(fields)
    made = ColumnarRows(names, [_values(rows, *each, business) for each in fields.items()])
    days = pc.min_max(made.data[columns.DATE.key]).as_py() if columns.DATE in fields else {}
    return Table(
        title=title,
        issuer=business.name,
        customer=customer,
        columns=names,
        rows=made,
        subject=subject,
        first=days.get("min"),
        last=days.get("max"),
        uncounted=frozenset(each.value for each in described.uncounted),
    )


def _values(
    rows: pa.Table, column: Column, field: Field, business: Organisation
) -> pa.ChunkedArray:
    values = rows[field] if isinstance(field, str) else field(rows)
    if column.kind is Kind.MONEY:
        return to_major(values, rows["currency_code"])
    if column.kind is Kind.DATE and pa.types.is_timestamp(values.type):
        return local_days(values, business.timezone)
    return values


def of_statement(statement: StatementColumns, customer: str, business: Organisation) -> Table:
    """Return a statement as a table, its opening and closing balance included as on screen."""
    lines, code = statement.lines, statement.currency_code
    opened = None if statement.first <= periods.EARLIEST else statement.first
    words = pa.array([labels.TRANSACTIONS[kind] for kind in transactions.KINDS])
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
            column(opened, lines["date"], statement.last),
            column(
                labels.OPENING_BALANCE,
                pa.chunked_array(
                    [words.take(pc.index_in(each, pa.array(transactions.KINDS)))
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
            money(statement.opening_minor, lines["balance"], statement.closing_minor),
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
        last=statement.last,
    )


def csv_of_comparison(
    found: Sequence[Compared], currency: str, business: Organisation, customer: str
) -> bytes:
    """Return what came of comparing a customer's own list with the books, as a CSV file."""

    def amount(minor: int | None) -> Any:
        return None if minor is None else to_decimal(minor, currency)

    rows = [
        (
            each.outcome.value,
            " ".join(map(str, each.rows)) or None,
            each.their_number,
            each.their_date,
            each.number,
            each.date,
            currency,
            amount(each.their_minor),
            amount(each.minor),
            amount(each.difference_minor),
        )
        for each in found
    ]
    table = Table(
        title="Comparison",
        issuer=business.name,
        customer=customer,
        columns=_COMPARED,
        rows=ColumnarRows.of(_COMPARED, rows),
    )
    file = BytesIO()
    write(table, Format.CSV, file)
    return file.getvalue()
