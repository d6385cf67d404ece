"""Every statement that changes a row with a version raises it, so actions can trust it."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from portal_data import store
from portal_data.auth import access
from portal_data.scope import Role, Scope, Staff
from portal_data.zoho.importing import import_backup
from tests import described
from tests.architecture.source import PRODUCT, name_of, sql_constants
from tests.conftest import NOW
from tests.zoho.backup import invented

_VERSIONED = """
    select c.table_name from information_schema.columns c
    join information_schema.tables t
        on t.table_schema = c.table_schema and t.table_name = c.table_name
    where c.table_schema = 'core' and c.column_name = 'version' and c.table_name <> 'migrations'
    order by c.table_name
"""
_UPDATE = re.compile(r"update\s+core\.(\w+)\s+set\b(.*?)(?:\bwhere\b|;|$)", re.DOTALL)
_UPSERT = re.compile(r"insert\s+into\s+core\.(\w+)\b.*?do\s+update\s+set\b(.*)", re.DOTALL)
_RAISES = re.compile(r"\bversion = (?:\w+\.)?version \+ 1\b")

# Updates that change nothing anybody decides on.
NOT_A_CHANGE = {
    "portal_data/billing/views.py: estimates": "who looked first; nothing of the document changes",
    "portal_data/billing/views.py: invoices": "who looked first; nothing of the document changes",
    "portal_data/billing/views.py: credit_notes": "who looked first; nothing of it changes",
    "portal_data/messaging/unsubscribing.py: notification_settings": "the key of links, drawn once",
    "portal_data/billing/views.py: retainer_invoices": "who looked first; nothing of it changes",
}


def versioned(opened: store.Store) -> set[str]:
    """Tables of `core` whose rows have a version."""
    with opened.system_reading() as session:
        return {row["table_name"] for row in session.rows(_VERSIONED)}


def updates(text: str) -> Iterator[tuple[str, str]]:
    """Table and assignments of each update and upsert in a text of SQL."""
    plain = " ".join(text.lower().split())
    yield from _UPDATE.findall(plain)
    yield from _UPSERT.findall(plain)


def written(paths: list[Path]) -> Iterator[tuple[str, str]]:
    """Every constant of modules as it is written, with the file that it stands in."""
    for path in paths:
        for text in sql_constants(path).values():
            yield name_of(path), text


def silent(tables: set[str], texts: Iterable[tuple[str, str]]) -> set[str]:
    """Where a row with a version is changed and its version is not raised."""
    return {
        f"{name}: {table}"
        for name, text in texts
        for table, assignments in updates(text)
        if table in tables and not _RAISES.search(assignments)
    }


@pytest.mark.only_engine("duckdb")
def test_every_update_of_a_versioned_table_raises_its_version(db: store.Store) -> None:
    tables = versioned(db)
    assert len(tables) > 25
    assert silent(tables, [*written(PRODUCT), *described.texts()]) == set(NOT_A_CHANGE)


def test_a_silent_update_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.architecture.source.ROOT", tmp_path)
    planted = tmp_path / "planted.py"
    planted.write_text(
        "_A = 'update core.items set name = $n where id = $id and version = version + 1'\n"
        "_B = 'update core.items set version = version + 1, name = $n where id = $id'\n"
        "_C = 'insert into core.taxes (id) values ($id) on conflict (id) do update set name = $n'\n"
        "_D = {'x': 'update core.people set name = $n'}\n"
    )
    assert silent({"items", "taxes", "people"}, written([planted])) == {
        "planted.py: items", "planted.py: taxes", "planted.py: people",
    }  # fmt: skip


def test_tables_that_people_edit_have_a_version(db: store.Store) -> None:
    assert versioned(db) >= {
        "addresses", "approvals", "contacts", "credit_notes", "customers", "disputes", "estimates",
        "invoices", "items", "payment_attempts", "payments", "people", "projects",
        "recurring_profiles", "refunds", "retainer_invoices", "reviews", "saved_methods", "staff",
        "tasks", "taxes", "time_entries",
    }  # fmt: skip


def _rows(opened: store.Store, tables: list[str]) -> dict[tuple[str, Any], dict[str, Any]]:
    found = {}
    with opened.system_reading() as session:
        for table in tables:
            for row in session.rows(f"select * from core.{table} order by id"):
                found[table, row["id"]] = row
    return found


def test_an_import_raises_the_version_of_what_it_changes_and_of_nothing_else(
    db: store.Store, tmp_path: Path
) -> None:
    backup = invented()
    import_backup(backup.zip(tmp_path / "first.zip"), now=NOW)
    tables = ["customers", "contacts", "addresses", "items", "projects", "tasks", "time_entries",
              "estimates", "invoices", "retainer_invoices", "credit_notes", "payments", "refunds",
              "recurring_profiles"]  # fmt: skip
    before = _rows(db, tables)
    first = backup.files["Invoice00.csv"][0]["Invoice Number"]
    for row in backup.files["Invoice00.csv"]:
        if row["Invoice Number"] == first:
            row["Notes"] = "Changed since"
    backup.files["Contacts.csv"][0]["Phone"] = "01632 960 999"
    import_backup(backup.zip(tmp_path / "second.zip"), now=NOW)
    after = _rows(db, tables)
    own = {"version", "updated_at"}
    changed = set()
    for key, row in after.items():
        was = before[key]
        differs = any(row[column] != was[column] for column in row if column not in own)
        assert not differs or row["version"] > was["version"], key
        assert row["version"] == was["version"] or row["updated_at"] == NOW, key
        if differs:
            changed.add(key[0])
    assert {"customers", "invoices"} <= changed
    raised = {key for key, row in after.items() if row["version"] > before[key]["version"]}
    assert len(raised) < len(after) / 2, "most rows were not touched"


def test_an_action_raises_the_version(db: store.Store, owner: Staff, bob: Scope) -> None:
    access.set_role(owner, bob.contact_id, Role.PAYER, NOW)
    with db.system_reading() as session:
        version = session.value(
            "select version from core.contacts where id = $id", id=bob.contact_id
        )
    assert version == 2
