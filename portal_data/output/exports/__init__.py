"""Lists and statements as data: one plain table in (`model`), a file out. Knows no store."""

from portal_data.output.exports.columnar import ColumnarRows
from portal_data.output.exports.columns import Column, Kind
from portal_data.output.exports.files import Format, write
from portal_data.output.exports.model import Table, in_hours

__all__ = ["Column", "ColumnarRows", "Format", "Kind", "Table", "in_hours", "write"]
