"""What tables add to the books: what counts, own currency, settlement, and any day's sums."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal_data import lists, store
from portal_data.analysts.published import CURRENT, FILE, FOLDER
from portal_data.billing import invoices, statements
from portal_data.billing.periods import EARLIEST
from portal_data.money import to_decimal
from portal_data.ops.publish import publish
from tests.conftest import NOW, Cast
from tests.factories import insert, make_credit_note, make_invoice, make_payment
from tests.ops.conftest import Query

pytestmark = pytest.mark.only_engine("duckdb")
TODAY = NOW.date()
DAY = timedelta(days=1)


def test_amounts_in_the_businesss_own_currency(cast: Cast, tmp_path: Path, ask: Query) -> None:
    rate = Decimal("0.006666666667")
    make_invoice(
        cast.alice, number="J", currency_code="JPY", total_minor=1_000, balance_minor=500,
        exchange_rate=rate,
    )  # fmt: skip
    make_invoice(cast.alice, number="P", total_minor=1_234)
    publish(tmp_path, now=NOW)
    sql = "select number, total, total_base, balance_base from invoices order by number"
    assert [tuple(row.values()) for row in ask(tmp_path, sql)] == [
        ("J", Decimal(1000), Decimal("6.67"), Decimal("3.33")),
        ("P", Decimal("12.34"), Decimal("12.34"), Decimal("12.34")),
    ]
    lines = "select total_base from invoice_lines where invoice_number = 'J'"
    assert ask(tmp_path, lines) == [{"total_base": Decimal("6.67")}]


def test_statements_and_balances_in_the_businesss_own_currency(
    cast: Cast, tmp_path: Path, ask: Query
) -> None:
    """A dollar is 0.8 pounds when it is billed and 0.75 when it is paid: 0.05 are lost on each."""
    billed, paid = Decimal("0.8"), Decimal("0.75")
    invoice = make_invoice(
        cast.alice, number="U", day=TODAY - DAY, currency_code="USD", exchange_rate=billed
    )
    make_payment(cast.alice, {invoice: 6_000}, currency_code="USD", exchange_rate=paid)
    make_credit_note(cast.alice, number="C", total_minor=500)
    make_invoice(cast.alice, number="P", due=TODAY - DAY, day=TODAY - 2 * DAY)
    insert(
        "customers", display_name="Abroad", currency_code="USD", opening_balance_minor=100,
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    publish(tmp_path, now=NOW)
    sql = (
        "select currency_code, kind, charge, charge_base, credit, credit_base, balance,"
        " balance_base from statement_lines where customer_id = $id order by currency_code, line"
    )
    assert [tuple(row.values()) for row in ask(tmp_path, sql, id=cast.alice.customer_id)] == [
        ("GBP", "Invoice", 100, 100, 0, 0, 100, 100),
        ("GBP", "Credit note", 0, 0, 5, 5, 95, 95),
        ("USD", "Invoice", 100, 80, 0, 0, 100, 80),
        ("USD", "Payment received", 0, 0, 60, 45, 40, 35),
    ]
    columns = "open_invoices, open_invoices_base, overdue, overdue_base, unused_credits_base"
    sql = (
        f"select currency_code, {columns}, balance, balance_base from balances"
        " where customer_id = $id order by currency_code"
    )
    assert [tuple(row.values()) for row in ask(tmp_path, sql, id=cast.alice.customer_id)] == [
        ("GBP", 100, 100, 100, 100, 5, 95, 95),
        ("USD", 40, 32, 0, 0, 0, 40, 32),
    ]
    settled = "select amount, amount_base from settlements where currency_code = 'USD'"
    assert [tuple(row.values()) for row in ask(tmp_path, settled)] == [(60, 48)]
    # what was owed before the books in another currency has no rate, and so no value in pounds
    for table in ("statement_lines", "balances"):
        opening = f"select balance, balance_base from {table} where customer = 'Abroad'"
        assert [tuple(row.values()) for row in ask(tmp_path, opening)] == [(1, None)], table


def test_what_is_in_question_is_neither_overdue_nor_asked_for(
    cast: Cast, tmp_path: Path, ask: Query
) -> None:
    """As the portal's own lists have it: such an invoice is asked of nobody."""
    late = TODAY - 9 * DAY
    make_invoice(cast.alice, number="late", day=late, due=late)
    make_invoice(cast.alice, number="Q", day=late, due=late, in_question_minor=4_000)
    publish(tmp_path, now=NOW)
    listed = lists.page(cast.alice, invoices.LIST, today=TODAY).rows
    sql = "select number, status, days_overdue, in_question, balance from invoices order by number"
    assert [tuple(row.values()) for row in ask(tmp_path, sql)] == [
        ("Q", "In question", 0, 40, 100),
        ("late", "Overdue", 9, 0, 100),
    ]
    assert {row.number: row.status.value.capitalize() for row in listed} == {
        "Q": "In question", "late": "Overdue",
    }  # fmt: skip
    sql = "select open_invoices, overdue from balances where open_invoices > 0"
    assert [tuple(row.values()) for row in ask(tmp_path, sql)] == [(200, 100)]


def test_disputes_name_the_line(cast: Cast, tmp_path: Path, ask: Query) -> None:
    invoice = make_invoice(cast.alice)
    with store.system_reading() as session:
        (line,) = session.rows(
            "select id, position, name from core.invoice_lines where invoice_id = $id"
            " order by position",
            id=invoice,
        )
    for line_id in (line["id"], None):
        insert(
            "disputes", customer_id=cast.alice.customer_id, kind="customer", invoice_id=invoice,
            invoice_line_id=line_id, reason="wrong", currency_code="GBP", amount_minor=100,
            status="opened", opened_at=NOW,
        )  # fmt: skip
    publish(tmp_path, now=NOW)
    sql = "select line_position, line_name from disputes order by line_position nulls last"
    assert [tuple(row.values()) for row in ask(tmp_path, sql)] == [
        (line["position"], line["name"]),
        (None, None),
    ]


def test_what_is_posted_and_lines_say_what_their_document_does(
    cast: Cast, tmp_path: Path, ask: Query
) -> None:
    for status in ("draft", "void", "sent", "written_off"):
        make_invoice(cast.alice, number=status, status=status, project_id=cast.owner.staff_id)
    make_credit_note(cast.alice, number="C", status="draft")
    publish(tmp_path, now=NOW)
    documents = ask(tmp_path, "select number, status, is_posted, customer from invoices")
    by_number = {row.pop("number"): row for row in documents}
    assert {number for number, row in by_number.items() if row["is_posted"]} == {
        "sent", "written_off",
    }  # fmt: skip
    for line in ask(tmp_path, "select invoice_number, status, is_posted, customer, project_id,"
                              " discount_percent from invoice_lines"):  # fmt: skip
        assert line.pop("project_id") == cast.owner.staff_id, (
            "the invoice's, where the line has none"
        )
        assert line.pop("discount_percent") is None
        assert by_number[line.pop("invoice_number")] == line
    assert ask(tmp_path, "select status, is_posted from credit_notes") == [
        {"status": "Draft", "is_posted": False}
    ]


def test_when_invoices_were_settled(cast: Cast, tmp_path: Path, ask: Query) -> None:
    day = TODAY - 30 * DAY
    paid = make_invoice(cast.alice, number="paid", day=day)
    make_payment(cast.alice, {paid: 4_000}, day=day + 5 * DAY)
    make_payment(cast.alice, {paid: 6_000}, day=day + 9 * DAY)
    ahead = make_invoice(cast.alice, number="ahead", day=day)
    make_payment(cast.alice, {ahead: 10_000}, day=day - DAY)
    part = make_invoice(cast.alice, number="part", day=day)
    make_payment(cast.alice, {part: 1}, day=day + DAY)
    make_invoice(
        cast.alice, number="lost", day=day, status="written_off", balance_minor=0,
        written_off_minor=10_000, written_off_on=day + 20 * DAY,
    )  # fmt: skip
    publish(tmp_path, now=NOW)
    sql = "select number, settled_on, days_to_pay from invoices order by number"
    assert [tuple(row.values()) for row in ask(tmp_path, sql)] == [
        ("ahead", day, 0),
        ("lost", day + 20 * DAY, None),
        ("paid", day + 9 * DAY, 9),
        ("part", None, None),
    ]
    kinds = "select kind, sum(amount) as amount from settlements group by kind order by kind"
    assert [tuple(row.values()) for row in ask(tmp_path, kinds)] == [
        ("Payment", Decimal("200.01")),
        ("Written off", Decimal(100)),
    ]


def test_about_says_where_the_books_come_from(cast: Cast, tmp_path: Path, ask: Query) -> None:
    insert(
        "imports", source="zoho", name="Backup.zip", sha256="0" * 64, started_at=NOW,
        finished_at=NOW - DAY, report="{}",
    )  # fmt: skip
    make_invoice(cast.alice)
    publish(tmp_path, now=NOW + DAY)
    (about,) = ask(tmp_path, "from about")
    assert about["published_at"] == NOW + DAY
    assert about["books_changed_at"] == NOW
    assert (about["backup"], about["backup_imported_at"]) == ("Backup.zip", NOW - DAY)
    assert about["portal_version"]
    assert about["schema_version"] >= 1


def test_parquet_carries_its_dictionary_and_true_uuids(published_demo: Path, ask: Query) -> None:
    described = {
        (row["table_name"], row["column_name"]): row["description"]
        for row in ask(published_demo, "from dictionary where kind <> 'macro'")
    }
    assert ("dictionary", None) in described
    for path in (published_demo / FOLDER / CURRENT).glob("*.parquet"):
        file = pyarrow.parquet.ParquetFile(path)
        words = file.metadata.metadata
        assert words[b"description"].decode() == described[path.stem, None]
        columns = json.loads(words[b"columns"])
        assert list(columns) == file.schema_arrow.names
        assert all(text == described[path.stem, name] for name, text in columns.items())
        for column in file.schema:
            if column.name == "id":
                assert str(column.logical_type) == "UUID", path.name


def test_each_name_is_one_table(published_demo: Path) -> None:
    """Tools that reflect a table by its name find its columns once."""
    with duckdb.connect(str(published_demo / FILE), read_only=True) as published:
        rows = published.execute(
            "select table_name, count(distinct table_schema) from information_schema.tables"
            " group by table_name having count(*) > 1"
        ).fetchall()
        columns = published.execute(
            "select count(*), count(distinct column_name) from information_schema.columns"
            " where table_name = 'invoices'"
        ).fetchone()
    assert rows == []
    assert columns is not None
    assert columns[0] == columns[1]


_amounts = st.integers(1, 500)
_days = st.integers(0, 150)
_invoices = st.lists(
    st.tuples(_days, st.integers(0, 60), st.lists(st.tuples(st.integers(-20, 120), _amounts),
                                                  max_size=3)),
    min_size=1, max_size=5,
)  # fmt: skip


@given(billed=_invoices, ages=st.lists(st.integers(0, 260), min_size=3, max_size=6))
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_day_is_the_statements(
    billed: list[tuple[int, int, list[tuple[int, int]]]],
    ages: list[int],
    db: store.Store,
    cast: Cast,
    tmp_path: Path,
    ask: Query,
) -> None:
    """Aging, balances and month ends are those of the customer's statement at the end of a day."""
    for table in ("invoices", "invoice_lines", "payments", "allocations"):
        with db.system_writing() as session:
            session.change(f"delete from core.{table}")
    for ago, terms, payments in billed:
        day = TODAY - ago * DAY
        total = 50 + sum(amount for _, amount in payments)
        invoice = make_invoice(cast.alice, day=day, due=day + terms * DAY, total_minor=total)
        for after, amount in payments:
            make_payment(cast.alice, {invoice: amount}, day=min(day + after * DAY, TODAY))
    publish(tmp_path, now=NOW)
    ends = [
        row["month_end"]
        for row in ask(tmp_path, "select distinct month_end from month_end_balances")
    ]
    for day in [*(TODAY - age * DAY for age in ages), *ends]:
        own = statements.statement(cast.alice, "GBP", EARLIEST, day)
        aged = ask(tmp_path, "select bucket, sum(open_amount) as open from aging_as_of($day)"
                             " group by bucket", day=day)  # fmt: skip
        found = {row["bucket"].replace(" ", "_").replace("-", "_"): row["open"] for row in aged}
        expected = {age: to_decimal(minor, "GBP") for age, minor in own.aging.items() if minor}
        assert found == expected, day
        opened = sum(expected.values(), Decimal(0))
        sums = (opened, opened - expected.get("not_due", Decimal(0)),
                to_decimal(own.closing_minor, "GBP"))  # fmt: skip
        columns = "select open_invoices, overdue, balance from "
        (there,) = ask(tmp_path, f"{columns} balances_as_of($day)", day=day) or [
            dict.fromkeys("oub", 0)
        ]
        assert tuple(there.values()) == sums, day
        if day in ends:
            (end,) = ask(tmp_path, f"{columns} month_end_balances where month_end = $day", day=day)
            assert tuple(end.values()) == sums, day


def test_month_ends_begin_with_the_books(cast: Cast, tmp_path: Path, ask: Query) -> None:
    make_invoice(cast.alice, day=date(2026, 8, 15), due=date(2026, 9, 30))
    publish(tmp_path, now=NOW)
    sql = "select month_end, open_invoices, overdue from month_end_balances order by month_end"
    assert [tuple(row.values()) for row in ask(tmp_path, sql)] == [
        (date(2026, 8, 31), Decimal(100), Decimal(0)),
        (date(2026, 9, 30), Decimal(100), Decimal(0)),
        (date(2026, 10, 31), Decimal(100), Decimal(100)),
    ]


def test_promises_name_each_invoice(cast: Cast, tmp_path: Path, ask: Query) -> None:
    invoices_ = [make_invoice(cast.alice, number=number) for number in ("A", "B")]
    promise = insert(
        "payment_promises", customer_id=cast.alice.customer_id, contact_id=cast.alice.contact_id,
        currency_code="GBP", amount_minor=350, promised_on=TODAY, status="broken", created_at=NOW,
        closed_at=NOW,
    )  # fmt: skip
    with store.system_writing() as session:
        session.load(
            "core.payment_promise_items",
            ("customer_id", "promise_id", "invoice_id", "amount_minor"),
            [(cast.alice.customer_id, promise, each, minor)
             for each, minor in zip(invoices_, (100, 250), strict=True)],
        )  # fmt: skip
    publish(tmp_path, now=NOW)
    sql = (
        "select invoice_number, status, promised_on, amount, amount_base from payment_promises"
        " order by invoice_number"
    )
    assert [tuple(row.values()) for row in ask(tmp_path, sql)] == [
        ("A", "Broken", TODAY, 1, 1), ("B", "Broken", TODAY, Decimal("2.5"), Decimal("2.5")),
    ]  # fmt: skip
