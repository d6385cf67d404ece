"""PostgreSQL: customers can be spread over machines, since no key, reference or read needs another.

No database that does so can be installed where tests run; what it asks for can be checked without.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from portal_data import store
from portal_data.errors import Unavailable
from portal_data.store.migrate import HERE
from portal_data.store.postgres_engine import PostgresTransaction, _wire
from portal_data.store.routing import VIEWS, routed
from tests import described
from tests.architecture.source import PRODUCT, name_of, sql_constants
from tests.architecture.test_sql import NOT_TENANT
from tests.conftest import Cast
from tests.test_isolation import BY_NAME, READS, Books, both  # noqa: F401 - a fixture

# Unique in the whole business, not only for one customer: docs/scale.md says what sharding does.
NUMBERS = {
    f"{table}_number_key": "the number drawn from one counter"
    for table in ("credit_notes", "customers", "estimates", "invoices", "payments",
                  "retainer_invoices")
}  # fmt: skip

_KEYS = """
    select c.conname, r.relname as table, array_agg(a.attname::text) as columns
    from pg_constraint c
    join pg_class r on r.oid = c.conrelid
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
    where c.connamespace = 'core'::regnamespace and c.contype in ('p', 'u')
    group by c.conname, r.relname
    union all
    select i.relname, r.relname, array_agg(a.attname::text)
    from pg_index x
    join pg_class i on i.oid = x.indexrelid
    join pg_class r on r.oid = x.indrelid
    join pg_attribute a on a.attrelid = r.oid and a.attnum = any(x.indkey)
    where r.relnamespace = 'core'::regnamespace and x.indisunique
        and not exists (select 1 from pg_constraint c where c.conindid = i.oid)
    group by i.relname, r.relname
"""
_REFERENCES = """
    select c.conname, r.relname as table, t.relname as target,
        (select array_agg(a.attname::text order by a.attname) from pg_attribute a
            where a.attrelid = c.conrelid and a.attnum = any(c.conkey)) as columns
    from pg_constraint c
    join pg_class r on r.oid = c.conrelid
    join pg_class t on t.oid = c.confrelid
    where c.connamespace = 'core'::regnamespace and c.contype = 'f'
"""
_TENANT = """
    select c.table_name from information_schema.columns c
    join information_schema.tables t
        on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = 'core' and c.column_name = 'customer_id' and t.table_type = 'BASE TABLE'
"""


@pytest.fixture
def tenant(db: store.Store) -> set[str]:
    """Tables whose rows belong to one customer each."""
    with db.system_reading() as session:
        return {row["table_name"] for row in session.rows(_TENANT)}


@pytest.mark.only_engine("postgres")
def test_every_key_of_a_customers_rows_names_the_customer(
    db: store.Store, tenant: set[str]
) -> None:
    with db.system_reading() as session:
        keys = session.rows(_KEYS)
    assert len(keys) > 90
    alone = {
        row["conname"]
        for row in keys
        if row["table"] in {*tenant, "customers"} and "customer_id" not in row["columns"]
    }
    assert alone == {*NUMBERS, "customers_pkey"}


@pytest.mark.only_engine("postgres")
def test_every_reference_stays_within_one_customer(db: store.Store, tenant: set[str]) -> None:
    with db.system_reading() as session:
        references = session.rows(_REFERENCES)
    assert len(references) > 120
    for row in references:
        if row["target"] in tenant:
            assert row["table"] in tenant, row
            assert "customer_id" in row["columns"], row
        else:
            assert row["target"] in {*NOT_TENANT, "customers"}, row


# Joins --------------------------------------------------------------------------------------------

_JOIN = re.compile(
    r"\bjoin core\.(\w+) (\w+) on (.*?)"
    r"(?=\b(?:left join|join|where|group by|order by|union|limit|having|from)\b|;|$)"
)

# Joins with a table that has no customer to join on.
WITH_NO_CUSTOMER = {
    "portal_data/auth/identity.py: contacts": "a sign-in belongs to a login, of many customers",
    "integrity.sql: contacts": "the same",
}


def crossing(sql: str, tenant: set[str]) -> Iterator[str]:
    """Yield customers' tables that a statement joins by less than customer and id."""
    plain = " ".join(re.sub(r"--[^\n]*", "", sql).lower().split())
    for table, alias, condition in _JOIN.findall(plain):
        if table in tenant and not re.search(rf"\b{alias}\.customer_id\b", condition):
            yield table


def _statements() -> Iterator[tuple[str, str]]:
    for path in PRODUCT:
        for text in sql_constants(path).values():
            yield name_of(path), text
    yield from described.texts()  # as they are once they are put together
    for statement in (HERE / "integrity.sql").read_text("utf-8").split(";\n"):
        yield "integrity.sql", statement


@pytest.mark.only_engine("postgres")
def test_every_join_of_customers_rows_is_within_one_customer(tenant: set[str]) -> None:
    found = {f"{name}: {table}" for name, text in _statements() for table in crossing(text, tenant)}
    assert found == set(WITH_NO_CUSTOMER)


def test_a_join_across_customers_is_found() -> None:
    tenant = {"invoices", "payments"}
    sql = """
        select 1 from core.allocations a
        join core.invoices i on i.id = a.invoice_id
        left join core.payments p on p.customer_id = a.customer_id and p.id = a.payment_id
        where a.customer_id = $customer_id
    """
    assert list(crossing(sql, tenant)) == ["invoices"]


# What a customer reads ----------------------------------------------------------------------------


def test_a_statement_is_kept_and_gets_what_it_names_in_front() -> None:
    read = "select id from estimate_lines where estimate_id = $id"
    assert routed(read).endswith(read)
    assert routed(read).startswith("with estimates as not materialized (select id")
    own = routed("with payments as (select 1), a as (select id from invoices) select * from a")
    assert own.startswith("with invoices as not materialized")
    assert own.count("payments as") == 1
    untouched = "select name from organisation"
    assert routed(untouched) == untouched
    assert {"invoices", "estimate_lines", "people"} <= VIEWS.keys()
    assert not any("getvariable" in body or "mine." in body for body in VIEWS.values())


@pytest.mark.only_engine("postgres")
def test_every_read_of_a_customer_names_it_to_the_planner(
    store_url: str,
    tenant: set[str],
    cast: Cast,
    both: tuple[Books, Books],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In each plan, every scan of a customer's table has that customer's id in it, as a value."""
    read: dict[str, dict[str, Any]] = {}
    execute = PostgresTransaction._execute

    def recorded(self: PostgresTransaction, sql: str, params: Any) -> Any:
        if self._customer_id is not None:
            read[sql] = dict(params)
        return execute(self, sql, params)

    monkeypatch.setattr(PostgresTransaction, "_execute", recorded)
    mine, _ = both
    for case in (*READS.values(), *BY_NAME.values()):
        with suppress(Unavailable):  # the file itself, whose row was read before
            case(cast.alice, mine)
    assert len(read) > 60
    customer = str(cast.alice.customer_id)
    wanting = set()
    with psycopg.connect(store_url) as connection:
        connection.execute(
            f"set search_path = mine; set portal.customer_id = '{customer}';"
            " set portal.sees_all = 'no'".encode()
        )
        for sql, params in read.items():
            explain = f"explain (verbose, format json) {_wire(routed(sql))}"
            given = {**params, "customer_id": cast.alice.customer_id}
            (plan,) = connection.execute(explain.encode(), given).fetchone() or ()
            for node in _nodes(plan[0]["Plan"]):
                if node["Node Type"] == "ModifyTable":
                    continue  # what it changes is found by the scans below it
                table = node.get("Relation Name")
                column = "id" if table == "customers" else "customer_id"
                if table in {*tenant, "customers"} and not _bound(node, column, customer):
                    wanting.add((table, " ".join(sql.split())))
    assert wanting == set()


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


def _bound(node: dict[str, Any], column: str, customer: str) -> bool:
    """Tell whether a scan is bound to the customer by value, in what it looks up or filters by."""
    conditions = " ".join(
        str(node.get(kind, "")) for kind in ("Index Cond", "Recheck Cond", "Filter", "TID Cond")
    )
    if node["Node Type"] == "Bitmap Heap Scan":
        conditions += " ".join(str(each.get("Index Cond", "")) for each in _nodes(node))
    return re.search(rf"\b{column} = '{customer}'::uuid", conditions) is not None
