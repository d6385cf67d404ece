"""Recurring invoices arrive as profiles with lines, and invoices know theirs."""

import json
from typing import Any

import pytest

from portal_data import store
from tests.zoho.backup import KITE, Backup, invented
from tests.zoho.conftest import Import

PROFILE = "select * from core.recurring_profiles where name = 'Monthly mooring' order by id"


def _one(db: store.Store, sql: str) -> dict[str, Any]:
    with db.system_reading() as session:
        (row,) = session.rows(sql)
    return row


def test_profile_arrives_with_its_lines(db: store.Store, run: Import, backup: Backup) -> None:
    assert run(backup).skipped_files == ["Task.csv", "Vendors.csv"]
    profile = _one(db, PROFILE)
    assert (profile["frequency"], profile["every"], profile["status"]) == ("month", 1, "active")
    assert [str(profile[name]) for name in ("starts_on", "next_on", "ends_on")] == [
        "2024-01-31",
        "2024-04-30",
        "None",
    ]
    assert (profile["total_minor"], profile["payment_terms_days"]) == (4_500, 30)
    kept = json.loads(profile["source_fields"])
    assert kept["Last Sent Date"] == "2024-03-31"
    assert kept["Payment Terms Label"] == "Net 30"
    with db.system_reading() as session:
        lines = session.rows(
            "select l.name, l.total_minor, i.name as item from core.recurring_lines l"
            " left join core.items i on i.id = l.item_id order by position"
        )
    assert [tuple(line.values()) for line in lines] == [
        ("Berth", 3_500, None),
        ("Rope", 1_000, "Rope"),
    ]
    assert db.check_integrity() == []


def test_invoices_know_the_profile_of_their_customer(
    db: store.Store, run: Import, backup: Backup
) -> None:
    backup.change("Invoice00.csv", "Recurrence Name", "monthly mooring", Invoice_Number="INV-102")
    backup.change("Invoice00.csv", "Recurrence Name", "Monthly mooring", Customer_ID=KITE)
    run(backup)
    with db.system_reading() as session:
        rows = session.rows(
            "select number, recurring_profile_id from core.invoices"
            " where recurring_profile_id is not null order by number"
        )
    assert [row["number"] for row in rows] == ["INV-102"]
    assert rows[0]["recurring_profile_id"] == _one(db, PROFILE)["id"]


def test_later_backup_changes_the_profile_and_keeps_the_portals_part(
    db: store.Store, run: Import, backup: Backup
) -> None:
    run(backup)
    with db.system_writing() as session:
        session.change("update core.recurring_profiles set auto_charge = true")
    for row in backup.files["Recurring_Invoice.csv"]:
        row["Recurrence Profile Status"] = "Stopped"
    report = run(backup)
    assert next(f for f in report.files if f.file == "Recurring_Invoice.csv").updated == 1
    profile = _one(db, PROFILE)
    assert (profile["status"], profile["auto_charge"]) == ("stopped", True)
    assert run(backup).verdict == "unchanged"


@pytest.mark.parametrize(
    ("column", "cell", "frequency", "every"),
    [
        ("Recurrence Frequency", "weeks", "week", 1),
        ("Recurrence Frequency", "Quarterly", "month", 3),
        ("Recurrence Frequency", "years", "year", 1),
        ("Repeat Every", "2", "month", 2),
    ],
)
def test_frequencies_in_every_word(
    db: store.Store, run: Import, column: str, cell: str, frequency: str, every: int
) -> None:
    backup = invented()
    for row in backup.files["Recurring_Invoice.csv"]:
        row[column] = cell
    run(backup)
    profile = _one(db, PROFILE)
    assert (profile["frequency"], profile["every"]) == (frequency, every)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("Recurrence Frequency", "fortnight", "'fortnight' is not known"),
        ("Recurrence Profile Status", "Asleep", "'Asleep' is not known"),
        ("Repeat Every", "0", "no number of times"),
        ("Total", "46.00", "the lines give 45.00"),
        ("Currency Code", "ZZQ", "ISO 4217"),
    ],
)
def test_profile_is_set_aside(
    run: Import, backup: Backup, column: str, cell: str, reason: str
) -> None:
    for number in (2, 3):
        other = {
            "Recurring Invoice ID": f"400000100000000300{number}",
            "Recurring Invoice Name": f"Other {number}",
        }
        backup.files["Recurring_Invoice.csv"] += [
            row | other for row in invented().files["Recurring_Invoice.csv"]
        ]
    backup.change("Recurring_Invoice.csv", column, cell, Recurring_Invoice_ID="4000001000000003001")
    (entry,) = run(backup).set_aside
    assert (entry.kind, entry.subject) == ("recurring profile", "Monthly mooring")
    assert reason in entry.problem.reason
