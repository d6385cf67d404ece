"""Every statement is printed and prepared on both engines, in the schema that it is asked in.

A list composes its statements when it is declared; others are constants. With `pytest -s` this file
shows how all of them read.
"""

import re
import sys

from portal_data import store
from portal_data.ids import new_id
from portal_data.lists.model import parameters
from portal_data.store.engine import Visibility
from portal_data.store.routing import routed
from tests import described

STATEMENTS = described.statements()
ELSEWHERE = {
    f"ops.publish.{name}"
    for name in (
        "_ABOUT",
        "_CURRENCY",
        "_DICTIONARY",
        "_DISPUTED_LINE",
        "_DISPUTE_DAYS",
        "_PUBLICATION",
    )
} | {
    f"payables.matching.{name}"
    for name in ("_PAIRS", "_RESULT", *(f"_STEPS[{place}]" for place in range(4)))
}
"""Statements of databases of their own: of the file that is published, which tests/ops makes and
asks, and of lists that are matched, which tests/payables does."""
PARTS = {"billing.ledger._DIFFERENCES"}
"""Beginnings of statements, which end in another constant."""


def _prepare(sql: str, engine: str) -> str:
    """Return what prepares a statement as it is sent; PostgreSQL numbers its parameters."""
    if "core." not in sql:
        sql = routed(sql, fenced=engine == "duckdb")
    if engine == "postgres":
        numbers = {name: place for place, name in enumerate(sorted(parameters(sql)), 1)}
        sql = re.sub(r"\$(\w+)", lambda found: f"${numbers[found[1]]}", sql)
    return f"prepare tried as {sql}"


def test_every_statement_is_prepared(db: store.Store) -> None:
    refused = {}
    for name, sql in sorted(STATEMENTS.items()):
        sys.stdout.write(f"-- {name}({', '.join(sorted(parameters(sql)))})\n{sql}\n")
        visibility = Visibility.ALL if "core." in sql else Visibility.MINE
        try:
            with db.engine.reading(visibility, new_id()) as transaction:
                transaction.run(_prepare(sql, db.engine.name))
                transaction.run("deallocate tried")
        except Exception as error:  # each engine has its own, and all are told at once
            refused[name] = str(error)
    assert {name: error for name, error in refused.items() if name not in ELSEWHERE | PARTS} == {}
    assert refused.keys() == ELSEWHERE | PARTS


def test_a_customers_lists_name_no_table_of_all_customers() -> None:
    """What a list reads as one customer it finds in that customer's views alone."""
    named = {
        name
        for name, each in described.lists().items()
        if each.reading is store.reading
        and any("core." in statement for statement in each.statements.values())
    }
    assert named == set()
    assert described.lists(), "no list was looked at"
