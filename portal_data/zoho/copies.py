"""Files of one module: parts of a split export, or copies that would count everything twice.

Zoho splits a big module into several files, none of whose rows is in another. The same export
downloaded twice, or an older one beside a newer, has the same rows.
"""

from collections import Counter
from collections.abc import Iterator
from operator import itemgetter

from portal_data.zoho.defects import Problem
from portal_data.zoho.tables import Table, fold

Rows = Iterator[tuple[int, list[str]]]


class Copies:
    """Compares the files of one module while they are read."""

    def __init__(self) -> None:
        self._files: list[tuple[str, Counter[int]]] = []

    def read(self, table: Table, rows: Rows, *, drop: bool) -> tuple[Rows, Problem | None]:
        """Return the rows of the next file, and what is wrong when they are in an earlier one.

        With `drop` rows that an earlier file has are left out.
        """
        # columns may stand in another order; the cells of a row are compared by header
        order = sorted(range(len(table.columns)), key=lambda place: fold(table.columns[place]))
        pick = itemgetter(*order)
        numbered = [(hash(pick(cells)), number, cells) for number, cells in rows]
        here = Counter(key for key, _, _ in numbered)
        problem = None
        for name, earlier in self._files:
            shared = earlier & here
            count = shared.total()
            # one line of a document that spans two files may be written twice by chance
            if count > 1 or count == min(earlier.total(), here.total()) > 0:
                first = next(number for key, number, _ in numbered if key in shared)
                problem = Problem(
                    table.name,
                    f"{count} of its {here.total()} rows are in {name} too: it is no part of a "
                    "split file but a copy, and everything would count twice.",
                    f"Leave {table.name} or {name} out.",
                    first,
                )
                if drop:
                    numbered = _without(numbered, shared)
                break
        self._files.append((table.name, here))
        return ((number, cells) for _, number, cells in numbered), problem


def _without(
    numbered: list[tuple[int, int, list[str]]], shared: Counter[int]
) -> list[tuple[int, int, list[str]]]:
    left, kept = Counter(shared), []
    for entry in numbered:
        if left[entry[0]] > 0:
            left[entry[0]] -= 1
        else:
            kept.append(entry)
    return kept
