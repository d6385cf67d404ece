"""Forward-only migrations: numbered SQL files, each in one transaction with its own record."""

import hashlib
from pathlib import Path

from portal_data.clock import utc_now
from portal_data.errors import Unavailable
from portal_data.store.engine import Engine, Sight

HERE = Path(__file__).parent
_RECORD = """
    create schema if not exists core;
    create table if not exists core.migrations (
        version integer primary key,
        name text not null,
        checksum text not null,
        applied_at timestamp not null
    );
"""


def migrate(engine: Engine, folder: Path = HERE) -> list[int]:
    """Bring the schema up to date and rebuild the views; return the versions applied now.

    Raises Unavailable when an applied migration's file has changed since, or when the store was
    written by a newer portal.
    """
    with engine.writing(Sight.ALL, None) as transaction:
        transaction.run(_RECORD)
    applied: list[int] = []
    files = {int(f.name[:4]): f for f in sorted((folder / "migrations").glob("[0-9]*.sql"))}
    with engine.reading(Sight.ALL, None) as transaction:
        done = transaction.rows("select version, name, checksum from core.migrations", {})
    for row in done:
        known = files.get(row["version"])
        if known is None:
            raise Unavailable(f"The store is from a newer portal (migration {row['name']}).")
        if _checksum(engine, known) != row["checksum"]:
            raise Unavailable(f"Migration {row['name']} was changed after it had been applied.")
    for version in sorted(set(files) - {row["version"] for row in done}):
        engine.before_migration(version)
        _apply(engine, version, files[version])
        applied.append(version)
    _rebuild_views(engine, folder)
    return applied


def _statements(engine: Engine, file: Path) -> str:
    """Return the migration's SQL, with the engine's own part when there is one."""
    own = file.parent.parent / engine.name / file.name
    return file.read_text("utf-8") + (own.read_text("utf-8") if own.exists() else "")


def _checksum(engine: Engine, file: Path) -> str:
    return hashlib.sha256(_statements(engine, file).encode()).hexdigest()


def _apply(engine: Engine, version: int, file: Path) -> None:
    with engine.writing(Sight.ALL, None) as transaction:
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


def _rebuild_views(engine: Engine, folder: Path) -> None:
    """Views are code, not data: dropped and made again at every start, in one transaction."""
    text = "\n".join(f.read_text("utf-8") for f in sorted((folder / "views").glob("*.sql")))
    with engine.writing(Sight.ALL, None) as transaction:
        transaction.run("drop schema if exists mine cascade; create schema mine;")
        transaction.run(text)
