"""docs/analysts.md: its dictionary is the file's own, and its questions are answered rightly."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portal_data import lists, store
from portal_data.analysts.published import FILE
from portal_data.billing import balances, estimates, statements
from portal_data.billing.periods import EARLIEST
from portal_data.money import to_decimal
from portal_data.projects import projects
from portal_data.scope import Role, Scope
from tests.conftest import NOW
from tests.ops.conftest import Query
from tools.dictionary import PAGE, written

TODAY = NOW.date()
TEXT = PAGE.read_text("utf-8")
QUESTIONS = {
    int(number): sql
    for number, sql in re.findall(r"### (\d+)\. .*?```sql\n(.*?);\n```", TEXT, re.DOTALL)
}
AS_OF = re.findall(
    r"```sql\n(.*?);\n```",
    TEXT.partition("## Questions")[0].partition("## As of any day")[2],
    re.DOTALL,
)
Answer = Callable[[int], list[dict[str, Any]]]
Sums = defaultdict[tuple[str, str], Decimal]


@pytest.fixture
def answer(published_demo: Path, ask: Query) -> Answer:
    """The answer of a question on the published demo."""
    return lambda number: ask(published_demo, QUESTIONS[number])


@pytest.fixture
def customers(published_demo: Path) -> Iterator[list[Scope]]:
    """The demo's portal itself, and a scope of each of its customers."""
    opened = store.install(store.open_store(f"duckdb:///{published_demo / 'portal.duckdb'}"))
    with opened.system_reading() as session:
        rows = session.rows("select id, display_name as name from core.customers order by name")
    yield [
        Scope(row["id"], row["id"], row["id"], Role.ADMIN, "N", "n@n.example", row["name"])
        for row in rows
    ]
    opened.close()


def _told(sums: Sums) -> dict[tuple[str, str], Decimal]:
    return {key: amount for key, amount in sums.items() if amount}


def test_the_dictionary_is_up_to_date(published_demo: Path) -> None:
    """`python -m tools.dictionary` writes it."""
    assert written(TEXT, published_demo / FILE) == TEXT


def test_there_are_at_least_fifteen_questions() -> None:
    assert sorted(QUESTIONS) == list(range(1, len(QUESTIONS) + 1))
    assert len(QUESTIONS) >= 15


@pytest.mark.parametrize("number", QUESTIONS)
def test_every_question_has_an_answer(number: int, answer: Answer) -> None:
    assert answer(number)


@pytest.mark.parametrize("query", AS_OF)
def test_what_was_owed_on_a_day_has_an_answer(query: str, published_demo: Path, ask: Query) -> None:
    assert ask(published_demo, query)


def test_the_question_of_the_readme_has_an_answer(published_demo: Path, ask: Query) -> None:
    readme = (PAGE.parents[1] / "README.md").read_text("utf-8")
    (query,) = re.findall(r"```sql\n(.*?);\n```", readme, re.DOTALL)
    assert ask(published_demo, query)


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))
def test_the_python_runs(
    block: str, published_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").symlink_to(published_demo)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(block, found)  # noqa: S102 - the page's own example
    assert len(found.get("late", found.get("lines"))) > 0


def test_ages_are_those_of_home(answer: Answer, customers: list[Scope]) -> None:
    names = {"not_due": "not_due", "1_30": "1-30", "31_60": "31-60", "61_90": "61-90",
             "over_90": "over 90"}  # fmt: skip
    expected = {
        (scope.customer_name, each.currency_code): {
            names[age]: to_decimal(minor, each.currency_code) for age, minor in each.aging.items()
        }
        for scope in customers
        for each in balances.home(scope, today=TODAY).balances
        if each.outstanding_minor
    }
    assert {
        (row["customer"], row["currency_code"]): {
            name: row[name] or Decimal(0) for name in names.values()
        }
        for row in answer(1)
    } == expected


def test_billed_months_are_those_of_home(answer: Answer, customers: list[Scope]) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for scope in customers:
        for each in balances.home(scope, today=TODAY).balances:
            for month in each.months:
                expected[f"{month.first:%Y-%m}", each.currency_code] += month.billed_minor
    found = {(f"{r['month']:%Y-%m}", r["currency_code"]): r["billed"] for r in answer(6)}
    for (month, code), minor in expected.items():
        assert found.get((month, code), Decimal(0)) == to_decimal(minor, code), (month, code)


def test_credit_and_retainers_are_those_of_home(answer: Answer, customers: list[Scope]) -> None:
    credit, retained = Sums(Decimal), Sums(Decimal)
    for scope in customers:
        for each in balances.home(scope, today=TODAY).balances:
            key = scope.customer_name, each.currency_code
            credit[key] = to_decimal(each.available_credits_minor, each.currency_code)
            retained[key] = to_decimal(each.retainer_payments_minor, each.currency_code)
    assert {(r["customer"], r["currency_code"]): r["available"] for r in answer(12)} == _told(
        credit
    )
    unused = Sums(Decimal)
    for row in answer(11):
        unused[row["customer"], row["currency_code"]] += row["unused"]
    assert unused == _told(retained)


def test_unbilled_time_is_that_of_the_projects(answer: Answer, customers: list[Scope]) -> None:
    expected = {}
    for scope in customers:
        for row in lists.page(scope, projects.LIST, size=1_000).rows:
            project = projects.get(scope, row.id)
            if project.hours.unbilled and project.billing_method != "fixed_cost":
                amount = to_decimal(project.worth.unbilled_minor, project.currency_code)
                expected[row.name] = (project.hours.unbilled, amount)
    found = {
        row["project"]: (round(row["hours"] * 60), row["worth"])
        for row in answer(10)
        if row["worth"] is not None
    }
    assert expected
    for name, (minutes, amount) in expected.items():
        assert found[name][0] == minutes
        assert abs(found[name][1] - amount) < 1, name  # the portal rounds once for each rate


def test_estimates_are_counted_as_the_portal_does(answer: Answer, customers: list[Scope]) -> None:
    counts: Counter[str] = Counter()
    for scope in customers:
        listed = lists.page(scope, estimates.LIST, today=TODAY)
        counts.update({by.value: number for by, number in listed.counts.items()})
    rows = answer(9)
    assert sum(row["written"] for row in rows) == counts["all"]
    assert sum(row["won"] for row in rows) == counts["accepted"] + counts["invoiced"]
    assert sum(row["lost"] for row in rows) == counts["declined"] + counts["expired"]
    assert sum(row["waiting"] for row in rows) == counts["open"]


def test_the_account_reads_like_the_statement(answer: Answer, customers: list[Scope]) -> None:
    rows, name = answer(14), answer(1)
    scope = next(s for s in customers if s.customer_name == min(row["customer"] for row in name))
    for code in statements.currencies(scope):
        lines = statements.statement(scope, code, EARLIEST, TODAY).lines
        shown = [row for row in rows if row["currency_code"] == code and row["date"]]
        assert [line.number for line in lines] == [row["number"] for row in shown]
        if lines:
            assert to_decimal(lines[-1].balance_minor, code) == shown[-1]["balance"]


def test_what_was_owed_in_the_past_adds_up(
    answer: Answer, published_demo: Path, ask: Query
) -> None:
    """Owed at a month's end is what was billed until then less what had settled it by then."""
    settled = (
        "select coalesce(sum(amount), 0) as amount from ("
        " select amount + withheld + early_discount as amount, date, currency_code from allocations"
        " where invoice_id is not null"
        " union all select amount, date, currency_code from credit_applications"
        " union all select amount, date, currency_code from retainer_applications"
        " union all select written_off, written_off_on, currency_code from invoices"
        " where written_off_on is not null)"
        " where date <= $day and currency_code = $code"
    )
    billed = (
        "select coalesce(sum(total), 0) as amount from invoices"
        " where status not in ('Draft', 'Void') and date <= $day and currency_code = $code"
    )
    for row in answer(2):
        given = {"day": row["month_end"], "code": row["currency_code"]}
        total = ask(published_demo, billed, **given)[0]["amount"]
        assert row["owed"] == total - ask(published_demo, settled, **given)[0]["amount"], given
