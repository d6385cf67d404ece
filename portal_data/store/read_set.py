"""Which tables a cached answer was read from: what must stand as it did for it to be given again.

While a read is recorded, every statement that its thread hands to the engine is noted. Its tables
are all that are named anywhere in it, and those that a view is made of: rather one too many.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from portal_data.store.write_set import FIRST_VIEW

_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_VIEWED = re.compile(r"\bfirst_viewed_(?:at|by)\b")
_ALL_COLUMNS = re.compile(r'(?:\bselect|,)\s*\*.*?\bfrom\s+(?:\w+\.)?"?(\w*)', re.DOTALL)
_ALL_COLUMNS_OF = re.compile(r"\b(\w+)\s*\.\s*\*")
"""From what all columns are read: a table, a view, or what the statement has defined before."""


class ReadSet:
    """What one read has looked at so far: statements, and tables of answers that it was given."""

    def __init__(self) -> None:
        self.statements: set[str] = set()
        self.tables: set[str] = set()


class _Recording(threading.local):
    """The read that a thread records, the innermost one of reads within reads."""

    open: ReadSet | None = None


_recording = _Recording()


@contextmanager
def recording() -> Iterator[ReadSet]:
    """Record what this thread reads meanwhile, also for a read around it."""
    outer, inner = _recording.open, ReadSet()
    _recording.open = inner
    try:
        yield inner
    finally:  # whoever catches an error depends on what it came from, too
        _recording.open = outer
        if outer is not None:
            outer.statements |= inner.statements
            outer.tables |= inner.tables


def note(sql: str) -> None:
    """Note a statement, where this thread records."""
    if _recording.open is not None:
        _recording.open.statements.add(sql)


def note_tables(tables: Iterable[str]) -> None:
    """Note the tables of an answer that a recorded read was given."""
    if _recording.open is not None:
        _recording.open.tables.update(tables)


class Relations:
    """The tables of a schema, and those that each of its views is made of."""

    def __init__(self, tables: Iterable[str], views: Iterable[tuple[str, str]]) -> None:
        """Take the names of all tables, and the names and texts of all views."""
        self._tables: dict[str, frozenset[str]] = {name: frozenset([name]) for name in tables}
        texts: dict[str, set[str]] = {}
        for name, text in views:
            texts.setdefault(name, set()).update(_WORD.findall(text.lower()))
        self._tables |= {
            name: self._tables.get(name, frozenset()) | _made_of(name, texts, self._tables)
            for name in texts
        }
        self._known: dict[str, frozenset[str]] = {}

    def of(self, statements: Iterable[str]) -> frozenset[str]:
        """Return the tables that statements read."""
        found: set[str] = set()
        for sql in statements:
            tables = self._known.get(sql)
            if tables is None:
                tables = self._named(sql.lower())
                if len(self._known) < _MOST_STATEMENTS:
                    self._known[sql] = tables
            found |= tables
        return frozenset(found)

    def _named(self, sql: str) -> frozenset[str]:
        """Return the tables of a statement, and of a first view where its columns may be read."""
        named = [self._tables.get(word, ()) for word in set(_WORD.findall(sql))]
        sources = set(_ALL_COLUMNS.findall(sql))
        for short in set(_ALL_COLUMNS_OF.findall(sql)):
            sources |= {short, *re.findall(rf'(\w+)"?\s+(?:as\s+)?{short}\b', sql)}
        starred = self._tables.keys() & sources
        viewed = [FIRST_VIEW] if starred or _VIEWED.search(sql) else []
        return frozenset(viewed).union(*named)


_MOST_STATEMENTS = 2_048


def _made_of(
    view: str, texts: Mapping[str, set[str]], tables: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """Return the tables that a view is made of, through other views, too."""
    found, seen, rest = set[str](), set[str](), [view]
    while rest:
        name = rest.pop()
        if name in seen:
            continue
        seen.add(name)
        words = texts.get(name, set())
        found |= words & tables.keys()
        rest += words & texts.keys()
    return frozenset(found)
