"""Copies of the store's file beside its writers: whole, of one moment, and without its memory."""

import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import duckdb
import pytest

from portal_data import store
from portal_data.errors import Unavailable
from portal_data.ops.publish import publish
from portal_data.store import file_copy
from portal_data.store.duckdb_engine import DuckDBEngine
from tests.conftest import NOW, Cast
from tests.factories import make_invoice

pytestmark = pytest.mark.only_engine("duckdb")

_OPEN = "import duckdb, sys; duckdb.connect(sys.argv[1])"
_Usage = namedtuple("_Usage", "total used free")


@pytest.fixture
def duck(db: store.Store) -> DuckDBEngine:
    """The engine of the store of this test."""
    assert isinstance(db.engine, DuckDBEngine)
    return db.engine


def _name(name: str) -> None:
    with store.system_writing() as session:
        session.change("update core.organisation set name = $name", name=name)


def _name_in(copy: Path) -> str:
    with duckdb.connect(str(copy), read_only=True) as connection:
        ((name,),) = connection.sql("select name from core.organisation").fetchall()
    return str(name)


def test_it_has_what_was_committed_and_nothing_later(
    duck: DuckDBEngine, cast: Cast, tmp_path: Path
) -> None:
    """What was committed last is in the log alone."""
    duck._connection.execute("checkpoint")
    _name("Before")
    assert Path(f"{duck.path}.wal").stat().st_size
    duck.duplicate(tmp_path / "copy")
    _name("After")
    assert _name_in(tmp_path / "copy") == "Before"


def test_the_store_stays_with_its_process(duck: DuckDBEngine, cast: Cast, tmp_path: Path) -> None:
    duck.duplicate(tmp_path / "copy")
    command = [sys.executable, "-c", _OPEN, duck.path]
    opened = subprocess.run(command, capture_output=True, text=True, check=False)
    assert opened.returncode != 0
    assert "lock" in opened.stderr


def test_a_file_that_changes_meanwhile_is_copied_again(
    duck: DuckDBEngine, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that is taken over while the file is copied would be in neither of the two."""
    files: list[Path] = []
    copied = file_copy._copied

    def interrupted(path: Path, target: Path) -> None:
        copied(path, target)
        files.append(path)
        if len(files) == 1:
            _name("Meanwhile")
            duck._connection.execute("checkpoint")

    monkeypatch.setattr(file_copy, "_copied", interrupted)
    duck.duplicate(tmp_path / "copy")
    assert _name_in(tmp_path / "copy") == "Meanwhile"
    assert files == [Path(duck.path)] * 2


def test_writers_wait_once_they_have_changed_the_file_too_often(
    duck: DuckDBEngine, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, held = file_copy._copied, []

    def interrupted(path: Path, target: Path) -> None:
        copied(path, target)
        held.append(duck._write_lock.locked())
        if not held[-1]:
            _name(f"Change {len(held)}")
            duck._connection.execute("checkpoint")

    monkeypatch.setattr(file_copy, "_copied", interrupted)
    duck.duplicate(tmp_path / "copy")
    assert held == [False, False, True]
    assert _name_in(tmp_path / "copy") == "Change 2"
    _name("Later")  # the lock is free again


def test_a_file_that_never_stands_still_is_not_copied(
    duck: DuckDBEngine, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = file_copy._copied

    def interrupted(path: Path, target: Path) -> None:
        copied(path, target)
        path.touch()

    monkeypatch.setattr(file_copy, "_copied", interrupted)
    with pytest.raises(Unavailable, match="changed while it was copied"):
        duck.duplicate(tmp_path / "copy")
    _name("Later")


def test_without_room_nothing_is_copied(
    duck: DuckDBEngine, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(1 << 30, 1 << 30, 1 << 20))
    with pytest.raises(Unavailable, match="has 1 MB left"):
        duck.duplicate(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_who_writes_cannot_wait_for_himself(duck: DuckDBEngine, tmp_path: Path) -> None:
    with store.system_writing(), pytest.raises(RuntimeError, match="wait for itself"):
        duck.duplicate(tmp_path / "copy")


def test_publishing_reads_nothing_into_the_memory_of_the_store(
    store_url: str, db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    make_invoice(cast.alice)
    db.close()
    opened = store.install(store.open_store(store_url))
    try:
        before = _kept(opened)
        assert publish(tmp_path / "data", now=NOW).rows["invoices"] == 1
        assert _kept(opened) == before
        assert list((tmp_path / "data").rglob("books.copy*")) == []
    finally:
        opened.close()


def _kept(opened: store.Store) -> int:
    """Return the bytes of tables that the store keeps in memory."""
    assert isinstance(opened.engine, DuckDBEngine)
    sql = "select memory_usage_bytes from duckdb_memory() where tag = 'BASE_TABLE'"
    ((kept,),) = opened.engine._connection.execute(sql).fetchall()
    return int(kept)
