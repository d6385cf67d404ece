"""Rows that are kept by column, as the store's engine hands them over, and written set by set.

A hundred thousand rows as Python objects take longer than all that is done with them. Here whole
columns become text at once, and Python looks only at the few cells that need care.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, overload

import pyarrow as pa
from pyarrow import compute as pc

from portal_data.lists.columns import Column, Kind
from portal_data.output.exports.texts import inert

_ROWS_AT_ONCE = 10_000

# Wherever `texts.inert` may change a text: a cell's beginning behind nothing or something unseen,
# a separator that may end a cell, or a character that is not printable (RE2 has no look-behind).
_MAY_CALCULATE = (
    "(^|[\\s\\p{Z}\\x0b\\x1c-\\x1f\\x{85}\"'\\x{200b}\\x{200e}\\x{200f}\\x{feff},;|])"
    "[=+\\-@＝＋－＠]|^[\\t\\r\\n]|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x{fffe}\\x{ffff}]"
)
_WRITTEN = (Kind.TEXT, Kind.CURRENCY)
"""What people wrote, and so may hold anything; all else is made of figures."""
_CSV_QUOTED = '[,"\\r\\n]'


class ColumnarRows(Sequence[tuple[Any, ...]]):
    """The rows of a table by column: text, dates and whole numbers as they are; amounts and other
    decimals as decimals, or as exact plain text where they have more or fewer places."""

    def __init__(self, columns: Sequence[Column], arrays: Sequence[pa.ChunkedArray]) -> None:
        self.kinds = [column.kind for column in columns]
        self.data = pa.table(
            [
                array
                if pa.types.is_decimal(array.type)
                else array.cast(_TYPES.get(kind, pa.string()))
                for kind, array in zip(self.kinds, arrays, strict=True)
            ],
            names=[column.key for column in columns],
        )

    @classmethod
    def of(cls, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> "ColumnarRows":
        """Return rows of Python values by column."""
        cells = zip(*rows, strict=True) if rows else [()] * len(columns)
        arrays = [
            pa.array(values, _TYPES[column.kind])
            if column.kind in _TYPES
            else pa.array(map(_text, values), pa.string())
            for column, values in zip(columns, cells, strict=True)
        ]
        return cls(columns, [pa.chunked_array([array]) for array in arrays])

    def __len__(self) -> int:
        return int(self.data.num_rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for batch in self.batches():
            columns = zip(self.kinds, batch.columns, strict=True)
            yield from zip(*(_values(kind, array) for kind, array in columns), strict=True)

    @overload
    def __getitem__(self, place: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> list[tuple[Any, ...]]: ...
    def __getitem__(self, place: int | slice) -> tuple[Any, ...] | list[tuple[Any, ...]]:
        if isinstance(place, int):
            return self[place : place + 1 or None][0]
        start, stop, step = place.indices(len(self))
        if step != 1:
            raise ValueError("Rows are taken one after another.")
        some = ColumnarRows.__new__(ColumnarRows)
        some.kinds, some.data = self.kinds, self.data.slice(start, max(stop - start, 0))
        return list(some)

    def batches(self) -> Iterable[pa.RecordBatch]:
        """Some rows at a time."""
        return self.data.combine_chunks().to_batches(_ROWS_AT_ONCE)  # type: ignore[no-any-return]

    def distinct(self, place: int) -> list[Any]:
        """The values of a column, in the order they come."""
        return self.data.column(place).unique().to_pylist()  # type: ignore[no-any-return]

    def without(self, place: int, values: Sequence[str]) -> "ColumnarRows":
        """The rows whose column has none of these values."""
        return self._where(
            pc.invert(pc.is_in(self.data.column(place), pa.array(values, pa.string())))
        )

    def having(self, place: int, value: str) -> "ColumnarRows":
        """The rows whose column has this value."""
        return self._where(pc.equal(self.data.column(place), value))

    def total(self, place: int) -> Decimal | None:
        """The sum of a column, with the decimals of its values; None when there are none."""
        values = self.data.column(place).drop_null()
        if not len(values):
            return None
        if pa.types.is_decimal(values.type):
            return pc.sum(values.cast(pa.decimal128(38, values.type.scale))).as_py()  # type: ignore[no-any-return]
        texts = values.cast(pa.string())
        places = pc.max(pc.utf8_length(pc.replace_substring_regex(texts, "^[^.]*[.]?", "")))
        summed = pc.sum(texts.cast(pa.decimal128(38, 6))).as_py()
        return Decimal(summed).quantize(Decimal(1).scaleb(-places.as_py()))

    def csv_lines(self) -> Iterator[bytes]:
        """The rows as lines of CSV, some at a time, each with its end."""
        for batch in self.batches():
            cells = [
                _csv_cells(kind, array)
                for kind, array in zip(self.kinds, batch.columns, strict=True)
            ]
            yield _joined(pc.binary_join_element_wise(*cells, ","), "\r\n") + b"\r\n"

    def json_lines(self) -> Iterator[bytes]:
        """The rows as JSON objects with a comma and a line's end between them, some at a time."""
        keys = [json.dumps(name, ensure_ascii=False) for name in self.data.column_names]
        for batch in self.batches():
            parts: list[Any] = []
            between = "{"  # what stands before the next value
            for key, kind, array in zip(keys, self.kinds, batch.columns, strict=True):
                values, mark = _json_values(kind, array)
                parts += [f"{between}{key}:{mark}", values]
                between = f"{mark},"
            yield _joined(pc.binary_join_element_wise(*parts, f"{between[:-1]}}}", ""), ",\n")

    def typed(self, schema: pa.Schema) -> pa.Table:
        """The rows with the types of a schema."""
        return self.data.cast(schema)

    def _where(self, mask: pa.ChunkedArray) -> "ColumnarRows":
        some = ColumnarRows.__new__(ColumnarRows)
        some.kinds, some.data = self.kinds, self.data.filter(mask)
        return some


_TYPES = {Kind.DATE: pa.date32(), Kind.WHOLE: pa.int64()}


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _values(kind: Kind, array: pa.Array) -> list[Any]:
    values = array.to_pylist()
    if kind in (Kind.MONEY, Kind.NUMBER):
        return [None if value is None else Decimal(value) for value in values]
    return values  # type: ignore[no-any-return]


def _csv_cells(kind: Kind, array: pa.Array) -> pa.Array:
    texts = pc.fill_null(array.cast(pa.string()), "")
    if kind not in _WRITTEN:
        return texts
    texts = _changed(texts, _MAY_CALCULATE, inert)
    return _changed(texts, _CSV_QUOTED, lambda text: '"' + text.replace('"', '""') + '"')


def _json_values(kind: Kind, array: pa.Array) -> tuple[pa.Array, str]:
    """Return a column's values, and the mark that belongs around each of them."""
    texts = array.cast(pa.string())
    if kind is Kind.WHOLE:
        return pc.fill_null(texts, "null"), ""
    if kind in _WRITTEN:
        # what JSON escapes is escaped by its own encoder, which puts the marks around it too
        texts = _changed(
            texts, '["\\\\\\x00-\\x1f]', lambda text: json.dumps(text, ensure_ascii=False)[1:-1]
        )
    if not texts.null_count:
        return texts, '"'
    return pc.fill_null(pc.binary_join_element_wise('"', texts, '"', ""), "null"), ""


def _changed(texts: pa.Array, pattern: str, change: Callable[[str], str]) -> pa.Array:
    """Change the texts in which RE2 finds the pattern."""
    mask = pc.fill_null(pc.match_substring_regex(texts, pattern), False)
    found = texts.filter(mask)
    if not len(found):
        return texts
    return pc.replace_with_mask(texts, mask, pa.array(map(change, found.to_pylist()), pa.string()))


def _joined(lines: pa.Array, between: str) -> bytes:
    whole = pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines)
    return bytes(pc.binary_join(whole, between)[0].as_buffer())
