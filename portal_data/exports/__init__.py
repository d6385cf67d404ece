"""Lists and statements as data: one plain table in (`model`), a file out. Knows no store."""

from portal_data.exports.files import Format, write
from portal_data.exports.model import Column, Kind, Table, in_hours

__all__ = ["Column", "Format", "Kind", "Table", "in_hours", "write"]
