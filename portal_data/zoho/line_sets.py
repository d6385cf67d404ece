"""The line items of one file, read and checked as one set by the scratch engine.

Python's own reading (`lines`) is the rule. The SQL here covers documents whose rows stand together,
agree in the document's own cells and hold plain numbers; the others are `odd`: Python reads them,
and says what is wrong with them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data.store.scratch import Scratch
from portal_data.zoho.columns import Layout
from portal_data.zoho.line_fields import LineFields
from portal_data.zoho.lines import LINE_FIELDS, REPEATED

Targets = tuple[Sequence[int], Sequence[str], Sequence[str]]
"""Documents by the place of their first row, with the ids of their customers and their own."""

_TARGET = {"first": "bigint", "customer": "uuid", "document": "uuid"}
_ITEM = {"key": "varchar", "id": "uuid"}
_PROJECT = {"customer": "uuid", "key": "varchar", "id": "uuid"}
_AT_ONCE = 50_000  # rows on their way into the books
_NEEDED = ("item_price", "item_total")
_NUMBERS = (
    "quantity",
    "item_price",
    "discount",
    "discount_amount",
    "item_tax_percent",
    "item_tax_amount",
    "item_total",
)
_EXACT = ("item_tax_amount", "item_total")  # never rounded
_PERCENTS = ("discount", "item_tax_percent")
_PLAIN = r"[+-]?\d{1,9}(\.\d{1,6})?"  # what does not look like this may be right, too
_BLANK = r"[\s\x0b\x1c-\x1f\x85\p{Z}]"  # what Python strips off
_KEYS = ("product_id", "project_id", "project_name")
_WATCHED = {"item_name": "Item Name", "item_desc": "Item Desc"}


class LineSet:
    """The rows of one staged file of documents; `layout` names its columns in this set."""

    def __init__(self, scratch: Scratch, name: str, layout: Layout) -> None:
        self._scratch, self._name = scratch, name
        self._places = sorted(kept_positions(layout))
        self._exponent, self._kept = 2, ""
        self._named: dict[tuple[str, ...], bool] = {}
        self.layout = _moved(layout, self._places)
        self._key = f"if({self._text('id')} <> '', {self._text('id')}, {self._text('number')})"

    def documents(self) -> list[tuple[Any, ...]] | None:
        """Return, for each document, its first row's place, whether it is plain, and its cells.

        None when a row names no document, so that only its place tells where it belongs.
        """
        if self._scratch.rows(f"select 1 from {self._name} where {self._key} = '' limit 1"):
            return None
        unread = [f"c{self._places[place]}" for place in self.layout.unread.values()]
        repeated = ", ".join([*map(self._text, REPEATED), *unread])
        self._scratch.run(
            f"""
            create table {self._name}_documents as
            select {self._key} as key, min(rowid) as first, count(*) as rows,
                max(rowid) - min(rowid) + 1 = count(*)
                and min(hash({repeated})) = max(hash({repeated})) as plain
            from {self._name} group by 1 order by 2
            """
        )
        cells = ", ".join(f"r.c{place}" for place in self._places)
        return self._scratch.rows(
            f"""
            select d.first, d.plain, d.key, {cells}
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
        if names:
            largest = self._scratch.rows(
                f"select {', '.join(f'max({n})' for n in names)} from {self._name}"
            )
            names = [name for name, text in zip(names, largest[0], strict=True) if text]
        if not names:
            return "cross join (select null::varchar as custom, null::varchar as source) k"
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

    def kept(self, firsts: Sequence[int]) -> list[tuple[str | None, str | None, int]]:
        """Return what the lines of some documents keep as JSON, with how many lines."""
        self._scratch.keep("wanted", {"first": "bigint"}, [firsts])
        return self._scratch.rows(
            f"""
            select k.custom, k.source, count(*)
            from {self._name} r join {self._name}_documents d on d.key = {self._key}
                join wanted w on w.first = d.first {self._kept}
            where k.custom is not null or k.source is not null
            group by all order by all
            """
        )

    def names(self, *fields: str) -> bool:
        """Tell whether any line names something in one of these fields."""
        if fields not in self._named:
            filled = " or ".join(f"{self._text(field)} <> ''" for field in fields)
            query = f"select 1 from {self._name} where {filled} limit 1"
            self._named[fields] = bool(self._scratch.rows(query))
        return self._named[fields]

    def identifiers(self, field: str) -> list[tuple[str, int]]:
        """Return the ids that lines name in a field, each with the number of its first row."""
        column = self._text(field)
        if column == "''":
            return []
        return self._scratch.rows(
            f"""
            select {column} as text, min(rowid) + 2 from {self._name}
            where {column} <> '' group by 1 order by 2
            """
        )

    def keep_lines(self) -> None:
        """Give the memory of the documents' own cells back; what is left is read by lines alone."""
        layout = self.layout
        lines = {*LINE_FIELDS, "id", "number"}
        kept = {place for own, place in layout.positions.items() if own in lines}
        kept |= {*layout.line_custom.values(), *layout.line_unread.values()}
        for place in {*range(len(self._places))} - kept:
            self._scratch.run(f"alter table {self._name} drop column c{self._places[place]}")
        positions = {own: place for own, place in layout.positions.items() if own in lines}
        left = replace(layout, positions=positions, custom={}, unread={})
        self.layout = _moved(left, sorted(kept))
        self._places = [self._places[place] for place in sorted(kept)]

    def forget(self) -> None:
        """Give the memory of this set back; nothing can be read from it any more."""
        self._scratch.run(f"drop table {self._name}")

    def sums(self, exponent: int) -> list[tuple[Any, ...]]:
        """Return, by document: its first row's place, whether it is odd, its lines, subtotal and
        tax, how many line totals are uneven, the place of the first or None, and a digest.

        Amounts are in minor units of a currency with `exponent` decimals.
        """
        self._exponent = exponent
        total, tax = self._amount("item_total"), self._amount("item_tax_amount")
        self._kept = self._keep()
        texts, odd = ", ".join(map(self._text, LINE_FIELDS)), self._odd()
        return self._scratch.rows(
            f"""
            select first, bool_or(odd), count(*), sum(total)::bigint, sum(tax)::bigint,
                count(*) filter (uneven), min(place) filter (uneven), sum(digest)
            from (
                select d.first, r.rowid as place, {total} as total, {tax} as tax,
                    {total} <> {self._gross()} - {self._amount("discount_amount")} as uneven,
                    {odd} as odd,
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
            for name, header in _WATCHED.items()
            if (column := self._text(name)) != "''"
        ]
        if not queries:
            return []
        return self._scratch.rows(f"{' union all '.join(queries)} order by place")

    def cells(self, firsts: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
        """Return the rows of some documents with their numbers, as Python reads them."""
        self._scratch.keep("wanted", {"first": "bigint"}, [firsts])
        cells = ", ".join(f"r.c{place}" for place in self._places)
        for number, *row in self._scratch.rows(
            f"""
            select r.rowid + 2, {cells}
            from {self._name} r join {self._name}_documents d on d.key = {self._key}
                join wanted w on w.first = d.first
            order by r.rowid
            """
        ):
            yield number, row

    def projects(self, targets: Targets) -> list[tuple[UUID, str]]:
        """Return the customers of `targets` with what their lines name as project, once each."""
        project = self._project()
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
        items: Mapping[str, str],
        projects: Mapping[tuple[UUID, str], UUID],
    ) -> Iterator[pa.RecordBatch]:
        """Return rows of a line table for the documents of `targets`, with new ids.

        `items` are ids by what a line names as product, `projects` by customer and name.
        """
        owners = [str(customer) for customer, _ in projects]
        names, found = [name for _, name in projects], [str(row) for row in projects.values()]
        self._scratch.keep("target", _TARGET, targets)
        self._scratch.keep("item", _ITEM, [tuple(items), tuple(items.values())])
        self._scratch.keep("project", _PROJECT, [owners, names, found])
        made = self._columns()
        listed = ", ".join(f"{made.get(column, 't.document')} as {column}" for column in columns)
        query = f"""
            select {listed}
            from {self._name} r join {self._name}_documents d on d.key = {self._key}
                join target t on t.first = d.first {self._kept}
                left join item i on i.key = {self._text("product_id")}
                left join project p on p.customer = t.customer and p.key = {self._project()}
            where r.rowid >= $start and r.rowid < $start + $rows
        """
        ((count,),) = self._scratch.rows(f"select count(*) from {self._name}")
        for start in range(0, count, _AT_ONCE):  # not the whole result in memory
            yield from self._scratch.batches(query, start=start, rows=_AT_ONCE)

    def _columns(self) -> dict[str, str]:
        text = self._text
        return {
            "id": "uuidv7()",
            "customer_id": "t.customer",
            "position": "cast(r.rowid - d.first + 1 as integer)",
            "item_id": "i.id",
            "sku": f"nullif({text('sku')}, '')",
            "name": f"nullif({text('item_name')}, '')",
            "description": f"nullif({text('item_desc')}, '')",
            "quantity": self._quantity(),
            "unit": f"nullif({text('unit')}, '')",
            "unit_price": f"try_cast({text('item_price')} as decimal(18, 6))",
            "discount_percent": _percent(text("discount")),
            "discount_minor": self._amount("discount_amount"),
            "tax_name": f"nullif({text('item_tax')}, '')",
            "tax_percent": _percent(text("item_tax_percent")),
            "tax_minor": self._amount("item_tax_amount"),
            "total_minor": self._amount("item_total"),
            "custom_fields": "k.custom",
            "source_fields": "k.source",
            "project_id": "p.id",
        }

    def _text(self, field: str) -> str:
        place = self.layout.positions.get(field)
        return "''" if place is None else f"c{self._places[place]}"

    def _project(self) -> str:
        named, name = self._text("project_id"), self._text("project_name")
        if (named, name) == ("''", "''"):
            return "''"
        return f"if({named} <> '', {named}, {name})"

    def _quantity(self) -> str:
        column = self._text("quantity")
        return f"if({column} = '', 1, try_cast({column} as decimal(18, 6)))"

    def _gross(self) -> str:
        price = f"try_cast({self._text('item_price')} as decimal(18, 6))"
        product = f"cast({self._quantity()} as decimal(38, 6)) * {price}"
        return f"cast(round({product}, {self._exponent}) * {10**self._exponent} as bigint)"

    def _amount(self, field: str) -> str:
        column = self._text(field)
        if column == "''":
            return "0"
        amount = f"try_cast({column} as decimal(18, {self._exponent})) * {10**self._exponent}"
        return f"if({column} = '', 0, cast({amount} as bigint))"

    def _odd(self) -> str:
        """Return the condition for rows that Python must read."""
        text = self._text
        rules = [f"{text(name)} = ''" for name in _NEEDED]
        for name in _NUMBERS:
            number = f"rtrim({text(name)}, '%')" if name in _PERCENTS else text(name)
            plain = f"regexp_full_match({number}, '{_PLAIN}')"
            rules += self._broken(text(name), f"not {plain}")
        for name in _EXACT:
            number, kept = (
                f"try_cast({text(name)} as decimal(18, {places}))" for places in (6, self._exponent)
            )
            rules += self._broken(text(name), f"{number} <> {kept}")
        for name in _WATCHED:
            rules += self._broken(text(name), f"regexp_full_match({text(name)}, '{_BLANK}+')")
        for name in _KEYS:
            rules += self._broken(
                text(name), f"regexp_matches({text(name)}, '^{_BLANK}|{_BLANK}$')"
            )
        if text("discount") != "''":  # a discount that is only a percentage has to be worked out
            percent = f"coalesce({_percent(text('discount'))}, 0)"
            rules.append(f"({text('discount_amount')} = '' and {percent} <> 0)")
        return " or ".join(rules)

    def _broken(self, column: str, condition: str) -> list[str]:
        """Return the condition if any filled cell of the column meets it: distinct ones are few."""
        query = f"""
            with filled as materialized (
                select distinct {column} from {self._name} where {column} <> ''
            )
            select 1 from filled where {condition} limit 1
        """
        found = column != "''" and self._scratch.rows(query)
        return [f"({column} <> '' and {condition})"] if found else []


def _moved(layout: Layout, places: Sequence[int]) -> Layout:
    """Return the layout of rows that have only the cells at these places."""
    new = {place: index for index, place in enumerate(places)}

    def moved(cells: Mapping[str, int]) -> dict[str, int]:
        return {name: new[place] for name, place in cells.items()}

    return replace(
        layout,
        positions=moved(layout.positions),
        custom=moved(layout.custom),
        line_custom=moved(layout.line_custom),
        unread=moved(layout.unread),
        line_unread=moved(layout.line_unread),
        absent_columns={},
    )


def _percent(column: str) -> str:
    if column == "''":
        return "null::decimal(18, 6)"
    return f"if({column} = '', null, try_cast(rtrim({column}, '%') as decimal(18, 6)))"


def kept_positions(layout: Layout) -> set[int]:
    """Return the positions of all columns that somebody reads."""
    columns = (
        layout.positions,
        layout.custom,
        layout.line_custom,
        layout.unread,
        layout.line_unread,
    )
    return {place for group in columns for place in group.values()}


def suits(layout: Layout) -> bool:
    """Tell whether a file has the columns that make its lines readable as a set."""
    return all(name in layout.positions for name in _NEEDED)
