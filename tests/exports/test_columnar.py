"""Rows by column make the files that the same rows make one by one, byte for byte.

How they are made one by one is in `reference`.
"""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from portal_data import money
from portal_data.output.exports import Column, ColumnarRows, Format, Kind, Table, columnar, write
from tests.exports import reference
from tests.exports.test_files import FORMULAS, HARMLESS

COLUMNS = (
    Column("Invoice"),
    Column("Status"),
    Column("Due date", Kind.DATE),
    Column("Currency", Kind.CURRENCY),
    Column("Amount", Kind.MONEY, summed=True),
    Column("Days overdue", Kind.WHOLE, summed=True),
)
_TEXTS = st.one_of(
    st.none(),
    st.sampled_from([*FORMULAS, *HARMLESS, "a,b", 'say "x"', "two\nlines", "\u2028", "\x1f=1"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.text(" \t\r\n\"',;|=+-@\u00a0\u200b\ufeff\x00\x0b\x1c\x85ax\\", max_size=6),
)
_CURRENCIES = {"GBP": 2, "JPY": 0, "KWD": 3, "CLF": 4}


@st.composite
def _rows(draw: st.DrawFn) -> tuple[Any, ...]:
    code = draw(st.sampled_from(sorted(_CURRENCIES)))
    minor = draw(st.one_of(st.none(), st.integers(-(2**63) + 1, 2**63 - 1)))
    return (
        draw(_TEXTS),
        draw(st.sampled_from(["Paid", "Void"])),
        draw(st.one_of(st.none(), st.dates())),
        code,
        None if minor is None else money.to_decimal(minor, code),
        draw(st.one_of(st.none(), st.integers(-5, 5000))),
    )


def _table(rows: Any) -> Table:
    return Table("Invoices", "Fern", "A", COLUMNS, rows, uncounted=frozenset({"Void"}))


def _by_column(rows: list[tuple[Any, ...]]) -> ColumnarRows:
    arrays = []
    for place, column in enumerate(COLUMNS):
        values = [row[place] for row in rows]
        if column.kind is Kind.MONEY:
            minor = [None if value is None else money.to_minor(value, row[3])
                     for value, row in zip(values, rows, strict=True)]  # fmt: skip
            codes = pa.chunked_array([pa.array([row[3] for row in rows], pa.string())])
            arrays.append(money.to_major(pa.chunked_array([pa.array(minor, pa.int64())]), codes))
        else:
            kind = {Kind.DATE: pa.date32(), Kind.WHOLE: pa.int64()}.get(column.kind, pa.string())
            arrays.append(pa.chunked_array([pa.array(values, kind)]))
    return ColumnarRows(COLUMNS, arrays)


def _written(table: Table, format: Format) -> bytes:
    file = io.BytesIO()
    write(table, format, file)
    return file.getvalue()


_EVERY_FORMULA = [
    (text, "Paid", date(2026, 1, 2), "GBP", Decimal("-1.00"), None) for text in FORMULAS + HARMLESS
]


@given(st.lists(_rows(), max_size=8))
@example(_EVERY_FORMULA)
@example([])
@settings(max_examples=300, deadline=None)
def test_files_are_the_same_byte_for_byte(rows: list[tuple[Any, ...]]) -> None:
    columns = _by_column(rows)
    table = _table(columns)
    assert list(columns) == rows
    assert list(ColumnarRows.of(COLUMNS, rows)) == rows
    assert table.totals() == reference.totals_of(table, rows)
    assert table.currencies == list(dict.fromkeys(row[3] for row in rows))
    assert table.left_out == (["Void"] if any(row[1] == "Void" for row in rows) else [])
    assert _written(table, Format.CSV) == reference.csv_of(COLUMNS, rows)
    told = _written(table, Format.JSON)
    lines = b"\n" + reference.json_rows(COLUMNS, rows) if rows else b""
    assert told.partition(b'"rows":[')[2] == lines + b"\n]}\n"
    found = parquet.read_table(io.BytesIO(_written(table, Format.PARQUET))).to_pylist()
    assert [tuple(row.values()) for row in found] == rows


def test_many_rows_are_written_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar, "_ROWS_AT_ONCE", 7)
    rows = _EVERY_FORMULA * 3
    columns = _by_column(rows)
    assert _written(_table(columns), Format.CSV) == reference.csv_of(COLUMNS, rows)
    assert reference.json_rows(COLUMNS, rows) in _written(_table(columns), Format.JSON)
    assert columns[5:9] == rows[5:9]
    assert columns[-1] == rows[-1]


@given(
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.sampled_from(sorted(_CURRENCIES)),
    st.sampled_from(sorted(_CURRENCIES)),
)
def test_amounts_by_column_are_those_of_one_amount(minor: int, code: str, other: str) -> None:
    found = money.to_major(
        pa.chunked_array([pa.array([minor, None], pa.int64())]),
        pa.chunked_array([pa.array([code, other])]),
    )
    assert found.cast(pa.string()).to_pylist() == [f"{money.to_decimal(minor, code):f}", None]
