"""Documents of a staged file: their own cells read in Python, their lines left in the set."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from portal_data import money
from portal_data.zoho.dates import Dates
from portal_data.zoho.defects import Findings
from portal_data.zoho.identifiers import Identifiers
from portal_data.zoho.line_fields import LineFields
from portal_data.zoho.line_sets import LineSet
from portal_data.zoho.lines import REPEATED, Gatherer, Line, Sheaf, picker
from portal_data.zoho.places import Place
from portal_data.zoho.records import Reading, Row


@dataclass(eq=False)
class StagedLines:
    """The lines of one document that stand in a set, and are read when somebody looks at them."""

    source: LineSet
    first: int
    count: int
    sheaf: Sheaf
    read: list[Line] | None = None

    def __len__(self) -> int:
        """Return how many there are."""
        return self.count if self.read is None else len(self.read)

    def __iter__(self) -> Iterator[Line]:
        """Go through them."""
        return iter(self._lines())

    def append(self, line: Line, /) -> None:
        """Add a line of another file."""
        self._lines().append(line)

    def _lines(self) -> list[Line]:
        if self.read is None:
            read_lines([self])
        return self.read or []


def lines_naming(parts: Any, *fields: str) -> Iterable[Any]:
    """Return a document's lines; none when its whole file says nothing in these fields."""
    return () if is_staged(parts) and not parts.source.names(*fields) else parts


def is_staged(parts: Any) -> bool:
    """Tell whether these are a document's lines that nobody has read yet."""
    return isinstance(parts, StagedLines) and parts.read is None


def kept_by_lines(
    documents: Iterable[tuple[StagedLines, int]],
) -> Iterator[tuple[int, str | None, str | None, int]]:
    """Return what staged lines keep beside their fields by group, and how many do: LineSet.kept."""
    selected: dict[LineSet, list[tuple[int, int]]] = defaultdict(list)
    for parts, group in documents:
        selected[parts.source].append((parts.first, group))
    for source, pairs in selected.items():
        firsts, groups = zip(*pairs, strict=True)
        yield from source.kept(firsts, groups)


def read_lines(documents: list[StagedLines]) -> None:
    """Read the lines of documents that nobody has looked at yet, those of one file in one go."""
    by_source: dict[LineSet, list[StagedLines]] = defaultdict(list)
    for lines in documents:
        if lines.read is None:
            by_source[lines.source].append(lines)
    for source, unread in by_source.items():
        row = unread[0].sheaf.row
        gatherer = Gatherer(Reading(Findings(), "UTC", None))
        for lines in unread:
            sheaf, read = lines.sheaf, list[Line]()
            own = {name: sheaf.row.raw(name) for name in ("id", "number")}
            gatherer.sheaves[own["id"] or own["number"]] = replace(
                sheaf,
                lines=read,
                subtotal=0,
                tax=0,
                digest=0,
                repeated=tuple(own.get(name, "") for name in REPEATED),
                unread=("", ""),  # the set has no other cells of the document any more
            )
            lines.read = read
        ids = Identifiers(row.file, source.layout)
        gatherer.gather(
            source.cells([each.first for each in unread]), source.layout, row.dates, ids
        )


def gather_set(
    gatherer: Gatherer,
    source: LineSet,
    module: str,
    dates: Dates,
    ids: Identifiers,
    findings: Findings,
) -> list[Place] | None:
    """Add the documents of a set to a gatherer, and return where each of them stands.

    None when the gatherer must read the file row by row.
    """
    documents = source.documents()
    if documents is None:
        return None
    repeated, kept = picker(source.layout, REPEATED), LineFields(source.layout)
    opened: dict[int, Sheaf] = {}
    odd, places = [], []
    for first, rows, plain, key, *cells in documents:
        cells.append("")
        row = Row(ids.file, source.number(first), source.layout, cells, dates)
        sheaf = gatherer.open(row, key)
        sheaf.repeated, sheaf.unread = repeated(cells), kept.shared(cells)
        places.append(Place.of(row, module, key, first, rows if plain else 0))
        if plain:
            opened[first] = sheaf
        else:
            odd.append(first)
    exponents = Counter(money.exponent(s.currency) for s in opened.values() if s.currency)
    exponent = exponents.most_common(1)[0][0] if exponents else 2
    for first, strange, count, subtotal, tax, uneven, uneven_place, digest in source.sums(exponent):
        if first not in opened or not opened[first].currency:
            continue
        sheaf = opened[first]
        if strange or money.exponent(sheaf.currency) != exponent:
            odd.append(first)
            continue
        sheaf.lines = StagedLines(source, first, count, sheaf)
        sheaf.subtotal, sheaf.tax, sheaf.digest = subtotal, tax, digest
        if uneven:
            sheaf.uneven, sheaf.uneven_row = uneven, source.number(uneven_place)
    for text, place, header in source.watched():
        findings.watch(text, ids.file, source.number(place), header)
    for own in ("product_id", "project_id"):
        for text, place in source.identifiers(own):
            ids.see(own, text, source.number(place))
    if odd:
        gatherer.gather(source.cells(odd), source.layout, dates, ids)
    source.keep_lines()
    return places
