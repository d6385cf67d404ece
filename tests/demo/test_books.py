"""The demo's rows themselves: deterministic, complete, and right to the last minor unit."""

import itertools
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from portal_data.demo import compose
from portal_data.demo.books import Books
from portal_data.settings import ROOT
from tests.conftest import NOW

Row = dict[str, Any]

MIGRATIONS = ROOT / "portal_data/store/migrations"
# States that only work in progress has: the worker would take such rows for its own.
IN_PROGRESS = {
    ("autopay_plans", "status"): {"again", "by_hand", "charging", "ended", "paid"},
    ("outbox", "status"): {"queued", "sending", "sent", "retry", "failed"},
    ("provider_events", "status"): {"received", "handling"},
}
# Tables of which the portal neither writes nor shows a row yet, and so the demo has none.
UNUSED = {
    "data_archives",
    "demo_gateway",
    "document_copies",
    "document_links",
    "document_templates",
    "line_taxes",
    "mail_bounces",
    "notification_choices",
    "notification_settings",
    "pending_changes",
    "read_markers",
}
DOCUMENTS = [
    ("invoices", "invoice_lines", "invoice_id"),
    ("estimates", "estimate_lines", "estimate_id"),
    ("credit_notes", "credit_note_lines", "credit_note_id"),
]


_TABLE = re.compile(r"create table core\.(\w+) \((.*?)^\);", re.DOTALL | re.MULTILINE)


def choices() -> list[tuple[str, str, set[str]]]:
    """Table, column and allowed words of every `check (column in (…))` of the schema."""
    found = []
    for path in sorted(Path(MIGRATIONS).glob("*.sql")):
        for table, body in _TABLE.findall(path.read_text("utf-8")):
            for column, words in re.findall(r"check \((\w+) in\s*\(([^)]*)\)", body):
                found.append((table, column, set(re.findall(r"'(\w+)'", words))))
    return found


def half_up(amount: Decimal) -> int:
    """Whole minor units, halves away from zero."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def grouped(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    """Rows by the value of a column."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def test_the_schema_is_understood() -> None:
    assert ("invoices", "status", {"draft", "sent", "void", "written_off"}) in choices()
    assert len(choices()) > 35


@pytest.mark.parametrize(
    ("table", "column", "words"),
    choices(),
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_every_state_that_the_schema_knows_occurs(
    books: Books, table: str, column: str, words: set[str]
) -> None:
    defaults = {"customers": {"kind": "business"}}
    shown = {
        row.get(column, defaults.get(table, {}).get(column)) for row in books.tables.get(table, [])
    }
    if table in UNUSED:
        assert table not in books.tables
    else:
        assert words - shown == IN_PROGRESS.get((table, column), set())


def test_the_same_day_gives_the_same_rows(books: Books) -> None:
    again = compose(NOW + timedelta(hours=9), "no hash")
    assert again.tables == books.tables
    assert again.attachments == books.attachments
    assert compose(NOW + timedelta(days=1), "no hash").tables != books.tables


@pytest.mark.parametrize(("documents", "lines", "parent"), DOCUMENTS, ids=lambda each: each)
def test_lines_and_taxes_make_the_totals(
    books: Books, documents: str, lines: str, parent: str
) -> None:
    exponents = {"GBP": 2, "EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
    of = grouped(books.tables[lines], parent)
    for row in books.tables[documents]:
        own = of[row["id"]]
        assert own, row["number"]
        for line in own:
            gross = half_up(
                (line["quantity"] * line["unit_price"]).scaleb(exponents[row["currency_code"]])
            )
            discount = half_up(gross * (line["discount_percent"] or Decimal(0)) / 100)
            assert line["discount_minor"] == discount
            assert line["total_minor"] == gross - discount
        counted = [line for line in own if line.get("selected", True)]
        assert row["subtotal_minor"] == sum(line["total_minor"] for line in counted)
        assert row["tax_minor"] == sum(line["tax_minor"] for line in counted)
        tax = 0 if row["tax_inclusive"] else row["tax_minor"]
        assert row["total_minor"] == (
            row["subtotal_minor"] - row["discount_minor"] + tax + row["shipping_minor"]
            + row["adjustment_minor"] + row["round_off_minor"]
        )  # fmt: skip
        # A share of the document's discount may differ by less than a unit from line to line.
        share = Decimal(row["discount_minor"]) / (row["subtotal_minor"] or 1)
        for line in counted:
            percent = line["tax_percent"] or Decimal(0)
            net = line["total_minor"] * (1 - share)
            due = net * percent / (100 + percent if row["tax_inclusive"] else 100)
            assert abs(line["tax_minor"] - due) < 1, row["number"]


def test_documents_show_what_real_ones_do(books: Books) -> None:
    invoices = books.tables["invoices"]
    for column in ("discount_minor", "shipping_minor", "adjustment_minor", "round_off_minor",
                   "pending_minor", "written_off_minor", "reference", "expected_payment_date",
                   "reminders_paused_until", "estimate_id", "project_id", "recurring_profile_id",
                   "first_viewed_at", "custom_fields", "tax_inclusive",
                   "partial_payments"):  # fmt: skip
        assert any(row[column] for row in invoices), column
        assert not all(row[column] for row in invoices), column
    assert any(row["total_minor"] == 0 for row in invoices)
    assert max(Counter(row["invoice_id"] for row in books.tables["invoice_lines"]).values()) > 60
    assert {row["currency_code"] for row in invoices} == {"GBP", "EUR", "USD", "JPY", "KWD"}
    allocations = books.tables["allocations"]
    assert any(row["withheld_minor"] for row in allocations)
    assert any(row["early_discount_minor"] for row in allocations)
    assert max(Counter(row["payment_id"] for row in allocations).values()) >= 5
    assert any(row["unused_minor"] for row in books.tables["payments"])
    names = [row["display_name"] for row in books.tables["customers"]]
    assert max(map(len, names)) >= 80
    assert any("\u0600" <= letter <= "\u06ff" for name in names for letter in name)
    assert any("\u4e00" <= letter <= "\u9fff" for name in names for letter in name)
    assert 1_300 <= len(books.tables["time_entries"]) <= 1_700


def test_in_flight_amounts_are_those_of_open_attempts(books: Books) -> None:
    under_way = {
        row["id"]
        for row in books.tables["payment_attempts"]
        if row["status"] in ("created", "requires_action", "pending")
    }
    expected: Counter[Any] = Counter()
    for item in books.tables["payment_attempt_items"]:
        if item["attempt_id"] in under_way:
            expected[item["invoice_id"]] += item["amount_minor"]
    for row in books.tables["invoices"]:
        assert row["pending_minor"] == expected[row["id"]]
        assert row["pending_minor"] <= row["balance_minor"]


def test_a_provider_payment_is_its_attempt(books: Books) -> None:
    attempts = {row["id"]: row for row in books.tables["payment_attempts"]}
    paid = [row for row in books.tables["payments"] if row["attempt_id"]]
    for row in paid:
        attempt = attempts[row["attempt_id"]]
        assert attempt["status"] == "succeeded"
        assert attempt["amount_minor"] == row["amount_minor"]
        assert attempt["provider_reference"] == row["provider_reference"]
    succeeded = [row for row in attempts.values() if row["status"] == "succeeded"]
    assert len(succeeded) == len(paid) > 10


@pytest.mark.parametrize(
    "table", ["invoices", "estimates", "credit_notes", "retainer_invoices", "payments"]
)
def test_numbers_have_no_gaps_and_the_counter_goes_on(books: Books, table: str) -> None:
    rows = sorted(books.tables[table], key=lambda row: row["number"])
    counter = next(
        each
        for each in books.tables["counters"]
        if each["kind"] == {"retainer_invoices": "retainer_invoice"}.get(table, table[:-1])
    )
    after = int(rows[-1]["number"].removeprefix(counter["prefix"])) + 1
    assert counter["next_number"] == after
    digits = counter["digits"]
    expected = [f"{counter['prefix']}{n:0{digits}d}" for n in range(after - len(rows), after)]
    assert [row["number"] for row in rows] == expected
    assert all(a["date"] <= b["date"] for a, b in itertools.pairwise(rows))


def test_billed_time_is_on_the_invoice_that_billed_it(books: Books) -> None:
    invoices = {row["id"]: row for row in books.tables["invoices"]}
    lines = grouped(books.tables["invoice_lines"], "invoice_id")
    projects = {row["id"]: row for row in books.tables["projects"]}
    entries = grouped(books.tables["time_entries"], "invoice_id")
    for entry in entries.pop(None):
        assert not entry["billed"]
    for invoice_id, billed in entries.items():
        invoice = invoices[invoice_id]
        assert all(entry["billed"] and entry["date"] < invoice["date"] for entry in billed)
        assert {entry["project_id"] for entry in billed} == {invoice["project_id"]}
        method = projects[invoice["project_id"]]["billing_method"]
        if method != "fixed_cost":
            minutes = sum(line["quantity"] for line in lines[invoice_id])
            minutes *= 480 if method == "daily_rate" else 60
            assert minutes == sum(entry["minutes"] for entry in billed)
            assert all(entry["billable"] for entry in billed)
    assert len(entries) > 20


def test_approvals_hold_their_hours_and_only_approved_time_is_billed(books: Books) -> None:
    entries = {row["id"]: row for row in books.tables["time_entries"]}
    decisions = grouped(books.tables["approval_entries"], "approval_id")
    projects = {row["id"]: row for row in books.tables["projects"]}
    approved = set()
    for approval in books.tables["approvals"]:
        held = decisions[approval["id"]]
        own = [entries[row["time_entry_id"]] for row in held]
        assert approval["total_minutes"] == sum(entry["minutes"] for entry in own)
        assert all(
            approval["period_from"] <= entry["date"] <= approval["period_to"]
            and entry["project_id"] == approval["project_id"]
            for entry in own
        )
        approved |= {row["time_entry_id"] for row in held if row["decision"] == "approved"}
        if approval["submitted_at"]:
            assert all(entry["created_at"] <= approval["submitted_at"] for entry in own)
    for entry in entries.values():
        if entry["billed"] and projects[entry["project_id"]]["approvals_enabled"]:
            assert entry["id"] in approved


def test_nobody_works_two_jobs_at_once(books: Books) -> None:
    days = defaultdict(list)
    for entry in books.tables["time_entries"]:
        days[entry["person_id"], entry["date"]].append(entry)
    for entries in days.values():
        assert sum(entry["minutes"] for entry in entries) <= 480
        spans = sorted((e["begins"], e["ends"]) for e in entries if e["begins"])
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


def test_optional_lines_cost_nothing_until_selected(books: Books) -> None:
    left = [row for row in books.tables["estimate_lines"] if not row["selected"]]
    assert left
    assert all(row["optional"] and row["tax_minor"] == 0 for row in left)
    estimates = books.tables["estimates"]
    yesterday = books.day(1)
    assert any(row["status"] == "sent" and row["expiry_date"] <= yesterday for row in estimates)
    assert any(row["status"] == "sent" and not row["first_viewed_at"] for row in estimates)
    assert max(row["revision"] for row in estimates) == 3
    revisions = grouped(books.tables["estimate_revisions"], "estimate_id")
    for row in estimates:
        if row["status"] != "draft":
            assert len(revisions[row["id"]]) == row["revision"]
            assert revisions[row["id"]][-1]["total_minor"] == row["total_minor"]


def test_invented_people_live_at_reserved_addresses(books: Books) -> None:
    text = "\n".join(
        str(value) for rows in books.tables.values() for row in rows for value in row.values()
    )
    hosts = {match.rstrip(".") for match in re.findall(r"[\w.+-]+@([\w.-]+)", text)}
    hosts |= set(re.findall(r"https?://([\w.-]+)", text))
    assert len(hosts) > 12
    assert [host for host in hosts if not host.endswith((".example", "example.com"))] == []


@pytest.mark.parametrize("ahead", [0, 1, 2, 3, 4, 5, 6, 40, 100, 465])
def test_any_day_gives_a_story_that_is_over_by_yesterday(ahead: int) -> None:
    """Seven weekdays, the turn of the year, the end of February."""
    books = compose(NOW + timedelta(days=ahead), "no hash")
    midnight = datetime.combine(books.today, datetime.min.time())
    ahead_of_today = {"expires_at", "next_on", "due_date", "expiry_date", "expected_payment_date",
                      "reminders_paused_until", "promised_on", "charge_on"}  # fmt: skip
    for table, rows in books.tables.items():
        for row in rows:
            for column, value in row.items():
                if column in ahead_of_today:
                    continue
                if isinstance(value, datetime):
                    assert value < midnight, (table, column, row)
                elif isinstance(value, date) and table != "exchange_rates":
                    assert value < books.today, (table, column, row)
    invoices = {row["id"]: row for row in books.tables["invoices"]}
    for row in invoices.values():
        assert 0 <= row["balance_minor"] <= row["total_minor"]
    for allocation in books.tables["allocations"]:
        if allocation["invoice_id"]:
            assert allocation["date"] >= invoices[allocation["invoice_id"]]["date"]
    main = books.customers["brackenridge"]["id"]
    late = [
        (books.today - row["due_date"]).days
        for row in invoices.values()
        if row["customer_id"] == main and row["status"] == "sent" and row["balance_minor"]
    ]
    buckets = {0 if days <= 0 else min((days - 1) // 30 + 1, 4) for days in late}
    assert buckets == {0, 1, 2, 3, 4}
    periods = Counter((row["contact_id"], row["period"]) for row in books.tables["reviews"])
    assert max(periods.values()) == 1


def test_whoever_looked_is_counted(books: Books) -> None:
    looked = {
        (row["document_id"], row["contact_id"]): row for row in books.tables["document_views"]
    }
    for table in ("estimates", "invoices", "credit_notes", "retainer_invoices"):
        for row in books.tables[table]:
            if row["first_viewed_at"]:
                told = looked.pop((row["id"], row["first_viewed_by"]))
                assert told["first_viewed_at"] == row["first_viewed_at"]
                assert (told["views"] > 1) == (told["last_viewed_at"] > told["first_viewed_at"])
    assert looked == {}
