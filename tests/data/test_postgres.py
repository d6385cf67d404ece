"""PostgreSQL alone: connections end or run out, and several processes start at once."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from portal_data import store
from portal_data.customers import details
from portal_data.errors import Unavailable
from portal_data.scope import Scope
from portal_data.store.postgres_engine import PostgresEngine

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.only_engine("postgres")

_NAME = "select display_name from core.customers where id = $id"
_RENAME = "update core.customers set display_name = 'Changed' where id = $id"


def end_connections(store_url: str) -> int:
    """Have the server close every connection of the portal, as its restart would."""
    with psycopg.connect(store_url, autocommit=True) as connection:
        ended = connection.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and usename = current_user"
            " and pid <> pg_backend_pid()"
        ).fetchone()
        assert ended
        return int(ended[0])


def fill_pool(db: store.Store, connections: int) -> None:
    """Let the pool open as many connections."""
    together = Barrier(connections)

    def hold(_: int) -> None:
        with db.system_reading() as session:
            session.value("select 1")
            together.wait(30)

    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(hold, range(connections)))


def test_connections_that_the_server_closed_are_replaced(
    db: store.Store, alice: Scope, store_url: str
) -> None:
    fill_pool(db, 10)
    assert end_connections(store_url) >= 10
    assert details.my_details(alice).display_name == "Alder Ltd"
    end_connections(store_url)
    with store.system_writing() as session:
        assert session.change(_RENAME, id=alice.customer_id) == 1
    assert details.my_details(alice).display_name == "Changed"


@pytest.mark.parametrize("at_commit", [False, True])
def test_a_connection_that_ends_within_a_change_leaves_nothing_half_done(
    alice: Scope, store_url: str, at_commit: bool
) -> None:
    def change() -> None:
        with store.system_writing() as session:
            session.change(_RENAME, id=alice.customer_id)
            end_connections(store_url)
            if not at_commit:
                session.value("select 1")

    expected = "while this was being saved" if at_commit else "Nothing was changed"
    with pytest.raises(Unavailable, match=expected):
        change()
    with store.system_reading() as session:
        assert session.value(_NAME, id=alice.customer_id) == "Alder Ltd"


def test_when_all_connections_are_in_use_people_are_asked_to_try_again(
    db: store.Store, alice: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(db.engine, PostgresEngine)
    monkeypatch.setattr(db.engine._pool, "timeout", 0.2)
    with ExitStack() as held:
        for _ in range(10):
            held.enter_context(db.system_reading())
        with pytest.raises(Unavailable, match="busy"):
            details.my_details(alice)
    assert details.my_details(alice).display_name == "Alder Ltd"


def test_a_server_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No PostgreSQL server answers"):
        store.open_store(f"postgresql://portal@/none?host={tmp_path}&connect_timeout=1")


@pytest.mark.parametrize("emptied", ["schemas", "views"])
def test_processes_that_start_at_once_wait_for_each_other(store_url: str, emptied: str) -> None:
    """Into an empty database, and after an upgrade that brings other views."""
    with psycopg.connect(store_url, autocommit=True) as connection:
        if emptied == "schemas":
            connection.execute("drop schema core cascade; drop schema mine cascade")
        else:
            connection.execute("update core.view_texts set checksum = 'of an older portal'")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "portal_data", "check"],
            cwd=ROOT,
            env={**os.environ, "PORTAL_DATABASE": store_url},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, ""), out
