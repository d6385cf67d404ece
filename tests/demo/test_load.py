"""Loading the demo: into an empty store only, all of it or nothing, with sign-ins that work."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from portal_data import demo, lists, settings, store
from portal_data.auth import identity, switching
from portal_data.auth.sessions import Browser
from portal_data.billing import invoices, periods, statements
from portal_data.cli import demo_books
from portal_data.demo.books import Books
from portal_data.errors import Conflict
from portal_data.ids import new_id
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW
from tests.factories import insert

_COUNT = {
    "organisation": "select count(*)::bigint as n from core.organisation order by n",
    "customers": "select count(*)::bigint as n from core.customers order by n",
    "invoices": "select count(*)::bigint as n from core.invoices order by n",
    "invoice_lines": "select count(*)::bigint as n from core.invoice_lines order by n",
    "time_entries": "select count(*)::bigint as n from core.time_entries order by n",
    "activity": "select count(*)::bigint as n from core.activity order by n",
    "logins": "select count(*)::bigint as n from core.logins order by n",
}


def stored() -> dict[str, int]:
    """How many rows the main tables hold."""
    with store.system_reading() as session:
        return {table: session.value(query) for table, query in _COUNT.items()}


def test_fills_an_empty_store_and_all_rules_of_the_books_hold(
    db: store.Store, books: Books, tmp_path: Path
) -> None:
    demo.load(NOW, tmp_path)
    assert db.check_integrity() == []
    assert stored() == {table: len(books.tables[table]) for table in _COUNT}


def test_a_store_that_holds_anything_is_refused_and_left_alone(
    db: store.Store, tmp_path: Path
) -> None:
    insert("customers", display_name="Real Ltd", currency_code="GBP", created_at=NOW,
           updated_at=NOW)  # fmt: skip
    before = stored()
    with pytest.raises(Conflict, match="not empty"):
        demo.load(NOW, tmp_path / "files")
    assert stored() == before
    assert not (tmp_path / "files").exists()


def test_loading_twice_is_refused(db: store.Store, tmp_path: Path) -> None:
    demo.load(NOW, tmp_path)
    before, files = stored(), sorted(tmp_path.iterdir())
    with pytest.raises(Conflict, match="not empty"):
        demo.load(NOW + timedelta(days=1), tmp_path)
    assert (stored(), sorted(tmp_path.iterdir())) == (before, files)


def test_when_files_cannot_be_written_nothing_is_stored(db: store.Store, tmp_path: Path) -> None:
    blocked = tmp_path / "files"
    blocked.write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        demo.load(NOW, blocked)
    assert set(stored().values()) == {0}


def test_files_are_what_their_rows_say(db: store.Store, tmp_path: Path) -> None:
    files = tmp_path / "files"
    demo.load(NOW, files)
    with store.system_reading() as session:
        rows = session.rows(
            "select storage_key, size_bytes, sha256, media_type from core.files"
            " where removed_at is null order by storage_key"
        )
    starts = {"application/pdf": b"%PDF-1.4", "image/png": b"\x89PNG", "text/plain": b""}
    assert {path.name for path in files.iterdir()} == {row["storage_key"] for row in rows}
    for row in rows:
        content = (files / row["storage_key"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (
            row["size_bytes"],
            row["sha256"],
        )
        assert content.startswith(starts[row["media_type"]])


def test_every_named_person_signs_in(db: store.Store, tmp_path: Path) -> None:
    logins = demo.load(NOW, tmp_path)
    found: dict[str, Scope | Staff] = {}
    for login in logins.logins:
        sign_in = identity.sign_in(login.email, logins.password, Browser(), NOW)
        who = identity.scope_of(sign_in, NOW)
        assert who is not None, login.email
        found[login.email] = who
    assert {who.role for who in found.values()} == set(Role) - {Role.LINK, Role.PAY_LINK}
    bookkeeper = found["noor@ledgerline.example"]
    assert isinstance(bookkeeper, Scope)
    assert len(switching.choices(bookkeeper)) == 2
    printed = str(logins)
    assert logins.password in printed
    assert all(login.email in printed for login in logins.logins)


def test_the_main_customer_sees_every_state_and_the_new_one_nothing(
    db: store.Store, tmp_path: Path
) -> None:
    logins = demo.load(NOW, tmp_path)
    today = NOW.date()

    def scope_of(email: str) -> Scope:
        who = identity.scope_of(identity.sign_in(email, logins.password, Browser(), NOW), NOW)
        assert isinstance(who, Scope)
        return who

    imogen = scope_of("imogen@brackenridge.example")
    listed = lists.page(imogen, invoices.LIST, today=today)
    assert all(listed.counts.values()), listed.counts
    assert statements.currencies(imogen) == ["GBP", "EUR"]
    whole = statements.statement(imogen, "GBP", *periods.bounds(periods.Period.ALL, today))
    assert all(whole.aging.values()), whole.aging

    alex = scope_of("alex@blank.example")
    assert lists.page(alex, invoices.LIST, today=today).total == 0


def test_the_command_prints_the_sign_ins(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings.load().model_copy(update={"database": store_url, "data_dir": tmp_path})
    monkeypatch.setattr("portal_data.cli.dispatch.load", lambda: chosen)
    monkeypatch.setattr("portal_data.cli.demo_books.load", lambda: chosen)
    app = demo_books.typer.Typer()
    app.command()(demo_books.fill)
    result = CliRunner().invoke(app)
    assert result.exit_code == 0
    assert demo.PASSWORD in result.output
    assert "imogen@brackenridge.example" in result.output
    assert any((tmp_path / "files").iterdir())
    again = CliRunner().invoke(app)
    assert isinstance(again.exception, Conflict)


def test_a_counter_alone_makes_a_store_used(db: store.Store, tmp_path: Path) -> None:
    with store.system_writing() as session:
        session.change(
            "insert into core.counters (kind, prefix, next_number, digits)"
            " values ($kind, 'X-', 1, 4)",
            kind=str(new_id()),
        )
    with pytest.raises(Conflict, match="not empty"):
        demo.load(NOW, tmp_path)
