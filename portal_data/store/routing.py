"""A customer's reads, with the customer as a parameter and no more columns than they name.

The views of `mine` ask the session for the customer, through a function. So PostgreSQL makes a plan
without knowing whose rows are wanted, and a database that spreads customers over machines asks all
of them; and DuckDB, for which planning is most of what a small read costs, plans every column of
each view. Here a statement gets, in front, the views that it names, as common table expressions of
the same names with the parameter $customer_id in the function's place and the columns whose names
stand somewhere in the statement. Nothing in the statement changes; a name that is missed is read
from the view of that name, and on PostgreSQL row-level security stands behind both.

A read of a few rows may name a view with a column that has an index: `payments_by_id` are the rows
of `payments` whose id is $id, `payments_by_ids` those whose id is any of $ids, and
`invoice_lines_by_invoice_id` the lines of the invoice $invoice_id. DuckDB then reads these rows and
not all of the customer's, whose own condition is checked behind it. No view has such a name, so
what is not routed fails.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_VIEW = re.compile(r"create view mine\.(\w+) as\b(.*?);", re.DOTALL)
_SESSION = "getvariable('customer_id')::uuid"
_FENCE = " offset 0)"
"""Keeps conditions apart for DuckDB; for PostgreSQL they belong together."""
_READ = re.compile(r"(?:\bfrom|\bjoin|,)\s+(\w+)\b(?!\s*\()")
_DEFINED = re.compile(r"\b(\w+)\s+as\s+(?:(?:not\s+)?materialized\s*)?\(")
_STAR = re.compile(r"(?:\bselect|,|\.)\s*\*.*?\bfrom\s+(\(|\w+)", re.DOTALL | re.IGNORECASE)
_ALL_OF = re.compile(r"\(select \*( from core\.\w+ where .*?\) own)(.*)", re.DOTALL)
_OWN = "customer_id = $customer_id::uuid"
_FENCED = f"{_OWN}{_FENCE} own"
_JOINED = re.compile(r"(select .* from core\.\w+ l join )(\w+)( p on p\.id = l\.(\w+) and .*)")
_NO_COLUMN = re.compile(r"'[^']*'|\$\w+(?:::\w+)?")
_NO_COLUMNS = frozenset({"where", "and", "or", "not", "is", "null"})
_WITH = re.compile(r"\s*with\s+(recursive\s+)?", re.IGNORECASE)


def _bodies() -> dict[str, str]:
    """Return the text of every view that depends on the customer, in the order of the file."""
    found: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / "views").glob("*.sql")):
        text = re.sub(r"--[^\n]*", "", file.read_text("utf-8"))
        for name, body in _VIEW.findall(text):
            if _SESSION in body or any(f"mine.{other} " in body for other in found):
                own = body.replace(_SESSION, "$customer_id::uuid").replace("mine.", "")
                found[name] = " ".join(own.split())
    return found


VIEWS = _bodies()
"""Select statements of a customer's own rows, by the name that statements know them under."""


@lru_cache(maxsize=2048)
def routed(sql: str, *, fenced: bool = False) -> str:
    """Return a customer's statement with the views that it names in front, as said above.

    What is `fenced` keeps the condition on the customer apart from all others, as the views do.
    """
    named = set(_named(sql))
    if named:
        words = _words(sql, named)
        ordered = [*(name for name in VIEWS if name in named), *sorted(named - VIEWS.keys())]
        own = ", ".join(
            f"{name} as not materialized ({_narrowed(_body(name) or '', words)})"
            for name in ordered
        )
        begins = _WITH.match(sql)
        if begins is None:
            sql = f"with {own} {sql}"
        else:
            sql = f"with {begins[1] or ''}{own}, {sql[begins.end() :]}"
    return sql if fenced else sql.replace(_FENCE, ")")


def _named(sql: str) -> Iterator[str]:
    """Yield the views that a statement names, and those that they name in turn."""
    defined = set(_DEFINED.findall(sql))
    for name in _READ.findall(sql):
        body = None if name in defined else _body(name)
        if body is not None:
            yield name
            yield from _named(body)


def _body(name: str) -> str | None:
    """Return the select statement of a view, or of its rows by a column; None for other names."""
    view, by, key = name.partition("_by_")
    body = VIEWS.get(view)
    if body is None or not by:
        return body
    column, value = (key[:-1], f"any(${key})") if key.endswith("s") else (key, f"${key}")
    if _FENCED in body:
        source, _, also = body.partition(_FENCED)
        also = also.replace(" where ", " and ", 1)
        return f"{source}{column} = {value}{_FENCE} own where {_OWN}{also}"
    joined = _JOINED.match(body)
    parent = _body(f"{joined[2]}_by_id") if joined and joined[4] == column else None
    if joined is None or parent is None:
        return None
    parent = _narrowed(parent, frozenset({"id", "customer_id"})).replace("$id", value)
    return f"{joined[1]}({parent}){joined[3]} where l.{column} = {value}"


def _words(sql: str, named: set[str]) -> frozenset[str] | None:
    """Return every word of a statement and of what joins its views; None if it wants all columns.

    All columns of what it defines itself are no more than it has named there.
    """
    sources = _STAR.findall(sql)
    if named.intersection(sources):
        return None
    joins = [(_body(name) or "").partition(" from ")[2] for name in named]
    joins = [join for join in joins if not _ALL_OF.match(join)]
    return frozenset(re.findall(r"\w+", " ".join([sql, *joins])))


def _narrowed(body: str, words: frozenset[str] | None) -> str:
    """Return the select statement of a view with those of its columns that are among the words."""
    if words is None:
        return body
    selected, _, source = body.removeprefix("select ").partition(" from ")
    columns = selected.split(", ")
    kept = [each for each in columns if each.rpartition(".")[2] in words] or columns[:1]
    every = _ALL_OF.match(source)
    if every is not None:
        told_by = re.findall(r"[a-z_]\w*", _NO_COLUMN.sub("", every[2]))
        read = dict.fromkeys([*kept, *(each for each in told_by if each not in _NO_COLUMNS)])
        source = f"(select {', '.join(read)}{every[1]}{every[2]}"
    return f"select {', '.join(kept)} from {source}"
