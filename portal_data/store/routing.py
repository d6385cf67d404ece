"""PostgreSQL: a customer's reads with the customer as a parameter, where the planner can see it.

The views of `mine` ask the session for the customer, through a function. So a plan is made without
knowing whose rows are wanted, and a database that spreads customers over machines asks all of them.
Here a statement gets, in front, the views that it names, as common table expressions of the same
names with the parameter $customer_id in the function's place. Nothing in the statement changes; a
name that is missed is read from the view of that name, and row-level security stands behind both.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_VIEW = re.compile(r"create view mine\.(\w+) as\b(.*?);", re.DOTALL)
_SESSION = "getvariable('customer_id')::uuid"
_FENCE = " offset 0)"
"""Keeps conditions apart for DuckDB; here they belong together."""
_READ = re.compile(r"(?:\bfrom|\bjoin|,)\s+(\w+)\b(?!\s*\()")
_DEFINED = re.compile(r"\b(\w+)\s+as\s+(?:(?:not\s+)?materialized\s*)?\(")
_WITH = re.compile(r"\s*with\s+(recursive\s+)?", re.IGNORECASE)


def _bodies() -> dict[str, str]:
    """Return the text of every view that depends on the customer, in the order of the file."""
    found: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / "views").glob("*.sql")):
        text = re.sub(r"--[^\n]*", "", file.read_text("utf-8"))
        for name, body in _VIEW.findall(text):
            if _SESSION in body or any(f"mine.{other} " in body for other in found):
                own = body.replace(_SESSION, "$customer_id::uuid").replace(_FENCE, ")")
                found[name] = own.replace("mine.", "").strip()
    return found


VIEWS = _bodies()
"""Select statements of a customer's own rows, by the name that statements know them under."""


@lru_cache(maxsize=1024)
def routed(sql: str) -> str:
    """Return a customer's statement with the views that it names in front, as said above."""
    named = set(_named(sql))
    if not named:
        return sql.replace(_FENCE, ")")
    own = ", ".join(f"{n} as not materialized ({b})" for n, b in VIEWS.items() if n in named)
    begins = _WITH.match(sql)
    if begins is None:
        return f"with {own} {sql}".replace(_FENCE, ")")
    return f"with {begins[1] or ''}{own}, {sql[begins.end() :]}".replace(_FENCE, ")")


def _named(sql: str) -> Iterator[str]:
    """Yield the views that a statement names, and those that they name in turn."""
    defined = set(_DEFINED.findall(sql))
    for name in _READ.findall(sql):
        if name in VIEWS and name not in defined:
            yield name
            yield from _named(VIEWS[name])
