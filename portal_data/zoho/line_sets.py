"""The line items of one file, read and checked as one set by the scratch engine.

Python's own reading (`lines`) is the rule. The SQL here covers documents whose rows stand together,
agree in the document's own cells and hold plain numbers; the others are `odd`: Python reads them,
and says what is wrong with them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data.store.scratch import Scratch
from portal_data.zoho.columns import Layout, kept_positions, moved
from portal_data.zoho.line_columns import NEEDED, WATCHED, LineColumns
from portal_data.zoho.line_fields import LineFields
from portal_data.zoho.lines import LINE_FIELDS, REPEATED

Targets = tuple[Sequence[int], Sequence[UUID], Sequence[UUID]]
"""Documents by the place of their first row, with the ids of their customers and their own."""

_SELECTED = {"first": "bigint", "of": "bigint"}
_TARGET = {"first": "bigint", "customer": "uuid", "document": "uuid"}
_ITEM = {"key": "varchar", "id": "uuid"}
_PROJECT = {"customer": "uuid", "key": "varchar", "id": "uuid"}
_AT_ONCE = 50_000  # rows on their way into the books


class LineSet:
    """The rows of one staged file of documents; `layout` names its columns in this set.

    Rows are known by their place in the set; `number` tells which record of the file one is.
    """

    def __init__(
        self, scratch: Scratch, name: str, layout: Layout, number: Callable[[int], int]
    ) -> None:
        self._scratch, self._name, self.number = scratch, name, number
        self._kept, self._keeps = "", False
        self._named: dict[tuple[str, ...], bool] = {}
        self._selection: list[list[int]] = []
        self._use(moved(layout, places := sorted(kept_positions(layout))), places)
        self._key = f"if({self._text('id')} <> '', {self._text('id')}, {self._text('number')})"

    def _use(self, layout: Layout, places: Sequence[int], exponent: int = 2) -> None:
        self.layout, self._places = layout, places
        self._sql = LineColumns(self._scratch, layout, places, self._name)
        self._sql.exponent, self._text = exponent, self._sql.text

    def documents(self) -> list[tuple[Any, ...]] | None:
        """Return, for each document, its first row's place, how many rows it has, whether they
        stand together and agree, its key, and its cells.

        None when a row names no document, so that only its place tells where it belongs.
        """
        if self._scratch.rows(f"select 1 from {self._name} where {self._key} = '' limit 1"):
            return None
        unread = [f"c{self._places[place]}" for place in self.layout.unread.values()]
        repeated = ", ".join([*map(self._text, REPEATED), *unread])
        self._scratch.run(
            f"""
            create or replace table {self._name}_documents as
            select {self._key} as key, min(rowid) as first, count(*) as rows,
                max(rowid) - min(rowid) + 1 = count(*)
                and min(hash({repeated})) = max(hash({repeated})) as plain
            from {self._name} group by 1 order by 2
            """
        )
        cells = ", ".join(f"r.c{place}" for place in self._places)
        return self._scratch.rows(
            f"""
            select d.first, d.rows, d.plain, d.key, {cells}
            from {self._name}_documents d join {self._name} r on r.rowid = d.first
            order by d.first
            """
        )

    def _keep(self) -> str:
        """Make a table of what lines keep beside their fields, by its cells; return how to join it.

        The same few cells stand on most lines, so Python puts them into JSON.
        """
        columns = {*self.layout.line_custom.values(), *self.layout.line_unread.values()}
        names = [f"c{self._places[place]}" for place in sorted(columns)]
        self._keeps = False
        if names:
            largest = self._scratch.rows(
                f"select {', '.join(f'max({n})' for n in names)} from {self._name}"
            )
            names = [name for name, text in zip(names, largest[0], strict=True) if text]
        if not names:
            return "cross join (select null::varchar as custom, null::varchar as source) k"
        self._keeps = True
        fields = LineFields(self.layout)
        combinations = self._scratch.rows(f"select distinct {', '.join(names)} from {self._name}")
        places = {int(name[1:]): index for index, name in enumerate(names)}
        rows = []
        for cells in combinations:
            row = [cells[places[p]] if p in places else "" for p in self._places]
            rows.append((*cells, *fields.of([*row, ""], ())))
        kinds = dict.fromkeys((*(f"k{name}" for name in names), "custom", "source"), "varchar")
        self._scratch.keep(f"{self._name}_kept", kinds, list(zip(*rows, strict=True)))
        equal = " and ".join(f"k.k{name} = r.{name}" for name in names)
        return f"join {self._name}_kept k on {equal}"

    def kept(
        self, firsts: Sequence[int], groups: Sequence[int]
    ) -> list[tuple[int, str | None, str | None, int]]:
        """Return what lines keep as JSON, with how many lines, by the group of their document."""
        if not self._keeps:
            return []
        self._select(firsts, groups)
        return self._scratch.rows(
            f"""
            select w.of, k.custom, k.source, count(*)
            {self._selected} {self._kept}
            where k.custom is not null or k.source is not null
            group by all order by all
            """
        )

    def named_by(
        self, field: str, firsts: Sequence[int], groups: Sequence[int]
    ) -> list[tuple[int, str, int]]:
        """Return what lines say in a field, with its first row, by the group of their document."""
        column = self._sql.project() if field == "project" else self._text(field)
        if not firsts or column == "''":
            return []
        self._select(firsts, groups)
        return self._scratch.rows(
            f"""
            select w.of, {column} as text, min(r.rowid) {self._selected}
            where {column} <> '' group by all order by all
            """
        )

    def containing(self, texts: Sequence[str]) -> list[int]:
        """Return the documents of which a line has one of these texts as name or description."""
        self._scratch.keep("said", {"text": "varchar"}, [texts])
        columns = [column for name in WATCHED if (column := self._text(name)) != "''"]
        said = " or ".join(f"{column} in (select text from said)" for column in columns)
        query = f"""
            select distinct d.first
            from {self._name} r join {self._name}_documents d on d.key = {self._key}
            where {said}
        """
        return [first for (first,) in self._scratch.rows(query)] if columns else []

    def _select(self, firsts: Sequence[int], groups: Sequence[int]) -> None:
        selection = [list(firsts), list(groups)]
        if selection != self._selection:
            self._scratch.keep(f"{self._name}_selected", _SELECTED, selection)
            self._selection = selection

    @property
    def _selected(self) -> str:
        return (
            f"from {self._name} r join {self._name}_documents d on d.key = {self._key} "
            f"join {self._name}_selected w on w.first = d.first"
        )

    def names(self, *fields: str) -> bool:
        """Tell whether any line names something in one of these fields."""
        if fields not in self._named:
            filled = " or ".join(f"{self._text(field)} <> ''" for field in fields)
            query = f"select 1 from {self._name} where {filled} limit 1"
            self._named[fields] = bool(self._scratch.rows(query))
        return self._named[fields]

    def identifiers(self, field: str) -> list[tuple[str, int]]:
        """Return the ids that lines name in a field, each with the place of its first row."""
        column = self._text(field)
        if column == "''":
            return []
        return self._scratch.rows(
            f"""
            select {column} as text, min(rowid) from {self._name}
            where {column} <> '' group by 1 order by 2
            """
        )

    def keep_lines(self) -> None:
        """Give the memory of the documents' own cells back; what is left is read by lines alone."""
        layout = self.layout
        lines = {*LINE_FIELDS, "id", "number"}
        kept = {place for own, place in layout.positions.items() if own in lines}
        kept |= {*layout.line_custom.values(), *layout.line_unread.values()}
        columns = ", ".join(f"c{self._places[place]}" for place in sorted(kept))
        # in one piece, in their order: dropping columns one by one costs a small file more than
        # reading it
        self._scratch.run(
            f"""
            create table {self._name}_lines as select {columns} from {self._name};
            drop table {self._name};
            alter table {self._name}_lines rename to {self._name}
            """
        )
        positions = {own: place for own, place in layout.positions.items() if own in lines}
        left = replace(layout, positions=positions, custom={}, unread={})
        places = [self._places[place] for place in sorted(kept)]
        self._use(moved(left, sorted(kept)), places, self._sql.exponent)
        self._scratch.compress()

    def forget(self) -> None:
        """Give the memory of this set back; nothing can be read from it any more."""
        self._scratch.run(f"drop table {self._name}")

    def sums(self, exponent: int) -> list[tuple[Any, ...]]:
        """Return, by document: its first row's place, whether it is odd, its lines, subtotal and
        tax, how many line totals are uneven, the place of the first or None, and a digest.

        Amounts are in minor units of a currency with `exponent` decimals.
        """
        sql = self._sql
        sql.exponent = exponent
        total, tax = sql.amount("item_total"), sql.amount("item_tax_amount")
        self._kept = self._keep()
        texts, odd = ", ".join(map(self._text, LINE_FIELDS)), sql.odd()
        return self._scratch.rows(
            f"""
            select first, bool_or(odd), count(*), sum(total)::bigint, sum(tax)::bigint,
                count(*) filter (uneven), min(place) filter (uneven), sum(digest)
            from (
                select d.first, r.rowid as place, {total} as total, {tax} as tax,
                    {sql.uneven()} as uneven, {odd} as odd,
                    md5_number_lower(concat_ws(chr(31), r.rowid - d.first + 1, {texts},
                        coalesce(k.custom, ''), coalesce(k.source, ''))) as digest
                from {self._name} r join {self._name}_documents d on d.key = {self._key}
                    {self._kept}
            )
            group by first order by first
            """,
        )

    def watched(self) -> list[tuple[str, int, str]]:
        """Return texts that other programs might evaluate, with first row's place and column."""
        queries = [
            f"""
            select {column} as text, min(rowid) as place, '{header}' as header
            from {self._name} group by 1
            having {column}[1] in ('=', '+', '-', '@', chr(9), chr(13))
                or contains({column}, '<') or contains({column}, 'javascript:')
            """
            for name, header in WATCHED.items()
            if (column := self._text(name)) != "''"
        ]
        if not queries:
            return []
        return self._scratch.rows(f"{' union all '.join(queries)} order by place")

    def cells(self, firsts: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        """Return the rows of some documents with their numbers, as Python reads them."""
        self._select(firsts, firsts)
        cells = ", ".join(f"r.c{place}" for place in self._places)
        query = f"select r.rowid, {cells} {self._selected} order by r.rowid"
        for place, *row in self._scratch.rows(query):
            yield self.number(place), row

    def projects(self, targets: Targets) -> list[tuple[UUID, str]]:
        """Return the customers of `targets` with what their lines name as project, once each."""
        project = self._sql.project()
        if project == "''":
            return []
        self._scratch.keep("target", _TARGET, targets)
        return self._scratch.rows(
            f"""
            select distinct t.customer, {project}
            from {self._name} r join {self._name}_documents d on d.key = {self._key}
                join target t on t.first = d.first
            where {project} <> '' order by all
            """
        )

    def rows_of(
        self,
        columns: Sequence[str],
        targets: Targets,
        items: Mapping[str, UUID],
        projects: Mapping[tuple[UUID, str], UUID],
    ) -> Iterator[pa.RecordBatch]:
        """Return rows of a line table for the documents of `targets`, with new ids.

        `items` are ids by what a line names as product, `projects` by customer and name.
        """
        owners, names = [customer for customer, _ in projects], [name for _, name in projects]
        self._scratch.keep("target", _TARGET, targets)
        self._scratch.keep("item", _ITEM, [list(items), list(items.values())])
        self._scratch.keep("project", _PROJECT, [owners, names, list(projects.values())])
        made = self._sql.table()
        listed = ", ".join(f"{made.get(column, 't.document')} as {column}" for column in columns)
        query = f"""
            select {listed}
            from {self._name} r join {self._name}_documents d on d.key = {self._key}
                join target t on t.first = d.first {self._kept}
                left join item i on i.key = {self._text("product_id")}
                left join project p on p.customer = t.customer and p.key = {self._sql.project()}
            where r.rowid >= $start and r.rowid < $start + $rows
        """
        ((count,),) = self._scratch.rows(f"select count(*) from {self._name}")
        for start in range(0, count, _AT_ONCE):  # not the whole result in memory
            yield from self._scratch.batches(query, start=start, rows=_AT_ONCE)


def suits(layout: Layout) -> bool:
    """Tell whether a file has the columns that make its lines readable as a set."""
    return all(name in layout.positions for name in NEEDED)
