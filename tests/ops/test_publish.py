"""What is published: whole files in their place, documented, exact, and nothing that is secret."""

import re
import stat
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest

from portal_data import demo, store
from portal_data.analysts.published import CURRENT, FILE, FOLDER, latest
from portal_data.errors import Invalid, NotFound, Unavailable
from portal_data.ops import publish as publishing
from portal_data.ops.publish import KEPT_FOR, changes, clean, publish
from tests.conftest import NOW, Cast
from tests.factories import insert, make_credit_note, make_invoice, make_payment
from tests.ops.conftest import Query

_EVERYTHING = """
    select schema_name as schema, table_name as table, column_name as column, comment
    from duckdb_columns() where not internal
    order by schema_name, table_name, column_index
"""


def test_file_and_parquet_hold_the_same_rows(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    make_payment(cast.alice, {make_invoice(cast.alice): 2_500})
    done = publish(tmp_path, now=NOW)
    assert done.rows["invoices"] == done.rows["payments"] == 1
    assert latest(tmp_path) == done
    for view, rows in done.rows.items():
        in_file = ask(tmp_path, f'select count(*) as n from "{view}"')
        parquet = pyarrow.parquet.read_table(tmp_path / FOLDER / CURRENT / f"{view}.parquet")
        assert (in_file[0]["n"], parquet.num_rows) == (rows, rows), view
        listed = [c["column"] for c in ask(tmp_path, _EVERYTHING) if c["table"] == view]
        assert parquet.column_names == listed, view
    assert ask(tmp_path, "select version, day, organisation from about") == [
        {"version": done.version, "day": NOW.date(), "organisation": "Fern & Bloom Ltd"}
    ]


def test_amounts_are_exact_in_each_currency(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    for code, minor in (("GBP", 1_235), ("JPY", 98_765), ("KWD", 1_234_567), ("CLF", 10_001)):
        make_invoice(cast.alice, number=code, total_minor=minor, currency_code=code)
    largest = 9_223_372_036_854_775_807
    insert(
        "customers", display_name="Large", currency_code="JPY", opening_balance_minor=largest,
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    publish(tmp_path, now=NOW)
    found = {r["number"]: r["total"] for r in ask(tmp_path, "select number, total from invoices")}
    assert found == {
        "GBP": Decimal("12.35"),
        "JPY": Decimal(98_765),
        "KWD": Decimal("1234.567"),
        "CLF": Decimal("1.0001"),
    }
    owed = ask(tmp_path, "select balance from balances where customer = 'Large'")
    assert owed == [{"balance": Decimal(largest)}]


def test_texts_survive_the_way(db: store.Store, cast: Cast, tmp_path: Path, ask: Query) -> None:
    """On PostgreSQL rows travel as CSV: quotes, line breaks, empty texts and nulls must not mix."""
    odd = ['said "no", twice', "two\nlines\r\nthree", "", None, "\\N", "null", "بهو ، 第二工場"]
    for place, text in enumerate(odd):
        make_invoice(cast.alice, number=f"T-{place}", subject=text)
    publish(tmp_path, now=NOW)
    told = ask(tmp_path, "select subject from invoices order by number")
    assert [row["subject"] for row in told] == odd


@pytest.mark.only_engine("duckdb")
def test_statuses_are_as_displayed(db: store.Store, cast: Cast, tmp_path: Path, ask: Query) -> None:
    late = NOW.date() - timedelta(days=3)
    make_invoice(cast.alice, number="unpaid")
    make_invoice(cast.alice, number="part", balance_minor=1)
    make_invoice(cast.alice, number="late", due=late)
    make_invoice(cast.alice, number="late part", due=late, balance_minor=1)
    make_invoice(cast.alice, number="paid", due=late, balance_minor=0)
    for status in ("draft", "void", "written_off"):
        make_invoice(cast.alice, number=status, status=status)
    publish(tmp_path, now=NOW)
    sql = "select number, status, partially_paid, days_overdue from invoices order by number"
    assert [tuple(row.values()) for row in ask(tmp_path, sql)] == [
        ("draft", "Draft", False, 0),
        ("late", "Overdue", False, 3),
        ("late part", "Overdue", True, 3),
        ("paid", "Paid", False, 0),
        ("part", "Partially paid", True, 0),
        ("unpaid", "Unpaid", False, 0),
        ("void", "Void", False, 0),
        ("written_off", "Written off", False, 0),
    ]


def test_every_view_and_column_is_documented(published_demo: Path, ask: Query) -> None:
    columns = [row for row in ask(published_demo, _EVERYTHING) if row["schema"] == "main"]
    assert len({row["table"] for row in columns}) > 20
    assert [row for row in columns if not row["comment"]] == []
    tables = "select table_name from duckdb_tables() where comment is null"
    assert ask(published_demo, tables) == []


SECRET = "SECRET-8c1f"
COST = Decimal("31337.25")


def _plant(cast: Cast) -> None:
    """Put something recognisable into every place that must not be published."""
    own = {"customer_id": cast.alice.customer_id}
    moments = {"created_at": NOW, "updated_at": NOW}
    invoice = make_invoice(cast.alice, internal_notes=SECRET, custom_fields=SECRET)
    make_payment(cast.alice, {invoice: 10}, provider="stripe", provider_reference=SECRET)
    make_credit_note(cast.alice, custom_fields=SECRET)
    insert(
        "customers", display_name="Third", currency_code="GBP", notes=SECRET,
        custom_fields=SECRET, **moments,
    )  # fmt: skip
    insert(
        "estimates", number="E-1", date=NOW.date(), status="sent", currency_code="GBP",
        subtotal_minor=1, total_minor=1, internal_notes=SECRET, custom_fields=SECRET, **own,
        **moments,
    )  # fmt: skip
    project = insert(
        "projects", name="P", billing_method="staff_hours", status="active", currency_code="GBP",
        internal_cost_budget_minor=int(COST * 100), **own, **moments,
    )  # fmt: skip
    person = insert("people", name="Wendy", email=f"{SECRET}@fern.example", cost_rate=COST)
    with store.system_writing() as session:
        session.load(
            "core.project_people",
            ("project_id", "person_id", "customer_id", "rate", "cost_rate"),
            [(project, person, cast.alice.customer_id, Decimal(80), COST)],
        )
    insert(
        "time_entries", project_id=project, person_id=person, date=NOW.date(), minutes=60,
        billable=True, cost_rate=COST, **own, **moments,
    )  # fmt: skip
    insert(
        "activity", happened_at=NOW, event="invoice.sent", actor_kind="staff", actor_name="Olive",
        details=SECRET, visible=False, **own,
    )  # fmt: skip
    insert(
        "comments", subject_kind="invoice", subject_id=invoice, author_kind="staff",
        author_name="Olive", body=SECRET, visible=False, created_at=NOW, **own,
    )  # fmt: skip
    insert(
        "saved_methods", provider="stripe", provider_reference=SECRET, kind="card",
        holder=SECRET, status="verified", **own, **moments,
    )  # fmt: skip
    insert(
        "files", subject_kind="customer", subject_id=cast.alice.customer_id, name=SECRET,
        media_type="text/plain", size_bytes=1, sha256="0" * 64, storage_key=SECRET,
        uploaded_by_kind="staff", uploaded_by=cast.alice.contact_id, visible=True,
        created_at=NOW, **own,
    )  # fmt: skip
    insert(
        "invitations", contact_id=cast.alice.contact_id, token_hash=SECRET, created_at=NOW,
        expires_at=NOW, **own,
    )  # fmt: skip
    insert(
        "document_links", document_kind="invoice", document_id=invoice, purpose="pay",
        token_hash=SECRET, created_at=NOW, expires_at=NOW, **own,
    )  # fmt: skip
    insert("logins", email="x@y.example", password_hash=SECRET, totp_secret=SECRET, created_at=NOW)
    insert(
        "outbox", kind="mail.invitation", dedup_key=SECRET, payload=SECRET, status="queued",
        not_before=NOW, created_at=NOW, **own,
    )  # fmt: skip


def test_nothing_secret_is_published(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    _plant(cast)
    done = publish(tmp_path, now=NOW)
    assert min(done.rows[view] for view in ("customers", "time_entries", "activity")) > 0
    columns = ask(tmp_path, _EVERYTHING)
    names = {row["column"] for row in columns}
    forbidden = (
        "hash", "token", "secret", "password", "totp", "provider", "internal", "cost_rate",
        "storage", "custom_fields", "login", "attempt", "bank_details", "holder",
    )  # fmt: skip
    assert [name for name in sorted(names) if any(word in name for word in forbidden)] == []
    pattern = f"{SECRET}|31337|3133725|[$]2[aby][$]"
    for table in sorted({(row["schema"], row["table"]) for row in columns}):
        name = ".".join(table)
        sql = f"select t::text as row from {name} t where regexp_matches(t::text, $pattern)"
        assert ask(tmp_path, sql, pattern=pattern) == [], name
    for file in [tmp_path / FILE, *(tmp_path / FOLDER / CURRENT).iterdir()]:
        assert SECRET.encode() not in file.read_bytes(), file.name


@pytest.mark.only_engine("duckdb")
def test_the_walk_would_find_a_secret(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    """Guards the test above: the same text where it may stand is found."""
    make_invoice(cast.alice, subject=f"about {SECRET}")
    publish(tmp_path, now=NOW)
    sql = "select count(*) as n from invoices t where regexp_matches(t::text, $pattern)"
    assert ask(tmp_path, sql, pattern=f"{SECRET}|31337") == [{"n": 1}]


def test_files_are_readable_by_the_group_and_writable_by_nobody(published_demo: Path) -> None:
    current = (published_demo / FOLDER / CURRENT).resolve()
    modes = {stat.S_IMODE(each.stat().st_mode) for each in current.iterdir()}
    assert modes == {0o440}
    assert stat.S_IMODE((published_demo / FILE).stat().st_mode) == 0o440
    assert stat.S_IMODE(current.stat().st_mode) == 0o750


@pytest.mark.only_engine("duckdb")
def test_an_older_file_stays_with_whoever_reads_it(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    publish(tmp_path, now=NOW)
    reader = duckdb.connect(str(tmp_path / FILE), read_only=True)
    folder = (tmp_path / FOLDER / CURRENT).resolve()
    make_invoice(cast.alice)
    publish(tmp_path, now=NOW + timedelta(minutes=1))
    assert reader.execute("select count(*) from invoices").fetchall() == [(0,)]
    assert pyarrow.parquet.read_table(folder / "invoices.parquet").num_rows == 0
    reader.close()  # one process has one opening of a path: a second would have read the old one
    assert ask(tmp_path, "select count(*) as n from invoices") == [{"n": 1}]


@pytest.mark.only_engine("duckdb")
def test_replaced_folders_go_when_nobody_can_be_reading_them(
    db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    later = NOW + timedelta(days=30)
    names = [
        publish(tmp_path, now=moment).version
        for moment in (NOW, later, later + timedelta(seconds=5))
    ]
    kept = {path.name for path in (tmp_path / FOLDER).iterdir() if path.name[0] == "2"}
    assert kept == set(names), "a folder that was replaced five seconds ago is gone"
    clean(tmp_path, later + KEPT_FOR + timedelta(minutes=1))
    kept = {path.name for path in (tmp_path / FOLDER).iterdir() if path.name[0] == "2"}
    assert kept == {names[-1]}
    assert latest(tmp_path) is not None


def test_stopping_leaves_what_was_there(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query
) -> None:
    before = publish(tmp_path, now=NOW)
    make_invoice(cast.alice)
    answers = iter([True] * 40)
    with pytest.raises(Unavailable, match="stopping"):
        publish(tmp_path, now=NOW, goes_on=lambda: next(answers, False))
    assert latest(tmp_path) == before
    assert ask(tmp_path, "select count(*) as n from invoices") == [{"n": 0}]
    assert list((tmp_path / FOLDER).glob(".unfinished-*")) == []
    with db.system_writing() as session:  # nothing is left attached or locked
        session.change("update core.organisation set phone = '1'")


def test_before_there_is_an_organisation_nothing_is_published(
    db: store.Store, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        publish(tmp_path, now=NOW)
    assert not (tmp_path / FILE).exists()


def _change(sql: str, **params: object) -> None:
    with store.system_writing() as session:
        assert session.change(sql, **params) == 1


@pytest.mark.parametrize(
    "change", ["invoice", "view", "payment", "person", "address", "line", "allocation"]
)
def test_changes_are_noticed(change: str, db: store.Store, cast: Cast) -> None:
    invoice = make_invoice(cast.alice)
    make_payment(cast.alice, {invoice: 1})
    insert("people", name="Wendy")
    insert("addresses", customer_id=cast.alice.customer_id, kind="billing", updated_at=NOW)
    before = changes()
    assert changes() == before
    later = NOW + timedelta(seconds=1)
    if change == "invoice":
        make_invoice(cast.charlie)
    elif change == "payment":
        make_payment(cast.alice, {invoice: 1})
    elif change == "person":
        _change("update core.people set name = 'Wanda' where name = 'Wendy'")
    elif change == "address":
        _change("update core.addresses set city = 'Ely', updated_at = $now", now=later)
    elif change == "line":
        _change(
            "update core.invoice_lines set description = 'Blue' where invoice_id = $id", id=invoice
        )
    elif change == "allocation":
        _change("update core.allocations set date = date + 1")
    else:
        _change(
            "update core.invoices set first_viewed_at = $now, updated_at = $now where id = $id",
            now=later,
            id=invoice,
        )
    assert changes() != before


def test_every_published_table_is_watched() -> None:
    """Rows that carry a moment are counted by it, the others compared by their content."""
    folder = Path(publishing.__file__).parent / "analytics"
    published = set(re.findall(r"create table source\.(\w+)", (folder / "sources.sql").read_text()))
    dated = set(re.findall(r"from core\.(\w+)", (folder / "changes.sql").read_text()))
    assert dated | set(publishing._UNDATED) == published - {"migrations"}
    assert dated & set(publishing._UNDATED) == set()


@pytest.mark.only_engine("duckdb")
def test_unknown_currencies_stop_the_publication(
    db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    """Better yesterday's file than one in which an invoice is missing."""
    make_invoice(cast.alice, currency_code="ZZQ")
    with pytest.raises(Invalid, match="ZZQ"):
        publish(tmp_path, now=NOW)
    assert not (tmp_path / FILE).exists()


def test_the_demo_is_published_from_both_engines(
    db: store.Store, tmp_path: Path, published_demo: Path
) -> None:
    demo.load(NOW, tmp_path / "files")
    shown = latest(published_demo)
    assert shown is not None
    assert publish(tmp_path, now=NOW).rows == shown.rows
