"""What lines keep beside their fields: custom fields, and columns that nothing else reads."""

import json
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import Any

from portal_data.zoho.columns import Layout

Cells = tuple[str, ...]
Named = tuple[tuple[str, str], ...]


class LineFields:
    """Reads them from rows whose last cell is empty; the same few texts stand on most lines."""

    def __init__(self, layout: Layout) -> None:
        self._shared = tuple(layout.unread)
        self._custom = tuple(layout.line_custom)
        self._source = tuple(layout.line_unread)
        self._pick_custom = _picker(layout.line_custom.values())
        self._pick_source = _picker(layout.line_unread.values())
        self._texts: dict[tuple[Any, ...], str | None] = {}
        self.shared = _picker(layout.unread.values())
        """Takes the unread columns out of a row that each row of a document should repeat."""

    def apart(self, first: Cells, cells: Cells) -> Named:
        """Return what a row says of its document otherwise than the first row does."""
        triples = zip(self._shared, first, cells, strict=False)
        return tuple((name, cell) for name, one, cell in triples if cell != one and cell.strip())

    def of(self, row: list[str], apart: Named) -> tuple[str | None, str | None]:
        """Return a line's custom fields and its other columns, each as JSON or None."""
        custom, source = self._pick_custom(row), self._pick_source(row)
        return self._text(self._custom, custom), self._text(self._source, source, apart)

    def _text(self, names: Cells, cells: Cells, apart: Named = ()) -> str | None:
        key = (names, cells, apart)
        if key in self._texts:
            return self._texts[key]
        named = {**dict(zip(names, cells, strict=False)), **dict(apart)}
        filled = {name: cell for name, cell in named.items() if cell.strip()}
        text = json.dumps(filled, ensure_ascii=False, sort_keys=True) if filled else None
        self._texts[key] = text
        return text


def _picker(places: Iterable[int]) -> Callable[[list[str]], Cells]:
    """Return a function that takes these cells out of a row, and two empty ones: always a tuple."""
    return itemgetter(*places, -1, -1)
