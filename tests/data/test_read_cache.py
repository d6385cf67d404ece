"""Cached answers: never of other books, never older than the last commit."""

import re
import threading
from dataclasses import replace
from functools import partial
from uuid import UUID

import pytest

from portal_data import lists, store
from portal_data.auth import identity, sessions
from portal_data.billing import balances, invoices, views
from portal_data.business import organisation, preferences
from portal_data.customers import details, directory, documents
from portal_data.errors import NotFound
from portal_data.ids import BUSINESS, new_id
from portal_data.kinds import KINDS
from portal_data.messaging import activity
from portal_data.scope import Role, Scope, Staff
from portal_data.store.migrate import HERE
from portal_data.store.read_cache import MOST_BYTES, MOST_BYTES_OF_ONE
from portal_data.store.read_set import Relations
from portal_data.store.write_set import (
    ANYTHING,
    EVERYONE,
    FIRST_VIEW,
    OF_BUSINESS,
    OF_IDENTITY,
    PERSON,
    Changes,
    WriteSet,
    writes,
)
from tests import described
from tests.conftest import NOW
from tests.factories import TODAY, insert, make_invoice


@pytest.fixture
def asked(db: store.Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every query that reached the engine since."""
    seen: list[str] = []
    inner = type(db.engine).reading

    def reading(self: object, *args: object) -> object:
        seen.append("asked")
        return inner(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(type(db.engine), "reading", reading)
    return seen


@pytest.mark.only_engine("duckdb")
def test_an_unchanged_answer_is_not_read_again(alice: Scope, asked: list[str]) -> None:
    first = balances.home(alice, today=TODAY)
    asked.clear()
    assert balances.home(alice, today=TODAY) is first
    assert asked == []


@pytest.mark.only_engine("postgres")
def test_where_others_may_write_nothing_is_cached(alice: Scope, asked: list[str]) -> None:
    balances.home(alice, today=TODAY)
    asked.clear()
    balances.home(alice, today=TODAY)
    assert asked


def test_a_write_of_the_portal_is_seen_at_once(alice: Scope) -> None:
    before = balances.home(alice, today=TODAY).balances[0].outstanding_minor
    make_invoice(alice, total_minor=700)
    assert balances.home(alice, today=TODAY).balances[0].outstanding_minor == before + 700


def test_a_write_of_the_customer_is_seen_at_once(alice: Scope) -> None:
    assert details.my_details(alice).display_name
    with store.writing(alice) as session:
        session.change(
            "update core.customers set display_name = $name where id = $customer_id", name="Renamed"
        )
    assert details.my_details(alice).display_name == "Renamed"


def test_a_preference_is_seen_at_once(alice: Scope, owner: Staff) -> None:
    assert preferences.of(alice).banner_message == ""
    preferences.change(owner, now=NOW, banner_message="Closed on Monday")
    assert preferences.of(alice).banner_message == "Closed on Monday"


@pytest.mark.only_engine("duckdb")
def test_a_write_that_changes_nothing_forgets_nothing(alice: Scope, asked: list[str]) -> None:
    """Such as the note of who looked first at a document, which others have looked at before."""
    invoice_id = make_invoice(alice)
    views.mark(alice, KINDS["invoice"], invoice_id, NOW)
    first = balances.home(alice, today=TODAY)
    views.mark(alice, KINDS["invoice"], invoice_id, NOW + views.WINDOW)
    asked.clear()
    assert balances.home(alice, today=TODAY) is first
    assert asked == []


@pytest.mark.only_engine("duckdb")
def test_what_belongs_to_the_business_is_read_once_for_all(
    alice: Scope, charlie: Scope, owner: Staff, asked: list[str]
) -> None:
    first = organisation.get(alice), preferences.of(alice)
    with store.writing(alice) as session:
        session.change("update core.customers set notes = 'x' where id = $customer_id")
    asked.clear()
    assert (organisation.get(charlie), preferences.of(charlie)) == first
    assert organisation.get(alice) is organisation.get(charlie) is first[0]
    assert asked == []
    assert organisation.get(owner).name == first[0].name
    assert asked, "staff see more of it"


def test_a_write_that_was_rolled_back_changes_nothing(alice: Scope) -> None:
    before = balances.home(alice, today=TODAY)

    def fail() -> None:
        with store.system_writing() as session:
            session.change("update core.invoices set balance_minor = 0 where 1 = 1")
            raise NotFound("never mind")

    with pytest.raises(NotFound):
        fail()
    assert balances.home(alice, today=TODAY) == before


def test_nobody_gets_anothers_answer(alice: Scope, charlie: Scope) -> None:
    make_invoice(alice, total_minor=700)
    make_invoice(charlie, total_minor=900)
    owed = [balances.home(each, today=TODAY).balances[0].outstanding_minor
            for each in (alice, charlie, alice, charlie)]  # fmt: skip
    assert owed == [700, 900, 700, 900]
    # not even the same person's under another role or after signing in anew
    weaker = replace(alice, role=Role.VIEWER)
    assert organisation.get(weaker) == organisation.get(alice)


@pytest.mark.only_engine("duckdb")
def test_another_customers_change_forgets_nothing(
    alice: Scope, charlie: Scope, asked: list[str]
) -> None:
    held = balances.home(alice, today=TODAY)
    with store.writing(charlie) as session:
        session.change(
            "update core.customers set display_name = $name where id = $customer_id", name="Other"
        )
    asked.clear()
    assert balances.home(alice, today=TODAY) is held
    assert asked == []


@pytest.mark.only_engine("duckdb")
def test_what_no_customer_sees_forgets_nothing(alice: Scope, asked: list[str]) -> None:
    held = balances.home(alice, today=TODAY)
    insert("outbox", customer_id=BUSINESS, kind="mail", dedup_key="a", payload="{}",
           status="queued", not_before=NOW, created_at=NOW)  # fmt: skip
    asked.clear()
    assert balances.home(alice, today=TODAY) is held


def test_errors_are_not_cached(alice: Scope) -> None:
    gone = replace(alice, customer_id=alice.contact_id)
    for _ in range(2):
        with pytest.raises(NotFound):
            balances.home(gone, today=TODAY)


def test_readers_never_meet_an_older_answer_than_the_commit(alice: Scope) -> None:
    """Readers hammer while a writer raises the balance: no reader may see it fall."""
    make_invoice(alice, total_minor=1)
    falls: list[tuple[int, int]] = []
    done = threading.Event()

    def read() -> None:
        last = 0
        while not done.is_set():
            owed = balances.home(alice, today=TODAY).balances[0].outstanding_minor
            if owed < last:
                falls.append((last, owed))
            last = owed

    readers = [threading.Thread(target=read) for _ in range(3)]
    for each in readers:
        each.start()
    written = 0
    try:
        for written in range(2, 40):
            with store.system_writing() as session:
                session.change("update core.invoices set total_minor = $n, balance_minor = $n",
                               n=written)  # fmt: skip
            assert balances.home(alice, today=TODAY).balances[0].outstanding_minor == written
    finally:
        done.set()
        for each in readers:
            each.join()
    assert falls == []


@pytest.mark.only_engine("duckdb")
def test_memory_is_bounded_in_bytes(db: store.Store, alice: Scope) -> None:
    text = "x" * (MOST_BYTES_OF_ONE // 2)

    def something() -> str:
        with store.reading(alice) as session:
            return str(session.value("select display_name from customers"))

    for number in range(MOST_BYTES // len(text) + 5):
        db.read_cache.answer(alice, number, lambda number=number: (something(), f"{number}{text}"))  # type: ignore[misc]
    assert MOST_BYTES // len(text) - 2 <= len(db.read_cache._answers) <= MOST_BYTES // len(text)
    read = []

    def long() -> list[str]:
        read.append(1)
        return [something(), *(f"{number:09}" for number in range(MOST_BYTES_OF_ONE // 50))]

    for _ in range(2):
        db.read_cache.answer(alice, "long", long)
    assert len(read) == 2


@pytest.mark.only_engine("duckdb")
def test_a_colleague_in_the_same_role_gets_the_same_answer(alice: Scope, asked: list[str]) -> None:
    held = balances.home(alice, today=TODAY)
    asked.clear()
    colleague = replace(alice, contact_id=new_id(), sign_in_id=new_id(), name="C", email="c@x.org")
    assert balances.home(colleague, today=TODAY) is held
    assert asked == []
    assert balances.home(replace(alice, role=Role.VIEWER), today=TODAY) is not held
    assert asked


@pytest.mark.only_engine("duckdb")
def test_within_a_writing_transaction_nothing_cached_is_given(alice: Scope) -> None:
    balances.home(alice, today=TODAY)
    with store.system_writing() as session:
        session.change("update core.invoices set balance_minor = 0")
        with pytest.raises(RuntimeError, match="would not see"):
            balances.home(alice, today=TODAY)


NOTHING_KNOWN = frozenset({("", ANYTHING)})


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("insert into core.a (x) select x from core.b", {("insert into", "a")}),
        ("INSERT  INTO core.A (x)\nvalues (1)", {("insert into", "a")}),
        ("insert into core.a (x) values (1) on conflict (x) do update set x = 2",
         {("insert into", "a")}),
        ("with n as (select 1) update core.a set x = 1", {("update", "a")}),
        ("delete from\n core.a where x = 1", {("delete from", "a")}),
        ("delete from core.a -- update core.b", {("delete from", "a")}),
        ("select x, replace(x, 'update core.b', '') from core.a for update", frozenset()),
        ("select updated_at, 'insert into core.a' as \"delete from\" from core.a", frozenset()),
        ("select setting from core.a /* drop table core.a */", frozenset()),
        ("describe core.a", frozenset()),
        # whatever is not understood may have changed anything
        ("insert or replace into core.a values (1)", NOTHING_KNOWN),
        ("merge into core.a using core.b on true when matched then delete", NOTHING_KNOWN),
        ("update a set x = 1", NOTHING_KNOWN),
        ('update "core"."a" set x = 1', NOTHING_KNOWN),
        ("truncate core.a", NOTHING_KNOWN),
        ("copy core.a from 'file'", NOTHING_KNOWN),
        ("alter table core.a add column x integer", NOTHING_KNOWN),
        ("pragma something", NOTHING_KNOWN),
        ("", NOTHING_KNOWN),
        ("insert into core.a (x) values (1); drop table core.b",
         {("insert into", "a"), ("", ANYTHING)}),
        ("with gone as (delete from core.a returning x) insert into b select x from gone",
         {("delete from", "a"), ("", ANYTHING)}),
    ],
)  # fmt: skip
def test_statements_tell_what_they_write(sql: str, written: frozenset[tuple[str, str]]) -> None:
    assert writes(sql) == written


def test_who_is_touched(alice: Scope) -> None:
    own = WriteSet(alice.customer_id)
    own.by("update core.invoices set x = 1", {})
    assert own.tables == {(alice.customer_id, "invoices")}
    own.by("merge into core.invoices using core.x on true when matched then delete", {})
    assert (EVERYONE, ANYTHING) in own.tables
    portal = WriteSet(None)
    as_text = {"customer_id": str(alice.customer_id)}
    portal.by("insert into core.invoices (id) values ($id)", as_text)
    portal.by("insert into core.outbox (id) values ($id)", {})
    portal.by("select 1", {})
    assert portal.tables == {(alice.customer_id, "invoices"), (EVERYONE, "outbox")}
    for sql, params, table in (
        ("update core.invoices set x = 1", {"customer_id": alice.customer_id}, "invoices"),
        ("insert into core.never_heard_of (id) values ($id)", {}, "never_heard_of"),
        ("insert into core.invoices (id) values ($id)", {"customer_id": "somebody"}, "invoices"),
        ("INSERT OR REPLACE INTO core.invoices VALUES ($id)", {"customer_id": alice.customer_id},
         ANYTHING),
    ):  # fmt: skip
        other = WriteSet(None)
        other.by(sql, params)
        assert other.tables == {(EVERYONE, table)}, sql


def test_nothing_stands_during_a_commit_that_may_change_it(alice: Scope, charlie: Scope) -> None:
    changes, write_set = Changes(), WriteSet(None)
    write_set.table("invoices", alice.customer_id)
    before = changes.position()

    def stand(whose: UUID | None, *tables: str) -> bool:
        return changes.stand(before, whose, tables)

    def other_rows_stand() -> bool:
        return stand(charlie.customer_id, "invoices") and all(
            stand(whose, "estimates") for whose in (alice.customer_id, None)
        )

    with changes.committing(write_set):
        assert not stand(alice.customer_id, "estimates", "invoices")
        assert not stand(None, "invoices")
        assert other_rows_stand()
    assert not stand(alice.customer_id, "invoices")
    assert not stand(None, "invoices")
    assert other_rows_stand()
    assert changes.stand(changes.position(), alice.customer_id, ["invoices"])
    anything = WriteSet(None)
    anything.table(ANYTHING)
    with changes.committing(anything):
        assert not other_rows_stand()
    assert not other_rows_stand()
    assert not stand(charlie.customer_id, "estimates")


def test_what_is_told_apart_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Changes, "MOST", 3)
    changes, own = Changes(), new_id()
    before = changes.position()
    stood = []
    for _each in range(4):
        write_set = WriteSet(None)
        write_set.table("invoices", new_id())
        with changes.committing(write_set):
            pass
        stood.append(changes.stand(before, own, ["invoices"]))
    assert stood == [True, True, True, False]
    assert changes.stand(changes.position(), own, ["invoices"])
    assert len(changes._last) <= 4


@pytest.mark.only_engine("duckdb")
def test_what_a_read_does_not_look_at_forgets_nothing(
    alice: Scope, owner: Staff, asked: list[str]
) -> None:
    """So a document that is opened, which is noted, does not make Home be read again."""
    invoice_id = make_invoice(alice)
    home, happened = balances.home(alice, today=TODAY), len(activity.recent(owner, 10))
    of_customer = partial(lists.page, owner, documents.LIST, today=TODAY, id=alice.customer_id)
    assert [each.viewed for each in of_customer().rows] == [False]
    customers = lists.page(owner, directory.LIST, today=TODAY)
    views.mark(alice, KINDS["invoice"], invoice_id, NOW)
    asked.clear()
    assert balances.home(alice, today=TODAY) is home
    assert lists.page(owner, directory.LIST, today=TODAY) is customers
    assert asked == []
    assert len(activity.recent(owner, 10)) == happened + 1
    assert [each.viewed for each in of_customer().rows] == [True]
    make_invoice(alice, total_minor=700)
    assert balances.home(alice, today=TODAY) is not home
    assert lists.page(owner, directory.LIST, today=TODAY) is not customers


@pytest.mark.only_engine("duckdb")
def test_an_answer_is_as_old_as_those_within_it(
    db: store.Store, alice: Scope, asked: list[str]
) -> None:
    def outer() -> object:
        return (balances.home(alice, today=TODAY),)

    balances.home(alice, today=TODAY)  # so that it is given within the other
    held = db.read_cache.answer(alice, "outer", outer)
    asked.clear()
    assert db.read_cache.answer(alice, "outer", outer) is held
    assert asked == []
    make_invoice(alice, total_minor=700)
    assert db.read_cache.answer(alice, "outer", outer) is not held


@pytest.mark.only_engine("duckdb")
def test_an_answer_of_what_was_not_there_ends_once_it_is(db: store.Store, alice: Scope) -> None:
    def outer() -> str:
        details.my_details(alice)
        try:
            return invoices.get(alice, "INV-NEW", today=TODAY).number
        except NotFound:
            return "none"

    assert db.read_cache.answer(alice, "outer", outer) == "none"
    make_invoice(alice, number="INV-NEW")
    assert db.read_cache.answer(alice, "outer", outer) == "INV-NEW"


@pytest.mark.only_engine("duckdb")
def test_an_answer_from_no_known_table_is_not_kept(db: store.Store, alice: Scope) -> None:
    read: list[int] = []

    def elsewhere() -> int:
        with store.reading(alice) as session:
            read.append(session.value("select 1 as n"))
        return len(read)

    assert [db.read_cache.answer(alice, "elsewhere", elsewhere) for _ in range(2)] == [1, 2]


def test_views_are_the_tables_that_they_are_made_of() -> None:
    relations = Relations(
        ["invoices", "lines", "payments"],
        [("invoices", "create view mine.invoices as select * from core.invoices join mine.parts"),
         ("parts", 'create view mine.parts as select * from core."lines"'),
         ("sums", "CREATE VIEW core.sums AS SELECT * FROM mine.INVOICES")],
    )  # fmt: skip
    for sql, tables in (
        ("select n from sums", {"invoices", "lines"}),
        ("select n from core.payments p", {"payments"}),
        ("with parts as (select 1) select n from parts", {"lines"}),
        ("select (select 1 from \"parts\"), 'payments'", {"lines", "payments"}),
        ("select 1", set()),
        ("select first_viewed_at from core.invoices", {"invoices", "lines", FIRST_VIEW}),
        ("select p.* from payments p", {"payments", FIRST_VIEW}),
        ("select count(*) from payments p", {"payments"}),
        ("select *, 1 from (select * from core.payments) p", {"payments", FIRST_VIEW}),
        ('select * from "sums"', {"invoices", "lines", FIRST_VIEW}),
        ("with own as (select n from payments) select *, n * 2 from own", {"payments"}),
        ("select o.*, o.n * 2 from (select n from payments p) o", {"payments"}),
        ("select payments.* from payments", {"payments", FIRST_VIEW}),
        ("select p.* from core.payments as p", {"payments", FIRST_VIEW}),
    ):
        assert relations.of([sql]) == tables, sql


def test_views_call_a_first_view_by_its_name() -> None:
    """So that whoever reads it through one names it, too."""
    texts = "".join(path.read_text("utf-8") for path in (HERE / "views").glob("*.sql"))
    assert "first_viewed_at" in texts
    assert not re.search(r"first_viewed_(at|by)\)*\s+as\b", texts)


def test_only_a_first_view_alone_is_no_write_to_its_table() -> None:
    first = "update core.invoices set first_viewed_at = $now, first_viewed_by = $by where id = $id"
    for sql, table in (
        (first, FIRST_VIEW),
        (f"{first};", "invoices"),
        ("update core.invoices set first_viewed_at = $now where id = $id", "invoices"),
        (first.replace(" where", ", total_minor = $now where"), "invoices"),
        (first.replace("$now", "(select 1)"), "invoices"),
    ):
        noted = WriteSet(None)
        noted.by(sql, {})
        assert noted.tables == {(EVERYONE, table)}, sql


@pytest.mark.only_engine("duckdb")
def test_a_sign_in_is_read_once_until_something_of_it_changes(
    alice: Scope, charlie: Scope, asked: list[str]
) -> None:
    assert identity.scope_of(alice.sign_in_id, NOW) == alice
    asked.clear()
    assert identity.scope_of(alice.sign_in_id, NOW) == alice
    with store.system_writing() as session:
        sessions.revoke(session, charlie.sign_in_id, "signed_out", NOW)
    assert identity.scope_of(alice.sign_in_id, NOW) == alice
    assert asked == []
    assert identity.scope_of(charlie.sign_in_id, NOW) is None


_OF_PERSON = {
    "sign_ins": "revoked_at = $now",
    "contacts": "portal_status = 'disabled'",
    "customers": "portal_enabled = false",
}


@pytest.mark.parametrize("table", _OF_PERSON)
@pytest.mark.parametrize(
    "way",
    [
        "update core.{table} set {change} where {key} = $key",
        "UPDATE core.{table}\nSET {change} WHERE {key} = $key -- where id = it",
        "update core.{table} set {change} where id = $id or {key} = $key",
        "update core.{table} set {change} where id in ($id, (select $key where '{key}' = 'id'))"
        " or {key} = $key",
    ],
)
def test_whatever_ends_a_sign_in_is_seen_at_once(alice: Scope, table: str, way: str) -> None:
    """Also where the statement names another row by its key beside."""
    key, value = {
        "sign_ins": ("contact_id", alice.contact_id),
        "contacts": ("customer_id", alice.customer_id),
        "customers": ("id", alice.customer_id),
    }[table]
    assert identity.scope_of(alice.sign_in_id, NOW) == alice
    sql = way.format(table=table, change=_OF_PERSON[table], key=key)
    with store.system_writing() as session:
        given = {"key": value, "id": new_id(), "now": NOW}
        session.change(sql, **{name: given[name] for name in given if f"${name}" in sql})
    assert identity.scope_of(alice.sign_in_id, NOW) is None


@pytest.mark.parametrize(
    "sql",
    [
        "insert into core.sign_ins (id) values ($id) on conflict (id) do update set revoked_at = 1",
        "update core.sign_ins set revoked_at = $now where id = $id and x = 1; update core.sign_ins"
        " set revoked_at = $now where login_id = $login_id",
        "update core.sign_ins set revoked_at = $now where id <> $id",
        "insert into core.sign_ins (id) values ($id); delete from core.sign_ins where x = 1",
        "delete from core.sign_ins where id = $id",
    ],
)
def test_what_could_be_of_other_sign_ins_is_of_all(sql: str) -> None:
    noted = WriteSet(None)
    noted.by(sql, {"id": new_id()})
    assert noted.persons == {EVERYONE}


def test_only_what_surely_changed_nothing_is_not_noted(alice: Scope) -> None:
    update = "update core.invoices set x = 1"
    for sql, counted, noted in (
        (update, (0,), set()),
        (f"{update}; ", (0,), set()),
        (update, (1,), {"invoices"}),
        (update, None, {"invoices"}),
        (f"{update}; update core.payments set x = 1", (0,), {"invoices", "payments"}),
        (f"{update} returning 0", (0,), {"invoices"}),
    ):
        write_set = WriteSet(None)
        write_set.changed(sql, {}, counted)
        assert write_set.tables == {(EVERYONE, each) for each in noted}, sql
    own = WriteSet(alice.customer_id)
    for table in sorted(OF_BUSINESS):
        own.table(table)
    assert {whose for whose, _ in own.tables} == {EVERYONE}, (
        "a customer's session, too, writes it for everybody"
    )
    read = organisation._MINE + organisation._ALL + preferences._ALL
    assert set(re.findall(r"from (?:core\.)?([a-z_]+)", read)) == OF_BUSINESS


def test_every_statement_that_could_end_a_sign_in_is_noted() -> None:
    """Whatever the portal writes to a table that identity reads; by its key, to that sign-in."""
    read = set(re.findall(r"core\.([a-z_]+)", identity._CONTACT + identity._STAFF))
    assert read == OF_IDENTITY
    sign_in = new_id()
    seen = set()
    for name, sql in described.texts():
        tables = {table for verb, table in writes(sql)} & OF_IDENTITY
        if not tables or all(pair == ("insert into", "sign_ins") for pair in writes(sql)):
            continue
        noted = WriteSet(None)
        noted.by(sql, {"id": sign_in})
        by_key = tables == {"sign_ins"} and "where id = $id" in " ".join(sql.split())
        assert noted.persons == {sign_in if by_key else EVERYONE}, (name, sql)
        seen |= tables
    assert seen == OF_IDENTITY
    for table in OF_IDENTITY:
        loaded = WriteSet(None)
        loaded.table(table)
        assert loaded.persons == {EVERYONE}, table


def test_a_person_stands_as_what_is_of_others_changes(alice: Scope) -> None:
    changes, own = Changes(), new_id()
    stood = []
    for each in (new_id(), own, EVERYONE):
        since, write_set = changes.position(), WriteSet(None)
        write_set.persons.add(each)
        with changes.committing(write_set):
            stood.append(changes.stand(since, own, [PERSON]))
        assert changes.stand(since, own, [PERSON]) is stood[-1]
    assert stood == [True, False, False]
