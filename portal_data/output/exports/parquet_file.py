"""Tables as Parquet for programs: exact decimals, real dates, the same types in every file."""

from typing import IO, TYPE_CHECKING

from portal_data.lists.columns import Kind
from portal_data.output.exports.model import Table

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_A_GROUP = 100_000


def write(table: Table, file: IO[bytes]) -> None:
    """Write a table whose schema never depends on its rows, so that files can be read together."""
    from pyarrow import parquet  # pyarrow takes a moment to load

    schema = _schema(table)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        writer.write_table(table.rows.typed(schema), row_group_size=_ROWS_A_GROUP)


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
