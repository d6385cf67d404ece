"""The store's own promises, on both engines."""

import os
import shutil
import threading
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from portal_data import lists, store
from portal_data.billing import invoices
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.scope import Scope
from portal_data.store.duckdb_engine import DuckDBEngine
from portal_data.store.engine import Visibility
from portal_data.store.migrate import HERE, migrate
from tests.conftest import NOW, Cast
from tests.factories import make_invoice

_OWN = "select id, number from invoices order by number"


def test_a_session_sees_its_own_customer_only(cast: Cast) -> None:
    mine, theirs = make_invoice(cast.alice), make_invoice(cast.charlie)
    with store.reading(cast.alice) as session:
        assert [row["id"] for row in session.rows(_OWN)] == [mine]
        assert session.rows("select id from invoices where id = $id order by id", id=theirs) == []


def test_a_draft_and_its_lines_are_not_there_for_the_customer(alice: Scope) -> None:
    make_invoice(alice, status="draft")
    with store.reading(alice) as session:
        assert session.rows(_OWN) == []
        assert session.rows("select id from invoice_lines order by id") == []


def test_without_a_customer_every_view_is_empty(db: store.Store, alice: Scope) -> None:
    make_invoice(alice)
    with db.system_reading() as session:
        assert session.rows("select id from mine.invoices order by id") == []
        assert len(session.rows("select id from core.invoices order by id")) == 1


def test_a_customers_write_that_names_no_customer_never_runs(alice: Scope) -> None:
    with pytest.raises(RuntimeError, match="customer_id"), store.writing(alice) as session:
        session.change("update core.invoices set reference = 'x' where id = $id", id=new_id())


def test_a_customers_write_cannot_reach_another_customers_row(cast: Cast) -> None:
    theirs = make_invoice(cast.charlie)
    with store.writing(cast.alice) as session:
        changed = session.change(
            "update core.invoices set reference = 'x'"
            " where customer_id = $customer_id and id = $id",
            id=theirs,
        )
    assert changed == 0


@pytest.mark.only_engine("postgres")
def test_row_level_security_hides_rows_even_from_sql_that_names_core(cast: Cast) -> None:
    make_invoice(cast.charlie)
    with store.reading(cast.alice) as session:
        assert session.rows("select id from core.invoices order by id") == []


def test_reading_refuses_writes(alice: Scope) -> None:
    with pytest.raises(Exception, match=r"(?i)read.only"), store.reading(alice) as session:
        session.change(
            "update core.customers set display_name = 'x' where id = $customer_id",
        )


def test_an_error_rolls_everything_back(db: store.Store, alice: Scope) -> None:
    with pytest.raises(ZeroDivisionError), store.writing(alice) as session:
        session.change(
            "update core.customers set display_name = 'x' where id = $customer_id",
        )
        raise ZeroDivisionError
    with store.reading(alice) as session:
        assert session.value("select display_name from customers order by id") == "Alder Ltd"


def test_a_taken_number_is_a_conflict(cast: Cast) -> None:
    make_invoice(cast.alice, number="INV-7")
    with pytest.raises(Conflict):
        make_invoice(cast.charlie, number="INV-7")


def test_compare_and_set_lets_one_of_sixteen_win(alice: Scope) -> None:
    invoice = make_invoice(alice)
    won: list[int] = []
    start = threading.Barrier(16)

    def attempt() -> None:
        start.wait()
        with store.writing(alice) as session:
            changed = session.change(
                "update core.invoices set version = version + 1"
                " where customer_id = $customer_id and id = $id and version = 1",
                id=invoice,
            )
        won.append(changed)

    threads = [threading.Thread(target=attempt) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [0] * 15 + [1]


_HELD = """
    select id, version from core.invoices
    where customer_id = $customer_id and id = $id order by id
"""


def test_of_sixteen_who_decide_on_what_they_saw_one_wins(alice: Scope) -> None:
    invoice = make_invoice(alice)
    outcomes: list[str] = []
    start = threading.Barrier(16)

    def decide() -> None:
        start.wait()
        try:
            with store.writing(alice) as session:
                own = {"customer_id": alice.customer_id, "id": invoice}
                found = session.as_seen(_HELD, 1, **own)
                session.change(
                    "update core.invoices set version = version + 1, reference = 'decided'"
                    " where customer_id = $customer_id and id = $id",
                    id=found["id"],
                )
        except Conflict as refusal:
            outcomes.append(str(refusal))
        else:
            outcomes.append("")

    threads = [threading.Thread(target=decide) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("") == 1
    assert all("Look at it again first" in told for told in outcomes if told)


def test_a_decision_on_what_is_not_there_is_not_found(alice: Scope, charlie: Scope) -> None:
    foreign = make_invoice(charlie)
    for missing in (new_id(), foreign):
        with store.writing(alice) as session, pytest.raises(NotFound):
            session.as_seen(_HELD, 1, customer_id=alice.customer_id, id=missing)


def test_threads_of_two_customers_never_mix(cast: Cast) -> None:
    own = {cast.alice.customer_id: set[UUID](), cast.charlie.customer_id: set[UUID]()}
    for scope in (cast.alice, cast.charlie):
        own[scope.customer_id] = {make_invoice(scope) for _ in range(5)}
    wrong: list[UUID] = []

    def read(scope: Scope) -> None:
        for _ in range(40):
            with store.reading(scope) as session:
                wrong.extend({r["id"] for r in session.rows(_OWN)} ^ own[scope.customer_id])

    threads = [threading.Thread(target=read, args=(s,)) for s in (cast.alice, cast.charlie) * 6]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_opening_again_applies_nothing_and_keeps_the_books(store_url: str) -> None:
    first = store.open_store(store_url)
    with first.system_writing() as session:
        session.load(
            "core.customers",
            ("id", "display_name", "currency_code", "created_at", "updated_at"),
            [(new_id(), "Kept", "GBP", NOW, NOW)],
        )
        applied = session.rows("select version, applied_at from core.migrations order by version")
    first.close()
    again = store.open_store(store_url)
    with again.system_reading() as session:
        again_applied = session.rows(
            "select version, applied_at from core.migrations order by version"
        )
        assert again_applied == applied != []
        assert session.value("select display_name from core.customers order by id") == "Kept"
    assert again.check_integrity() == []
    again.close()


def _views_made(opened: store.Store) -> object:
    """What says whether views were made anew; on PostgreSQL also which relation they are."""
    with opened.system_reading() as session:
        name = "pg_class" if opened.engine.name == "postgres" else "duckdb_views()"
        column = "relname" if opened.engine.name == "postgres" else "view_name"
        oid = "oid" if opened.engine.name == "postgres" else "view_oid"
        return session.value(f"select max({oid}) from {name} where {column} = 'invoices'")


def test_views_are_made_again_only_when_their_text_has_changed(
    store_url: str, tmp_path: Path
) -> None:
    opened = store.open_store(store_url)
    folder = shutil.copytree(HERE, tmp_path / "schema")
    before = _views_made(opened)
    assert migrate(opened.engine, folder) == []
    assert _views_made(opened) == before
    views = folder / "views" / "mine.sql"
    views.write_text(views.read_text("utf-8") + "\ncreate view mine.added as select 1 as one;\n")
    assert migrate(opened.engine, folder) == []
    assert _views_made(opened) != before
    with opened.system_reading() as session:
        assert session.value("select one from mine.added") == 1
    opened.close()


@pytest.mark.only_engine("duckdb")
def test_one_copy_is_kept_of_what_was_there_before_migrations(tmp_path: Path) -> None:
    """Also where an upgrade was killed, and of a new store none at all."""
    old = shutil.copytree(HERE, tmp_path / "old")
    for file in sorted((old / "migrations").glob("*.sql"))[2:]:
        file.unlink()
    shutil.rmtree(old / "views")
    path = tmp_path / "portal.duckdb"
    engine = DuckDBEngine(str(path))
    assert migrate(engine, old) == [1, 2]
    assert not list(tmp_path.glob("portal.duckdb.before-*"))
    engine.close()
    (tmp_path / "portal.duckdb.before-0003").write_text("of an upgrade that was killed")
    store.open_store(f"duckdb:///{path}").close()
    assert [each.name for each in tmp_path.glob("*.before-*")] == ["portal.duckdb.before-0003"]
    copy = DuckDBEngine(str(tmp_path / "portal.duckdb.before-0003"))
    assert migrate(copy, old) == []
    copy.close()


@pytest.mark.only_engine("duckdb")
def test_a_backup_is_one_whole_file_beside_readers_and_writers(
    db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    make_invoice(cast.alice)
    target = tmp_path / "copy" / "books.duckdb"
    with pytest.raises(Invalid, match="there is no folder"):
        db.backup(target)
    target.parent.mkdir()
    with db.system_reading() as session, db.system_writing() as writing:
        session.value("select count(*)::bigint as n from core.invoices order by n")
        writing.change("delete from core.invoices")
        db.backup(target)
        assert [each.name for each in target.parent.iterdir()] == ["books.duckdb"]
        shutil.copy(target, tmp_path / "other.duckdb")
    with pytest.raises(Conflict, match="exists already"):
        db.backup(target)
    copy = store.open_store(f"duckdb:///{tmp_path}/other.duckdb")
    try:
        assert copy.check_integrity() == []
        with copy.system_reading() as session:
            n = session.value("select count(*)::bigint as n from core.invoices order by n")
    finally:
        copy.close()
    assert n == 1


@pytest.mark.only_engine("duckdb")
def test_nobody_else_may_read_the_store_or_its_copies(tmp_path: Path) -> None:
    """Also a file that was there before, under a generous umask."""
    before = os.umask(0o000)
    try:
        store.open_store(f"duckdb:///{tmp_path}/p.duckdb").close()
        (tmp_path / "p.duckdb").chmod(0o644)
        opened = store.open_store(f"duckdb:///{tmp_path}/p.duckdb")
        opened.backup(tmp_path / "copy.duckdb")
        opened.close()
    finally:
        os.umask(before)
    for name in ("p.duckdb", "copy.duckdb"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0, name


@pytest.mark.only_engine("duckdb")
def test_a_row_is_fetched_without_unpacking_the_texts_of_others(tmp_path: Path) -> None:
    path = tmp_path / "books.duckdb"
    engine = DuckDBEngine(str(path))
    with engine.writing(Visibility.ALL, None) as transaction:
        transaction.run(
            "create table core.numbers as"
            " select 'INV-' || n as number, 'sent' as status from generate_series(1, 5000) made(n)"
        )
    engine.close()
    with duckdb.connect(str(path), read_only=True) as written:
        kinds = written.execute(
            "select distinct compression from pragma_storage_info('core.numbers')"
            " where segment_type = 'VARCHAR'"
        ).fetchall()
    assert kinds == [("Uncompressed",)]


@pytest.mark.parametrize("typed", ["\0", "a\0b"])
def test_what_no_store_can_hold_finds_nothing_and_fails_nowhere(alice: Scope, typed: str) -> None:
    assert lists.page(alice, invoices.LIST, today=NOW.date(), search=typed).rows == []


def test_integrity_names_a_broken_balance(db: store.Store, alice: Scope) -> None:
    make_invoice(alice, number="INV-9", total_minor=10_000, balance_minor=9_999)
    assert db.check_integrity() == [
        "invoice balance is not its total less what was applied: INV-9",
        "balance is not what the ledger says: invoice INV-9",
    ]


def test_an_unknown_address_is_refused_in_words() -> None:
    with pytest.raises(Invalid, match="duckdb:///"):
        store.open_store("sqlite:///x.db")
