"""The formats a table can be taken in."""

from collections.abc import Callable
from enum import StrEnum
from typing import IO

from portal_data.output.exports import csv_file, json_file, parquet_file, xlsx_file
from portal_data.output.exports.model import Table


class Format(StrEnum):
    """A file format by its extension."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The format's registered media type."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
    Format.JSON: "application/json",
}
_WRITERS: dict[Format, Callable[[Table, IO[bytes]], None]] = {
    Format.CSV: csv_file.write,
    Format.XLSX: xlsx_file.write,
    Format.PARQUET: parquet_file.write,
    Format.JSON: json_file.write,
}


def write(table: Table, format: Format, file: IO[bytes]) -> None:
    """Write a table into a binary file.

    Raises Invalid for more rows than the format can hold.
    """
    _WRITERS[format](table, file)
