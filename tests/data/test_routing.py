"""A customer's statement gets what it names in front: fewer columns, the same rows as the views."""

import re
from contextlib import suppress
from typing import Any

import pytest

from portal_data import store
from portal_data.errors import Unavailable
from portal_data.store.engine import Visibility
from portal_data.store.routing import VIEWS, routed
from portal_data.store.session import Session
from tests import described
from tests.conftest import Cast
from tests.factories import make_invoice, make_payment
from tests.test_isolation import BY_NAME, NOTHING, READS, Books, both  # noqa: F401 - a fixture

BY_VIEW = "select number from mine.invoices order by number"
"""What no routing touches: the schema is named."""


KEYED = re.compile(r"\b(?:from|join) (\w+)_by_(\w+)")


def _of_view(found: re.Match[str]) -> str:
    """Return the rows of a view by a column as one would write them by hand."""
    view, key = found.groups()
    condition = f"{key[:-1]} = any(${key})" if key.endswith("s") else f"{key} = ${key}"
    return f"from (select * from {view} where {condition}) own"


def test_every_read_of_a_customer_finds_what_the_views_show(
    db: store.Store,
    cast: Cast,
    both: tuple[Books, Books],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: dict[tuple[str, str], dict[str, Any]] = {}
    rows = Session.rows

    def recorded(self: Session, sql: str, **params: Any) -> list[dict[str, Any]]:
        read[sql, repr(params)] = params
        return rows(self, sql, **params)

    monkeypatch.setattr(Session, "rows", recorded)
    mine, _ = both
    for case in (*READS.values(), *BY_NAME.values()):
        with suppress(Unavailable):  # the file itself, whose row was read before
            case(cast.alice, mine)
    monkeypatch.undo()
    asked = {key: params for key, params in read.items() if routed(key[0]) != key[0]}
    assert len(asked) > 60
    found = 0
    for (sql, _), params in asked.items():
        with db.engine.reading(Visibility.MINE, cast.alice.customer_id) as transaction:
            narrow = transaction.rows(sql, params)
            transaction._customer_id = None  # type: ignore[attr-defined]  # of either engine
            assert transaction.rows(KEYED.sub(_of_view, sql), params) == narrow, sql
            found += len(narrow)
    assert found > 60


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("select number from invoices where total_minor > $least", {"number", "total_minor"}),
        ("with own as (select id from invoices) select * from own", {"id"}),
        ("select o.*, 1 as one from (select id, date from invoices) o", {"id", "date"}),
        ("select count(*) as subject from invoices", {"subject"}),
    ],
)
def test_no_more_columns_are_read_than_are_named(sql: str, columns: set[str]) -> None:
    begins = routed(sql, fenced=True).partition(" from ")[0]
    assert set(begins.rpartition("select ")[2].split(", ")) == columns


@pytest.mark.parametrize(
    "sql", ["select * from credit_notes order by id", "select n.* from credit_notes n order by id"]
)
def test_a_star_over_a_view_has_all_of_its_columns(db: store.Store, cast: Cast, sql: str) -> None:
    with store.reading(cast.alice) as session:
        named = session.arrow(sql).column_names
    with db.system_reading() as session:
        assert named == session.arrow("select * from mine.credit_notes order by id").column_names


def test_rows_by_a_column_are_the_customers_own(cast: Cast) -> None:
    mine, theirs = make_invoice(cast.alice), make_invoice(cast.charlie)
    draft = make_invoice(cast.alice, status="draft")
    paid = make_payment(cast.charlie, {theirs: 100})
    with store.reading(cast.alice) as session:
        found = session.rows(
            "select id from invoices_by_ids order by id", ids=[mine, theirs, draft]
        )
        assert [row["id"] for row in found] == [mine]
        for name in ("invoices_by_id", "payments_by_id"):
            for each in (theirs, paid, draft):
                assert session.rows(f"select id from {name} order by id", id=each) == []
        lines = "select id from invoice_lines_by_invoice_id order by id"
        assert [len(session.rows(lines, invoice_id=each)) for each in (theirs, draft)] == [0, 0]
        assert session.rows(lines, invoice_id=mine)


def test_rows_by_a_column_are_not_known_to_others(db: store.Store) -> None:
    """Only a customer's session has them: elsewhere nothing would say whose they are."""
    with pytest.raises(Exception, match="invoices_by_id"), db.system_reading() as session:
        session.rows("select id from invoices_by_id order by id", id=NOTHING)


_INDEXED = """
    select table_name || '.' || trim(expressions, '[]') as indexed
    from duckdb_indexes() where schema_name = 'core'
    union all
    select table_name || '.' || array_to_string(constraint_column_names, ', ')
    from duckdb_constraints()
    where schema_name = 'core' and constraint_type in ('PRIMARY KEY', 'UNIQUE')
    order by 1
"""


@pytest.mark.only_engine("duckdb")
def test_rows_are_named_by_columns_with_an_index(db: store.Store) -> None:
    """Without one the rows of all customers would be read to find them."""
    with db.system_reading() as session:
        indexed = {row["indexed"] for row in session.rows(_INDEXED)}
    named = {found for _, sql in described.texts() for found in KEYED.findall(sql)}
    assert len(named) > 10
    for view, key in named:
        table = re.findall(r"core\.(\w+)", VIEWS[view])[0]
        assert {f"{table}.{key}", f"{table}.{key.removesuffix('s')}"} & indexed, f"{view}_by_{key}"


def test_no_cursor_serves_two_customers(cast: Cast) -> None:
    make_invoice(cast.alice, number="ALICE-1")
    make_invoice(cast.charlie, number="CHARLIE-1")
    for _ in range(3):
        for who, number in ((cast.alice, "ALICE-1"), (cast.charlie, "CHARLIE-1")):
            with store.reading(who) as session:
                assert [row["number"] for row in session.rows(BY_VIEW)] == [number]


def test_what_is_set_in_one_transaction_ends_with_it(db: store.Store, cast: Cast) -> None:
    """Between transactions cursors are kept, as connections are: none may bring anything along."""
    number = make_invoice(cast.alice, number="ALICE-1")
    with db.engine.reading(Visibility.ALL, None) as transaction:
        transaction.run("set search_path = 'mine'")
    with pytest.raises(ZeroDivisionError), db.system_reading() as session:
        raise ZeroDivisionError
    with db.system_reading() as session:
        (row,) = session.rows("select id from core.invoices order by id")
        assert row["id"] == number
        assert session.rows(BY_VIEW) == []


@pytest.mark.only_engine("duckdb")
def test_a_transaction_that_outlives_the_store_does_not_hold_the_file(
    db: store.Store, store_url: str, cast: Cast
) -> None:
    with suppress(Exception), db.system_reading() as session:
        db.close()
        session.rows("select 1 as one")
    again = store.open_store(store_url)
    again.close()
