"""Lists, each described once: its count, its pages, its file, its address and its screen follow."""

from portal_data.lists.model import EVERY, List, Page, Query, each_of
from portal_data.lists.reading import page, parse, table

__all__ = ["EVERY", "List", "Page", "Query", "each_of", "page", "parse", "table"]
