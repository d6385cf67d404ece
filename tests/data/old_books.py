"""A store as the portal of migration 6 left it, full of the demo, and a process that upgrades one.

Run as `python -m tests.data.old_books URL`, it opens the store and so migrates it: see
test_upgrading.py, which kills it.
"""

import shutil
import sys
from collections import defaultdict
from pathlib import Path

from portal_data import store
from portal_data.demo import compose
from portal_data.ids import new_id
from portal_data.messaging.events import IMPORT_FINISHED
from portal_data.store import Store
from portal_data.store.migrate import HERE, migrate
from tests.conftest import NOW

LAST = 6
"""The last migration of the portal that the store is from."""
_COLUMNS = """
    select table_name, column_name from information_schema.columns where table_schema = 'core'
"""


def older_portal(folder: Path) -> Path:
    """Copy the migrations up to `LAST`, for both engines, as that portal had them."""
    for name in ("migrations", "duckdb", "postgres"):
        (folder / name).mkdir(parents=True)
        for file in (HERE / name).glob("[0-9]*.sql"):
            if int(file.name[:4]) <= LAST:
                shutil.copy(file, folder / name)
    return folder


def fill(url: str, folder: Path) -> None:
    """Make the store at `url`, whose database is empty, one of the older portal."""
    older = Store(store._engine(url))
    migrate(older.engine, older_portal(folder))
    books = compose(NOW, "no hash")
    with older.system_writing() as session:
        known = defaultdict(set)
        for row in session.rows(_COLUMNS):
            known[row["table_name"]].add(row["column_name"])
        for table, rows in books.tables.items():
            alike = defaultdict(list)
            for row in rows:
                kept = {name: value for name, value in row.items() if name in known[table]}
                alike[tuple(kept)].append(tuple(kept.values()))
            for columns, group in alike.items():
                if columns:
                    session.load(f"core.{table}", columns, group)
        _business_rows(session)
        session.run(_RINGS_TWICE)
    older.close()


def _business_rows(session: store.OpenSession) -> None:
    """What concerned no customer had none."""
    session.load(
        "core.activity",
        ("id", "happened_at", "event", "actor_kind", "actor_name", "visible"),
        [(new_id(), NOW, IMPORT_FINISHED.key, "system", "The portal", False)],
    )
    session.load(
        "core.outbox",
        ("id", "kind", "dedup_key", "payload", "status", "not_before", "created_at"),
        [(new_id(), "mail.message", "old", "{}", "failed", NOW, NOW)],
    )
    session.load(
        "core.import_refs",
        ("source", "kind", "external_id", "row_id", "fingerprint", "import_id"),
        [("zoho", "item", "1", new_id(), "", new_id())],
    )


_RINGS_TWICE = """
    insert into core.notifications (id, customer_id, recipient_kind, recipient_id, activity_id,
        created_at)
    select gen_random_uuid(), customer_id, recipient_kind, recipient_id, activity_id, created_at
    from core.notifications
"""


if __name__ == "__main__":
    sys.stdout.write("opening\n")
    sys.stdout.flush()
    store.open_store(sys.argv[1]).close()
