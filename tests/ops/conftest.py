"""What the tests of publishing share: the demo published once, and a way to ask a publication."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from portal_data import demo, settings, store
from portal_data.analysts.published import FILE
from portal_data.ops.publish import publish
from tests.conftest import NOW

Query = Callable[..., list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash the demo's password at the lowest cost."""
    monkeypatch.setenv("PORTAL_BCRYPT_COST", "4")
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


@pytest.fixture(scope="session")
def published_demo(duckdb_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a portal that has published the demo and runs no more."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copy(duckdb_template, folder / "portal.duckdb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PORTAL_BCRYPT_COST", "4")
        settings.load.cache_clear()
        opened = store.install(store.open_store(f"duckdb:///{folder / 'portal.duckdb'}"))
        try:
            demo.load(NOW, folder / "files")
            publish(folder, now=NOW)
        finally:
            opened.close()
    return folder


@pytest.fixture
def ask() -> Query:
    """Ask what is published in a folder, as an analyst does: ask(folder, sql, **params)."""

    def asked(folder: Path, sql: str, **params: Any) -> list[dict[str, Any]]:
        connection = duckdb.connect(str(folder / FILE), read_only=True)
        try:
            found = connection.execute(sql, params or None)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        finally:
            connection.close()

    return asked
