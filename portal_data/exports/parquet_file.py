"""Tables as Parquet for programs: exact decimals, real dates, the same types in every file."""

from collections.abc import Iterator
from itertools import islice
from typing import IO, TYPE_CHECKING

from portal_data.exports.columnar import ColumnarRows
from portal_data.exports.columns import Kind
from portal_data.exports.model import Table

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_AT_ONCE = 20_000


def write(table: Table, file: IO[bytes]) -> None:
    """Write a table whose schema never depends on its rows, so that files can be read together."""
    from pyarrow import parquet  # pyarrow takes a moment to load

    schema = _schema(table)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(table, schema):
            writer.write_batch(batch)


def _schema(table: Table) -> "pa.Schema":
    import pyarrow as pa

    types = {
        Kind.TEXT: pa.string(),
        Kind.CURRENCY: pa.string(),
        Kind.DATE: pa.date32(),
        # every bigint of minor units in the currencies with most decimals, which are four
        Kind.MONEY: pa.decimal128(23, 4),
        Kind.NUMBER: pa.decimal128(18, 6),
        Kind.WHOLE: pa.int64(),
    }
    about = {
        "title": table.title,
        "subject": table.subject,
        "issuer": table.issuer,
        "customer": table.customer,
        "currency": " ".join(table.currencies),
        "from": table.first.isoformat() if table.first else "",
        "to": table.last.isoformat() if table.last else "",
    }
    fields = [pa.field(column.key, types[column.kind]) for column in table.columns]
    return pa.schema(fields, metadata=about)


def _batches(table: Table, schema: "pa.Schema") -> Iterator["pa.RecordBatch"]:
    import pyarrow as pa

    if isinstance(table.rows, ColumnarRows):
        yield from table.rows.typed(schema)
        return
    rows = iter(table.rows)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        arrays = [
            pa.array(values, field.type)
            for values, field in zip(zip(*some, strict=True), schema, strict=True)
        ]
        yield pa.record_batch(arrays, schema=schema)
