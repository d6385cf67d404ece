"""Lists and statements as data: one plain table in (`model`), a file out. Knows no store."""

from portal_data.lists.columns import Column, Kind
from portal_data.output.exports.columnar import ColumnarRows
from portal_data.output.exports.files import Format, write
from portal_data.output.exports.model import Table

__all__ = ["Column", "ColumnarRows", "Format", "Kind", "Table", "write"]
