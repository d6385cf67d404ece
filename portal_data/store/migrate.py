"""Forward-only migrations: numbered SQL files, each in one transaction with its own record."""

import hashlib
from pathlib import Path

from portal_data.clock import utc_now
from portal_data.errors import Unavailable
from portal_data.store.engine import Engine, Visibility

HERE = Path(__file__).parent
_RECORD = """
    create schema if not exists core;
    create table if not exists core.migrations (
        version integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamp not null
    );
    create table if not exists core.view_texts (checksum text primary key);
"""


def migrate(engine: Engine, folder: Path = HERE) -> list[int]:
    """Bring the schema and its views up to date; return the versions applied now.

    Raises Unavailable when an applied migration's file has changed since, or when the store was
    written by a newer portal.
    """
    with engine.alone():
        return _migrate(engine, folder)


def _migrate(engine: Engine, folder: Path) -> list[int]:
    with engine.writing(Visibility.ALL, None) as transaction:
        transaction.run(_RECORD)
    applied: list[int] = []
    files = {int(f.name[:4]): f for f in sorted((folder / "migrations").glob("[0-9]*.sql"))}
    with engine.reading(Visibility.ALL, None) as transaction:
        done = transaction.rows("select version, name, checksum from core.migrations", {})
    for row in done:
        known = files.get(row["version"])
        if known is None:
            raise Unavailable(f"The store is from a newer portal (migration {row['name']}).")
        if _checksum(engine, known) != row["checksum"]:
            raise Unavailable(f"Migration {row['name']} was changed after it had been applied.")
    pending = sorted(set(files) - {row["version"] for row in done})
    if pending and done:  # a new store holds nothing worth a copy
        engine.before_migration(pending[0])
    if pending:
        _drop_views(engine)  # a view holds on to the columns that it lists
    for version in pending:
        _apply(engine, version, files[version])
        applied.append(version)
    _replace_views(engine, folder)
    return applied


def _statements(engine: Engine, file: Path) -> str:
    """Return the migration's SQL, with the engine's own part when there is one."""
    own = file.parent.parent / engine.name / file.name
    return file.read_text("utf-8") + (own.read_text("utf-8") if own.exists() else "")


def _checksum(engine: Engine, file: Path) -> str:
    return hashlib.sha256(_statements(engine, file).encode()).hexdigest()


def _apply(engine: Engine, version: int, file: Path) -> None:
    with engine.writing(Visibility.ALL, None) as transaction:
        transaction.run(_statements(engine, file))
        transaction.change(
            "insert into core.migrations (version, name, checksum, applied_at)"
            " values ($version, $name, $checksum, $now)",
            {
                "version": version,
                "name": file.stem,
                "checksum": _checksum(engine, file),
                "now": utc_now(),
            },
        )


_DROP_VIEWS = "drop schema if exists mine cascade; create schema mine; delete from core.view_texts;"


def _drop_views(engine: Engine) -> None:
    with engine.writing(Visibility.ALL, None) as transaction:
        transaction.run(_DROP_VIEWS)


def _replace_views(engine: Engine, folder: Path) -> None:
    """Make all views again, in one transaction, unless they were made from the same text.

    Views are code, not data. Dropping them locks out whoever reads through them at that moment, so
    a start that brings nothing new leaves them alone.
    """
    text = "\n".join(f.read_text("utf-8") for f in sorted((folder / "views").glob("*.sql")))
    checksum = hashlib.sha256(text.encode()).hexdigest()
    with engine.reading(Visibility.ALL, None) as transaction:
        made_from = transaction.rows("select checksum from core.view_texts", {})
    if made_from == [{"checksum": checksum}]:
        return
    with engine.writing(Visibility.ALL, None) as transaction:
        transaction.run(_DROP_VIEWS)
        transaction.run(text)
        transaction.change(
            "insert into core.view_texts (checksum) values ($checksum)", {"checksum": checksum}
        )
