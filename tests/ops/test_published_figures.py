"""Formulas: what is published adds up to what the portal itself says, to the last minor unit."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portal_data import demo, store
from portal_data.billing import statements
from portal_data.billing.periods import EARLIEST
from portal_data.money import to_decimal
from portal_data.ops.publish import publish
from portal_data.scope import Role, Scope
from portal_data.zoho.importing import import_backup
from portal_data.zoho.totals import control_totals
from tests.conftest import NOW
from tests.ops.conftest import Query
from tests.zoho.backup import TODAY, invented

_BUCKETS = {"not_due": "not due", "1_30": "1-30", "31_60": "31-60", "61_90": "61-90",
            "over_90": "over 90"}  # fmt: skip
_WORDS = {"Paid": "Closed", "Unpaid": "Open", "Partially paid": "Partially Paid",
          "Written off": "Written Off"}  # fmt: skip
_FIGURES = """
    select
        (select count(*) from customers) as customers,
        (select count(*) from contacts) as contact_persons,
        (select count(*) from invoices) as invoices,
        (select count(*) from invoice_lines) as invoice_lines,
        (select sum(total) from invoices) as invoice_total_all,
        (select count(*) from invoices where is_posted) as invoices_posted,
        (select sum(total) from invoices where is_posted)
            as invoice_total_posted,
        (select sum(balance) from invoices where is_posted)
            as invoice_balance_posted,
        (select count(*) from payments where is_posted) as payments,
        (select count(*) from allocations where invoice_id is not null) as payment_applications,
        (select sum(amount) from payments where is_posted) as payment_total,
        (select sum(unused) from payments where is_posted) as payment_unapplied,
        (select count(*) from payments where unused > 0) as payments_with_unapplied,
        (select count(*) from (
            select payment_id from allocations group by payment_id
            having count(distinct invoice_id) > 1)) as payments_on_several_invoices,
        (select count(*) from credit_notes) as credit_notes,
        (select count(*) from credit_note_lines) as credit_note_lines,
        (select sum(total) from credit_notes) as credit_note_total_all,
        (select sum(total) from credit_notes where is_posted)
            as credit_note_total_posted,
        (select sum(balance) from credit_notes where is_posted)
            as credit_note_balance_posted,
        (select count(*) from credit_applications) as credit_applications,
        (select sum(amount) from credit_applications) as credit_applied,
        (select count(*) from refunds where is_posted) as refunds,
        (select sum(amount) from refunds where is_posted) as refund_total,
        (select count(*) from estimates) as quotes,
        (select count(*) from estimate_lines) as quote_lines,
        (select sum(total) from estimates) as quote_total,
        (select count(*) from projects) as projects,
        (select count(*) from tasks) as tasks,
        (select count(*) from time_entries) as time_entries,
        (select sum(minutes) from time_entries) as minutes,
        (select sum(minutes) from time_entries where billable) as minutes_billable,
        (select sum(minutes) from time_entries where billable and not billed)
            as minutes_unbilled_billable,
        (select sum(balance) from balances) as closing_balance,
        (select count(*) from items) as items
"""
_QUOTES = """
    select case when status = 'Expired' then 'expired' else lower(source_status) end as word,
        count(*) as n
    from estimates group by word
"""


def _pounds(value: Any) -> Any:
    return str(value.quantize(Decimal("0.01"))) if isinstance(value, Decimal) else value


def test_control_totals_of_the_published_file_are_those_of_the_store(
    db: store.Store, tmp_path: Path, ask: Query
) -> None:
    day = date.fromisoformat(TODAY)
    import_backup(invented().zip(tmp_path / "backup.zip"), now=NOW)
    expected = control_totals(today=day)["all"]
    publish(tmp_path, now=datetime(day.year, day.month, day.day, 9))
    found = {name: _pounds(value) for name, value in ask(tmp_path, _FIGURES)[0].items()}
    for kind in ("invoices", "credit_notes"):
        counted = ask(tmp_path, f"select status, count(*) as n from {kind} group by status")
        found[f"{kind}_by_status"] = {
            _WORDS.get(row["status"], row["status"]): row["n"] for row in counted
        }
    found["quotes_by_status"] = {row["word"]: row["n"] for row in ask(tmp_path, _QUOTES)}
    ages = ask(tmp_path, "select bucket, sum(open_amount) as amount from aging group by bucket")
    by_bucket = {row["bucket"]: _pounds(row["amount"]) for row in ages}
    found["aging"] = {name: by_bucket.get(word, "0.00") for name, word in _BUCKETS.items()}
    assert found == expected


def _customers() -> list[Scope]:
    with store.system_reading() as session:
        rows = session.rows("select id, display_name from core.customers order by display_name")
    return [
        Scope(row["id"], row["id"], row["id"], Role.ADMIN, "N", "n@n.example", row["display_name"])
        for row in rows
    ]


@pytest.mark.only_engine("duckdb")
def test_statements_and_ages_of_the_demo_are_the_portals_own(
    db: store.Store, tmp_path: Path, ask: Query
) -> None:
    """Every customer, every currency, line by line; and aging on seven days of two years."""
    demo.load(NOW, tmp_path / "files")
    publish(tmp_path, now=NOW)
    today, lines_seen, kinds = NOW.date(), 0, set()
    ages: dict[tuple[str, str, date, str], Decimal] = defaultdict(Decimal)
    days = [today - timedelta(days=n) for n in (0, 1, 30, 77, 200, 400, 700)]
    for day in days:
        for row in ask(tmp_path, "select * from aging_as_of($day)", day=day):
            key = (row["customer"], row["currency_code"], day, row["bucket"])
            ages[key] += row["open_amount"]
    for scope in _customers():
        for code in statements.currencies(scope):
            told = statements.statement(scope, code, EARLIEST, today)
            shown = ask(
                tmp_path,
                "select date, kind, number, charge, credit, balance from statement_lines"
                " where customer_id = $id and currency_code = $code"
                " and coalesce(date, date '1970-01-01') <= $today order by line",
                id=scope.customer_id,
                code=code,
                today=today,
            )
            kinds |= {row["kind"] for row in shown}
            shown = [row for row in shown if row["kind"] != "Opening balance"]
            lines_seen += len(shown)
            amounts = [(r["charge"], r["credit"], r["balance"]) for r in shown]
            assert [(line.date, line.number) for line in told.lines] == [
                (row["date"], row["number"]) for row in shown
            ], (scope.customer_name, code)
            assert [
                tuple(
                    to_decimal(amount, code)
                    for amount in (line.amount_minor, line.credit_minor, line.balance_minor)
                )
                for line in told.lines
            ] == amounts, (scope.customer_name, code)
            for day in days:
                own = statements.statement(scope, code, EARLIEST, day).aging
                for bucket, minor in own.items():
                    published = ages[scope.customer_name, code, day, _BUCKETS[bucket]]
                    assert published == to_decimal(minor, code), (
                        scope.customer_name,
                        code,
                        day,
                        bucket,
                    )
    assert lines_seen > 300
    assert len(kinds) == 7, kinds  # all but opening balances, which the backup above has


@pytest.mark.only_engine("duckdb")
def test_balances_of_the_demo_are_its_closing_balances(
    db: store.Store, tmp_path: Path, ask: Query
) -> None:
    demo.load(NOW, tmp_path / "files")
    publish(tmp_path, now=NOW)
    with store.system_reading() as session:
        keys = {
            row["id"]: str(row["number"] or row["display_name"])
            for row in session.rows("select * from core.customers order by id")
        }
    published: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in ask(tmp_path, "select customer_id, currency_code, balance from balances"):
        published[keys[row["customer_id"]]][row["currency_code"]] = row["balance"]
    told = control_totals(today=NOW.date())["closing_balances"]
    assert set(told) == set(published)
    for customer, by_currency in told.items():
        for code, amount in by_currency.items():
            assert published[customer].get(code, Decimal(0)) == Decimal(amount), (customer, code)
